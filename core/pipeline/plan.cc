#include "core/pipeline/plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/path.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

const std::optional<DataRef>& content_of(const Contents& contents, const std::string& path) {
  static const std::optional<DataRef> nothing;
  const auto found = contents.find(path);
  return found == contents.end() ? nothing : found->second;
}

std::vector<StaleReason> missing_inputs(const StageFacts& facts) {
  std::vector<StaleReason> reasons;
  for (const StageDependency& dep : facts.stage->deps) {
    if (!content_of(facts.contents, dep.path))
      reasons.push_back({ReasonKind::MissingInput, dep.path, {}, {}, {}});
  }
  for (const std::string& name : facts.stage->stage_deps) {
    if (!facts.needed_stages.contains(name))
      reasons.push_back({ReasonKind::MissingInput, "stage " + name, {}, {}, {}});
  }
  return reasons;
}

// Of a stage that names nothing it reads or writes nobody can tell whether it has to run.
bool runs_every_time(const Stage& stage) {
  const bool names_something = !stage.deps.empty() || !stage.params.empty() || !stage.outs.empty() ||
                               !stage.tools.empty() || !stage.urls.empty() || !stage.stage_deps.empty();
  return stage.always_changed || !names_something;
}

const DataRef* locked_output(const LockedStage& locked, const std::string& path) {
  for (const LockedPath& out : locked.outs) {
    if (out.path == path) return &out.data;
  }
  return nullptr;
}

// How the outputs in the workspace differ from what the lock says.
std::vector<StaleReason> output_reasons(const StageFacts& facts) {
  std::vector<StaleReason> reasons;
  for (const StageOutput& out : facts.stage->outs) {
    const auto& here = content_of(facts.contents, out.path);
    const DataRef* recorded = locked_output(*facts.locked, out.path);
    if (!here) {
      if (facts.absent) continue;
      reasons.push_back({ReasonKind::OutputMissing, out.path, {}, {}, {}});
    } else if (recorded != nullptr && *here != *recorded) {
      reasons.push_back(
          {ReasonKind::OutputModified, out.path, {}, key_content(*recorded), key_content(*here)});
    }
  }
  return reasons;
}

// The differences that recording the outputs of a frozen stage, or bringing them back, would settle.
std::vector<StaleReason> frozen_reasons(const StageFacts& facts) {
  static const LockedStage nothing;
  std::vector<StaleReason> reasons;
  const LockedStage& locked = facts.locked == nullptr ? nothing : *facts.locked;
  for (const StageOutput& out : facts.stage->outs) {
    if (content_of(facts.contents, out.path) && locked_output(locked, out.path) == nullptr)
      reasons.push_back({ReasonKind::OutputUnrecorded, out.path, {}, {}, {}});
  }
  if (facts.locked == nullptr) return reasons;
  std::ranges::move(output_reasons(facts), std::back_inserter(reasons));
  return reasons;
}

// Of one whose inputs cannot be had.
StageDecision blocked_by(std::vector<StaleReason> reasons, const std::optional<Error>& fault) {
  StageDecision decision;
  decision.action = StageAction::Blocked;
  decision.reasons = std::move(reasons);
  decision.fault = fault;
  return decision;
}

std::vector<StaleReason> key_reasons(const StageFacts& facts, const StageDecision& decision,
                                     const RunLookup& lookup) {
  auto reasons = compare_keys(lookup.last_key(*facts.locked, decision.key_fields), decision.key_fields);
  if (reasons.empty()) reasons.push_back({ReasonKind::KeyVersion, {}, {}, "?", "?"});
  return reasons;
}

std::vector<StaleReason> stale_reasons(const StageFacts& facts, const StageDecision& decision,
                                       const RunLookup& lookup) {
  if (facts.force == Force::Yes) return {{ReasonKind::Forced, {}, {}, {}, {}}};
  if (!facts.forced_after.empty()) return {{ReasonKind::Forced, facts.forced_after, {}, {}, {}}};
  if (runs_every_time(*facts.stage)) return {{ReasonKind::AlwaysChanged, {}, {}, {}, {}}};
  if (facts.locked == nullptr)
    return {{facts.has_failed ? ReasonKind::FailedBefore : ReasonKind::NeverRun, {}, {}, {}, {}}};
  if (facts.locked->key != decision.key) return key_reasons(facts, decision, lookup);
  return output_reasons(facts);
}

StageInputs inputs_of(const StageFacts& facts) {
  StageInputs inputs;
  for (const StageDependency& dep : facts.stage->deps)
    inputs.deps[dep.path] = *content_of(facts.contents, dep.path);
  inputs.params = facts.params;
  inputs.tools = facts.tools;
  inputs.urls = facts.urls;
  inputs.needed_stages = facts.needed_stages;
  inputs.imports = facts.imports;
  return inputs;
}

