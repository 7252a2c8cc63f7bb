#include "core/execution/slurm/slurm_stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "base/task_watch.h"
#include "core/execution/slurm/job_json.h"
#include "core/execution/slurm/job_trouble.h"
#include "core/execution/stage/stage_schemas.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

// The controller is shared by all users of a cluster; files are not.
constexpr int kLooksPerQueue = 15;
constexpr std::chrono::seconds kTellEvery{5};

std::string text_of(const std::string& file) {
  return read_file_if_exists(file).value_or("");
}

// What is behind `offset`; whole again when the file was begun anew.
std::string read_on(const std::string& file, std::size_t& offset) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const auto size = static_cast<std::size_t>(stream.tellg());
  if (size < offset) offset = 0;
  std::string text(size - offset, '\0');
  stream.seekg(static_cast<std::streamoff>(offset));
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  offset += text.size();
  return text;
}

}  // namespace

SlurmStages::SlurmStages(PipelineSurvey& survey, Progress& progress)
    : survey_(survey),
      repository_(survey.repository()),
      progress_(progress),
      client_(slurm_settings(survey.repository())) {}

bool SlurmStages::adopt(std::size_t stage) {
  Job job{.directory = JobDirectory(repository_, survey_.stages()[stage].name), .description = {}};
  auto description = job.directory.description();
  if (!description || job.directory.is_recorded()) return false;
  job.description = *std::move(description);
  job.is_ours = job.directory.watch();
  job.is_adopted = true;
  job.slurm_job = job.directory.slurm_job();
  job.tasks = job.directory.tasks();
  progress_.line(fmt::format(
      "{}: {}", job.description.stage.name,
      job.is_ours ? fmt::format("has job {} from before", job.slurm_job) : "another dvx waits for its job"));
  jobs_.emplace(stage, std::move(job));
  next_queue_ = Clock::time_point::min();
  return true;
}

void SlurmStages::submit(std::size_t stage, const std::string& why, Force force, Trace trace) {
  const JobDescription description = describe(survey_.stages()[stage], why, force, trace);
  remove_recorded(description.stage.name);
  auto directory = JobDirectory::make(repository_, description);
  if (!directory) {  // another dvx was faster
    if (!adopt(stage)) submit(stage, why, force, trace);
    return;
  }
  Job job{.directory = *std::move(directory), .description = description};
  send(job);
  progress_.line(
      fmt::format("{}: job {} is in the queue, as {}", description.stage.name, job.slurm_job, why));
  jobs_.emplace(stage, std::move(job));
}

std::optional<std::string> SlurmStages::begin_array(std::size_t stage, const std::string& why, Trace trace) {
  const JobDescription description = describe(survey_.stages()[stage], why, Force::No, trace);
  remove_recorded(description.stage.name);
  auto directory = JobDirectory::make(repository_, description);
  if (!directory) return adopt(stage) ? std::nullopt : begin_array(stage, why, trace);
  Job job{.directory = *std::move(directory), .description = description};
  std::string scratch = job.directory.scratch();
  make_directories(parent_path(scratch));
  jobs_.emplace(stage, std::move(job));
  return scratch;
}

void SlurmStages::submit_array(std::size_t stage, JobTasks tasks) {
  Job& job = jobs_.at(stage);
  job.tasks = std::move(tasks);
  job.directory.write_tasks(*job.tasks);
  try {
    send(job);
  } catch (const Error&) {
    jobs_.erase(stage);
    throw;
  }
  progress_.line(fmt::format("{}: job array {} is in the queue, as {}", job.description.stage.name,
                             job.slurm_job, job.description.why));
}

void SlurmStages::remove_recorded(const std::string& stage) {
  JobDirectory before(repository_, stage);
  if (before.is_recorded() && before.watch()) before.remove();
}

