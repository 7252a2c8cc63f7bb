#include "core/commands/schema_infer.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/schema/infer.h"
#include "core/schema/schema_engine.h"

namespace dvx {

SchemaInferReport schema_infer(Repository& repository, const SchemaInferOptions& options,
                               Progress& progress) {
  const std::string typed = repository.to_user(options.path);
  if (is_directory(repository.path(options.path))) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' is a directory", display_path(typed)),
                "dvx schema infer <a file in it>", typed);
  }
  Schema assumed;
  assumed.delimiter = options.delimiter;
  assumed.header = options.header;
  progress.begin("reading", 1, 0);
  SchemaEngine engine(repository);
  DuckDbSession session(engine.database());
  const InferredSchema inferred = infer_schema(session, assumed, repository.path(options.path), typed);
  progress.end();
  return {.text = serialize_schema(inferred.schema),
          .rows = inferred.rows,
          .fields = inferred.schema.fields.size()};
}

}  // namespace dvx
