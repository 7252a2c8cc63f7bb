#include "core/execution/slurm/task_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/execution/slurm/job_commands.h"
#include "core/execution/slurm/job_environment.h"
#include "core/execution/slurm/slurm_settings.h"
#include "core/execution/stage/mutex_locks.h"
#include "core/execution/stage/stage_sandbox.h"
#include "core/pipeline/stage_environment.h"

namespace dvx {

namespace {

class ElementRun {
 public:
  ElementRun(Repository& repository, const JobOptions& options, const JobDirectory& directory,
             const JobDescription& job, Progress& progress)
      : repository_(repository),
        directory_(directory),
        job_(job),
        progress_(progress),
        tasks_(directory.tasks().value()),
        environment_(stage_environment(repository.surroundings().environment, job.stage.env)),
        gpus_(gpu_environment(job, options.environment)),
        poll_(slurm_settings(repository).poll) {}

  JobExit run(std::size_t element) {
    JobExit exit = JobExit::Succeeded;
    for (std::size_t i = element; i < tasks_.tasks.size(); i += tasks_.elements) {
      if (directory_.is_cancelled()) return JobExit::NotOurs;
      auto end = directory_.task_end(job_.id, i);
      if (!end) {
        end = run_task(i);
        if (was_stopped(end->outcome)) return JobExit::Failed;  // it may begin anew
        directory_.write_task_end(job_.id, i, *end);
      }
      if (!end->ok()) exit = JobExit::Failed;
    }
    return exit;
  }

 private:
  EndedTask run_task(std::size_t number) {
    const JobTask& task = tasks_.tasks[number];
    for (std::size_t attempt = 0;; ++attempt) {
      const auto mutexes = lock_mutexes();
      CommandOutcome stopped;
      stopped.stopped = true;
      if (!mutexes) return {.outcome = stopped, .failure = {}};
      for (const std::string& path : task.outs) make_room(repository_.path(path));
      const EndedTask end = run_once(number, task);
      const bool is_last = was_stopped(end.outcome) || attempt == job_.stage.demands.retries;
      if (end.outcome.ok() || is_last) return end;
    }
  }

  // Whether this is the first attempt or Slurm has started the task again, nothing of another one stays.
  void make_room(const std::string& path) const {
    const bool persists = !job_.stage.outs.empty() && job_.stage.outs.front().persist;
    if (!persists && !tasks_.terms.sandbox_inputs) remove_tree(path);
    make_directories(parent_path(path));
  }

  EndedTask run_once(std::size_t number, const JobTask& task) {
    CommandJob command = command_job(number, task);
    if (tasks_.terms.sandbox_inputs) return run_in_sandbox(std::move(command), task);
    if (job_.stage.execution.trace != Trace::Off) command.traced_beneath = repository_.root();
    return {.outcome = run_in_job(std::move(command)), .failure = {}};
  }

  EndedTask run_in_sandbox(CommandJob command, const JobTask& task) {
    SandboxScope scope = sandbox_scope(*tasks_.terms.sandbox_inputs, job_.stage, task.ins, task.outs);
    scope.files = task.files;
    EndedTask end;
    try {
      StageSandbox sandbox(repository_, job_.stage, std::move(scope), repository_.root());
      sandbox.enter(command);
      const std::string log = command.log_file;
      end.outcome = run_in_job(std::move(command));
      if (const auto failure = sandbox.leave(end.outcome, log)) end.failure = failure->message;
      if (!sandbox.left().empty()) {
        progress_.warning(fmt::format("'{}' wrote {} in its sandbox, and does not declare that: it is gone",
                                      task.name, sandbox.left()));
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Config) throw;
      end.failure = error.message();
    }
    return end;
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
  Progress& progress_;
  const JobTasks tasks_;
  const std::map<std::string, std::string> environment_, gpus_;
  const std::chrono::milliseconds poll_;
};

}  // namespace

JobExit run_tasks(Repository& repository, const JobOptions& options, const JobDirectory& directory,
                  const JobDescription& job, Progress& progress) {
  const auto text = options.environment.find("SLURM_ARRAY_TASK_ID");
  std::size_t element = 0;
  if (text != options.environment.end())
    std::from_chars(text->second.data(), text->second.data() + text->second.size(), element);
  return ElementRun(repository, options, directory, job, progress).run(element);
}

}  // namespace dvx
