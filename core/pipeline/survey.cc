#include "core/pipeline/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/stage_key.h"
#include "core/pipeline/pipeline.h"
#include "core/runs/failed_log.h"
#include "core/runs/run_cache.h"
#include "core/runs/run_journal.h"
#include "core/runs/stage_claims.h"
#include "core/share/remote_pull.h"
#include "core/workspace/files_left_out.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

bool same_paths(const RunRecord& record, const Stage& stage) {
  if (record.outs.size() != stage.outs.size()) return false;
  return std::all_of(stage.outs.begin(), stage.outs.end(), [&](const StageOutput& out) {
    return std::any_of(record.outs.begin(), record.outs.end(), [&](const RunOutput& made) {
      return made.path == out.path && made.cached == out.cache;
    });
  });
}

bool is_there(const Contents& contents, const RunOutput& out) {
  const auto here = contents.find(out.path);
  return here != contents.end() && here->second == out.data;
}

bool is_complete(const ObjectStore& store, const DataRef& data) {
  if (!store.contains(data.id)) return false;
  if (data.kind == DataKind::File) return true;
  try {
    std::vector<ObjectId> ids;
    store.walk_tree(data.id, [&](const std::string&, const TreeEntry& entry) { ids.push_back(entry.id); });
    return store.missing(ids).empty();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Corruption) return false;
    throw;
  }
}

// The answer of a tool or a server when the stage last ran, as far as its lock entry has it.
std::optional<std::string> recorded_answer(const LockedStage* locked, const char* kind,
                                           const std::string& what) {
  if (locked == nullptr || !locked->environment->is_object()) return std::nullopt;
  const auto answers = locked->environment->find(kind);
  if (answers == locked->environment->end() || !answers->is_object()) return std::nullopt;
  const auto answer = answers->find(what);
  if (answer == answers->end() || !answer->is_string()) return std::nullopt;
  return answer->get<std::string>();
}

StageGraph graph_of(std::vector<Stage> stages, ImportedCode& code) {
  code.expect_outputs_of(stages);
  return StageGraph(std::move(stages));
}

ProjectFiles told_project_files(Repository& repository, Progress& progress) {
  ProjectFiles files = find_project_files(repository);
  if (!files.pipelines.empty()) tell_of_files_left_out(repository, files, progress);
  return files;
}

}  // namespace

bool concerns_inputs(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::Blocked:
    case ErrorKind::Usage:
    case ErrorKind::Config:
    case ErrorKind::Partial:
    case ErrorKind::Authentication:
    case ErrorKind::NotFound:
    case ErrorKind::Network:
    case ErrorKind::Io:
      return true;
    default:
      return false;
  }
}

PipelineSurvey::PipelineSurvey(Repository& repository, Progress& progress)
    : PipelineSurvey(repository, told_project_files(repository, progress), progress) {}

PipelineSurvey::PipelineSurvey(Repository& repository, const ProjectFiles& files, Progress& progress)
    : PipelineSurvey(repository, files, progress,
                     std::async(std::launch::async | std::launch::deferred, [&repository] {
                       StampedLock read{.stamp = stamp_of_lock(repository), .lock = {}};
                       read.lock = load_lock(repository);
                       return read;
                     })) {}

PipelineSurvey::PipelineSurvey(Repository& repository, const ProjectFiles& files, Progress& progress,
                               std::future<StampedLock> read)
    : repository_(repository),
      progress_(progress),
      code_(repository.root()),
      graph_(load_stage_graph(repository, files, code_)),
      tools_(repository),
      urls_(repository),
      params_([this](const std::string& path) { return read_params_file(path); }) {
  StampedLock lock = read.get();
  lock_stamp_ = lock.stamp;
  lock_ = std::move(lock.lock);
  prepare();
}

PipelineSurvey::PipelineSurvey(Repository& repository, std::vector<Stage> stages, Progress& progress)
    : repository_(repository),
      progress_(progress),
      code_(repository.root()),
      graph_(graph_of(std::move(stages), code_)),
      lock_stamp_(stamp_of_lock(repository)),
      lock_(load_lock(repository)),
      tools_(repository),
      urls_(repository),
      params_([this](const std::string& path) { return read_params_file(path); }) {
  prepare();
}

void PipelineSurvey::prepare() {
  for (const Stage& stage : stages()) {
    for (const StageOutput& out : stage.outs) outputs_.insert(out.path);
    if (stage.each) {
      listed_.insert(each_input_directory(stage.each->in));
      listed_.insert(each_output_directory(stage.each->out));
    }
    for (const StageParams& params : stage.params)
      makes_params_ = makes_params_ || maker_of(params.file).has_value();
  }
  lookup_.restorable = [this](const Stage& stage, const ObjectId& key, const Contents& contents) {
    return restorable(stage, key, contents);
  };
  lookup_.last_key = [this](const LockedStage& locked, const nlohmann::json& now) {
    const auto last = record(locked.run);
    return last ? *last->key_fields : key_fields_of_lock(locked, now);
  };
}

