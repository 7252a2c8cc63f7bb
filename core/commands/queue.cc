#include "core/commands/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/slurm_client.h"
#include "core/execution/slurm/unfinished_run.h"

namespace dvx {

namespace {

JobReport report_of(const JobDirectory& directory, const JobDescription& description) {
  JobReport job{.stage = description.stage.name,
                .id = description.id,
                .slurm_job = directory.slurm_job(),
                .reason = {},
                .node = {},
                .submitted_ns = description.submitted_ns,
                .log_file = directory.log_file()};
  if (const auto claim = directory.claim()) {
    job.node = claim->node;
    job.started_ns = claim->started_ns;
    job.state = JobState::Running;
  }
  if (directory.is_cancelled()) job.state = JobState::Cancelled;
  if (const auto tasks = directory.tasks()) {
    job.tasks = tasks->tasks.size();
    job.ended_tasks = directory.ended_tasks();
    if (job.ended_tasks == job.tasks) job.state = JobState::Done;
  }
  const auto result = directory.result(description.id);
  if (!result) return job;
  if (result->succeeded()) {
    job.state = JobState::Done;
  } else if (result->end == JobEnd::Failed) {
    job.state = JobState::Failed;
    job.reason = result->failure.message;
  }
  return job;
}

bool is_open(const JobReport& job) {
  return job.state == JobState::Waiting || job.state == JobState::Running;
}

void complete(JobReport& job, const std::vector<QueuedJob>& queue) {
  if (!is_open(job)) return;
  const QueuedJob* queued = find_in_queue(queue, job.slurm_job, job.id);
  if (queued == nullptr) {
    job.state = JobState::Lost;
    job.reason = job.slurm_job.empty() ? "it was never submitted" : "it is not in the queue";
    return;
  }
  job.slurm_job = queued->id;
  if (job.node.empty()) job.node = queued->nodes;
  if (queued->is_waiting()) {
    job.state = JobState::Waiting;
    job.reason = queued->reason;
  } else if (queued->state == "CANCELLED") {
    job.state = JobState::Cancelled;
  } else if (queued->has_ended()) {
    job.state = JobState::Failed;
    job.reason = queued->state;
  } else {
    job.state = JobState::Running;
  }
}

std::vector<JobReport> reports(Repository& repository) {
  std::vector<JobReport> jobs;
  for (const JobDirectory& directory : JobDirectory::all(repository)) {
    if (directory.is_recorded()) continue;
    if (const auto description = directory.description()) jobs.push_back(report_of(directory, *description));
  }
  return jobs;
}

bool is_meant(const JobReport& job, const std::vector<std::string>& targets) {
  return targets.empty() || std::ranges::any_of(targets, [&](const std::string& target) {
           return target == job.stage || target == job.id || target == job.slurm_job;
         });
}

void require_known(const std::vector<JobReport>& jobs, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    const bool is_known =
        std::ranges::any_of(jobs, [&](const JobReport& job) { return is_meant(job, {target}); });
    if (!is_known)
      throw Error(ErrorKind::NotFound, fmt::format("no stage or job '{}' is in the queue", target),
                  "dvx queue");
  }
}

// When all were meant there is nothing to come back to: what has not begun is forgotten at once, unless
// somebody waits for it.
void forget(Repository& repository) {
  for (JobDirectory& directory : JobDirectory::all(repository)) {
    if (!directory.claim() && directory.is_cancelled() && directory.watch()) directory.remove();
  }
  for (UnfinishedRun& run : UnfinishedRun::take_over(repository)) run.finish();
}

}  // namespace

std::string_view job_state_name(JobState state) {
  switch (state) {
    case JobState::Waiting:
      return "waiting";
    case JobState::Running:
      return "running";
    case JobState::Done:
      return "done";
    case JobState::Failed:
      return "failed";
    case JobState::Cancelled:
      return "cancelled";
    case JobState::Lost:
      return "lost";
  }
  return "unknown";
}

QueueReport queue(Repository& repository, const QueueOptions&, Progress&) {
  QueueReport report{.jobs = reports(repository), .problem = {}};
  if (std::ranges::none_of(report.jobs, is_open)) return report;
  try {
    const std::vector<QueuedJob> queue = SlurmClient(slurm_settings(repository)).queue();
    for (JobReport& job : report.jobs) complete(job, queue);
  } catch (const Error& error) {
    report.problem = error.message();
  }
  return report;
}

QueueReport queue_cancel(Repository& repository, const QueueCancelOptions& options, Progress&) {
  QueueReport report;
  const std::vector<JobReport> jobs = reports(repository);
  require_known(jobs, options.targets);
  const SlurmClient client(slurm_settings(repository));
  std::vector<std::string> ids;
  for (JobReport job : jobs) {
    if (!is_meant(job, options.targets) || job.state == JobState::Done || job.state == JobState::Failed)
      continue;
    // Noted first: a job that is about to begin sees it.
    JobDirectory(repository, job.stage).note_cancelled();
    job.state = JobState::Cancelled;
    if (!job.slurm_job.empty()) ids.push_back(job.slurm_job);
    report.jobs.push_back(std::move(job));
  }
  client.cancel(ids);
  if (options.targets.empty()) forget(repository);
  return report;
}

}  // namespace dvx
