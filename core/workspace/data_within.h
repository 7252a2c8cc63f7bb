// A path inside tracked data: what a tree holds below itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/formats/data_ref.h"
#include "objects/store/object_store.h"

namespace dvx {

DataRef data_of(const TreeEntry& entry);

// What `whole`, recorded at `whole_path`, has at `path`; itself when the paths are equal. nullopt when it has
// nothing there. NotFound or Corruption of the store when a tree on the way cannot be read.
std::optional<DataRef> data_within(const ObjectStore& store, const DataRef& whole,
                                   std::string_view whole_path, std::string_view path);

}  // namespace dvx
