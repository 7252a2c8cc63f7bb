#include "objects/store/whole_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/sequential_file.h"
#include "objects/store/reflink.h"
#include "objects/store/store_impl.h"

namespace dvx {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
// Up to this number, each file is synced alone.
constexpr std::size_t kFew = 64;

template <typename Use>
void for_each_piece(int fd, const std::string& path, Use use) {
  std::vector<std::byte> piece(kPiece);
  if (::lseek(fd, 0, SEEK_SET) != 0) throw system_error("read", path);
  while (const std::size_t n = read_up_to(fd, piece, path)) use(std::span<const std::byte>(piece).first(n));
}

ObjectId hash_file(const std::string& path) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  Hasher hasher;
  for_each_piece(fd.get(), path, [&](std::span<const std::byte> piece) { hasher.update(piece); });
  return hasher.finish();
}

void copy_or_clone(int source_fd, const std::string& path_for_errors, const std::string& target) {
  struct ::stat st {};
  if (::fstat(source_fd, &st) != 0) throw system_error("stat", path_for_errors);
  {
    const UniqueFd file = open_file(target, O_RDWR | O_CREAT | O_EXCL, 0444);
    if (clone_file(source_fd, file.get())) return;
    // A small copy is synced later, together with the others.
    if (static_cast<std::uint64_t>(st.st_size) <= kPiece) {
      for_each_piece(source_fd, path_for_errors, [&](std::span<const std::byte> piece) {
        write_all(file.get(), as_text(piece), target);
      });
      return;
    }
  }
  if (beneath::remove_file(target) != 0) throw system_error("remove", target);
  SequentialFile copy(target);
  for_each_piece(source_fd, path_for_errors, [&](std::span<const std::byte> piece) { copy.append(piece); });
  copy.finish();
}

void sync_filesystem(const std::string& directory) {
  const UniqueFd fd = open_file(directory, O_RDONLY | O_DIRECTORY);
  if (::syncfs(fd.get()) != 0) throw system_error("sync", directory);
}

}  // namespace

std::string WholeWriter::staged_path(std::uint64_t number) const {
  return session_->path_of(fmt::format("{}", number));
}

ObjectId WholeWriter::add(int source_fd, const std::string& path_for_errors) {
  std::string path;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!session_) {
      store_.impl().ensure_layout();
      session_.emplace(store_.impl().path("tmp"));
    }
    number = next_++;
    path = staged_path(number);
  }
  copy_or_clone(source_fd, path_for_errors, path);
  const ObjectId id = hash_file(path);
  if (store_.impl().probably_has(id)) {
    beneath::remove_file(path);
    return id;
  }
  const std::lock_guard lock(mutex_);
  staged_.emplace_back(id, number);
  return id;
}

void WholeWriter::sync_staged() const {
  if (staged_.size() > kFew) {
    sync_filesystem(store_.directory());
    return;
  }
  for (const auto& [id, number] : staged_) {
    const std::string path = staged_path(number);
    fsync_file(open_file(path, O_RDONLY).get(), path);
  }
}

void WholeWriter::publish() {
  const std::lock_guard lock(mutex_);
  if (staged_.empty()) return;
  sync_staged();
  std::sort(staged_.begin(), staged_.end());
  const std::string whole = store_.impl().path("whole");
  std::set<std::string> directories{store_.directory(), whole};
  for (const auto& [id, number] : staged_) {
    const std::string path = store_.impl().whole_path(id);
    if (directories.insert(parent_path(path)).second) make_directories(parent_path(path));
    if (beneath::rename(staged_path(number), path) != 0) throw system_error("publish", path);
  }
  if (staged_.size() > kFew) {
    sync_filesystem(store_.directory());
  } else {
    for (const std::string& directory : directories) fsync_directory(directory);
  }
  staged_.clear();
}

}  // namespace dvx
