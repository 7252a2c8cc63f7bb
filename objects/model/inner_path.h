// The one validator of paths that come from files which strangers may have written: pointers, dvx.yaml, the
// lock file, run records, remote roots and notes.
//
// A path is relative to the root of a repository. Each of its components must pass refused_entry_name(), as
// the names in trees must. Therefore a path can lead neither out of the repository nor, at its end or in the
// middle, into `.git` or `.dvx` in any disguise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dvx {

// The longest path that may be named, in bytes: the limit of system calls (PATH_MAX) without its final NUL
// byte.
inline constexpr std::size_t kLongestInnerPath = 4095;

// Returns the reason why `path` may not be used, such as "its part '.GIT' is bad: a file system may take it
// for '.git'", or nullopt when it is fine. The empty path, which stands for the root itself, is refused.
std::optional<std::string> refused_path(std::string_view path);

// Recognizes a directory that git would take for a bare repository and whose `config` git would then obey.
// Such a directory contains the three names HEAD, objects and refs, compared without regard to case, as some
// file systems do.
class GitDirectorySigns {
 public:
  // Notes a name in the directory. Returns true when it is one of the three signs.
  bool note(std::string_view name);
  bool are_complete() const { return found_ == kAll; }

 private:
  static constexpr unsigned kAll = 7;
  unsigned found_ = 0;  // one bit for each sign
};

}  // namespace dvx
