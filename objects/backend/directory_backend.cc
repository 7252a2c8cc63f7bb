#include "objects/backend/directory_backend.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <utility>
#include <vector>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sharing.h"
#include "base/unique_fd.h"
#include "objects/backend/backend_errors.h"
#include "objects/pack/sequential_file.h"

namespace dvx {

namespace {
constexpr std::size_t kBufferSize = std::size_t{1} << 20;
constexpr std::string_view kTemporaryName = ".tmp";
constexpr std::time_t kStaleAfterSeconds = 24 * 60 * 60;

std::string unique_name() {
  static std::atomic<std::uint64_t> counter{0};
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  // The name of the host keeps two machines apart that write to one mounted directory.
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}-{}-{}-{}-{}", host, ::getpid(), now.tv_sec, now.tv_nsec, counter.fetch_add(1));
}

// Says whether unique_name() may have made `name`. Other files in the temporary directory must be kept,
// because the user may have named the wrong directory as a remote, or settings from a stranger may have named
// it.
bool is_unique_name(std::string_view name) {
  for (int numbers = 0; numbers < 4; ++numbers) {
    const auto dash = name.rfind('-');
    if (dash == std::string_view::npos || dash + 1 == name.size()) return false;
    if (name.substr(dash + 1).find_first_not_of("0123456789") != std::string_view::npos) return false;
    name = name.substr(0, dash);
  }
  return !name.empty();
}

// A file under `.tmp/` that is removed again unless it was moved into place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& directory)
      : path_(join_path(directory, unique_name())), file_(path_) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!moved_) beneath::remove_file(path_);
  }

  void fill(const std::string& name, Source& source, std::uint64_t size) {
    std::vector<std::byte> buffer(std::min<std::uint64_t>(kBufferSize, size + 1));
    std::uint64_t written = 0;
    for (std::size_t n = source.read(buffer); n > 0; n = source.read(buffer)) {
      file_.append(std::span(buffer).first(n));
      written += n;
      if (written > size) break;
    }
    if (written != size) throw wrong_source_size(name, size);
    file_.finish();
  }

  void replace(const std::string& target) {
    if (beneath::rename(path_, target) != 0) throw system_error("replace", target);
    moved_ = true;
  }

  WriteResult appear_as(const std::string& target) {
    if (beneath::link(path_, target) == 0) return WriteResult::Written;
    if (errno == EEXIST) return WriteResult::Existed;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) throw system_error("create", target);
    // The file system has no hard links.
    if (beneath::rename(path_, target, RENAME_NOREPLACE) != 0) {
      if (errno == EEXIST) return WriteResult::Existed;
      throw system_error("create", target);
    }
    moved_ = true;
    return WriteResult::Written;
  }

 private:
  std::string path_;
  SequentialFile file_;
  bool moved_ = false;
};

struct DirectoryEntry {
  // The name. That of a directory ends in '/', so that sorting the keys sorts the full names.
  std::string key;
  std::uint64_t size = 0;
};

struct DirectoryCloser {
  DIR* dir;
  ~DirectoryCloser() { ::closedir(dir); }
};

// Returns the entries of one directory in name order, or nothing when it does not exist. Names with a leading
// dot do not belong to the remote.
std::vector<DirectoryEntry> entries_of(const std::string& path) {
  std::vector<DirectoryEntry> entries;
  DIR* dir = beneath::open_directory(path);
  if (dir == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return entries;
    throw system_error("list", path);
  }
  const DirectoryCloser closer{dir};
  for (errno = 0; const dirent* entry = ::readdir(dir); errno = 0) {
    const std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    struct ::stat st {};
    if (::fstatat(::dirfd(dir), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // it was removed in the meantime
      throw system_error("stat", join_path(path, name));
    }
    if (S_ISDIR(st.st_mode)) entries.push_back({name + "/", 0});
    if (S_ISREG(st.st_mode)) entries.push_back({name, static_cast<std::uint64_t>(st.st_size)});
  }
  if (errno != 0) throw system_error("list", path);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return entries;
}

// Visits the names that start with `prefix`. `below` is "" or ends in '/'.
void list_below(const std::string& directory, const std::string& below, const std::string& prefix,
                const std::function<void(const BackendEntry&)>& visit) {
  for (const DirectoryEntry& entry : entries_of(join_path(directory, below))) {
    const std::string name = below + entry.key;
    if (name.ends_with('/')) {
      if (name.starts_with(prefix) || prefix.starts_with(name)) list_below(directory, name, prefix, visit);
    } else if (name.starts_with(prefix)) {
      visit({name, entry.size});
    }
  }
}
}  // namespace

