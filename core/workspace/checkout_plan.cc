#include "core/workspace/checkout_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/directory.h"
#include "base/error.h"
#include "base/path.h"
#include "objects/model/inner_path.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {

// Whether everything below is in the store; in pieces, so that memory does not grow with the tree.
bool is_complete(const ObjectStore& store, const ObjectId& tree_id) {
  if (!store.contains(tree_id)) return false;
  const Tree tree = store.read_tree(tree_id);
  return std::ranges::all_of(tree.entries(), [&](const TreeEntry& entry) {
    return entry.kind == EntryKind::Directory ? is_complete(store, entry.id) : store.contains(entry.id);
  });
}

EntryKind entry_kind(const WalkedEntry& walked) {
  if (walked.kind == WalkedKind::Symlink) return EntryKind::Symlink;
  return walked.is_executable() ? EntryKind::Executable : EntryKind::File;
}

// Where the comparison stands: the same directory by its three names.
struct Place {
  std::string path, absolute;

  Place below(std::string_view name) const { return {join_path(path, name), join_path(absolute, name)}; }
};

class Planner {
 public:
  Planner(const ObjectStore& store, CheckoutPlan& plan) : store_(store), plan_(plan) {}

  void target(const CheckoutTarget& target, const ScannedPath& now) {
    for (const FailedPath& failed : now.failed) unreadable_.push_back(failed.path);
    std::ranges::sort(unreadable_);
    plan_.leftovers.insert(plan_.leftovers.end(), now.leftovers.begin(), now.leftovers.end());
    const Place place{target.path, now.absolute};
    plan_.beside.insert(parent_path(place.absolute));
    if (target.data.kind == DataKind::Tree) {
      tree_target(target, now, place);
    } else {
      file_target(target, now, place);
    }
    // What could not be read could not be compared either: it counts as not stored.
    for (std::string& path : unreadable_) plan_.report.would_lose.push_back(std::move(path));
    unreadable_.clear();
  }

 private:
  void tree_target(const CheckoutTarget& target, const ScannedPath& now, const Place& place) {
    if (now.file) drop_file(place, *now.file);
    if (!now.top) {
      plan_.make_parents.push_back(parent_path(place.absolute));
      plan_.make_directories.push_back(place.absolute);
    }
    directory(place, target.data.id, now.top.get());
  }

  void file_target(const CheckoutTarget& target, const ScannedPath& now, const Place& place) {
    TreeEntry entry;
    entry.name = file_name(place.path);
    entry.kind = target.data.executable ? EntryKind::Executable : EntryKind::File;
    entry.size = target.data.size;
    entry.id = target.data.id;
    if (now.top) drop_directory(place, *now.top);
    DirectoryPlacements into{
        .path = parent_path(place.path), .absolute = parent_path(place.absolute), .entries = {}};
    if (!now.file) plan_.make_parents.push_back(into.absolute);
    put(into, entry, place, now.file ? &*now.file : nullptr);
    if (!into.entries.empty()) plan_.placements.push_back(std::move(into));
  }

  // Both sides by name: trees sort plainly, walks by path, so the walk is looked up by name.
  void directory(const Place& place, const ObjectId& tree_id, const WalkedDirectory* now) {
    const Tree tree = store_.read_tree(tree_id);
    std::vector<const WalkedEntry*> present;
    if (now != nullptr) {
      for (const WalkedEntry& entry : now->entries) present.push_back(&entry);
      std::ranges::sort(present, {}, [now](const WalkedEntry* entry) { return now->name(*entry); });
    }
    const auto name_of = [now](const WalkedEntry* entry) { return now->name(*entry); };
    DirectoryPlacements into{.path = place.path, .absolute = place.absolute, .entries = {}};
    std::vector<std::pair<const TreeEntry*, const WalkedDirectory*>> nested;
    auto walked = present.begin();
    for (const TreeEntry& wanted : tree.entries()) {
      for (; walked != present.end() && name_of(*walked) < wanted.name; ++walked) drop(place, *now, **walked);
      const bool there = walked != present.end() && name_of(*walked) == wanted.name;
      const WalkedEntry* old = there ? *walked++ : nullptr;
      if (wanted.kind == EntryKind::Directory) {
        nested.emplace_back(&wanted, enter(place, wanted, now, old));
      } else {
        if (old != nullptr && old->kind == WalkedKind::Directory) {
          drop(place, *now, *old);
          old = nullptr;
        }
        put(into, wanted, place.below(wanted.name), old);
      }
    }
    for (; walked != present.end(); ++walked) drop(place, *now, **walked);
    into.is_new = now == nullptr && nested.empty();
    if (now != nullptr && !into.entries.empty()) note_change_in(place);
    if (!into.entries.empty()) plan_.placements.push_back(std::move(into));
    for (const auto& [wanted, old] : nested) directory(place.below(wanted->name), wanted->id, old);
  }

