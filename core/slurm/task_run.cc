#include "core/slurm/task_run.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/pipeline/mutex_locks.h"
#include "core/pipeline/stage_environment.h"
#include "core/slurm/job_commands.h"
#include "core/slurm/job_environment.h"
#include "core/slurm/slurm_settings.h"

namespace dvx {

namespace {

class ElementRun {
 public:
  ElementRun(Repository& repository, const JobOptions& options, const JobDirectory& directory,
             const JobDescription& job)
      : repository_(repository),
        directory_(directory),
        job_(job),
        environment_(stage_environment(repository.surroundings().environment, job.stage.env)),
        gpus_(gpu_environment(job, options.environment)),
        poll_(slurm_settings(repository).poll) {}

  JobExit run(std::size_t element) {
    const JobTasks tasks = directory_.tasks().value();
    JobExit exit = JobExit::Succeeded;
    for (std::size_t i = element; i < tasks.tasks.size(); i += tasks.elements) {
      if (directory_.is_cancelled()) return JobExit::NotOurs;
      auto outcome = directory_.task_end(job_.id, i);
      if (!outcome) {
        outcome = run_task(i, tasks.tasks[i]);
        if (was_stopped(*outcome)) return JobExit::Failed;  // it may begin anew
        directory_.write_task_end(job_.id, i, *outcome);
      }
      if (!outcome->ok()) exit = JobExit::Failed;
    }
    return exit;
  }

 private:
  CommandOutcome run_task(std::size_t number, const JobTask& task) {
    for (std::size_t attempt = 0;; ++attempt) {
      const auto mutexes = lock_mutexes();
      CommandOutcome stopped;
      stopped.stopped = true;
      if (!mutexes) return stopped;
      for (const std::string& path : task.outs) make_room(repository_.path(path), attempt);
      const CommandOutcome outcome = run_in_job(command_job(number, task));
      const bool is_last = was_stopped(outcome) || attempt == job_.stage.demands.retries;
      if (outcome.ok() || is_last) return outcome;
    }
  }

  // Before the first attempt who made the task has made room.
  void make_room(const std::string& path, std::size_t attempt) const {
    const bool persists = !job_.stage.outs.empty() && job_.stage.outs.front().persist;
    if (attempt > 0 && !persists) remove_tree(path);
    make_directories(parent_path(path));
  }

  CommandJob command_job(std::size_t number, const JobTask& task) const {
    auto environment = environment_;
    environment.insert(gpus_.begin(), gpus_.end());
    return {.stage = job_.stage.name,
            .commands = task.commands,
            .directory = repository_.path(job_.stage.wdir),
            .environment = std::move(environment),
            .log_file = directory_.task_log_file(number),
            .on_line = {},
            .timeout = job_.stage.demands.timeout,
            .should_stop = {},
            .kill_now = {}};
  }

  // nullopt: a signal came first.
  std::optional<MutexLocks> lock_mutexes() const {
    while (interrupt_signal() == 0) {
      if (auto locks = MutexLocks::try_lock(repository_, job_.stage.demands.mutexes)) return locks;
      std::this_thread::sleep_for(std::min(poll_, std::chrono::milliseconds(500)));
    }
    return std::nullopt;
  }

  Repository& repository_;
  const JobDirectory& directory_;
  const JobDescription& job_;
  const std::map<std::string, std::string> environment_, gpus_;
  const std::chrono::milliseconds poll_;
};

}  // namespace

JobExit run_tasks(Repository& repository, const JobOptions& options, const JobDirectory& directory,
                  const JobDescription& job) {
  const auto text = options.environment.find("SLURM_ARRAY_TASK_ID");
  std::size_t element = 0;
  if (text != options.environment.end())
    std::from_chars(text->second.data(), text->second.data() + text->second.size(), element);
  return ElementRun(repository, options, directory, job).run(element);
}

}  // namespace dvx