DirectoryBackend::DirectoryBackend(std::string directory)
    : directory_(std::move(directory)), guard_(directory_) {
  heed_sharing(directory_);
}

std::string DirectoryBackend::path_of(const std::string& name) const {
  check_backend_name(name);
  return join_path(directory_, name);
}

std::optional<BackendEntry> DirectoryBackend::stat(const std::string& name) {
  struct ::stat st {};
  const std::string path = path_of(name);
  if (beneath::stat(path, st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw system_error("stat", path);
  }
  if (!S_ISREG(st.st_mode)) return std::nullopt;
  return BackendEntry{name, static_cast<std::uint64_t>(st.st_size)};
}

void DirectoryBackend::read(const std::string& name, std::uint64_t offset,
                            std::optional<std::uint64_t> length, Sink& sink) {
  const std::string path = path_of(name);
  if (!stat(name)) throw absent_name(directory_, name);
  const UniqueFd fd = open_file(path, O_RDONLY);
  struct ::stat st {};
  if (::fstat(fd.get(), &st) != 0) throw system_error("stat", path);
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (offset > size || length.value_or(0) > size - offset) throw range_past_end(directory_, name);
  std::uint64_t left = length.value_or(size - offset);
  std::vector<std::byte> buffer(std::min<std::uint64_t>(kBufferSize, left));
  while (left > 0) {
    const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), left));
    pread_exact(fd.get(), piece, offset, path);
    sink.write(piece);
    offset += piece.size();
    left -= piece.size();
  }
}

void DirectoryBackend::write(const std::string& name, Source& source, std::uint64_t size) {
  const std::string path = path_of(name);
  const std::string temporary = join_path(directory_, kTemporaryName);
  ensure_directory(temporary);
  TemporaryFile file(temporary);
  file.fill(name, source, size);
  ensure_directory(parent_path(path));
  file.replace(path);
  fsync_directory(parent_path(path));
}

WriteResult DirectoryBackend::write_if_absent(const std::string& name, Source& source, std::uint64_t size) {
  const std::string path = path_of(name);
  if (exists(path)) return WriteResult::Existed;
  const std::string temporary = join_path(directory_, kTemporaryName);
  ensure_directory(temporary);
  TemporaryFile file(temporary);
  file.fill(name, source, size);
  ensure_directory(parent_path(path));
  const WriteResult result = file.appear_as(path);
  fsync_directory(parent_path(path));
  return result;
}

void DirectoryBackend::list(const std::string& prefix,
                            const std::function<void(const BackendEntry&)>& visit) {
  list_below(directory_, "", prefix, visit);
}

void DirectoryBackend::remove(const std::string& name) {
  const std::string path = path_of(name);
  if (beneath::remove_file(path) != 0 && errno != ENOENT && errno != ENOTDIR)
    throw system_error("remove", path);
}

void DirectoryBackend::ensure_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (known_directories_.contains(path)) return;
  std::vector<std::string> absent;
  for (std::string at = path; !is_directory(at); at = parent_path(at)) absent.push_back(at);
  make_directories(path);
  // A new directory is durable only when the one above it is synced.
  for (const std::string& made : absent) fsync_directory(parent_path(made));
  if (file_name(path) == kTemporaryName) remove_stale_temporaries(path);
  known_directories_.insert(path);
}

void DirectoryBackend::remove_stale_temporaries(const std::string& directory) {
  const std::time_t now = ::time(nullptr);
  for (const DirectoryEntry& entry : entries_of(directory)) {
    if (!is_unique_name(entry.key)) continue;
    const std::string path = join_path(directory, entry.key);
    const auto st = stat_if_exists(path);
    if (st && S_ISREG(st->st_mode) && now - st->st_mtime > kStaleAfterSeconds) beneath::remove_file(path);
  }
}

}  // namespace dvx