// A stage whose data is not there, but that is up to date if it were.
std::optional<StageDecision> decide_without_data(const StageFacts& facts, const RunLookup& lookup) {
  if (!facts.absent || facts.locked == nullptr) return std::nullopt;
  StageFacts assumed = facts;
  for (const auto& [path, data] : *facts.absent) assumed.contents[path] = data;
  assumed.absent.emplace();
  if (!missing_inputs(assumed).empty()) return std::nullopt;
  StageDecision decision = decide_stage(assumed, {.restorable = {}, .last_key = lookup.last_key});
  if (decision.action != StageAction::UpToDate) return std::nullopt;
  return decision;
}

bool overlap(const std::string& a, const std::string& b) {
  return is_beneath(a, b) || is_beneath(b, a);
}

bool needs_by_name(const Stage& stage, const Stage& before) {
  return std::ranges::binary_search(stage.stage_deps, before.name);  // sorted by the graph
}

bool makes_import_of(const Stage& before, const StageFacts& facts) {
  return std::ranges::any_of(before.outs, [&](const StageOutput& out) {
    const auto is_of_it = [&](const std::string& path) { return overlap(path, out.path); };
    return std::ranges::any_of(facts.imports, is_of_it, &std::pair<const std::string, std::string>::first) ||
           std::ranges::any_of(facts.awaited_imports, is_of_it);
  });
}

bool makes_input_of(const Stage& before, const StageFacts& facts) {
  const Stage& stage = *facts.stage;
  const auto reads = [&](const std::string& path) {
    return std::ranges::any_of(stage.deps, [&](const auto& dep) { return overlap(dep.path, path); }) ||
           std::ranges::any_of(stage.params, [&](const auto& params) { return overlap(params.file, path); });
  };
  return needs_by_name(stage, before) || makes_import_of(before, facts) ||
         std::ranges::any_of(before.outs, [&](const StageOutput& out) { return reads(out.path); });
}

// Plans the stages in order, carrying what the planned ones will have left in the workspace.
class Planner {
 public:
  explicit Planner(const PlanInput& input) : input_(input) {}

  Plan run() {
    plan_.stages.reserve(input_.stages.size());
    for (const PlanStage& stage : input_.stages) {
      plan_.stages.push_back({stage.facts.stage->name, decide(stage)});
    }
    return std::move(plan_);
  }

 private:
  StageDecision decide(const PlanStage& planned) {
    if (!std::ranges::any_of(planned.upstream, [this](std::size_t i) { return changes_something(i); }))
      return decide_stage(planned.facts, input_.lookup);
    const Stage& stage = *planned.facts.stage;
    StageFacts facts = planned.facts;
    upstream_.clear();
    blocked_ = false;
    for (const std::size_t i : planned.upstream) {
      foresee(i, facts);
      const StageAction before = plan_.stages[i].decision.action;
      const bool is_new = before == StageAction::Run || before == StageAction::Restore;
      if (is_new && input_.downstream == Downstream::Forced) facts.forced_after = plan_.stages[i].name;
    }
    if (upstream_.empty() || stage.frozen) return decide_stage(facts, input_.lookup);
    // Of an input that is still to be made, assume what it was: then only reasons that are certain are named.
    assume_inputs(facts);
    StageDecision decision = decide_stage(facts, {.restorable = {}, .last_key = input_.lookup.last_key});
    const bool is_missing_input = decision.action == StageAction::Blocked;
    decision.action = blocked_ || is_missing_input ? StageAction::Blocked : StageAction::Run;
    for (const std::size_t i : upstream_) {
      decision.reasons.push_back({ReasonKind::Upstream, input_.stages[i].facts.stage->name, {}, {}, {}});
    }
    decision.key_fields = nullptr;
    decision.key = {};
    return decision;
  }

  bool changes_something(std::size_t index) const {
    const StageAction action = plan_.stages[index].decision.action;
    return action != StageAction::UpToDate && action != StageAction::Frozen;
  }

  // What the stage at `index` will have done to the inputs of the one in hand.
  void foresee(std::size_t index, StageFacts& facts) {
    const Stage& before = *input_.stages[index].facts.stage;
    const StageDecision& decision = plan_.stages[index].decision;
    if (!makes_input_of(before, facts)) return;
    if (decision.action == StageAction::Restore && restores_exactly(before, facts)) {
      for (const RunOutput& out : decision.cached->outs) facts.contents[out.path] = out.data;
      return;
    }
    if (!changes_something(index)) return;
    if (decision.action == StageAction::Blocked) blocked_ = true;
    upstream_.push_back(index);
  }