void PipelineSurvey::look_at(const std::vector<std::size_t>& wanted_stages) {
  std::vector<std::string> wanted;
  for (const std::size_t i : wanted_stages) {
    for (const StageDependency& dep : stages()[i].deps) wanted.push_back(dep.path);
    for (const StageOutput& out : stages()[i].outs) wanted.push_back(out.path);
    for (std::string& import : imports_of(i)) wanted.push_back(std::move(import));
  }
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::erase_if(wanted, [this](const std::string& path) { return contents_.contains(path); });
  if (wanted.empty()) return;
  const auto found = look(wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i)  // in order: at the end, when there was nothing
    contents_.emplace_hint(contents_.end(), std::move(wanted[i]), found[i]);
}

const std::optional<DataRef>& PipelineSurvey::content(const std::string& path) {
  const auto known = contents_.find(path);
  if (known != contents_.end()) return known->second;
  return contents_[path] = look({path}).front();
}

// What another process is writing just now counts as not there: it is looked at again when its stage is done.
std::vector<std::optional<DataRef>> PipelineSurvey::look(const std::vector<std::string>& paths) {
  std::vector<std::optional<DataRef>> result;
  SnapshotOptions options{.mode = IngestMode::HashOnly, .on_tree = {}};
  if (!listed_.empty()) {
    options.on_tree = [this](const std::string& path, const ObjectId& id, const Tree& tree) {
      if (is_listed(path) && !repository_.store().contains(id)) seen_trees_.emplace(id, tree);
    };
  }
  const auto snapshots = take_snapshots(repository_, paths, options, progress_);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto& failed = snapshots[i].failed;
    unreadable_.erase(paths[i]);
    // What a stage makes it makes again, whatever lies in its place: a link to nowhere, a pipe.
    if (!failed.empty() && !maker_of(paths[i]) && !is_being_made(paths[i]))
      unreadable_.emplace(paths[i], failed.front().error);
    result.push_back(failed.empty() ? snapshots[i].data : std::nullopt);
  }
  return result;
}

bool PipelineSurvey::is_listed(const std::string& directory) const {
  for (std::string above = directory; !above.empty(); above = parent_path(above)) {
    if (listed_.contains(above)) return true;
  }
  return false;
}

const Tree* PipelineSurvey::seen_tree(const ObjectId& id) const {
  const auto found = seen_trees_.find(id);
  return found == seen_trees_.end() ? nullptr : &found->second;
}

bool PipelineSurvey::is_being_made(const std::string& path) const {
  std::set<std::size_t> makers;
  if (const auto maker = maker_of(path)) makers.insert(*maker);
  for (const std::string& out : outputs_beneath(path)) makers.insert(*maker_of(out));
  if (makers.empty() || !StageClaims::were_made(repository_)) return false;
  const StageClaims claims(repository_);
  return std::ranges::any_of(makers,
                             [&](std::size_t i) { return claims.holder_of(stages()[i].name).has_value(); });
}

void PipelineSurvey::look_again_at(std::size_t index) {
  if (stamp_of_lock(repository_) != lock_stamp_) read_lock_again();
  const Stage& stage = stages().at(index);
  for (const StageDependency& dep : stage.deps) forget(dep.path);
  for (const StageOutput& out : stage.outs) forget(out.path);
}

void PipelineSurvey::forget(const std::string& path) {
  code_.forget(path);
  for (std::string above = path; !above.empty(); above = parent_path(above)) contents_.erase(above);
  if (makes_params_)
    params_ = ParamsLookup([this](const std::string& file) { return read_params_file(file); });
  const std::string below = path + "/";
  auto first = contents_.lower_bound(below);
  auto last = first;
  while (last != contents_.end() && last->first.starts_with(below)) ++last;
  contents_.erase(first, last);
}

void PipelineSurvey::know(const std::string& path, const DataRef& data) {
  forget(path);
  contents_[path] = data;
}

void PipelineSurvey::know(const Contents& contents) {
  for (const auto& [path, data] : contents) forget(path);
  for (const auto& [path, data] : contents) contents_[path] = data;
}

const LockedStage* PipelineSurvey::locked(const std::string& stage) const {
  const auto found = lock_.stages.find(stage);
  return found == lock_.stages.end() ? nullptr : &found->second;
}

