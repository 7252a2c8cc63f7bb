// dvx queue: the jobs of stages on a cluster, and their cancellation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

enum class JobState { Waiting, Running, Done, Failed, Cancelled, Lost };
std::string_view job_state_name(JobState state);  // in JSON: "waiting", …

struct JobReport {
  std::string stage, id;  // of the submission
  std::string slurm_job;  // "" when it was never in the queue
  JobState state = JobState::Waiting;
  std::string reason;                             // why it waits (Slurm's word), or failed
  std::string node;                               // where it runs or ran
  std::int64_t submitted_ns = 0, started_ns = 0;  // 0: it has not begun
  std::size_t tasks = 0, ended_tasks = 0;         // of a job array; 0: it is none
  std::string log_file;  // absolute; what the commands printed, as far as there is any
};

struct QueueReport {
  std::vector<JobReport> jobs;         // by the time of submission; without those that are on record
  std::optional<std::string> problem;  // Slurm cannot be asked; then states are what files say
};

struct QueueOptions {};

struct QueueCancelOptions {
  std::vector<std::string> targets;  // stages, or ids of jobs; none means every job
};

QueueReport queue(Repository& repository, const QueueOptions& options, Progress& progress);
// Those that were cancelled. NotFound for a target without a job; Errors of scancel.
QueueReport queue_cancel(Repository& repository, const QueueCancelOptions& options, Progress& progress);

}  // namespace dvx
