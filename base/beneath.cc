#include "base/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "base/path.h"
#include "base/retry.h"

namespace dvx {

namespace {

// Opens a guarded directory itself. When another guarded directory encloses it, the walk starts there.
int open_guarded_directory(const std::string& path);

// A guarded directory and a handle of it, which is opened when it is first needed. Somebody may remove the
// directory and make it again, so a walk that finds nothing opens the handle once more.
class GuardedDirectory {
 public:
  GuardedDirectory(std::string path, MayFollow may_follow)
      : path_(std::move(path)), may_follow_(std::move(may_follow)) {}

  bool lets_readers_follow() const { return may_follow_ != nullptr; }

  // Says whether a reader may go to where `path`, which has a link in it, leads. A link that leads nowhere
  // may be followed, because the reader is then told that nothing is there.
  bool may_be_read_through(const std::string& path) const {
    if (!may_follow_) return false;
    char* const real = ::realpath(path.c_str(), nullptr);
    if (real == nullptr) return true;
    const std::string target = real;
    ::free(real);
    return may_follow_(link_on_the_way(path), target);
  }

  // Returns null and sets errno when there is no such directory.
  std::shared_ptr<const UniqueFd> handle() const {
    const std::lock_guard lock(mutex_);
    if (!handle_) reopen();
    return handle_;
  }

  // Returns a new handle when the path no longer names the directory of `old`, and null otherwise.
  std::shared_ptr<const UniqueFd> handle_instead_of(const std::shared_ptr<const UniqueFd>& old) const {
    struct ::stat was {
    }, is{};
    if (::fstat(old->get(), &was) != 0 || ::stat(path_.c_str(), &is) != 0) return nullptr;
    if (was.st_dev == is.st_dev && was.st_ino == is.st_ino) return nullptr;
    const std::lock_guard lock(mutex_);
    reopen();
    return handle_;
  }

 private:
  void reopen() const {
    const int fd = open_guarded_directory(path_);
    handle_ = fd < 0 ? nullptr : std::make_shared<const UniqueFd>(fd);
  }

  const std::string path_;
  const MayFollow may_follow_;
  mutable std::mutex mutex_;  // guards handle_
  // The calls that are using the handle share it with this object.
  mutable std::shared_ptr<const UniqueFd> handle_;
};

// A path split for the walk: the guarded directory above it, or null when there is none, and the rest of the
// path.
struct Inside {
  std::shared_ptr<const GuardedDirectory> directory;
  std::string_view rest;
};

class Registry {
 public:
  void add(const std::string& path, MayFollow may_follow) {
    const std::unique_lock lock(mutex_);
    Row& row = rows_[path];
    if (row.count++ == 0)
      row.directory = std::make_shared<const GuardedDirectory>(path, std::move(may_follow));
  }

  void remove(const std::string& path) {
    const std::unique_lock lock(mutex_);
    const auto found = rows_.find(path);
    if (found != rows_.end() && --found->second.count == 0) rows_.erase(found);
  }

  // Returns the innermost guarded directory above `path`. A directory is not inside itself, because its own
  // path is chosen by whoever guards it.
  Inside find(std::string_view path) const {
    Inside inside{nullptr, path};
    if (path.empty() || path.front() != '/') return inside;
    const std::shared_lock lock(mutex_);
    std::size_t longest = 0;
    for (const auto& [root, row] : rows_) {
      const bool is_above =
          path.size() > root.size() + 1 && path[root.size()] == '/' && path.starts_with(root);
      if (!is_above || root.size() < longest) continue;
      longest = root.size();
      inside = {row.directory, path.substr(root.size() + 1)};
    }
    return inside;
  }

 private:
  struct Row {
    std::shared_ptr<const GuardedDirectory> directory;
    std::size_t count = 0;
  };

  mutable std::shared_mutex mutex_;  // guards rows_
  std::map<std::string, Row, std::less<>> rows_;
};

Registry& registry() {
  static Registry all;
  return all;
}

bool changes_something(int flags) {
  return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_ACCMODE) != O_RDONLY;
}

// Opens `path` with openat2(2). Returns -1 with ENOSYS where the kernel, or a filter in front of it, does not
// know the call.
int open_in_one_step(int root, const std::string& path, int flags, mode_t mode) {
  static std::atomic<bool> is_missing = false;
  if (is_missing.load(std::memory_order_relaxed)) {
    errno = ENOSYS;
    return -1;
  }
  struct ::open_how how {};
  how.flags = static_cast<std::uint64_t>(flags);
  const bool makes_file = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  how.mode = makes_file ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  // The kernel returns EAGAIN when somebody renamed a directory during the walk, because it then cannot tell
  // whether the walk left the root.
  int fd = -1;
  do {
    fd = static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == E2BIG)) {
    // A sealed or immutable file also gives EPERM; the walk by steps then reports it again.
    if (errno != EPERM) is_missing = true;
    errno = ENOSYS;
  }
  return fd;
}

