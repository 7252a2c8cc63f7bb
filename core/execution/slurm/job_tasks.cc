#include "core/execution/slurm/job_tasks.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/execution/slurm/job_json.h"
#include "core/execution/trace/file_use_json.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

using Json = nlohmann::json;

namespace {

std::vector<std::string> paths_in(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found == json.end() ? std::vector<std::string>() : paths_from_json(*found);
}

}  // namespace

JobTasks spread(std::vector<JobTask> tasks, TaskTerms terms) {
  return {.elements = std::min(tasks.size(), kMostElements),
          .tasks = std::move(tasks),
          .terms = std::move(terms)};
}

std::string serialize_tasks(const JobTasks& tasks) {
  Json list = Json::array();
  for (const JobTask& task : tasks.tasks) {
    list.push_back({{"name", path_to_json_text(task.name)},
                    {"commands", paths_to_json(task.commands)},
                    {"ins", paths_to_json(task.ins)},
                    {"outs", paths_to_json(task.outs)},
                    {"files", paths_to_json(task.files)},
                    {"note", task.note}});
  }
  Json json = {{"dvx_job", kJobVersion},
               {"elements", tasks.elements},
               {"declared", paths_to_json(tasks.terms.also_declared)},
               {"tasks", std::move(list)}};
  if (tasks.terms.sandbox_inputs) json["sandbox"] = paths_to_json(*tasks.terms.sandbox_inputs);
  return canonical_json(json) + "\n";
}

JobTasks parse_tasks(std::string_view text, const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    JobTasks tasks{.elements = json.at("elements").get<std::size_t>(),
                   .tasks = {},
                   .terms = {.sandbox_inputs = {}, .also_declared = paths_in(json, "declared")}};
    if (json.contains("sandbox")) tasks.terms.sandbox_inputs = paths_from_json(json["sandbox"]);
    for (const Json& object : json.at("tasks")) {
      tasks.tasks.push_back({.name = path_from_json_text(object.at("name").get<std::string>()),
                             .commands = paths_from_json(object.at("commands")),
                             .ins = paths_in(object, "ins"),
                             .outs = paths_from_json(object.at("outs")),
                             .files = paths_in(object, "files"),
                             .note = object.at("note")});
    }
    if (tasks.elements == 0) fail_with_damaged_job(name, "it has no elements");
    return tasks;
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

std::string serialize_task_end(const std::string& submission, const EndedTask& end) {
  Json json = {{"dvx_job", kJobVersion}, {"id", submission}, {"outcome", json_of_outcome(end.outcome)}};
  if (!end.failure.empty()) json["failure"] = path_to_json_text(end.failure);
  if (end.outcome.files) json["use"] = json_of_use(*end.outcome.files);
  return canonical_json(json) + "\n";
}

std::optional<EndedTask> parse_task_end(std::string_view text, const std::string& submission,
                                        const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    if (json.at("id").get<std::string>() != submission) return std::nullopt;
    EndedTask end{.outcome = outcome_of_json(json.at("outcome")),
                  .failure = path_from_json_text(json.value("failure", ""))};
    if (json.contains("use")) end.outcome.files = use_of_json(json["use"]);
    return end;
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

}  // namespace dvx
