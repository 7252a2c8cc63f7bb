#include "core/workspace/linker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/regular_file.h"
#include "base/sparse_sink.h"
#include "base/stream.h"
#include "core/workspace/walk.h"
#include "objects/store/reflink.h"

namespace dvx {

namespace {

constexpr std::string_view kTempPrefix = ".dvx-tmp-";
// Up to this size a file is read in one piece.
constexpr std::uint64_t kSmall = 1U << 20;

mode_t mode_of(EntryKind kind) {
  return kind == EntryKind::Executable ? 0777 : 0666;
}

FileStamp stamp_at(int directory_fd, const std::string& name, const std::string& path) {
  struct ::stat st {};
  if (::fstatat(directory_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) throw system_error("stat", path);
  return stamp_of(st);
}

}  // namespace

std::string temp_name() {
  static std::atomic<std::uint64_t> counter = 0;
  return fmt::format("{}{}-{}", kTempPrefix, ::getpid(), counter.fetch_add(1));
}

FileStamp Linker::place(int directory_fd, const std::string& name, const TreeEntry& entry,
                        const std::string& path) const {
  const std::string temp = temp_name();
  try {
    make(directory_fd, temp, entry, path);
    if (::renameat(directory_fd, temp.c_str(), directory_fd, name.c_str()) != 0)
      throw system_error("create", path);
  } catch (...) {
    ::unlinkat(directory_fd, temp.c_str(), 0);
    throw;
  }
  // A rename onto another link of the same file does nothing, and says so to nobody.
  if (kind_ == LinkKind::Hardlink) ::unlinkat(directory_fd, temp.c_str(), 0);
  return stamp_at(directory_fd, name, path);
}

FileStamp Linker::place_new(int directory_fd, const std::string& name, const TreeEntry& entry,
                            const std::string& path) const {
  make(directory_fd, name, entry, path);
  return stamp_at(directory_fd, name, path);
}

void Linker::make(int directory_fd, const std::string& temp, const TreeEntry& entry,
                  const std::string& path) const {
  if (entry.kind == EntryKind::Symlink) {
    // Linux takes no longer target than this either.
    const std::string target = store_.read_bytes(entry.id, limits::kTreePath);
    if (::symlinkat(target.c_str(), directory_fd, temp.c_str()) != 0) throw system_error("create", path);
    return;
  }
  if (kind_ == LinkKind::Copy || !link(directory_fd, temp, entry)) copy(directory_fd, temp, entry, path);
}

bool Linker::link(int directory_fd, const std::string& temp, const TreeEntry& entry) const {
  const auto whole = store_.whole_file(entry.id);
  if (!whole) return false;
  // All links of a file share its mode, and the store's has none to execute.
  if (entry.kind == EntryKind::Executable && kind_ != LinkKind::Reflink) return false;
  // A link delivers what the store's file is now: somebody may have written into it through another link, or
  // the disk may have lost it.
  NullSink checked;
  store_.read(entry.id, checked);
  if (kind_ == LinkKind::Reflink) {
    const UniqueFd in = open_stored_file(*whole).fd;
    const UniqueFd out = open_file_at(directory_fd, temp, O_WRONLY | O_CREAT | O_EXCL, mode_of(entry.kind));
    if (clone_file(in.get(), out.get())) return true;
    ::unlinkat(directory_fd, temp.c_str(), 0);
    return false;
  }
  if (kind_ == LinkKind::Symlink) return ::symlinkat(whole->c_str(), directory_fd, temp.c_str()) == 0;
  return ::linkat(AT_FDCWD, whole->c_str(), directory_fd, temp.c_str(), 0) == 0;
}

void Linker::copy(int directory_fd, const std::string& temp, const TreeEntry& entry,
                  const std::string& path) const {
  const UniqueFd out = open_file_at(directory_fd, temp, O_WRONLY | O_CREAT | O_EXCL, mode_of(entry.kind));
  require_size(entry, path);
  if (entry.size <= kSmall) {
    StringSink content;
    store_.read(entry.id, content);
    write_all(out.get(), content.take(), path);
  } else {
    SparseSink sink(out.get(), path);
    store_.read(entry.id, sink);
    sink.finish();
  }
}

// The recorded and the stored size must agree before a stranger's object fills the disk.
void Linker::require_size(const TreeEntry& entry, const std::string& path) const {
  const auto info = store_.find(entry.id);
  if (!info || info->size == entry.size) return;
  throw Error(ErrorKind::Corruption,
              fmt::format("'{}' is recorded with {} bytes, and object {} has {}", display_path(path),
                          entry.size, entry.id.to_hex(), info->size),
              "dvx fsck", path);
}

std::optional<ObjectId> linked_object(std::string_view target, std::string_view store_directory) {
  const auto below = path_beneath(target, join_path(store_directory, "whole"));
  if (!below || below->size() != 65 || (*below)[2] != '/') return std::nullopt;
  return ObjectId::parse(below->substr(0, 2) + below->substr(3));
}

bool is_leftover(std::string_view name) {
  if (!name.starts_with(kTempPrefix)) return false;
  name.remove_prefix(kTempPrefix.size());
  pid_t pid = 0;
  const auto [rest, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (failure != std::errc() || rest == name.data() + name.size() || *rest != '-' || pid <= 0) return false;
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

}  // namespace dvx