JobDescription SlurmStages::describe(const Stage& stage, const std::string& why, Force force,
                                     Trace trace) const {
  JobDescription job{.id = new_submission_id(repository_),
                     .stage = stage,
                     .upstream = {},
                     .force = force,
                     .environment = {},
                     .submitted_ns = repository_.clock().now_ns(),
                     .why = why};
  job.stage.execution.trace = std::max(stage.execution.trace, trace);
  const std::size_t index = *survey_.graph().find(stage.name);
  for (const std::size_t before : survey_.graph().upstream(index)) {
    JobUpstream upstream{.stage = survey_.stages()[before].name,
                         .outs = {},
                         .job = {},
                         .frozen = survey_.stages()[before].frozen};
    for (const StageOutput& out : survey_.stages()[before].outs) upstream.outs.push_back(out.path);
    if (const auto queued = jobs_.find(before); queued != jobs_.end())
      upstream.job = queued->second.description.id;
    job.upstream.push_back(std::move(upstream));
  }
  const auto& environment = repository_.surroundings().environment;
  for (const char* name : {"PATH", "HOME", "USER", "LOGNAME"}) {
    if (const auto found = environment.find(name); found != environment.end()) job.environment.insert(*found);
  }
  return job;
}

SbatchRequest SlurmStages::request_for(const Job& job) const {
  SbatchRequest request{.stage = &job.description.stage,
                        .id = job.description.id,
                        .output_file = job.directory.output_file(),
                        .directory = repository_.root(),
                        .after = {},
                        .beside = {},
                        .array = job.tasks ? job.tasks->elements : 0};
  for (const JobUpstream& upstream : job.description.upstream) {
    if (upstream.job.empty()) continue;
    const Job& before = jobs_.at(*survey_.graph().find(upstream.stage));
    const auto result = before.directory.result(upstream.job);
    const bool is_done = result && result->succeeded();  // the queue may have forgotten it
    if (!is_done) request.after.push_back(before.slurm_job);
  }
  // The lock in the job is what keeps them apart; this keeps them from waiting for it on a node.
  const auto& mutexes = job.description.stage.demands.mutexes;
  for (const auto& [stage, other] : jobs_) {
    if (other.is_over || other.slurm_job.empty()) continue;
    const auto& theirs = other.description.stage.demands.mutexes;
    const bool share = std::ranges::any_of(
        mutexes, [&](const std::string& name) { return std::ranges::binary_search(theirs, name); });
    const bool is_listed = std::ranges::find(request.after, other.slurm_job) != request.after.end();
    if (share && !is_listed) request.beside.push_back(other.slurm_job);
  }
  return request;
}

std::string SlurmStages::script_of(const Job& job) const {
  return fmt::format("#!/bin/sh\nexec {} -C {} -j {} job {} {}\n", shell_quote(client_.settings().executable),
                     shell_quote(repository_.root()), job.description.stage.demands.cpus,
                     shell_quote(job.directory.path()), job.description.id);
}

// An answer that got lost on its way does not mean that there is no job.
void SlurmStages::send(Job& job) {
  try {
    job.slurm_job = client_.submit(request_for(job), script_of(job));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Network) job.slurm_job = find_by_comment(job.description.id);
    if (job.slurm_job.empty()) {
      job.directory.remove();
      throw Error(error.kind(), fmt::format("stage '{}': {}", job.description.stage.name, error.message()),
                  error.hint());
    }
  }
  job.directory.note_slurm_job(job.slurm_job);
}

std::string SlurmStages::find_by_comment(const std::string& id) const {
  try {
    for (const QueuedJob& queued : client_.queue()) {
      if (queued.comment == id) return queued.id;
    }
  } catch (const Error&) {  // the first complaint says more
  }
  return {};
}