std::optional<LockedStage> PipelineSurvey::made_by(const std::string& stage) {
  const LockedStage* entry = locked(stage);
  const auto index = graph_.find(stage);
  const bool is_taken_as_it_is = index && stages()[*index].frozen && !stages()[*index].outs.empty();
  if (!is_taken_as_it_is) return entry == nullptr ? std::nullopt : std::optional(*entry);
  LockedStage made = entry == nullptr ? LockedStage{} : *entry;
  made.outs.clear();
  for (const StageOutput& out : stages()[*index].outs) {
    const auto& data = content(out.path);
    if (!data) return std::nullopt;
    made.outs.push_back({out.path, *data});
  }
  std::ranges::sort(made.outs, {}, &LockedPath::path);
  return made;
}

void PipelineSurvey::read_lock_again() {
  lock_stamp_ = stamp_of_lock(repository_);
  lock_ = load_lock(repository_);
}

StageFacts PipelineSurvey::facts(std::size_t index, Force force) {
  const Stage& stage = stages().at(index);
  StageFacts facts{.stage = &stage,
                   .locked = locked(stage.name),
                   .contents = {},
                   .params = nullptr,
                   .tools = {},
                   .urls = {},
                   .unasked = {},
                   .needed_stages = {},
                   .imports = {},
                   .awaited_imports = {},
                   .has_failed = false,
                   .force = force,
                   .forced_after = {},
                   .absent = {},
                   .fault = {}};
  for (const StageDependency& dep : stage.deps) facts.contents[dep.path] = content(dep.path);
  for (const StageOutput& out : stage.outs) facts.contents[out.path] = content(out.path);
  if (stage.frozen) return facts;  // its inputs do not matter, so they need not be readable
  try {
    read_inputs(index, facts);
  } catch (const Error& error) {
    if (!concerns_inputs(error)) throw;
    facts.fault = error;
  }
  facts.has_failed = facts.locked == nullptr && has_failed_logs(repository_) &&
                     find_failed_log(repository_, stage.name).has_value();
  if (missing_ && !facts.fault) facts.absent = missing_->of(facts);
  return facts;
}

void PipelineSurvey::read_inputs(std::size_t index, StageFacts& facts) {
  const Stage& stage = stages()[index];
  refuse_unreadable_inputs(index);
  facts.params = params_of(stage);
  add_answers(stage, facts);
  for (const std::string& name : stage.stage_deps) {
    if (const auto needed = made_by(name)) facts.needed_stages[name] = stage_result(*needed);
  }
  for (const std::string& path : imports_of(index)) {
    if (const auto& data = content(path)) facts.imports[path] = key_content(*data);
  }
  facts.awaited_imports = code_.of(stage).awaited;
}

void PipelineSurvey::refuse_unreadable_inputs(std::size_t index) {
  if (const auto fault = faults_.find(index); fault != faults_.end()) throw fault->second;
  for (const StageDependency& dep : stages()[index].deps) {
    if (const Error* error = unreadable(dep.path)) throw *error;
  }
}

const Error* PipelineSurvey::unreadable(const std::string& path) const {
  const auto found = unreadable_.find(path);
  return found == unreadable_.end() ? nullptr : &found->second;
}

void PipelineSurvey::add_answers(const Stage& stage, StageFacts& facts) {
  if (asks_) {
    for (const std::string& tool : stage.tools) facts.tools[tool] = tools_.of(tool, stage.name);
    for (const std::string& url : stage.urls) facts.urls[url] = urls_.of(url, stage.name);
    return;
  }
  const auto take = [&](OutsideKind kind, const std::string& what, std::map<std::string, std::string>& into) {
    auto recorded = recorded_answer(facts.locked, kind == OutsideKind::Tool ? "tools" : "urls", what);
    into[what] = recorded.value_or(kNotAsked);
    facts.unasked.push_back({kind, what, std::move(recorded)});
  };
  for (const std::string& tool : stage.tools) take(OutsideKind::Tool, tool, facts.tools);
  for (const std::string& url : stage.urls) take(OutsideKind::Url, url, facts.urls);
}

std::vector<std::string> PipelineSurvey::imports_of(std::size_t index) {
  std::vector<std::string> files = code_.of(stages().at(index)).files;
  std::erase_if(files, [&](const std::string& path) { return graph_.is_circular_import(index, path); });
  return files;
}

void PipelineSurvey::require_params(std::size_t index) {
  params_of(stages().at(index));
}

// A params file that a stage is still to make has no values yet; the plan says so with an Upstream reason.
nlohmann::json PipelineSurvey::params_of(const Stage& stage) {
  for (const StageParams& params : stage.params) {
    const bool is_to_come = maker_of(params.file) && !exists(repository_.path(params.file));
    if (is_to_come) return nlohmann::json::object();
  }
  return params_.values_of(stage);
}

std::optional<std::string> PipelineSurvey::read_params_file(const std::string& path) const {
  return read_file_if_exists(repository_.path(path));
}

