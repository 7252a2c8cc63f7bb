// Verdicts on data that was judged before, as small JSON files under `.dvx/cache/schema/` (docs/schema.md,
// "Cache").
//
// A verdict is found by content id, schema id and build of the engine, so it needs no invalidation; deleting
// the directory costs time only. A file that does not parse is as good as absent. Several processes may share
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/schema/file_check.h"
#include "objects/model/object_id.h"

namespace dvx {

class VerdictCache {
 public:
  VerdictCache(std::string directory, std::string engine_build);

  // `kind` is what else the verdict hangs on: the format that the file's name stands for.
  std::optional<FileVerdict> find(const ObjectId& data, const ObjectId& schema, std::string_view kind) const;
  // A cache that cannot be written is no error.
  void put(const ObjectId& data, const ObjectId& schema, std::string_view kind,
           const FileVerdict& verdict) const;

 private:
  std::string path_of(const ObjectId& data, const ObjectId& schema, std::string_view kind) const;

  std::string directory_, engine_build_;
};

}  // namespace dvx
