#include "core/commands/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

nlohmann::json json_of(const JobReport& job) {
  nlohmann::json json = {{"stage", job.stage},
                         {"id", job.id},
                         {"job", job.slurm_job},
                         {"state", job_state_name(job.state)},
                         {"submitted", format_utc(job.submitted_ns)},
                         {"log", job.log_file}};
  if (!job.reason.empty()) json["reason"] = job.reason;
  if (!job.node.empty()) json["node"] = job.node;
  if (job.tasks != 0) json["tasks"] = {{"count", job.tasks}, {"ended", job.ended_tasks}};
  if (job.started_ns != 0) json["started"] = format_utc(job.started_ns);
  return json;
}

Shown note_of(const JobReport& job) {
  if (job.state == JobState::Done) return "to be recorded: dvx repro --attach";
  Shown note = job.state == JobState::Running ? show("on {}", job.node) : Shown::of(job.reason);
  if (job.tasks != 0) {
    if (!note.empty()) note += ", ";
    note += show("{} of {} tasks", job.ended_tasks, job.tasks);
  }
  return note;
}

Shown lines_of(const QueueReport& report) {
  std::size_t stage = 0, id = 0;
  for (const JobReport& job : report.jobs) {
    stage = std::max(stage, job.stage.size());
    id = std::max(id, job.slurm_job.size());
  }
  Shown text;
  for (const JobReport& job : report.jobs) {
    Shown line = show("{:<{}}  {:>{}}  {:<9}  {}", job.stage, stage, job.slurm_job, id,
                      job_state_name(job.state), note_of(job));
    line.trim_end();
    text += line + "\n";
  }
  return text;
}

Outcome outcome_of(const QueueReport& report, Shown when_empty) {
  Outcome outcome;
  outcome.data["jobs"] = nlohmann::json::array();
  for (const JobReport& job : report.jobs) outcome.data["jobs"].push_back(json_of(job));
  outcome.text = report.jobs.empty() ? std::move(when_empty) : lines_of(report);
  if (report.problem) outcome.warnings.push_back(*report.problem);
  return outcome;
}

Outcome run_list(Invocation& invocation) {
  return outcome_of(queue(invocation.repository(), {}, invocation.progress()), "no jobs\n");
}

Outcome run_cancel(Invocation& invocation, const QueueCancelOptions& options) {
  return outcome_of(queue_cancel(invocation.repository(), options, invocation.progress()),
                    "no jobs to cancel\n");
}

}  // namespace

CommandSpec queue_command() {
  return {.name = "queue",
          .group = group::kPipeline,
          .summary = "Show the jobs of stages on a cluster, or cancel them",
          .example = "dvx queue cancel train",
          .declare = [](CLI::App& app) -> Action {
            CLI::App* cancel = app.add_subcommand("cancel", "End jobs, those that wait and those that run");
            auto options = std::make_shared<QueueCancelOptions>();
            cancel->add_option("targets", options->targets, "Stages, or ids of jobs; all when left out")
                ->type_name("STAGE|JOB...");
            app.require_subcommand(0, 1);
            return [options, cancel](Invocation& invocation) {
              return cancel->parsed() ? run_cancel(invocation, *options) : run_list(invocation);
            };
          }};
}

}  // namespace dvx