Plan PipelineSurvey::plan(const std::vector<std::size_t>& selected, Force force, Downstream downstream) {
  look_at(selected);
  auto upstream = graph_.upstream_within(selected);
  PlanInput input{.stages = {}, .lookup = lookup_, .downstream = downstream};
  input.stages.reserve(selected.size());
  for (std::size_t i = 0; i < selected.size(); ++i)
    input.stages.push_back({.facts = facts(selected[i], force), .upstream = std::move(upstream[i])});
  return make_plan(input);
}

std::vector<std::string> PipelineSurvey::outputs_beneath(const std::string& path) const {
  std::vector<std::string> outputs;
  const std::string below = path + "/";
  for (auto out = outputs_.lower_bound(below); out != outputs_.end() && out->starts_with(below); ++out) {
    outputs.push_back(*out);
  }
  return outputs;
}

std::optional<ObjectId> PipelineSurvey::producer_of(const std::string& path) {
  const auto maker = maker_of(path);
  const LockedStage* entry = maker ? locked(stages()[*maker].name) : nullptr;
  if (entry == nullptr) return std::nullopt;
  for (const LockedPath& out : entry->outs) {
    // Of a path inside of an output: the output as a whole is as recorded, hence so is the part.
    if (is_beneath(path, out.path) && content(out.path) == out.data) return entry->run;
  }
  return std::nullopt;
}

std::optional<RunRecord> PipelineSurvey::record(const ObjectId& run) const {
  try {
    return parse_run_record(repository_.store().read_bytes(run), run.short_hex());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Corruption) progress_.warning(error.message());
    if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Corruption) return std::nullopt;
    throw;
  }
}

std::optional<CachedRun> PipelineSurvey::restorable(const Stage& stage, const ObjectId& key,
                                                    const Contents& contents) const {
  const LockedStage* entry = locked(stage.name);
  std::optional<RunRecord> best;
  std::optional<ObjectId> best_id;
  for (const ObjectId& run : RunCache(repository_.store()).find(key)) {
    auto candidate = record(run);
    if (!candidate || candidate->exit_status != 0 || !can_have(*candidate, stage, contents)) continue;
    // What the lock names is what others have; else the newest.
    const bool is_locked = entry != nullptr && entry->run == run;
    if (best && !is_locked && candidate->started_ns <= best->started_ns) continue;
    best = std::move(candidate);
    best_id = run;
    if (is_locked) break;
  }
  if (!best) return remotes_ == nullptr ? std::nullopt : pulled(stage, key, contents);
  return CachedRun{.id = *best_id, .outs = best->outs};
}

// Records that are here without their outputs count too: those may be there.
std::optional<CachedRun> PipelineSurvey::pulled(const Stage& stage, const ObjectId& key,
                                                const Contents& contents) const {
  std::set<ObjectId> runs;
  for (const ObjectId& run : RunCache(repository_.store()).find(key)) runs.insert(run);
  for (const ObjectId& run : remotes_->runs_of(key)) runs.insert(run);
  std::vector<std::pair<ObjectId, RunRecord>> candidates;
  for (const ObjectId& run : runs) {
    if (!remotes_->bring_record(run)) continue;
    auto candidate = record(run);
    const bool fits = candidate && candidate->key == key && candidate->exit_status == 0;
    if (fits) candidates.emplace_back(run, *std::move(candidate));
  }
  const LockedStage* entry = locked(stage.name);
  std::ranges::sort(candidates, [&](const auto& a, const auto& b) {
    const bool a_is_locked = entry != nullptr && entry->run == a.first;
    const bool b_is_locked = entry != nullptr && entry->run == b.first;
    return std::tuple(!a_is_locked, -a.second.started_ns, a.first) <
           std::tuple(!b_is_locked, -b.second.started_ns, b.first);
  });
  for (const auto& [run, candidate] : candidates) {
    if (can_pull(candidate, stage, contents))
      return CachedRun{.id = run, .outs = candidate.outs, .remote = remotes_->remote()};
  }
  return std::nullopt;
}

bool PipelineSurvey::can_have(const RunRecord& record, const Stage& stage, const Contents& contents) const {
  if (!same_paths(record, stage)) return false;
  return std::all_of(record.outs.begin(), record.outs.end(), [&](const RunOutput& out) {
    return is_there(contents, out) || is_complete(repository_.store(), out.data);
  });
}

bool PipelineSurvey::can_pull(const RunRecord& record, const Stage& stage, const Contents& contents) const {
  if (!same_paths(record, stage)) return false;
  return std::all_of(record.outs.begin(), record.outs.end(), [&](const RunOutput& out) {
    return is_there(contents, out) || can_restore(out.path, out.data);
  });
}

bool PipelineSurvey::can_restore(const std::string& path, const DataRef& data) const {
  return is_complete(repository_.store(), data) || (remotes_ != nullptr && remotes_->bring(path, data));
}

}  // namespace dvx
