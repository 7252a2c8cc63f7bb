#include "core/slurm/job_tasks.h"

#include <algorithm>
#include <utility>

#include "core/metafile/canonical_json.h"
#include "core/slurm/job_json.h"

namespace dvx {

using Json = nlohmann::json;

JobTasks spread(std::vector<JobTask> tasks) {
  return {.elements = std::min(tasks.size(), kMostElements), .tasks = std::move(tasks)};
}

std::string serialize_tasks(const JobTasks& tasks) {
  Json list = Json::array();
  for (const JobTask& task : tasks.tasks) {
    list.push_back({{"name", path_to_json_text(task.name)},
                    {"commands", paths_to_json(task.commands)},
                    {"outs", paths_to_json(task.outs)},
                    {"note", task.note}});
  }
  return canonical_json(
             Json{{"dvx_job", kJobVersion}, {"elements", tasks.elements}, {"tasks", std::move(list)}}) +
         "\n";
}

JobTasks parse_tasks(std::string_view text, const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    JobTasks tasks{.elements = json.at("elements").get<std::size_t>(), .tasks = {}};
    for (const Json& object : json.at("tasks")) {
      tasks.tasks.push_back({.name = path_from_json_text(object.at("name").get<std::string>()),
                             .commands = paths_from_json(object.at("commands")),
                             .outs = paths_from_json(object.at("outs")),
                             .note = object.at("note")});
    }
    if (tasks.elements == 0) fail_with_damaged_job(name, "it has no elements");
    return tasks;
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

std::string serialize_task_end(const std::string& submission, const CommandOutcome& outcome) {
  return canonical_json(
             Json{{"dvx_job", kJobVersion}, {"id", submission}, {"outcome", json_of_outcome(outcome)}}) +
         "\n";
}

std::optional<CommandOutcome> parse_task_end(std::string_view text, const std::string& submission,
                                             const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    if (json.at("id").get<std::string>() != submission) return std::nullopt;
    return outcome_of_json(json.at("outcome"));
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

}  // namespace dvx
