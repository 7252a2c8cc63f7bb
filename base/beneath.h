// System calls on paths that a symbolic link cannot lead astray.
//
// A repository, a store and a remote hold bytes that strangers wrote, among them symbolic links. The kernel
// would follow such a link in the middle of a path to wherever it leads. Therefore the owner of a directory
// guards it with a DirectoryGuard. Every call of this header that names something inside a guarded directory
// walks there component by component, starting from a handle of that directory, and fails with ELOOP where a
// component is a symbolic link. A path that lies in no guarded directory was chosen by the user (a home, a
// mount), and its links are followed as usual.
//
// The functions have the names, the results and the errno values of the system calls that they stand for, and
// they retry after EINTR. A caller translates a failure with system_error(), which names the link for ELOOP.
// All of them may be called from any thread. A call that creates, removes or renames something never follows
// the last component.
//
// The walk uses openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. Where the kernel does not offer
// openat2 (before 5.6, or when a container filters it), the walk makes one openat(2) with O_NOFOLLOW for each
// component.
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

// Tells whether a call that only reads may go through the link at the absolute path `link`. `target` is the
// absolute path that the link leads to, with all links resolved. The function is called from any thread.
using MayFollow = std::function<bool(const std::string& link, const std::string& target)>;

// Guards `directory`, which is absolute and normalized and need not exist yet, for as long as the object
// lives. Calls that change something never go through a link in the directory. Calls that read go through a
// link only where `may_follow` allows it; a work tree allows this because its user may link inputs to another
// disk. When guarded directories lie within each other, the innermost one above a path decides. Several
// guards of one directory may live at once; the rule of the first one holds.
class DirectoryGuard {
 public:
  DirectoryGuard() = default;
  explicit DirectoryGuard(const std::string& directory, MayFollow may_follow = {});
  DirectoryGuard(DirectoryGuard&& other) noexcept;
  DirectoryGuard& operator=(DirectoryGuard&& other) noexcept;
  ~DirectoryGuard();

 private:
  // When this is empty, the object guards nothing.
  std::string directory_;
};

namespace beneath {

// Takes flags and mode as open(2) does, and always sets O_CLOEXEC. With O_CREAT, O_TRUNC, O_WRONLY or O_RDWR
// the call counts as one that changes something. Returns -1 and sets errno on failure.
int open(const std::string& path, int flags, mode_t mode = 0666);
// Does not follow a link in the last component, as lstat(2).
int stat(const std::string& path, struct ::stat& result);
// Follows links as stat(2) does, where a reader may follow them.
int stat_as_reader(const std::string& path, struct ::stat& result);
// Says whether a reader of `path` may go through the links on the way and at the end.
bool may_read(const std::string& path);
int access(const std::string& path, int how);
DIR* open_directory(const std::string& path);
// Reads the target of the link into `target` and returns the number of bytes, as readlink(2).
ssize_t read_link(const std::string& path, char* target, std::size_t size);

// Opens a directory in which something will be made or removed. No link may lead to it.
int open_directory_to_change(const std::string& path);

int make_directory(const std::string& path, mode_t mode);
int remove_file(const std::string& path);
int remove_directory(const std::string& path);
// `flags` are the RENAME_* flags of renameat2(2).
int rename(const std::string& from, const std::string& to, unsigned flags = 0);
int link(const std::string& from, const std::string& to);
int change_mode(const std::string& path, mode_t mode);

// The place of a path: a handle of the directory that holds its last component, and the name of that
// component. Both are meant for the system calls that end in "at". For a path in no guarded directory the
// handle is AT_FDCWD and the name is the whole path.
class Place {
 public:
  explicit Place(const std::string& path);
  // When this is false, errno still holds the reason from the time when the Place was made.
  bool found() const { return found_; }
  int directory() const;
  const char* name() const { return name_.c_str(); }

 private:
  UniqueFd parent_;
  std::string name_;
  bool found_ = true;
};

// Opens `path`, relative to the directory `root`, without openat2(2). open() falls back to this by itself; it
// is declared here so that tests can call it.
int open_by_steps(int root, std::string_view path, int flags, mode_t mode);

}  // namespace beneath

// Returns the first component of `path` that is a symbolic link beneath its guarded directory, or "" when
// there is none.
std::string link_on_the_way(const std::string& path);

}  // namespace dvx
