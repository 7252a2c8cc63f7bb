// Which paths a walk leaves out: gitignore(5) rules, from .dvxignore or .gitignore files in every directory.
//
// IgnoreRules is immutable and may be used from any thread; a directory's rules are those of its parent with
// its own file's put before them. As in git, what lies below an ignored directory is ignored whatever comes
// later: a walk does not enter it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

enum class PathKind : std::uint8_t { Directory, Other };

class IgnoreRules {
 public:
  IgnoreRules() = default;  // ignores nothing

  // These rules and those of `text`, the content of an ignore file in `directory` (from the root, "" is the
  // root).
  IgnoreRules with(std::string_view text, const std::string& directory) const;

  // The last matching rule decides. `path` is from the root.
  bool ignores(std::string_view path, PathKind kind) const;

 private:
  struct Level;
  std::shared_ptr<const Level> level_;  // shared with the rules of the directories below
};

// Rules that hold at `directory` (from the root) from the files called `file_name` in it and in all
// directories above, up to `root` (absolute), with `before` them. An ignored parent is not looked at
// specially.
IgnoreRules load_ignore_rules(const std::string& root, const std::string& directory,
                              const std::string& file_name, const IgnoreRules& before = {});

// What is never data, whatever the rules say: ".git", ".dvx" and the temp files of dvx itself.
bool is_never_data(std::string_view name);

}  // namespace dvx