  // Every shared path is an output as a whole, so that its content is known from the record.
  static bool restores_exactly(const Stage& before, const StageFacts& facts) {
    const Stage& stage = *facts.stage;
    if (needs_by_name(stage, before) || makes_import_of(before, facts)) return false;
    for (const StageOutput& out : before.outs) {
      for (const StageDependency& dep : stage.deps) {
        if (dep.path != out.path && overlap(dep.path, out.path)) return false;
      }
      for (const StageParams& params : stage.params) {
        if (overlap(params.file, out.path)) return false;
      }
    }
    return true;
  }

  void assume_inputs(StageFacts& facts) const {
    assume_stages(facts);
    assume_imports(facts);
    for (const StageDependency& dep : facts.stage->deps) {
      if (!is_to_be_made(dep.path)) continue;
      facts.contents[dep.path] = DataRef{};
      if (facts.locked == nullptr) continue;
      for (const LockedPath& locked : facts.locked->deps) {
        if (locked.path == dep.path) facts.contents[dep.path] = locked.data;
      }
    }
  }

  void assume_stages(StageFacts& facts) const {
    for (const std::size_t i : upstream_) {
      const Stage& before = *input_.stages[i].facts.stage;
      if (!needs_by_name(*facts.stage, before)) continue;
      std::string& result = facts.needed_stages[before.name];
      if (facts.locked == nullptr || !facts.locked->environment->is_object()) continue;
      const auto stages = facts.locked->environment->find("stages");
      if (stages != facts.locked->environment->end() && stages->is_object())
        result = stages->value(before.name, "");
    }
  }

  // Of code that will be made anew nothing is known, neither its content nor what it imports.
  void assume_imports(StageFacts& facts) const {
    if (facts.locked == nullptr || !facts.locked->environment->is_object()) return;
    const auto recorded = facts.locked->environment->find("imports");
    const bool is_known = recorded != facts.locked->environment->end() && recorded->is_object();
    const bool is_made =
        std::ranges::any_of(facts.awaited_imports, [&](const auto& p) { return is_to_be_made(p); }) ||
        std::ranges::any_of(facts.imports, [&](const auto& i) { return is_to_be_made(i.first); });
    if (!is_known || !is_made) return;
    for (auto& [path, content] : facts.imports) {
      const auto before = recorded->find(path_to_json_text(path));
      if (is_to_be_made(path) && before != recorded->end() && before->is_string()) content = *before;
    }
    for (const auto& [name, content] : recorded->items()) {
      if (content.is_string()) facts.imports.emplace(path_from_json_text(name), content.get<std::string>());
    }
  }

  bool is_to_be_made(const std::string& path) const {
    for (const std::size_t i : upstream_) {
      for (const StageOutput& out : input_.stages[i].facts.stage->outs) {
        if (overlap(out.path, path)) return true;
      }
    }
    return false;
  }

  const PlanInput& input_;
  Plan plan_;
  std::vector<std::size_t> upstream_;  // stages that will make inputs of the one in hand anew
  bool blocked_ = false;
};

}  // namespace

std::string_view action_name(StageAction action) {
  switch (action) {
    case StageAction::UpToDate:
      return "up-to-date";
    case StageAction::Restore:
      return "restore";
    case StageAction::Run:
      return "run";
    case StageAction::Frozen:
      return "frozen";
    case StageAction::Blocked:
      return "blocked";
  }
  return "unknown";
}

StageDecision decide_stage(const StageFacts& facts, const RunLookup& lookup) {
  StageDecision decision;
  if (facts.stage->frozen) {
    decision.action = StageAction::Frozen;
    decision.reasons = frozen_reasons(facts);
    return decision;
  }
  if (facts.fault)
    return blocked_by({{ReasonKind::InputError, facts.fault->message(), {}, {}, {}}}, facts.fault);
  if (auto missing = missing_inputs(facts); !missing.empty()) {
    if (auto without = decide_without_data(facts, lookup)) return *std::move(without);
    return blocked_by(std::move(missing), std::nullopt);
  }
  decision.unasked = facts.unasked;
  decision.key_fields = stage_key_fields(*facts.stage, inputs_of(facts));
  decision.key = stage_key(decision.key_fields);
  decision.reasons = stale_reasons(facts, decision, lookup);
  if (decision.reasons.empty()) return decision;
  // Outputs with `persist` start from their old content, which the key does not include, so they cannot be
  // restored from the run cache.
  const bool keeps_output = std::ranges::any_of(facts.stage->outs, &StageOutput::persist);
  const bool may_restore = facts.force == Force::No && facts.forced_after.empty() &&
                           !runs_every_time(*facts.stage) && !keeps_output && lookup.restorable;
  if (may_restore) decision.cached = lookup.restorable(*facts.stage, decision.key, facts.contents);
  decision.action = decision.cached ? StageAction::Restore : StageAction::Run;
  return decision;
}

Plan make_plan(const PlanInput& input) {
  return Planner(input).run();
}

}  // namespace dvx
