// What a tracked path holds: a file or a tree, by id. The form shared by pointer files, the lock and run
// records.
#pragma once

#include <cstdint>
#include <string>

#include "objects/model/object_id.h"
#include "objects/model/tree.h"

namespace dvx {

enum class DataKind { File, Tree };

struct DataRef {
  DataKind kind = DataKind::File;
  ObjectId id;
  std::uint64_t size = 0;   // bytes of all files
  std::uint64_t files = 1;  // files and symlinks
  bool executable = false;  // of a single file; trees keep modes inside

  // Same content and mode: size and files follow from the id.
  friend bool operator==(const DataRef& a, const DataRef& b) {
    return a.kind == b.kind && a.id == b.id && a.executable == b.executable;
  }
};

// What the store calls the object that holds it.
constexpr EntryKind object_kind(const DataRef& data) {
  return data.kind == DataKind::Tree ? EntryKind::Directory : EntryKind::File;
}

}  // namespace dvx