std::vector<EndedJob> SlurmStages::poll() {
  const auto now = Clock::now();
  if (now < next_look_) return {};
  next_look_ = now + client_.settings().poll;
  std::vector<EndedJob> ended;
  const auto say = [&](Job& job, std::optional<EndedJob> one) {
    if (!one) return;
    job.is_over = true;
    one->is_adopted = job.is_adopted;
    add_tasks(job, *one);
    ended.push_back(*std::move(one));
  };
  for (auto& [stage, job] : jobs_) {
    if (!job.is_over) say(job, look_at_files(stage, job));
  }
  const auto is_open = [](const auto& pair) { return !pair.second.is_over && pair.second.is_ours; };
  if (now < next_queue_ || std::ranges::none_of(jobs_, is_open)) return ended;
  next_queue_ = now + kLooksPerQueue * client_.settings().poll;
  try {
    const std::vector<QueuedJob> queue = client_.queue();
    is_queue_missing_ = false;
    for (auto& pair : jobs_) {
      if (is_open(pair)) say(pair.second, look_in_queue(pair.first, pair.second, queue));
    }
  } catch (const Error& error) {
    // Files say what happens; without the queue only what does not happen stays unknown.
    if (!std::exchange(is_queue_missing_, true)) progress_.warning(error.message());
  }
  std::ranges::sort(ended, {}, &EndedJob::stage);
  return ended;
}

std::optional<EndedJob> SlurmStages::look_at_files(std::size_t stage, Job& job) {
  job.directory.refresh();
  if (!job.is_ours) {
    const auto there = job.directory.description();
    const bool is_same = there && there->id == job.description.id && !job.directory.is_recorded();
    if (is_same && !job.directory.watch()) return std::nullopt;
    job.is_ours = is_same;  // who had it is gone
    if (!is_same) return EndedJob{.stage = stage, .fate = JobFate::ByAnother, .result = {}, .failure = {}};
    next_queue_ = Clock::time_point::min();
  }
  if (!job.is_told) {
    if (const auto claim = job.directory.claim()) {
      job.is_told = true;
      job.slurm_job = claim->slurm_job;
      if (auto* tasks = dynamic_cast<TaskWatch*>(&progress_))
        tasks->task_started(job.description.stage.name, std::nullopt);
      progress_.line(
          fmt::format("{}: job {} runs on {}", job.description.stage.name, job.slurm_job, claim->node));
    }
  }
  if (job.tasks) return look_at_tasks(stage, job);
  auto result = job.directory.result(job.description.id);
  print_log(job, result.has_value());
  if (!result && job.directory.is_cancelled())
    next_queue_ = std::min(next_queue_, Clock::now() + client_.settings().poll);
  if (!result) return std::nullopt;
  job.is_stopped = result->end == JobEnd::Stopped;
  if (job.is_stopped) {
    next_queue_ = std::min(next_queue_, Clock::now() + client_.settings().poll);
    return std::nullopt;
  }
  return EndedJob{.stage = stage, .fate = JobFate::HasResult, .result = *std::move(result), .failure = {}};
}

std::optional<EndedJob> SlurmStages::look_at_tasks(std::size_t stage, Job& job) {
  const std::size_t ended = job.directory.ended_tasks(), all = job.tasks->tasks.size();
  const auto now = Clock::now();
  if (ended < all) {
    const std::string state = fmt::format("{}: {} of {} tasks", job.description.stage.name, ended, all);
    progress_.current(state);
    if (std::exchange(job.ended_tasks, ended) != ended && now - job.told_tasks >= kTellEvery) {
      job.told_tasks = now;
      progress_.line(state);
    }
    return std::nullopt;
  }
  return EndedJob{.stage = stage, .fate = JobFate::HasResult, .result = {}, .failure = {}};
}

void SlurmStages::add_tasks(const Job& job, EndedJob& ended) const {
  if (!job.tasks) return;
  ended.tasks = job.tasks->tasks;
  ended.terms = job.tasks->terms;
  ended.trace = job.description.stage.execution.trace;
  for (std::size_t i = 0; i < ended.tasks.size(); ++i)
    ended.task_ends.push_back(job.directory.task_end(job.description.id, i));
}

