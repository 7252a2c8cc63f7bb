#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/path.h"
#include "base/regular_file.h"
#include "base/retry.h"
#include "base/sharing.h"

namespace dvx {

namespace {

std::string unique_suffix() {
  static const pid_t pid = ::getpid();
  static std::uint64_t counter = 0;
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return fmt::format("{}-{}-{}-{}", pid, now.tv_sec, now.tv_nsec,
                     __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED));
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd open_file(const std::string& path, int flags, mode_t mode) {
  return open_file_at(AT_FDCWD, path, flags, mode);
}

UniqueFd open_file_at(int dir_fd, const std::string& path, int flags, mode_t mode) {
  const int fd = dir_fd == AT_FDCWD ? beneath::open(path, flags, mode) : retry_interrupted([&] {
    return ::openat(dir_fd, path.c_str(), flags | O_CLOEXEC, mode);
  });
  if (fd < 0) throw system_error((flags & O_CREAT) ? "create" : "open", path);
  if ((flags & O_CREAT) != 0 && dir_fd == AT_FDCWD) share_new_file(fd, path);
  return UniqueFd(fd);
}

namespace {
Error too_large(const std::string& path, std::uint64_t limit) {
  return Error(ErrorKind::Config,
               fmt::format("'{}' is larger than {} bytes and is not read whole", path, limit), {}, path);
}
}  // namespace

std::string read_file(const std::string& path, std::uint64_t limit) {
  const RegularFile file = open_regular_file(path, LastLink::Follow, ErrorKind::Config);
  if (file.size() > limit) throw too_large(path, limit);
  std::string bytes;
  // Asking for one byte more than the expected size finds the end of the file without another read. Files in
  // /proc report a size of 0 and hold more.
  for (std::size_t target = file.size() + 1;; target = bytes.size() * 2 + 4096) {
    const std::size_t old = bytes.size();
    bytes.resize(std::min<std::uint64_t>(target, limit + 1));
    const auto rest = std::as_writable_bytes(std::span(bytes)).subspan(old);
    const std::size_t n = read_up_to(file.fd.get(), rest, path);
    bytes.resize(old + n);
    if (bytes.size() > limit) throw too_large(path, limit);
    if (n < rest.size()) return bytes;
  }
}

std::optional<std::string> read_file_if_exists(const std::string& path, std::uint64_t limit) {
  try {
    return read_file(path, limit);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::NotFound) return std::nullopt;
    throw;
  }
}

void write_all(int fd, std::string_view bytes, std::string_view path_for_errors) {
  while (!bytes.empty()) {
    const ssize_t n = retry_interrupted([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (n < 0) throw system_error("write", path_for_errors);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::size_t read_up_to(int fd, std::span<std::byte> out, std::string_view path_for_errors) {
  std::size_t total = 0;
  while (total < out.size()) {
    const ssize_t n = retry_interrupted([&] { return ::read(fd, out.data() + total, out.size() - total); });
    if (n < 0) throw system_error("read", path_for_errors);
    if (n == 0) break;
    total += static_cast<std::size_t>(n);
  }
  return total;
}

void pread_exact(int fd, std::span<std::byte> out, std::uint64_t offset, std::string_view path_for_errors) {
  std::size_t total = 0;
  while (total < out.size()) {
    const ssize_t n = retry_interrupted([&] {
      return ::pread(fd, out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
    });
    if (n < 0) throw system_error("read", path_for_errors);
    if (n == 0) {
      throw Error(ErrorKind::Corruption,
                  fmt::format("'{}' ends early at byte {}", path_for_errors, offset + total),
                  "dvx fsck --repair", std::string(path_for_errors));
    }
    total += static_cast<std::size_t>(n);
  }
}

void fsync_file(int fd, std::string_view path_for_errors) {
  if (::fsync(fd) != 0) throw system_error("sync", path_for_errors);
}

void fsync_directory(const std::string& path) {
  const UniqueFd fd = open_file(path, O_RDONLY | O_DIRECTORY);
  fsync_file(fd.get(), path);
}

bool exists(const std::string& path) {
  return stat_if_exists(path).has_value();
}

bool is_directory(const std::string& path) {
  struct ::stat st {};
  return beneath::stat_as_reader(path, st) == 0 && S_ISDIR(st.st_mode);
}

std::optional<struct ::stat> stat_if_exists(const std::string& path) {
  struct ::stat st {};
  if (beneath::stat(path, st) == 0) return st;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error("stat", path);
}

namespace {
bool make_directory(const std::string& path) {
  if (beneath::make_directory(path, 0777) != 0) return false;
  share_new_directory(path);
  return true;
}
}  // namespace

void make_directories(const std::string& path) {
  if (make_directory(path)) return;
  if (errno == EEXIST && is_directory(path)) {
    if (!link_on_the_way(path).empty()) throw system_error("create directory", path, ELOOP);
    return;
  }
  if (errno != ENOENT) throw system_error("create directory", path);
  const std::string parent = parent_path(path);
  if (parent == path || parent.empty()) throw system_error("create directory", path, ENOENT);
  make_directories(parent);
  if (!make_directory(path) && errno != EEXIST) throw system_error("create directory", path);
}

namespace {
void remove_entry_at(int dir_fd, const char* name, const std::string& path) {
  if (::unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM && errno != EACCES) throw system_error("remove", path);
  const UniqueFd fd(::openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) throw system_error("remove", path);
  ::fchmod(fd.get(), 0700);
  for (const DirectoryEntry& child : list_directory(fd.get(), path))
    remove_entry_at(fd.get(), child.name.c_str(), join_path(path, child.name));
  if (::unlinkat(dir_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT) throw system_error("remove", path);
}
}  // namespace

void remove_tree(const std::string& path) {
  const beneath::Place place(path);
  if (place.found()) return remove_entry_at(place.directory(), place.name(), path);
  if (errno != ENOENT && errno != ENOTDIR) throw system_error("remove", path);
}

namespace {
constexpr std::string_view kTemporaryPrefix = ".dvx-tmp-";
}

bool is_temporary_name(std::string_view name) {
  return name.starts_with(kTemporaryPrefix);
}

AtomicFile::AtomicFile(std::string path, mode_t mode, Durability durability)
    : path_(std::move(path)), durability_(durability) {
  temp_path_ = join_path(parent_path(path_), fmt::format("{}{}", kTemporaryPrefix, unique_suffix()));
  fd_ = open_file(temp_path_, O_WRONLY | O_CREAT | O_EXCL, mode);
}

AtomicFile::~AtomicFile() {
  if (!committed_) beneath::remove_file(temp_path_);
}

void AtomicFile::write(std::string_view bytes) {
  write_all(fd_.get(), bytes, path_);
}

void AtomicFile::commit() {
  if (durability_ == Durability::Synced) fsync_file(fd_.get(), path_);
  if (beneath::rename(temp_path_, path_) != 0) throw system_error("replace", path_);
  committed_ = true;
  if (durability_ == Durability::Synced) {
    const std::string parent = parent_path(path_);
    fsync_directory(parent.empty() ? "." : parent);
  }
}

void write_file_atomically(const std::string& path, std::string_view bytes, mode_t mode,
                           Durability durability) {
  AtomicFile file(path, mode, durability);
  file.write(bytes);
  file.commit();
}

TemporaryDirectory::TemporaryDirectory(const std::string& parent, std::string_view prefix) {
  path_ = join_path(parent, fmt::format("{}-{}", prefix, unique_suffix()));
  if (beneath::make_directory(path_, 0700) != 0) throw system_error("create directory", path_);
  share_new_directory(path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  try {
    remove_tree(path_);
  } catch (const Error&) {
    // The directory stays until the temporary area is next cleaned; nothing depends on it.
  }
}

}  // namespace dvx