int open_from(int root, std::string_view rest, int flags, mode_t mode) {
  const std::string path(rest);
  const int fd = open_in_one_step(root, path, flags | O_CLOEXEC, mode);
  if (fd >= 0 || errno != ENOSYS) return fd;
  return beneath::open_by_steps(root, path, flags, mode);
}

// Opens `rest` beneath the directory. The directory may have been made again since its handle was opened.
int open_inside(const GuardedDirectory& directory, std::string_view rest, int flags, mode_t mode) {
  auto handle = directory.handle();
  if (!handle) return -1;
  const int fd = open_from(handle->get(), rest, flags, mode);
  if (fd >= 0 || errno != ENOENT) return fd;
  handle = directory.handle_instead_of(handle);
  errno = ENOENT;
  return handle ? open_from(handle->get(), rest, flags, mode) : -1;
}

int open_guarded_directory(const std::string& path) {
  constexpr int kHandle = O_PATH | O_DIRECTORY | O_CLOEXEC;
  const Inside inside = registry().find(path);
  if (inside.directory != nullptr) return open_inside(*inside.directory, inside.rest, kHandle, 0);
  return retry_interrupted([&] { return ::open(path.c_str(), kHandle); });
}

int duplicate(const GuardedDirectory& directory) {
  const auto handle = directory.handle();
  return handle ? ::fcntl(handle->get(), F_DUPFD_CLOEXEC, 0) : -1;
}

}  // namespace

DirectoryGuard::DirectoryGuard(const std::string& directory, MayFollow may_follow) : directory_(directory) {
  registry().add(directory_, std::move(may_follow));
}

DirectoryGuard::DirectoryGuard(DirectoryGuard&& other) noexcept
    : directory_(std::exchange(other.directory_, {})) {}

DirectoryGuard& DirectoryGuard::operator=(DirectoryGuard&& other) noexcept {
  std::swap(directory_, other.directory_);
  return *this;
}

DirectoryGuard::~DirectoryGuard() {
  if (!directory_.empty()) registry().remove(directory_);
}

