#include "core/execution/sandbox/moved_output.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

namespace fs = std::filesystem;

// A directory that its owner may not write to cannot be moved: its ".." would change.
class Movable {
 public:
  explicit Movable(const std::string& path) {
    const auto status = stat_if_exists(path);
    if (!status || !S_ISDIR(status->st_mode) || (status->st_mode & 0700) == 0700) return;
    mode_ = status->st_mode & 07777;
    is_changed_ = beneath::change_mode(path, mode_ | 0700) == 0;
  }
  void restore_at(const std::string& path) const {
    if (is_changed_) beneath::change_mode(path, mode_);
  }

 private:
  mode_t mode_ = 0;
  bool is_changed_ = false;
};

bool exchange(const std::string& a, const std::string& b) {
  return beneath::rename(a, b, RENAME_EXCHANGE) == 0;
}

void rename_over(const std::string& from, const std::string& to) {
  if (exists(to) && exchange(from, to)) return;
  if (beneath::rename(from, to) == 0) return;
  const bool is_in_the_way = errno == EISDIR || errno == ENOTDIR || errno == ENOTEMPTY || errno == EEXIST;
  if (!is_in_the_way) throw system_error("write", to);
  remove_tree(to);  // on a file system that cannot exchange the two
  if (beneath::rename(from, to) != 0) throw system_error("write", to);
}

void copy_over(const std::string& from, const std::string& to) {
  const TemporaryDirectory beside(parent_path(to), ".dvx-output");
  const std::string copy = join_path(beside.path(), "copy");
  std::error_code failure;
  fs::copy(from, copy, fs::copy_options::recursive | fs::copy_options::copy_symlinks, failure);
  if (failure) throw system_error("write", to, failure.value());
  rename_over(copy, to);
}

bool is_on_one_file_system(const std::string& a, const std::string& b) {
  const auto first = stat_if_exists(a);
  struct stat second {};
  return first && ::stat(b.c_str(), &second) == 0 && first->st_dev == second.st_dev;
}

}  // namespace

void move_output(const std::string& from, const std::string& to) {
  make_directories(parent_path(to));
  if (!is_on_one_file_system(from, parent_path(to))) return copy_over(from, to);
  const Movable is_moved(from);
  rename_over(from, to);
  is_moved.restore_at(to);
}

}  // namespace dvx
