// What a job on the cluster found and did: `result.json` of its directory (docs/formats/jobs.md). From it dvx
// makes run record and lock entry, on another machine and maybe much later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/execution/stage/command_runner.h"
#include "core/execution/stage/stage_run.h"
#include "core/formats/lock_file.h"
#include "core/formats/text/json_value.h"
#include "core/pipeline/stage_failure.h"

namespace dvx {

enum class JobEnd {
  Ran,
  UpToDate,  // its key turned out to be that of dvx.lock, and its outputs are as recorded
  Restored,  // a run of its key was in the store
  Failed,
  Stopped,  // by a signal: cancelled, preempted, or its time was up; Slurm may start it again
};
std::string_view job_end_name(JobEnd end);

struct JobResult {
  std::string id;         // of the submission
  std::string slurm_job;  // Slurm's id
  JobEnd end = JobEnd::Failed;
  StageFailure failure;          // of Failed and Stopped
  JsonValue key_fields;          // null when it did not come to that
  std::vector<LockedPath> seen;  // before the commands: dependencies, and outputs around and inside of them
  std::vector<LockedPath> outs;  // unless it failed
  std::optional<ObjectId> run;   // of UpToDate and Restored
  CommandOutcome outcome;        // of Ran, and of what failed
  GitState git;
  StageFindings findings;  // of Ran; without outs, and trees are files of their own
  std::vector<ObjectId> trees;
  std::optional<StageTrace> trace = {};  // of what was watched

  bool succeeded() const { return end != JobEnd::Failed && end != JobEnd::Stopped; }
};

std::string serialize_job_result(const JobResult& result);
JobResult parse_job_result(std::string_view text, const std::string& name_for_errors);

}  // namespace dvx
