// Reading whole files, and the few ways in which dvx writes durable bytes, by path or by directory handle.
//
// Everything here throws Error (Io or NotFound) through system_error() and retries after EINTR. A failed
// fsync is never retried.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/unique_fd.h"

namespace dvx {

enum class Durability { Synced, Relaxed };

// Opens a path relative to `dir_fd`, which may be AT_FDCWD. O_CLOEXEC is always set.
UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0666);
UniqueFd open_file_at(int dir_fd, const std::string& path, int flags, mode_t mode = 0666);

// Returns the whole contents of a regular file. Throws Error{Config} when the path names anything else, such
// as a device or a pipe. When the file is larger than `limit`, it throws Error{Config} before reading
// anything, so that an absurdly large file does no harm.
std::string read_file(const std::string& path, std::uint64_t limit = limits::kTextBytes);
std::optional<std::string> read_file_if_exists(const std::string& path,
                                               std::uint64_t limit = limits::kTextBytes);

void write_all(int fd, std::string_view bytes, std::string_view path_for_errors);
// Reads until `out` is full or the file ends, and returns the number of bytes read.
std::size_t read_up_to(int fd, std::span<std::byte> out, std::string_view path_for_errors);
// Reads with pread until `out` is full. Throws Error{Corruption} when the file ends before that.
void pread_exact(int fd, std::span<std::byte> out, std::uint64_t offset, std::string_view path_for_errors);

void fsync_file(int fd, std::string_view path_for_errors);
void fsync_directory(const std::string& path);

// Says whether lstat succeeds.
bool exists(const std::string& path);
bool is_directory(const std::string& path);
// Uses lstat, so a link is not followed.
std::optional<struct ::stat> stat_if_exists(const std::string& path);
void make_directories(const std::string& path);
// Does nothing when `path` is absent. Read-only directories below it are made writable first.
void remove_tree(const std::string& path);

// Replaces a file completely or not at all. It writes a temporary file in the same directory, and commit()
// syncs that file, renames it and syncs the directory. When the object is destroyed without commit(), the
// temporary file is removed and the old file is untouched.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path, mode_t mode = 0666, Durability durability = Durability::Synced);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  int fd() const { return fd_.get(); }
  void write(std::string_view bytes);
  void commit();

 private:
  std::string path_, temp_path_;
  UniqueFd fd_;
  Durability durability_;
  bool committed_ = false;
};

// Says whether `name` has the form that AtomicFile gives to its temporary files.
bool is_temporary_name(std::string_view name);

void write_file_atomically(const std::string& path, std::string_view bytes, mode_t mode = 0666,
                           Durability durability = Durability::Synced);

// A directory made under `parent` with a name that nobody else has. The destructor removes it with all its
// contents.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& parent, std::string_view prefix = "dvx");
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace dvx
