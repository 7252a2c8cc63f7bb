// The sandbox of one run of a stage: what the stage declares, as a Sandbox shows it.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/progress.h"
#include "core/pipeline/command_runner.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"
#include "core/sandbox/sandbox.h"

namespace dvx {

class StageSandbox {
 public:
  // Its dependencies exist; `key_fields` may name code that it reads without declaring it. `shown_root` is
  // where the commands find the repository. Error{Config}, for the stage to fail with, where this machine
  // cannot hold a sandbox or what the stage declares cannot be had in one.
  StageSandbox(PipelineSurvey& survey, const Stage& stage, const nlohmann::json& key_fields,
               const std::string& shown_root);

  // Makes the commands of the job run inside.
  void enter(CommandJob& job) const;
  // When nothing of it runs any more: puts outputs in their places, and tells of files that were written and
  // are none. Of a stage that failed nothing is taken but what persists. A failure is the sandbox's:
  // `outcome` is not looked into further than that.
  std::optional<StageFailure> leave(const CommandOutcome& outcome, const std::string& log_file,
                                    Progress& progress);
  // "sandboxed: of the repository it sees nothing but 'a' and 'b'": for when a command failed.
  std::string what_it_sees() const;
  // Of an attempt that failed, before another one.
  void keep_what_persists() { sandbox_.take_outputs(Take::Persisting); }

 private:
  const Stage& stage_;
  Sandbox sandbox_;
};

}  // namespace dvx
