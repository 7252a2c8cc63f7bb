// The sandbox of one run of a stage, or of one job of a stage that is run per input: what is declared, as a
// Sandbox shows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/execution/sandbox/sandbox.h"
#include "core/execution/stage/command_runner.h"
#include "core/execution/stage/each_job.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"

namespace dvx {

// Of one run. Paths are from the root, those of inputs exist.
struct SandboxScope {
  std::vector<std::string> inputs;
  std::vector<SandboxOutput> outputs;
  std::vector<std::string> files;  // absolute, outside of the repository's data; shown where they are
};

// What all commands of the stage may read, save the inputs of one that is run per input. `key_fields` may
// name code that it reads without declaring it.
std::vector<std::string> sandbox_inputs(PipelineSurvey& survey, const Stage& stage,
                                        const nlohmann::json& key_fields);
SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage);
// Of one job of a stage that is run per input, which reads `ins` besides and makes `outs`.
SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage,
                           const std::vector<std::string>& ins, const std::vector<std::string>& outs);
SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage, const EachJob& job);

// "sandboxed: of the repository it sees nothing but 'a' and 'b'": for when a command failed.
std::string what_a_sandbox_shows(const std::vector<std::string>& inputs);

class StageSandbox {
 public:
  // `shown_root` is where the commands find the repository. Error{Config}, for the stage to fail with, where
  // this machine cannot hold a sandbox or what the stage declares cannot be had in one.
  StageSandbox(Repository& repository, const Stage& stage, SandboxScope scope, const std::string& shown_root);

  // Makes the commands of the job run inside.
  void enter(CommandJob& job) const;
  // When nothing of it runs any more: puts outputs in their places. Of commands that failed nothing is taken
  // but what persists. A failure is the sandbox's: `outcome` is not looked into further than that.
  std::optional<StageFailure> leave(const CommandOutcome& outcome, const std::string& log_file);
  // After leave(): files that were written and are no outputs, for people: "'a' and 'b'". "" when there are
  // none.
  const std::string& left() const { return left_; }
  std::string what_it_sees() const { return what_a_sandbox_shows(sandbox_.request().inputs); }
  // Of an attempt that failed, before another one.
  void keep_what_persists() { sandbox_.take_outputs(Take::Persisting); }

 private:
  const Stage& stage_;
  Sandbox sandbox_;
  std::string left_;
};

}  // namespace dvx
