// The commands of an `each` stage for some of its inputs: placeholders replaced by paths, as /bin/sh takes
// them. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline/each_plan.h"

namespace dvx {

struct EachCommandContext {
  std::string wdir;             // of the stage, from the root: where paths start
  std::string input_directory;  // what {dir} is relative to
  std::string pairs_file;       // absolute
};

// `command` with the words put in so that each path is one word of the shell, wherever the placeholder
// stands: outside of quotes, in single or double ones, in $(…) within. Of several inputs {in} and {out} are
// lists in the same order.
std::string each_command(std::string_view command, std::span<const EachItem> items,
                         const EachCommandContext& context);

// Bytes that an input adds to the longest of the commands, roughly: the kernel takes 128 KiB for one.
std::size_t command_share(const std::vector<std::string>& commands, const EachItem& item);
bool names_pairs(const std::vector<std::string>& commands);

// What a file of pairs holds: a line for each item, its input, a tab, its output. Error{Config} for a path
// that such a line cannot hold.
std::string pairs_text(std::span<const EachItem> items, const std::string& wdir);

}  // namespace dvx