namespace beneath {

// Opens each directory on the way from the one above it. A link in place of a directory fails with ELOOP or
// ENOTDIR, and this function always reports ELOOP for it. The paths of dvx never contain "..", so that
// component is refused.
int open_by_steps(int root, std::string_view path, int flags, mode_t mode) {
  UniqueFd held;
  int at = root;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    const bool is_last = slash == std::string_view::npos;
    if (name == "..") {
      errno = EXDEV;
      return -1;
    }
    const int how = is_last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW;
    if (!name.empty() || is_last) {
      const int fd = retry_interrupted(
          [&] { return ::openat(at, name.empty() ? "." : name.c_str(), how | O_CLOEXEC, mode); });
      const int failure = errno;
      if (fd < 0) {
        struct ::stat st {};
        const bool is_link =
            ::fstatat(at, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
        const bool wants_new = (flags & O_EXCL) != 0 && failure == EEXIST;
        errno = is_link && !wants_new ? ELOOP : failure;
        return -1;
      }
      if (is_last) {
        // open(2) with O_PATH | O_NOFOLLOW gives a handle of a link itself. That is only allowed when the
        // caller asked for O_NOFOLLOW.
        struct ::stat st {};
        const bool asked = (flags & O_NOFOLLOW) != 0;
        if ((flags & O_PATH) != 0 && !asked && ::fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
          ::close(fd);
          errno = ELOOP;
          return -1;
        }
        return fd;
      }
      held.reset(fd);
      at = fd;
    }
    path.remove_prefix(slash + 1);
  }
}

int open(const std::string& path, int flags, mode_t mode) {
  const Inside inside = registry().find(path);
  if (inside.directory != nullptr) {
    const int fd = open_inside(*inside.directory, inside.rest, flags, mode);
    const bool is_link = fd < 0 && errno == ELOOP;
    if (!is_link || changes_something(flags)) return fd;
    if (!inside.directory->may_be_read_through(path)) {
      errno = ELOOP;
      return -1;
    }
  }
  return retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
}

bool may_read(const std::string& path) {
  const Inside inside = registry().find(path);
  return inside.directory == nullptr || link_on_the_way(path).empty() ||
         inside.directory->may_be_read_through(path);
}

Place::Place(const std::string& path) : name_(path) {
  const Inside inside = registry().find(path);
  if (inside.directory == nullptr) return;
  const std::size_t slash = inside.rest.rfind('/');
  const bool is_at_top = slash == std::string_view::npos;
  const int fd = is_at_top
                     ? duplicate(*inside.directory)
                     : open_inside(*inside.directory, inside.rest.substr(0, slash), O_PATH | O_DIRECTORY, 0);
  parent_ = UniqueFd(fd);
  found_ = fd >= 0;
  name_ = inside.rest.substr(is_at_top ? 0 : slash + 1);
}

int Place::directory() const {
  return parent_ ? parent_.get() : AT_FDCWD;
}

namespace {

// Says whether a call that only looks may act as an ordinary system call. This is so when the rule of the
// directory lets readers follow links.
bool is_followed_by_readers(const std::string& path) {
  const Inside inside = registry().find(path);
  return inside.directory == nullptr || inside.directory->lets_readers_follow();
}

}  // namespace

int stat(const std::string& path, struct ::stat& result) {
  if (is_followed_by_readers(path)) return ::lstat(path.c_str(), &result);
  const Place place(path);
  if (!place.found()) return -1;
  return ::fstatat(place.directory(), place.name(), &result, AT_SYMLINK_NOFOLLOW);
}

int stat_as_reader(const std::string& path, struct ::stat& result) {
  const int outcome = stat(path, result);
  const bool is_behind_link = outcome == 0 ? S_ISLNK(result.st_mode) : errno == ELOOP;
  if (!is_behind_link) return outcome;
  if (may_read(path)) return ::stat(path.c_str(), &result);
  errno = ELOOP;
  return -1;
}

int access(const std::string& path, int how) {
  if (is_followed_by_readers(path)) return ::access(path.c_str(), how);
  const Place place(path);
  if (!place.found()) return -1;
  return ::faccessat(place.directory(), place.name(), how, AT_SYMLINK_NOFOLLOW);
}

DIR* open_directory(const std::string& path) {
  UniqueFd fd(open(path, O_RDONLY | O_DIRECTORY));
  if (!fd) return nullptr;
  DIR* const directory = ::fdopendir(fd.get());
  if (directory != nullptr) fd.release();
  return directory;
}

ssize_t read_link(const std::string& path, char* target, std::size_t size) {
  const Place place(path);
  return place.found() ? ::readlinkat(place.directory(), place.name(), target, size) : -1;
}

int open_directory_to_change(const std::string& path) {
  constexpr int kHandle = O_RDONLY | O_DIRECTORY;
  const Inside inside = registry().find(path);
  if (inside.directory != nullptr) return open_inside(*inside.directory, inside.rest, kHandle, 0);
  return retry_interrupted([&] { return ::open(path.c_str(), kHandle | O_CLOEXEC); });
}

int make_directory(const std::string& path, mode_t mode) {
  const Place place(path);
  return place.found() ? ::mkdirat(place.directory(), place.name(), mode) : -1;
}

int remove_file(const std::string& path) {
  const Place place(path);
  return place.found() ? ::unlinkat(place.directory(), place.name(), 0) : -1;
}

int remove_directory(const std::string& path) {
  const Place place(path);
  return place.found() ? ::unlinkat(place.directory(), place.name(), AT_REMOVEDIR) : -1;
}

int rename(const std::string& from, const std::string& to, unsigned flags) {
  const Place old_place(from);
  if (!old_place.found()) return -1;
  const Place new_place(to);
  if (!new_place.found()) return -1;
  return ::renameat2(old_place.directory(), old_place.name(), new_place.directory(), new_place.name(), flags);
}

int link(const std::string& from, const std::string& to) {
  const Place old_place(from);
  if (!old_place.found()) return -1;
  const Place new_place(to);
  if (!new_place.found()) return -1;
  return ::linkat(old_place.directory(), old_place.name(), new_place.directory(), new_place.name(), 0);
}

// chmod(2) follows links, and fchmodat(2) cannot be told not to, so the mode is set through a handle.
int change_mode(const std::string& path, mode_t mode) {
  const Place place(path);
  if (!place.found()) return -1;
  const UniqueFd fd(::openat(place.directory(), place.name(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return -1;
  struct ::stat st {};
  if (::fstat(fd.get(), &st) != 0) return -1;
  if (S_ISLNK(st.st_mode)) {
    errno = ELOOP;
    return -1;
  }
  return ::chmod(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), mode);
}

}  // namespace beneath

std::string link_on_the_way(const std::string& path) {
  const Inside inside = registry().find(path);
  if (inside.directory == nullptr) return {};
  const std::size_t begin = path.size() - inside.rest.size();
  for (std::size_t end = begin; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    struct ::stat st {};
    const std::string part = path.substr(0, end);
    if (::lstat(part.c_str(), &st) == 0 && S_ISLNK(st.st_mode)) return part;
  }
  return {};
}

}  // namespace dvx
