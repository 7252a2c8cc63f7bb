// `dvx job` is the command that Slurm starts on a node. It is meant for dvx itself, not for people.
#include <memory>

#include "cli/commands/commands.h"
#include "core/execution/slurm/job_run.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, JobOptions options) {
  options.environment = invocation.surroundings().environment;
  Outcome outcome;
  switch (run_job(invocation.repository(), options, invocation.progress())) {
    case JobExit::Succeeded:
      break;
    case JobExit::Failed:
      outcome.exit = 1;
      break;
    case JobExit::NotOurs:
      outcome.exit = 1;
      outcome.text = "this job was cancelled, or another one does its work\n";
      break;
  }
  return outcome;
}

}  // namespace

CommandSpec job_command() {
  return {.name = "job",
          .group = "",
          .summary = "Do what a job on a cluster is for",
          .example = "dvx job /data/project/.dvx/jobs/0f… 20260131T120000.123-5b1f0c9a",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<JobOptions>();
            app.add_option("directory", options->directory, "Directory of the job")->required();
            app.add_option("id", options->id, "Id of the submission")->required();
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
