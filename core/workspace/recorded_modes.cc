#include "core/workspace/recorded_modes.h"

#include <set>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/text/merge_conflict.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

constexpr std::uint32_t kExecutableInGit = 0100755, kAnyBit = 0111;

// All that is recorded as executable, by its path from the root. It is gathered anew for each look, which
// costs a walk of the recorded trees: such a file system is rare.
class Executables {
 public:
  explicit Executables(Repository& repository) : repository_(repository) {
    add_git();
    for (const TrackedPath& tracked : pointed_paths(repository, find_project_files(repository).pointers)) {
      if (tracked.data) add(tracked.path, *tracked.data);
    }
    add_lock();
  }

  bool contain(const std::string& path) const { return paths_.contains(path); }

 private:
  void add_git() {
    GitRepository& git = repository_.git();
    const std::string prefix = path_beneath(repository_.root(), git.work_tree()).value_or("");
    for (const GitIndexEntry& entry : git.index_entries()) {
      if (entry.mode != kExecutableInGit) continue;
      if (auto path = path_beneath(entry.path, prefix)) paths_.insert(*std::move(path));
    }
  }

  void add_lock() {
    const auto text = read_file_if_exists(repository_.path(kLockFileName));
    if (!text || find_merge_conflict(*text)) return;
    for (const auto& [name, stage] : parse_lock(*text, kLockFileName).stages) {
      for (const auto* paths : {&stage.deps, &stage.outs}) {
        for (const LockedPath& path : *paths) add(path.path, path.data);
      }
    }
  }

  void add(const std::string& path, const DataRef& data) {
    if (data.executable) paths_.insert(path);
    if (data.kind != DataKind::Tree || !repository_.store().contains(data.id)) return;
    try {
      repository_.store().walk_tree(data.id, [&](const std::string& inside, const TreeEntry& entry) {
        if (entry.kind == EntryKind::Executable) paths_.insert(join_path(path, inside));
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::NotFound) throw;  // else a part of it was never fetched
    }
  }

  Repository& repository_;
  std::set<std::string> paths_;
};

void set_mode(WalkedEntry& entry, bool is_executable) {
  entry.stamp.mode = is_executable ? entry.stamp.mode | kAnyBit : entry.stamp.mode & ~kAnyBit;
}

void set_modes(WalkedDirectory& directory, const Executables& executables) {
  for (WalkedEntry& entry : directory.entries) {
    if (entry.kind == WalkedKind::Directory) {
      set_modes(*directory.children[entry.child], executables);
    } else if (entry.kind == WalkedKind::File) {
      set_mode(entry, executables.contain(join_path(directory.path, directory.name(entry))));
    }
  }
}

}  // namespace

bool keeps_modes(Repository& repository) {
  const auto setting = repository.git().setting("core.filemode");
  return !setting || (*setting != "false" && *setting != "0" && *setting != "no" && *setting != "off");
}

void take_recorded_modes(Repository& repository, std::vector<ScannedPath>& scanned) {
  const Executables executables(repository);
  for (ScannedPath& subject : scanned) {
    if (subject.file) set_mode(*subject.file, executables.contain(subject.path));
    if (subject.top) set_modes(*subject.top, executables);
  }
}

}  // namespace dvx
