// The immutable account of one execution of a stage: canonical JSON, an object like any other, named by its
// hash (docs/formats/run-record.md). Through `producer` of its dependencies one id fixes everything upstream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/formats/text/json_value.h"

namespace dvx {

struct RunDependency {
  std::string path;
  DataRef data;
  std::optional<ObjectId> producer;  // the run that made exactly this content here, when one is known
};

struct RunOutput {
  std::string path;
  DataRef data;
  bool cached = true;
};

struct SchemaVerdictRef {
  std::string path, schema;  // data path and schema file, from the root
  ObjectId schema_id;
  bool valid = true;
  std::uint64_t violations = 0;
};

// Of a stage that is run per input.
struct RunItems {
  std::uint64_t inputs = 0, ran = 0;  // that there were; that the run did not take over
  std::optional<ObjectId> base = {};  // the run whose outputs it took over
};

// In the place of an executor: nothing was run, the outputs were recorded as they were found.
constexpr const char* kNoExecutor = "none";

struct RunRecord {
  std::string stage;
  ObjectId key;
  JsonValue key_fields;  // the canonical key itself, so that `why` can name what differs
  std::vector<std::string> commands;
  std::string wdir;
  std::vector<RunDependency> deps;  // sorted by path
  std::vector<RunOutput> outs;      // sorted by path
  JsonValue params, environment;
  std::string git_commit;  // hex, "" before the first commit
  bool git_dirty = false;
  std::vector<SchemaVerdictRef> schemas;
  std::optional<RunItems> items = {};
  std::int64_t started_ns = 0;
  double wall_seconds = 0, cpu_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  int exit_status = 0;
  std::string machine;  // host, system, architecture
  std::string executor = "local";
  std::optional<ObjectId> log;  // captured output
  std::string dvx_version;

  bool was_run() const { return executor != kNoExecutor; }
};

std::string serialize_run_record(const RunRecord& record);
RunRecord parse_run_record(std::string_view bytes, const std::string& name_for_errors);

}  // namespace dvx
