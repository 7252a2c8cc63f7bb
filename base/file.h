// Files by path or directory handle: reading whole files, and the few ways durable bytes are written.
//
// Everything throws Error (Io or NotFound) through system_error() and retries EINTR. Nothing here retries
// fsync.
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

// Opens relative to `dir_fd` (or AT_FDCWD). O_CLOEXEC is always set.
UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0666);
UniqueFd open_file_at(int dir_fd, const std::string& path, int flags, mode_t mode = 0666);

// Whole contents of a regular file; Error{Config} for a device, a pipe and what else is none. `limit` guards
// against reading something absurd: beyond it, Error{Config} before anything is read.
std::string read_file(const std::string& path, std::uint64_t limit = limits::kTextBytes);
std::optional<std::string> read_file_if_exists(const std::string& path,
                                               std::uint64_t limit = limits::kTextBytes);

void write_all(int fd, std::string_view bytes, std::string_view path_for_errors);
// Reads until `out` is full or end of file; returns the bytes read.
std::size_t read_up_to(int fd, std::span<std::byte> out, std::string_view path_for_errors);
// pread until `out` is full; an early end of file is Corruption.
void pread_exact(int fd, std::span<std::byte> out, std::uint64_t offset, std::string_view path_for_errors);

void fsync_file(int fd, std::string_view path_for_errors);
void fsync_directory(const std::string& path);

bool exists(const std::string& path);  // lstat succeeds
bool is_directory(const std::string& path);
std::optional<struct ::stat> stat_if_exists(const std::string& path);  // lstat
void make_directories(const std::string& path);
void remove_tree(
    const std::string& path);  // absent is fine; read-only directories below are made writable first

// Replaces a file all or nothing: temp in the same directory, write, fsync, rename, fsync of the directory.
// Dropped without commit(), the temp file is removed and the old file is untouched.
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

// Whether `name` is one that AtomicFile gives its temp files.
bool is_temporary_name(std::string_view name);

void write_file_atomically(const std::string& path, std::string_view bytes, mode_t mode = 0666,
                           Durability durability = Durability::Synced);

// A directory made under `parent` with a name nobody else has, removed with all its contents when dropped.
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
