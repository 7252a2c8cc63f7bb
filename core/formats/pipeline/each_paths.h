// The paths of an `each` stage: which files are its inputs and where the output of each goes. Pure text.
//
//   in:  data/raw/**/*.jpg           the directory data/raw, and a pattern of what in it is an input
//   out: data/thumbs/{dir}/{stem}.png   the directory data/thumbs, and a name made from the input's
//
// The directories are what the stage depends on and what it makes, as far as graph, lock and records go.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/pipeline/stage_each.h"

namespace dvx {

// What is put in place of {word}: in `out` those of the input alone, in `cmd` all of them.
inline constexpr std::array<std::string_view, 4> kEachInputWords = {"stem", "name", "ext", "dir"};
inline constexpr std::array<std::string_view, 7> kEachWords = {"stem", "name", "ext",  "dir",
                                                               "in",   "out",  "pairs"};

// The components of `in` before the first with a wildcard, without backslashes; "" when that is the first.
std::string each_input_directory(std::string_view in);
// The components of `out` before the first with a placeholder; all but the last when none has one.
std::string each_output_directory(std::string_view out);

// `path` as a pattern that matches nothing else.
std::string escaped_pattern(std::string_view path);

// A {word} in a text. "${word}" is none, and "{{word}}" stands for the text "{word}".
struct EachPlaceholder {
  std::size_t begin = 0, end = 0;  // bytes of the text, braces included
  std::string_view word;
  bool is_escaped = false;
};
// The first at or after `from` whose word is one of kEachWords.
std::optional<EachPlaceholder> find_each_placeholder(std::string_view text, std::size_t from = 0);

// What the words say of an input. "dir" is its directory beneath `input_directory`, "." when that is it.
std::string each_word(std::string_view word, std::string_view input, std::string_view input_directory);

// A hint for a text that is not YAML because of a placeholder without quotes: in YAML's braces, or at the
// start of a value. "" when there is none.
std::string unquoted_placeholder_hint(std::string_view yaml);

}  // namespace dvx
