// The sandboxes of a stage that is run per input, one for each job that runs: a job sees what the stage
// declares and its own inputs, and its outputs take their places when its commands have succeeded.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/progress.h"
#include "core/execution/stage/each_job.h"
#include "core/execution/stage/stage_sandbox.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"

namespace dvx {

class EachSandboxes {
 public:
  // `key_fields` may name code that is read without being declared; `shown_root` is where the commands find
  // the repository.
  EachSandboxes(PipelineSurvey& survey, const Stage& stage, const nlohmann::json& key_fields,
                std::string shown_root);

  const std::vector<std::string>& shared_inputs() const { return shared_inputs_; }  // that all jobs may read

  // Whether this machine can make the one of `job`; then it is gone again.
  std::optional<StageFailure> try_one(const EachJob& job) const;
  // Makes `command` run in the sandbox of a job: a new one, should there have been an attempt before.
  void enter(std::size_t number, const EachJob& job, CommandJob& command);
  // As StageSandbox::leave(); nothing for a job that has none here.
  std::optional<StageFailure> leave(std::size_t number, const EachJob& job, const CommandOutcome& outcome,
                                    const std::string& log_file);
  std::string what_is_shown(const EachJob& job) const;  // for when a command failed
  // What was written in them and is gone.
  void tell_left(Progress& progress) const;

 private:
  PipelineSurvey& survey_;
  const Stage& stage_;
  const std::vector<std::string> shared_inputs_;
  const std::string shown_root_;
  std::map<std::size_t, StageSandbox> open_;  // by number of a job
  std::string first_left_;                    // for people
  std::size_t left_ = 0;                      // jobs
};

}  // namespace dvx
