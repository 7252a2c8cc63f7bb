#include "core/workspace/changed_links.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <tuple>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/linker.h"
#include "core/workspace/private_copy.h"
#include "core/workspace/tracked.h"
#include "objects/store/shared_files.h"

namespace dvx {

namespace {

class LinkSearch {
 public:
  LinkSearch(Repository& repository, const std::vector<ChangedFile>& changed)
      : repository_(repository), store_(repository.store_dir()) {
    for (const ChangedFile& file : changed) {
      by_id_.emplace(file.id, &found_[file.id]);
      by_inode_.emplace(std::tuple(file.device, file.inode), &found_[file.id]);
    }
  }

  std::map<ObjectId, std::vector<std::string>> run() {
    for (const TrackedPath& tracked : tracked_paths(repository_)) look_at(tracked.path);
    for (auto& [id, paths] : found_) std::ranges::sort(paths);
    return std::move(found_);
  }

 private:
  void look_at(const std::string& path) {
    throw_if_interrupted();
    const std::string absolute = repository_.path(path);
    const auto st = stat_if_exists(absolute);
    if (!st) return;
    if (S_ISDIR(st->st_mode)) {
      for (const std::string& name : names_in_directory(absolute)) look_at(join_path(path, name));
    } else if (S_ISLNK(st->st_mode)) {
      std::error_code ignored;
      const auto id = linked_object(std::filesystem::read_symlink(absolute, ignored).string(), store_);
      if (id) note(by_id_, *id, path);
    } else if (S_ISREG(st->st_mode) && st->st_nlink > 1) {
      note(by_inode_, std::tuple<std::uint64_t, std::uint64_t>(st->st_dev, st->st_ino), path);
    }
  }

  template <typename Key>
  static void note(const std::map<Key, std::vector<std::string>*>& places, const Key& key,
                   const std::string& path) {
    if (const auto at = places.find(key); at != places.end()) at->second->push_back(path);
  }

  Repository& repository_;
  const std::string store_;
  std::map<ObjectId, std::vector<std::string>> found_;
  std::map<ObjectId, std::vector<std::string>*> by_id_;
  std::map<std::tuple<std::uint64_t, std::uint64_t>, std::vector<std::string>*> by_inode_;
};

// The links first: where the object was, a symlink would lead nowhere. What cannot be taken (a full disk, a
// store that may only be read) stays, and is reported all the same.
std::string take(Repository& repository, const ChangedFile& file, const std::vector<std::string>& paths) {
  try {
    for (const std::string& path : paths) make_private(repository.path(path), repository.store_dir());
    return set_aside(repository.store(), file);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io) throw;
    return {};
  }
}

}  // namespace

std::vector<ChangedLink> find_changed_links(Repository& repository, OnChangedLink action,
                                            Progress& progress) {
  const SharedFilesCheck check =
      check_shared_files(repository.store(), repository.clock().now_ns(), progress);
  std::vector<ChangedLink> changed;
  if (check.changed.empty()) return changed;
  auto paths = LinkSearch(repository, check.changed).run();
  for (const ChangedFile& file : check.changed) {
    ChangedLink link{.id = file.id, .paths = std::move(paths[file.id]), .kept = {}};
    if (action == OnChangedLink::Take) link.kept = take(repository, file, link.paths);
    changed.push_back(std::move(link));
  }
  return changed;
}

}  // namespace dvx
