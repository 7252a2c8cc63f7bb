#include "core/execution/slurm/each_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/task_watch.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/job_json.h"
#include "core/execution/slurm/slurm_settings.h"
#include "core/execution/stage/each_check.h"
#include "core/execution/stage/each_trace.h"
#include "core/formats/text/canonical_json.h"
#include "core/workspace/snapshot.h"

namespace dvx {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

// What a task's note says.
struct TaskItems {
  ObjectId key;
  std::vector<EachItem> items;
};

Json note_of(const EachJob& job, const ObjectId& key) {
  Json items = Json::array();
  for (const EachItem& item : job.items)
    items.push_back({path_to_json_text(item.in), path_to_json_text(item.out), json_of_state(item.input)});
  return {{"item_key", key.to_hex()}, {"items", std::move(items)}};
}

TaskItems items_of(const JobTask& task) {
  const std::string name = fmt::format("task '{}'", task.name);
  try {
    const auto key = ObjectId::parse(task.note->at("item_key").get_ref<const std::string&>());
    if (!key) fail_with_damaged_job(name, "its key is not one");
    TaskItems found{.key = *key, .items = {}};
    for (const Json& item : task.note->at("items")) {
      const auto input = state_of_json(item.at(2));
      if (!input) fail_with_damaged_job(name, "it does not say what its inputs were");
      found.items.push_back({.in = path_from_json_text(item.at(0).get<std::string>()),
                             .out = path_from_json_text(item.at(1).get<std::string>()),
                             .input = *input});
    }
    return found;
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

bool are_seen(const std::vector<std::string>& paths) {
  std::set<std::string> directories;
  for (const std::string& path : paths) directories.insert(parent_path(path));
  for (const std::string& directory : directories) {
    refresh_directory(directory);
  }
  return std::ranges::all_of(paths, [](const std::string& path) { return exists(path); });
}

void await_outputs(const EndedJob& ended, Repository& repository) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < ended.tasks.size(); ++i) {
    if (!ended.task_ends[i] || !ended.task_ends[i]->ok()) continue;
    for (const std::string& out : ended.tasks[i].outs) paths.push_back(repository.path(out));
  }
  const SlurmSettings settings = slurm_settings(repository);
  const auto give_up = Clock::now() + settings.patience;
  while (!are_seen(paths) && Clock::now() < give_up && interrupt_signal() == 0)
    std::this_thread::sleep_for(settings.poll);
}

void tell_lines(Progress& progress, const std::string& stage, const JobTask& task, const std::string& file) {
  const auto printed = read_file_if_exists(file);
  std::string_view rest = printed ? std::string_view(*printed) : std::string_view();
  while (!rest.empty()) {
    const std::size_t feed = std::min(rest.find('\n'), rest.size());
    tell_task_line(progress, stage, fmt::format("{} | {}", task.name, rest.substr(0, feed)));
    rest.remove_prefix(std::min(feed + 1, rest.size()));
  }
}

std::string failure_of(const EndedTask& end) {
  const CommandOutcome& outcome = end.outcome;
  if (!end.failure.empty()) return end.failure;
  if (outcome.overdue) return "was stopped for its timeout";
  if (outcome.signal != 0) return fmt::format("was ended by signal {}", outcome.signal);
  return fmt::format("exited with status {}", outcome.exit_status);
}

// Nothing of it can be told, or it is not over, when the whole array has no result.
std::string trouble_of(const EndedJob& ended) {
  return ended.failure.message.empty() ? "it has not ended" : ended.failure.message;
}

}  // namespace

JobTasks begin_tasks(EachRun& run) {
  std::vector<JobTask> tasks;
  tasks.reserve(run.jobs().size());
  while (run.has_next()) {
    const std::size_t number = run.begin_next();
    const EachJob& job = run.jobs()[number];
    CommandJob command = run.plain_command(number);
    JobTask task{.name = job.name,
                 .commands = std::move(command.commands),
                 .ins = {},
                 .outs = {},
                 .files = std::move(command.files),
                 .note = note_of(job, run.key_of_items())};
    for (const EachItem& item : job.items) {
      task.ins.push_back(item.in);
      task.outs.push_back(item.out);
    }
    tasks.push_back(std::move(task));
  }
  return spread(std::move(tasks), {.sandbox_inputs = run.sandbox_inputs(),
                                   .also_declared = run.watched() ? run.watched()->also_declared()
                                                                  : std::vector<std::string>()});
}

void end_tasks(EachRun& run, const EndedJob& ended, Repository& repository, Progress& progress) {
  await_outputs(ended, repository);
  for (std::size_t i = 0; i < ended.tasks.size(); ++i) {
    const auto& end = ended.task_ends[i];
    if (end) tell_lines(progress, run.stage().name, ended.tasks[i], run.log_file_of(i));
    if (!end || !end->failure.empty()) {
      run.give_up(i, end ? end->failure : trouble_of(ended));
    } else {
      run.end(i, end->outcome, EachRun::Retry::Forbidden);
    }
  }
}

std::optional<StageFailure> keep_ended_tasks(const EndedJob& ended, const Stage& stage,
                                             PipelineSurvey& survey, Progress& progress) {
  Repository& repository = survey.repository();
  await_outputs(ended, repository);
  std::optional<EachTrace> watched;
  if (ended.trace != Trace::Off && !ended.terms.sandbox_inputs)
    watched.emplace(survey, stage, ended.trace, ended.terms.also_declared);
  std::optional<StageFailure> failure;
  const auto fail = [&](std::size_t i, StageFailure why) {
    if (failure) return;
    failure = std::move(why);
    failure->message = fmt::format("'{}': {}", ended.tasks[i].name, failure->message);
  };
  std::vector<EachItem> items;
  std::optional<ObjectId> key;
  for (std::size_t i = 0; i < ended.tasks.size(); ++i) {
    const auto& end = ended.task_ends[i];
    if (!end || !end->ok()) {
      fail(i, {end ? failure_of(*end) : trouble_of(ended), {}, {}});
      continue;
    }
    TaskItems done = items_of(ended.tasks[i]);
    if (watched) {
      auto why =
          watched->add({.items = done.items, .name = ended.tasks[i].name}, end->outcome.files, progress);
      if (why) {
        fail(i, *std::move(why));
        continue;
      }
    }
    key = done.key;
    std::ranges::move(done.items, std::back_inserter(items));
  }
  if (watched) watched->finish(EachTrace::Jobs::OfSome, progress);
  if (!key) return failure;
  std::vector<std::string> inputs, outputs;
  for (const EachItem& item : items) {
    inputs.push_back(item.in);
    outputs.push_back(item.out);
  }
  const auto read = take_snapshots(repository, inputs, {}, progress);
  const auto made = take_snapshots(repository, outputs, {}, progress);
  EachJournal journal(repository, stage.name, *key, JournalStart::Continue);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto checked = check_item(items[i], read[i], made[i]);
    if (const auto* item = std::get_if<EndedItem>(&checked)) journal.add(items[i].in, *item);
  }
  journal.flush();
  return failure;
}

}  // namespace dvx
