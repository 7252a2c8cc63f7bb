// Many short pieces of work of one stage for one job array: `tasks.json` of a job directory, and what became
// of each (docs/formats/jobs.md). The pieces do not depend on each other; what is checked before and after
// them is the affair of who made them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/execution/stage/command_runner.h"
#include "core/formats/text/json_value.h"

namespace dvx {

struct JobTask {
  std::string name;                   // for people
  std::vector<std::string> commands;  // run in order by /bin/sh -c, as those of the stage
  std::vector<std::string> ins;       // from the root: what a sandbox shows besides what all tasks may read
  std::vector<std::string> outs;      // from the root; removed before another attempt
  std::vector<std::string> files;     // absolute: made for the task, which reads them
  JsonValue note = {};                // for who made the task: comes back with its end
};

// What all of them have in common.
struct TaskTerms {
  std::optional<std::vector<std::string>> sandbox_inputs;  // that each sandbox shows; none: no sandboxes
  std::vector<std::string> also_declared;                  // to who judges a trace
};

// Slurm limits how many elements an array has (MaxArraySize, 1001 unless set). Element k does the tasks k,
// k + elements, k + 2 · elements, …, one after the other.
struct JobTasks {
  std::size_t elements = 0;
  std::vector<JobTask> tasks;
  TaskTerms terms;
};

constexpr std::size_t kMostElements = 1000;
JobTasks spread(std::vector<JobTask> tasks, TaskTerms terms);

// What became of a task.
struct EndedTask {
  CommandOutcome outcome;
  std::string failure;  // another one than what the outcome says: of its sandbox

  bool ok() const { return outcome.ok() && failure.empty(); }
};

std::string serialize_tasks(const JobTasks& tasks);
JobTasks parse_tasks(std::string_view text, const std::string& name_for_errors);

std::string serialize_task_end(const std::string& submission, const EndedTask& end);
// nullopt when it is of another submission.
std::optional<EndedTask> parse_task_end(std::string_view text, const std::string& submission,
                                        const std::string& name_for_errors);

}  // namespace dvx
