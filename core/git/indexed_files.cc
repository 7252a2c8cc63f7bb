#include "core/git/indexed_files.h"

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/path.h"

namespace dvx {

namespace {

bool is_same_time(const git_index_time& indexed, const timespec& now) {
  const bool is_same_second = indexed.seconds == static_cast<std::int32_t>(now.tv_sec);
  return is_same_second && indexed.nanoseconds == static_cast<std::uint32_t>(now.tv_nsec);
}

// Properties of files that git was told the file system cannot keep.
struct KeptModes {
  bool executable = true, links = true;
};

KeptModes kept_modes(git_repository* repository) {
  const auto config = git_make<GitConfig>("read git's settings", git_repository_config_snapshot, repository);
  const auto is_on = [&](const char* name) {
    int value = 1;
    return git_config_get_bool(&value, config.get(), name) != 0 || value != 0;
  };
  return {.executable = is_on("core.filemode"), .links = is_on("core.symlinks")};
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

bool is_kind_of(const git_index_entry& entry, mode_t now, const KeptModes& kept) {
  if (is_same_kind(entry.mode, now)) return true;
  if (entry.mode == GIT_FILEMODE_LINK) return !kept.links && S_ISREG(now);
  return entry.mode != GIT_FILEMODE_COMMIT && !kept.executable && S_ISREG(now);
}

bool has_indexed_content(git_repository* repository, const git_index_entry& entry, const std::string& path,
                         const KeptModes& kept) {
  struct ::stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !is_kind_of(entry, st.st_mode, kept)) return false;
  git_oid id;
  if (S_ISLNK(st.st_mode)) {
    const std::string target = std::filesystem::read_symlink(path).string();
    return git_odb_hash(&id, target.data(), target.size(), GIT_OBJECT_BLOB) == 0 &&
           git_oid_equal(&id, &entry.id) != 0;
  }
  return git_repository_hashfile(&id, repository, path.c_str(), GIT_OBJECT_BLOB, nullptr) == 0 &&
         git_oid_equal(&id, &entry.id) != 0;
}

std::optional<timespec> time_written(git_index* index) {
  struct ::stat st {};
  const char* file = git_index_path(index);
  if (file == nullptr || ::stat(file, &st) != 0) return std::nullopt;
  return st.st_mtim;
}

}  // namespace

bool lie_as_indexed(git_repository* repository, git_index* index, const std::string& work_tree) {
  const std::optional<timespec> written = time_written(index);
  if (!written) return git_index_entrycount(index) == 0;
  std::optional<KeptModes> kept;
  for (std::size_t i = 0; i < git_index_entrycount(index); ++i) {
    const git_index_entry& entry = *git_index_get_byindex(index, i);
    if (git_index_entry_stage(&entry) != 0) return false;
    const std::string path = join_path(work_tree, entry.path);
    if (is_left_alone(entry) || lies_as_indexed(entry, path, *written)) continue;
    if (!kept) kept = kept_modes(repository);
    if (!has_indexed_content(repository, entry, path, *kept)) return false;
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