  const WalkedDirectory* enter(const Place& place, const TreeEntry& wanted, const WalkedDirectory* now,
                               const WalkedEntry* old) {
    if (old != nullptr && old->kind == WalkedKind::Directory) return now->children[old->child].get();
    const Place below = place.below(wanted.name);
    if (old != nullptr) drop_file(below, *old);
    if (now != nullptr) note_change_in(place);
    plan_.make_directories.push_back(below.absolute);
    return nullptr;
  }

  void put(DirectoryPlacements& into, const TreeEntry& wanted, const Place& place, const WalkedEntry* old) {
    if (old != nullptr && old->id == wanted.id && entry_kind(*old) == wanted.kind) {
      ++plan_.report.unchanged;
      return;
    }
    if (old == nullptr) {
      ++plan_.report.created;
    } else {
      ++plan_.report.replaced;
      guard(place, *old);
    }
    ++plan_.files;
    plan_.bytes += wanted.size;
    into.entries.push_back(wanted);
  }

  void drop(const Place& parent, const WalkedDirectory& directory, const WalkedEntry& entry) {
    const Place place = parent.below(directory.name(entry));
    note_change_in(parent);
    if (entry.kind == WalkedKind::Directory) {
      drop_directory(place, *directory.children[entry.child]);
    } else {
      drop_file(place, entry);
    }
  }

  void note_change_in(const Place& directory) {
    std::vector<std::string>& noted = plan_.changed_directories;
    if (noted.empty() || noted.back() != directory.absolute) noted.push_back(directory.absolute);
  }

  void drop_directory(const Place& place, const WalkedDirectory& directory) {
    for (const WalkedEntry& entry : directory.entries) drop(place, directory, entry);
    plan_.remove_directories.push_back(place.absolute);
  }

  void drop_file(const Place& place, const WalkedEntry& entry) {
    guard(place, entry);
    ++plan_.report.removed;
    plan_.remove_files.push_back(place.absolute);
    plan_.forget.push_back(place.path);
  }

  // The one rule: bytes that are in no store are not given up.
  void guard(const Place& place, const WalkedEntry& entry) {
    if (std::ranges::binary_search(unreadable_, place.path)) return;
    if (entry.id.is_zero() || !store_.contains(entry.id)) plan_.report.would_lose.push_back(place.path);
  }

  const ObjectStore& store_;
  CheckoutPlan& plan_;
  std::vector<std::string> unreadable_;  // of the target at hand
};

// Data of several pointers and stages can come together in one directory, so its names are looked at when all
// that is to be made is known.
class RepositoryMaking {
 public:
  void note(const std::string& directory, std::string_view name) {
    GitDirectorySigns probe;
    if (probe.note(name)) signs_[directory].note(name);
  }

  // Error{Config} when what was noted makes a directory, with what is there already, one of git's.
  void refuse() {
    for (auto& [directory, signs] : signs_) {
      for (const std::string& name : names_in_directory(directory)) signs.note(name);
      if (!signs.are_complete()) continue;
      throw Error(ErrorKind::Config,
                  fmt::format("'{}' would get 'HEAD', 'objects' and 'refs', and git would take it for a "
                              "repository",
                              display_path(directory)),
                  {}, directory);
    }
  }

 private:
  std::map<std::string, GitDirectorySigns> signs_;  // by absolute path
};

void refuse_to_make_repositories(const CheckoutPlan& plan) {
  RepositoryMaking making;
  for (const DirectoryPlacements& placements : plan.placements) {
    for (const TreeEntry& entry : placements.entries) making.note(placements.absolute, entry.name);
  }
  for (const auto* directories : {&plan.make_parents, &plan.make_directories}) {
    for (std::string path : *directories) {
      for (; path.size() > 1; path = parent_path(path)) making.note(parent_path(path), file_name(path));
    }
  }
  making.refuse();
}

}  // namespace

CheckoutPlan make_checkout_plan(const ObjectStore& store, const std::vector<CheckoutTarget>& targets,
                                const std::vector<ScannedPath>& scanned) {
  CheckoutPlan plan;
  Planner planner(store, plan);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const DataRef& data = targets[i].data;
    const bool complete = data.kind == DataKind::Tree ? is_complete(store, data.id) : store.contains(data.id);
    if (complete) {
      const std::uint64_t before = plan.changes();
      planner.target(targets[i], scanned[i]);
      if (data.kind == DataKind::Tree && plan.changes() > before)
        plan.changed_trees.push_back(targets[i].path);
    } else {
      plan.report.missing.push_back(targets[i]);
    }
  }
  refuse_to_make_repositories(plan);
  std::ranges::sort(plan.report.would_lose);
  std::ranges::sort(plan.forget);
  return plan;
}

}  // namespace dvx
