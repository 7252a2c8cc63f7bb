#include "core/schema/schema_engine.h"

namespace dvx {

namespace {

DuckDbLimits limits_of(Repository& repository) {
  const DuckDbLimits defaults;
  return {.memory_bytes = repository.config().size_or("schema.memory", defaults.memory_bytes),
          .threads = repository.jobs()};
}

}  // namespace

SchemaEngine::SchemaEngine(Repository& repository)
    : spill_(repository.temporary_dir(), "duckdb"),
      database_(load_duckdb(find_duckdb(repository.surroundings(), repository.config())), spill_.path(),
                limits_of(repository)) {}

}  // namespace dvx
