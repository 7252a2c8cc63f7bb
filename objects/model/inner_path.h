// The one validator of paths that come from files which strangers may have written: pointers, dvx.yaml, the
// lock, run records, remote roots, notes.
//
// A path is relative to the root of a repository. Each of its components must pass refused_entry_name(), as
// the names in trees must, so that a path can lead neither out of the repository nor into `.git` or `.dvx` in
// any disguise, at its end or in the middle.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dvx {

// Longest path, in bytes, that may be named: what system calls take (PATH_MAX) less the root.
inline constexpr std::size_t kLongestInnerPath = 4095;

// Why `path` may not be used, as "its part '.GIT' is bad: a file system may take it for '.git'"; nullopt when
// it is fine. The empty path, which is the root itself, is refused.
std::optional<std::string> refused_path(std::string_view path);

// What git asks of a directory before it takes it for a bare repository, whose `config` it then obeys: these
// three in it, as a file system without case would find them.
class GitDirectorySigns {
 public:
  // Notes a name in the directory; true when it is one of the signs.
  bool note(std::string_view name);
  bool are_complete() const { return found_ == kAll; }

 private:
  static constexpr unsigned kAll = 7;
  unsigned found_ = 0;  // a bit for each sign
};

}  // namespace dvx