std::optional<EndedJob> SlurmStages::look_in_queue(std::size_t stage, Job& job,
                                                   const std::vector<QueuedJob>& queue) {
  const QueuedJob* queued = find_in_queue(queue, job.slurm_job, job.description.id);
  if (job.slurm_job.empty() && queued == nullptr) {
    return EndedJob{.stage = stage, .fate = JobFate::NeverSubmitted, .result = {}, .failure = {}};
  }
  if (job.slurm_job.empty()) {
    job.slurm_job = queued->id;
    job.directory.note_slurm_job(job.slurm_job);
  }
  if (queued != nullptr && !queued->has_ended()) {
    job.gone_since.reset();
    if (queued->reason == "DependencyNeverSatisfied") cancel_in_queue({job.slurm_job});
    return std::nullopt;
  }
  const bool never_began = !job.directory.claim() && queued != nullptr && queued->state == "CANCELLED";
  if (job.is_stopped || never_began) return without_result(stage, job, queued);
  if (!job.gone_since) job.gone_since = Clock::now();
  next_queue_ = std::min(next_queue_, *job.gone_since + client_.settings().patience);
  if (Clock::now() < *job.gone_since + client_.settings().patience) return std::nullopt;
  return without_result(stage, job, queued);
}

EndedJob SlurmStages::without_result(std::size_t stage, Job& job, const QueuedJob* queued) const {
  const bool is_cancelled =
      job.directory.is_cancelled() || (queued != nullptr && queued->state == "CANCELLED");
  const bool has_begun = job.directory.claim().has_value();
  return {.stage = stage,
          .fate = is_cancelled && !has_begun ? JobFate::Cancelled : JobFate::NoResult,
          .result = {},
          .failure = job_trouble({.job = job.slurm_job,
                                  .was_stopped = job.is_stopped,
                                  .queued = queued,
                                  .printed = text_of(job.directory.output_file())})};
}

void SlurmStages::print_log(Job& job, bool is_complete) {
  job.rest += read_on(job.directory.log_file(), job.printed);
  if (is_complete && !job.rest.empty() && job.rest.back() != '\n') job.rest += '\n';
  std::size_t begin = 0;
  for (auto feed = job.rest.find('\n'); feed != std::string::npos; feed = job.rest.find('\n', begin)) {
    tell_task_line(progress_, job.description.stage.name,
                   std::string_view(job.rest).substr(begin, feed - begin));
    begin = feed + 1;
  }
  job.rest.erase(0, begin);
}

// What a job saw must be what the job before it made; the jobs check it too, each on its node.
std::optional<StageFailure> SlurmStages::broken_chain(const Job& job, const JobResult& result) const {
  for (const JobUpstream& upstream : job.description.upstream) {
    if (upstream.job.empty()) continue;
    const auto before = JobDirectory(repository_, upstream.stage).result(upstream.job);
    if (!before) continue;
    for (const LockedPath& out : before->outs) {
      const auto seen = std::ranges::find(result.seen, out.path, &LockedPath::path);
      if (seen == result.seen.end() || seen->data == out.data) continue;
      return StageFailure{fmt::format("input '{}' is not what stage '{}' made before it",
                                      display_path(out.path), upstream.stage),
                          "dvx repro " + paste_quote(job.description.stage.name),
                          {}};
    }
  }
  return std::nullopt;
}

Contents SlurmStages::contents_seen(const Job& job, const JobResult& result) const {
  Contents contents;
  for (const LockedPath& seen : result.seen) contents[seen.path] = seen.data;
  const auto require = [&](const std::string& path) {
    if (!contents.contains(path))
      fail_with_damaged_job(job.directory.path(), fmt::format("it says nothing of '{}'", path));
  };
  for (const StageDependency& dep : job.description.stage.deps) require(dep.path);
  const auto imports = result.key_fields->find("imports");
  if (imports == result.key_fields->end()) return contents;
  for (const auto& [path, content] : imports->items()) require(path_from_json_text(path));
  return contents;
}

