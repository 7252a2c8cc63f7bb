#include "core/git/indexed_files.h"

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/path.h"

namespace dvx {

namespace {

bool is_same_time(const git_index_time& indexed, const timespec& now) {
  const bool is_same_second = indexed.seconds == static_cast<std::int32_t>(now.tv_sec);
  return is_same_second && indexed.nanoseconds == static_cast<std::uint32_t>(now.tv_nsec);
}

bool is_same_kind(std::uint32_t indexed, mode_t now) {
  switch (indexed) {
    case GIT_FILEMODE_BLOB:
      return S_ISREG(now) && (now & 0100U) == 0;
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return S_ISREG(now) && (now & 0100U) != 0;
    case GIT_FILEMODE_LINK:
      return S_ISLNK(now);
    default:
      return false;
  }
}

// What was written in the moment in which the index was may have been written again since.
bool is_settled(const git_index_entry& entry, const timespec& index_written) {
  const auto seconds = static_cast<std::int32_t>(index_written.tv_sec);
  return entry.mtime.seconds < seconds ||
         (entry.mtime.seconds == seconds &&
          entry.mtime.nanoseconds < static_cast<std::uint32_t>(index_written.tv_nsec));
}

bool is_left_alone(const git_index_entry& entry) {
  return entry.mode == GIT_FILEMODE_COMMIT || (entry.flags & GIT_INDEX_ENTRY_VALID) != 0 ||
         (entry.flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

bool lies_as_indexed(const git_index_entry& entry, const std::string& path, const timespec& index_written) {
  struct ::stat st {};
  if (::lstat(path.c_str(), &st) != 0) return false;
  return is_same_kind(entry.mode, st.st_mode) && entry.file_size == static_cast<std::uint32_t>(st.st_size) &&
         entry.ino == static_cast<std::uint32_t>(st.st_ino) && is_same_time(entry.mtime, st.st_mtim) &&
         is_same_time(entry.ctime, st.st_ctim) && is_settled(entry, index_written);
}

std::optional<timespec> time_written(git_index* index) {
  struct ::stat st {};
  const char* file = git_index_path(index);
  if (file == nullptr || ::stat(file, &st) != 0) return std::nullopt;
  return st.st_mtim;
}

}  // namespace

bool lie_as_indexed(git_index* index, const std::string& work_tree) {
  const std::optional<timespec> written = time_written(index);
  if (!written) return git_index_entrycount(index) == 0;
  for (std::size_t i = 0; i < git_index_entrycount(index); ++i) {
    const git_index_entry& entry = *git_index_get_byindex(index, i);
    if (git_index_entry_stage(&entry) != 0) return false;
    if (is_left_alone(entry)) continue;
    if (!lies_as_indexed(entry, join_path(work_tree, entry.path), *written)) return false;
  }
  return true;
}

bool lies_as_indexed(git_index* index, const std::string& work_tree, const std::string& path) {
  const std::optional<timespec> written = time_written(index);
  const git_index_entry* entry = git_index_get_bypath(index, path.c_str(), GIT_INDEX_STAGE_NORMAL);
  return written && entry != nullptr && !is_left_alone(*entry) &&
         lies_as_indexed(*entry, join_path(work_tree, path), *written);
}

}  // namespace dvx
