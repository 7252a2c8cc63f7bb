// Stages of one pipeline whose commands run as jobs on a Slurm cluster, for the executor: given to the queue
// before the stages that they need have run, watched through the files of their jobs, recorded here.
//
// The cluster is asked for little: files say how far a job is, and now and then the queue says whether the
// jobs of which no file speaks are still there. When this goes the jobs stay: another dvx may come back to
// them. Single-threaded.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/slurm_client.h"
#include "core/execution/stage/stage_run.h"
#include "core/pipeline/survey.h"

namespace dvx {

enum class JobFate {
  HasResult,
  NoResult,        // `failure` says why
  Cancelled,       // before it began
  NeverSubmitted,  // whoever made its directory died before it was in the queue
  ByAnother        // another dvx has recorded it, or given it up
};

struct EndedJob {
  std::size_t stage = 0;  // position among the stages of the survey
  JobFate fate = JobFate::HasResult;
  bool is_adopted = false;  // it was submitted by an earlier dvx
  JobResult result;         // of HasResult, unless it was a job array
  StageFailure failure;     // of the others
  // Of a job array, whatever its fate: nullopt for a task that has not ended.
  std::vector<JobTask> tasks = {};
  std::vector<std::optional<EndedTask>> task_ends = {};
  TaskTerms terms = {};
  Trace trace = Trace::Off;  // of the tasks
};

class SlurmStages {
 public:
  SlurmStages(PipelineSurvey& survey, Progress& progress);

  // From now on watches the job that an earlier dvx submitted; false when there is none.
  bool adopt(std::size_t stage);
  // Puts the stage into the queue, behind the jobs of stages that it needs. `why` it is run, for people; it
  // is watched as much as `trace` says at least.
  void submit(std::size_t stage, const std::string& why, Force force, Trace trace);
  // The same in two steps for a stage that is many tasks, as a job array. Between them files that tasks read
  // are written; their names begin with what the first returns. nullopt: there is a job already, and it is
  // watched from now on.
  std::optional<std::string> begin_array(std::size_t stage, const std::string& why, Trace trace);
  void submit_array(std::size_t stage, JobTasks tasks);
  bool is_array(std::size_t stage) const { return jobs_.at(stage).tasks.has_value(); }
  bool has_jobs() const { return !jobs_.empty(); }  // that are watched, or have ended and not been let go
  std::size_t count() const { return jobs_.size(); }

  // Those that have ended since the last call, in the order of the survey. Looks no more often than
  // `slurm.poll` says.
  std::vector<EndedJob> poll();
  // The outputs of a job that ran are stored, its run record is made.
  std::variant<FinishedRun, StageFailure> record(const EndedJob& ended, Ingest& into);

  // The same of one that brought back what an earlier run had made.
  std::variant<FinishedRun, StageFailure> record_restored(const EndedJob& ended);

  std::string log_file(std::size_t stage) const;
  // Its lock entry is durable: the job is history, and kept for the jobs behind it.
  void note_recorded(std::size_t stage);
  void let_go(std::size_t stage);  // nothing of it is worth keeping
  void cancel(std::size_t stage);
  void cancel_waiting();  // jobs that have not begun
  // When no job needs another's result any more, all of them are removed.
  void tidy();

 private:
  using Clock = std::chrono::steady_clock;

  struct Job {
    JobDirectory directory;
    JobDescription description;
    bool is_ours = true;  // else another dvx waits for it
    bool is_adopted = false;
    std::optional<JobTasks> tasks = {};
    bool is_over = false;     // said by poll()
    bool is_told = false;     // that it runs
    bool is_stopped = false;  // its result says so, and Slurm may start it again
    std::string slurm_job = {};
    std::size_t printed = 0;  // bytes of its log
    std::size_t ended_tasks = 0;
    Clock::time_point told_tasks = Clock::now();
    std::string rest = {};  // of a line
    std::optional<Clock::time_point> gone_since = {};
  };

  void remove_recorded(const std::string& stage);
  JobDescription describe(const Stage& stage, const std::string& why, Force force, Trace trace) const;
  SbatchRequest request_for(const Job& job) const;
  std::string script_of(const Job& job) const;
  void send(Job& job);
  std::string find_by_comment(const std::string& id) const;
  std::optional<EndedJob> look_at_tasks(std::size_t stage, Job& job);
  void add_tasks(const Job& job, EndedJob& ended) const;
  std::optional<EndedJob> look_at_files(std::size_t stage, Job& job);
  std::optional<EndedJob> look_in_queue(std::size_t stage, Job& job, const std::vector<QueuedJob>& queue);
  EndedJob without_result(std::size_t stage, Job& job, const QueuedJob* queued) const;
  void cancel_in_queue(const std::vector<std::string>& ids);
  void print_log(Job& job, bool is_complete);
  std::optional<StageFailure> broken_chain(const Job& job, const JobResult& result) const;
  Contents contents_seen(const Job& job, const JobResult& result) const;

  PipelineSurvey& survey_;
  Repository& repository_;
  Progress& progress_;
  const SlurmClient client_;
  std::map<std::size_t, Job> jobs_;
  Clock::time_point next_look_ = Clock::time_point::min(), next_queue_ = Clock::time_point::min();
  bool is_queue_missing_ = false;  // told once
};

}  // namespace dvx
