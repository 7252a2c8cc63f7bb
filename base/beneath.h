// System calls on paths, made so that nobody can lead them astray with a link.
//
// A repository, a store and a remote hold bytes that strangers wrote, among them symbolic links: a path that
// is text alone would be walked through such a link to wherever it leads. So the owner of a directory guards
// it with a DirectoryGuard, and every call of this header that names something inside of a guarded directory
// walks there component by component, from a handle of that directory, and fails with ELOOP where a component
// is a symbolic link. Paths that lie in no guarded directory are the user's own words (a home, a mount) and
// are walked as usual.
//
// The functions have the names, the results and the errno of the system calls that they stand for, plus EINTR
// retried; a caller translates a failure with system_error(), which names the link for ELOOP. All of them may
// be called from any thread. A call that creates, removes or renames never follows the last component.
//
// How: openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; where the kernel does not have it (before
// 5.6, or filtered in a container), one openat(2) with O_NOFOLLOW for each component.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace dvx {

// Whether a call that only reads may go through `link` (absolute), which leads to `target` (absolute and
// without links). Called from any thread.
using MayFollow = std::function<bool(const std::string& link, const std::string& target)>;

// Guards `directory` (absolute and normalized; it need not exist yet) as long as the object lives. Calls that
// change something never go through a link in it; calls that read do where `may_follow` says so, as in a work
// tree, whose user may link inputs to another disk. The innermost guarded directory above a path decides.
// Several guards of one directory may live at once; the rule of the first one holds.
class DirectoryGuard {
 public:
  DirectoryGuard() = default;
  explicit DirectoryGuard(const std::string& directory, MayFollow may_follow = {});
  DirectoryGuard(DirectoryGuard&& other) noexcept;
  DirectoryGuard& operator=(DirectoryGuard&& other) noexcept;
  ~DirectoryGuard();

 private:
  std::string directory_;  // empty: guards nothing
};

namespace beneath {

// Flags and mode as open(2); O_CLOEXEC is always set. With O_CREAT, O_TRUNC, O_WRONLY or O_RDWR it changes
// something. Returns -1 with errno.
int open(const std::string& path, int flags, mode_t mode = 0666);
// Follows no link in the last component, as lstat(2).
int stat(const std::string& path, struct ::stat& result);
// Follows links as stat(2) does, where a reader may.
int stat_as_reader(const std::string& path, struct ::stat& result);
// Whether reading `path` may go through the links on its way, and at its end.
bool may_read(const std::string& path);
int access(const std::string& path, int how);
DIR* open_directory(const std::string& path);
// Bytes of the link's target, as readlink(2).
ssize_t read_link(const std::string& path, char* target, std::size_t size);

// A handle of a directory in which something will be made or removed, so that no link leads to it.
int open_directory_to_change(const std::string& path);

int make_directory(const std::string& path, mode_t mode);
int remove_file(const std::string& path);
int remove_directory(const std::string& path);
int rename(const std::string& from, const std::string& to, unsigned flags = 0);  // RENAME_*
int link(const std::string& from, const std::string& to);
int change_mode(const std::string& path, mode_t mode);

// The directory that holds the last component of `path`, to be used with the calls that end in "at", and that
// component. For a path in no guarded directory the handle is AT_FDCWD and the name is the whole path.
class Place {
 public:
  explicit Place(const std::string& path);
  bool found() const { return found_; }  // else errno says why, as it stood when the Place was made
  int directory() const;
  const char* name() const { return name_.c_str(); }

 private:
  UniqueFd parent_;
  std::string name_;
  bool found_ = true;
};

// The walk of kernels without openat2(2): `path` is relative to the directory `root`. For tests of it; open()
// falls back to it by itself.
int open_by_steps(int root, std::string_view path, int flags, mode_t mode);

}  // namespace beneath

// The first component of `path` that is a symbolic link beneath its guarded directory, or "" when there is
// none.
std::string link_on_the_way(const std::string& path);

}  // namespace dvx
