// dvx logs: what a stage printed when it last ran, or a run at any time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/run_record.h"
#include "core/repo/repository.h"

namespace dvx {

struct LogsOptions {
  std::vector<std::string> targets;  // stages, their outputs, or ids of runs (or the first digits)
};

struct StageLog {
  std::string stage;
  std::string failed_file;  // absolute: it failed after it last succeeded, and this is what it printed
  std::int64_t failed_ns = 0;
  std::optional<ObjectId> run;      // the run that dvx.lock names, or that was asked for
  std::optional<RunRecord> record;  // of that run; absent: not in the store
  std::uint64_t size = 0;           // bytes printed
};

struct LogsReport {
  std::vector<StageLog> logs;  // stages in the order of the graph, then runs as they were named
};

// Every stage that has run when there are no targets. NotFound for a target that is neither stage nor run, a
// stage that never ran, and a record or log that the store lacks.
LogsReport logs(Repository& repository, const LogsOptions& options, Progress& progress);

}  // namespace dvx