std::variant<FinishedRun, StageFailure> SlurmStages::record(const EndedJob& ended, Ingest& into) {
  const Job& job = jobs_.at(ended.stage);
  const JobResult& result = ended.result;
  if (auto failure = broken_chain(job, result)) return *std::move(failure);
  const Contents seen = contents_seen(job, result);
  survey_.know(seen);
  StageDecision decision{.action = StageAction::Run,
                         .reasons = {},
                         .key_fields = result.key_fields,
                         .key = stage_key(result.key_fields),
                         .cached = {}};
  StageRun run(survey_, job.description.stage, std::move(decision), job.directory.log_file());
  StageFindings findings = result.findings;
  findings.outs = result.outs;
  findings.trees = job.directory.trees(result);
  auto recorded =
      run.record_findings(std::move(findings), result.outcome, result.git, "slurm", into, progress_);
  for (const auto& [path, data] : seen) survey_.forget(path);  // as it was then, not as it is
  return recorded;
}

std::variant<FinishedRun, StageFailure> SlurmStages::record_restored(const EndedJob& ended) {
  const Job& job = jobs_.at(ended.stage);
  const JobResult& result = ended.result;
  if (auto failure = broken_chain(job, result)) return *std::move(failure);
  for (const LockedPath& out : result.outs) {
    if (survey_.content(out.path) == out.data) continue;
    return StageFailure{fmt::format("its output '{}' was changed after it ended", display_path(out.path)),
                        "dvx repro " + paste_quote(job.description.stage.name),
                        {}};
  }
  const Contents seen = contents_seen(job, result);
  std::vector<LockedPath> deps;
  for (const StageDependency& dep : job.description.stage.deps)
    deps.push_back({dep.path, *seen.at(dep.path)});
  const Stage& stage = job.description.stage;
  if (auto failure = schema_failure(check_schemas_unless_recorded(survey_, stage, *result.run)))
    return *std::move(failure);
  return FinishedRun{*result.run,
                     make_lock_entry(stage, result.key_fields, std::move(deps), result.outs, *result.run)};
}

std::string SlurmStages::log_file(std::size_t stage) const {
  return jobs_.at(stage).directory.log_file();
}

void SlurmStages::note_recorded(std::size_t stage) {
  jobs_.at(stage).directory.note_recorded();
  jobs_.erase(stage);
}

void SlurmStages::let_go(std::size_t stage) {
  const auto job = jobs_.find(stage);
  if (job == jobs_.end()) return;
  if (job->second.is_ours) job->second.directory.remove();
  jobs_.erase(job);
}

void SlurmStages::cancel(std::size_t stage) {
  const auto job = jobs_.find(stage);
  if (job == jobs_.end() || !job->second.is_ours || job->second.is_over) return;
  job->second.directory.note_cancelled();
  cancel_in_queue({job->second.slurm_job});
  next_queue_ = std::min(next_queue_, Clock::now() + client_.settings().poll);
}

// A cluster that does not answer keeps its jobs; what they make is not recorded.
void SlurmStages::cancel_in_queue(const std::vector<std::string>& ids) {
  try {
    client_.cancel(ids);
  } catch (const Error& error) {
    progress_.warning(error.message());
  }
}

void SlurmStages::cancel_waiting() {
  std::vector<std::string> ids;
  for (const auto& [stage, job] : jobs_) {
    if (job.is_ours && !job.is_over && !job.slurm_job.empty()) ids.push_back(job.slurm_job);
  }
  try {
    client_.cancel_waiting(ids);
  } catch (const Error& error) {
    progress_.warning(error.message());
  }
  next_queue_ = std::min(next_queue_, Clock::now() + client_.settings().poll);
}

void SlurmStages::tidy() {
  std::vector<JobDirectory> jobs = JobDirectory::all(repository_);
  if (!std::ranges::all_of(jobs, &JobDirectory::is_recorded)) return;
  for (JobDirectory& job : jobs) {
    if (job.watch()) job.remove();
  }
}

}  // namespace dvx
