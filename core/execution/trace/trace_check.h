// What a traced stage is told, and whether it fails.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/progress.h"
#include "core/execution/trace/kept_trace.h"
#include "core/execution/trace/trace_findings.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/stage_failure.h"
#include "core/repo/repository.h"

namespace dvx {

// Keeps the trace for `dvx stage fix`, and compares it with what the stage declares.
StageTrace judge_trace(Repository& repository, const std::vector<Stage>& stages, const Stage& stage,
                       const KeptTrace& trace);

// What belongs to the key though dvx.yaml does not name it.
std::vector<std::string> implicit_dependencies(const nlohmann::json& key_fields);

// A line for each finding, up to some twenty.
void say_trace(const StageTrace& trace, const std::string& stage, Progress& progress);

// nullopt: nothing undeclared was found, and everything could be seen.
std::optional<StageFailure> trace_failure(const StageTrace& trace, const std::string& stage);

// Of a stage that was to be traced where that cannot be: said, and with Enforce a failure.
std::optional<StageFailure> untraced_failure(Trace trace, const std::string& stage, Progress& progress);

}  // namespace dvx
