#include "core/workspace/tree_diff.h"

#include <algorithm>

#include "base/path.h"

namespace dvx {

namespace {

FileState state_of(const TreeEntry& entry) {
  return {entry.kind, entry.size, entry.id};
}

bool is_directory(const std::optional<FileState>& state) {
  return state && state->kind == EntryKind::Directory;
}

class Comparison {
 public:
  explicit Comparison(const TreeReader& read_tree) : read_tree_(read_tree) {}

  void compare(const std::string& path, const std::optional<FileState>& before,
               const std::optional<FileState>& after) {
    if (before == after) return;
    const bool was_directory = is_directory(before), is_directory_now = is_directory(after);
    if (!was_directory && !is_directory_now) {
      changes_.push_back({path, before, after});
      return;
    }
    // A file that became a directory, or the other way, is one thing removed and others added.
    if (before && !was_directory) changes_.push_back({path, before, std::nullopt});
    if (after && !is_directory_now) changes_.push_back({path, std::nullopt, after});
    compare_directories(path, was_directory ? before : std::nullopt, is_directory_now ? after : std::nullopt);
  }

  std::vector<FileChange> take() {
    std::sort(changes_.begin(), changes_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(changes_);
  }

 private:
  void compare_directories(const std::string& path, const std::optional<FileState>& before,
                           const std::optional<FileState>& after) {
    const Tree old_tree = before ? read_tree_(before->id) : Tree();
    const Tree new_tree = after ? read_tree_(after->id) : Tree();
    const bool was_empty = before && old_tree.entries().empty(),
               is_empty = after && new_tree.entries().empty();
    if (was_empty && !after) changes_.push_back({path, before, std::nullopt});
    if (is_empty && !before) changes_.push_back({path, std::nullopt, after});
    merge(path, old_tree.entries(), new_tree.entries());
  }

  // Both sorted by name.
  void merge(const std::string& path, const std::vector<TreeEntry>& before,
             const std::vector<TreeEntry>& after) {
    auto old_entry = before.begin();
    auto new_entry = after.begin();
    while (old_entry != before.end() || new_entry != after.end()) {
      const bool only_old =
          new_entry == after.end() || (old_entry != before.end() && old_entry->name < new_entry->name);
      const bool only_new =
          old_entry == before.end() || (new_entry != after.end() && new_entry->name < old_entry->name);
      const std::string& name = only_old ? old_entry->name : new_entry->name;
      compare(join_path(path, name), only_new ? std::nullopt : std::optional(state_of(*old_entry)),
              only_old ? std::nullopt : std::optional(state_of(*new_entry)));
      if (!only_new) ++old_entry;
      if (!only_old) ++new_entry;
    }
  }

  const TreeReader& read_tree_;
  std::vector<FileChange> changes_;
};

}  // namespace

FileState state_of(const DataRef& data) {
  if (data.kind == DataKind::Tree) return {EntryKind::Directory, data.size, data.id};
  return {data.executable ? EntryKind::Executable : EntryKind::File, data.size, data.id};
}

std::string_view change_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::Added:
      return "added";
    case ChangeKind::Removed:
      return "removed";
    case ChangeKind::Modified:
      return "modified";
  }
  return "";
}

ChangeKind FileChange::kind() const {
  if (!before) return ChangeKind::Added;
  return after ? ChangeKind::Modified : ChangeKind::Removed;
}

std::vector<FileChange> diff_data(const std::string& path, const std::optional<DataRef>& before,
                                  const std::optional<DataRef>& after, const TreeReader& read_tree) {
  Comparison comparison(read_tree);
  comparison.compare(path, before ? std::optional(state_of(*before)) : std::nullopt,
                     after ? std::optional(state_of(*after)) : std::nullopt);
  return comparison.take();
}

}  // namespace dvx
