// What a command did with the files of a repository, and how that is learnt from one call after the other.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/execution/trace/file_path.h"

namespace dvx {

// Paths are from the root. `names` has more than one where a program came through a symbolic link; the first
// is where the file itself is, unless that is outside of the repository or in dvx's store.
struct UsedPath {
  std::vector<std::string> names;

  const std::string& path() const { return names.front(); }
  friend auto operator<=>(const UsedPath&, const UsedPath&) = default;
};

struct FileUse {
  std::vector<UsedPath> read;        // content that was there before the command; some are directories
  std::vector<UsedPath> listed;      // directories
  std::vector<UsedPath> written;     // and still there
  std::vector<std::string> made;     // directories, and still there
  std::vector<UsedPath> removed;     // was there before
  std::vector<std::string> missing;  // looked for and not found
  std::vector<std::string> unseen;   // what could not be watched, as sentences without a subject

  friend bool operator==(const FileUse&, const FileUse&) = default;
};

// Takes what happens in the order in which it happens. Single-threaded.
class FileUseLog {
 public:
  // `root`: absolute and real.
  explicit FileUseLog(std::string root) : root_(std::move(root)) {}

  void read(const FilePath& path);
  void list(const FilePath& path);
  void write(const FilePath& path);
  void make_directory(const FilePath& path);
  void remove(const FilePath& path);
  void rename(const FilePath& from, const FilePath& to);
  void missing(const FilePath& path);
  void unseen(const std::string& what) { unseen_.insert(what); }

  // Looks at what is there now. What was opened for writing and has not changed since `started_ns` (by the
  // clock of its file system) was not written.
  FileUse settle(std::int64_t started_ns) const;

 private:
  struct State {
    std::set<std::string> names;  // others than the real one
    bool read = false, listed = false, removed = false, missing = false;
    bool written = false, made = false;  // since it was last removed
  };

  State& state(const FilePath& path);
  bool is_own(const std::string& real) const;
  bool is_written_now(const std::string& real, std::int64_t started_ns) const;
  bool is_left(const std::string& real) const;
  UsedPath used(const std::string& real, const State& state) const;

  std::string root_;
  std::map<std::string, State> files_;  // by real path
  std::set<std::string> unseen_;
  bool has_own_ = false;  // something was written or made
};

}  // namespace dvx
