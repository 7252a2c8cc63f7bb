#include "core/workspace/recorded_path.h"

#include <fmt/format.h>

#include <string_view>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

RecordedPath recorded_of(const TrackedPath& tracked) {
  const DataRef& data = *tracked.data;
  const EntryKind file = data.executable ? EntryKind::Executable : EntryKind::File;
  return {.path = tracked.path,
          .tracked = tracked.path,
          .kind = data.kind == DataKind::Tree ? EntryKind::Directory : file,
          .size = data.size,
          .files = data.files,
          .id = data.id};
}

}  // namespace

Tree read_recorded_tree(Repository& repository, const RecordedPath& directory) {
  if (!repository.store().contains(directory.id)) {
    throw Error(ErrorKind::NotFound,
                fmt::format("the contents of '{}' ({}) are not in the store", display_path(directory.path),
                            directory.id.short_hex()),
                fmt::format("dvx fetch {}", paste_quote(repository.to_user(directory.tracked))),
                directory.path);
  }
  return repository.store().read_tree(directory.id);
}

std::optional<RecordedPath> find_recorded(Repository& repository, const std::vector<TrackedPath>& tracked,
                                          const std::string& path) {
  const TrackedPath* around = tracked_around(tracked, path);
  if (around == nullptr || !around->data) return std::nullopt;
  RecordedPath recorded = recorded_of(*around);
  const std::string inside = path_beneath(path, around->path).value_or("");
  std::string_view rest = inside;
  while (!rest.empty()) {
    if (recorded.kind != EntryKind::Directory) return std::nullopt;
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const Tree tree = read_recorded_tree(repository, recorded);
    const TreeEntry* entry = tree.find(name);
    if (entry == nullptr) return std::nullopt;
    recorded = {.path = join_path(recorded.path, name),
                .tracked = recorded.tracked,
                .kind = entry->kind,
                .size = entry->size,
                .files = entry->files,
                .id = entry->id};
  }
  return recorded;
}

}  // namespace dvx
