#include "core/workspace/data_within.h"

#include "base/path.h"

namespace dvx {

DataRef data_of(const TreeEntry& entry) {
  return {.kind = entry.kind == EntryKind::Directory ? DataKind::Tree : DataKind::File,
          .id = entry.id,
          .size = entry.size,
          .files = entry.files,
          .executable = entry.kind == EntryKind::Executable};
}

std::optional<DataRef> data_within(const ObjectStore& store, const DataRef& whole,
                                   std::string_view whole_path, std::string_view path) {
  const auto beneath = path_beneath(path, whole_path);
  if (!beneath) return std::nullopt;
  DataRef here = whole;
  std::string_view rest = *beneath;
  while (!rest.empty()) {
    if (here.kind != DataKind::Tree) return std::nullopt;
    const auto slash = rest.find('/');
    const Tree tree = store.read_tree(here.id);
    const TreeEntry* entry = tree.find(rest.substr(0, slash));
    if (entry == nullptr) return std::nullopt;
    here = data_of(*entry);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return here;
}

}  // namespace dvx
