#include "core/pipeline/each_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/path.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"
#include "core/pipeline/tree_lookup.h"
#include "core/runs/each_journal.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/stored.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

// Trees of a directory of the workspace: as the survey has seen them, or from the store, which has those of
// earlier runs and of tracked data; else computed once more.
class WorkspaceTrees {
 public:
  WorkspaceTrees(PipelineSurvey& survey, std::string path, Progress& progress)
      : survey_(survey), repository_(survey.repository()), path_(std::move(path)), progress_(progress) {}

  Tree read(const ObjectId& id) {
    if (const Tree* seen = survey_.seen_tree(id)) return *seen;
    if (const auto found = here_.find(id); found != here_.end()) return found->second;
    if (repository_.store().contains(id)) return repository_.store().read_tree(id);
    if (!has_looked_) look();
    if (const auto found = here_.find(id); found != here_.end()) return found->second;
    throw Error(ErrorKind::Blocked, fmt::format("'{}' changed while it was looked at", display_path(path_)),
                "dvx repro", path_);
  }

 private:
  void look() {
    has_looked_ = true;
    const auto keep = [this](const std::string&, const ObjectId& id, const Tree& tree) {
      here_.emplace(id, tree);
    };
    take_snapshot(repository_, path_, {.mode = IngestMode::HashOnly, .on_tree = keep}, progress_);
  }

  const PipelineSurvey& survey_;
  Repository& repository_;
  std::string path_;
  Progress& progress_;
  bool has_looked_ = false;
  std::unordered_map<ObjectId, Tree> here_;
};

const DataRef* data_at(const std::vector<LockedPath>& paths, const std::string& path) {
  const auto found = std::ranges::find(paths, path, &LockedPath::path);
  return found == paths.end() ? nullptr : &found->data;
}

StageEach each_of(const Json& key_fields) {
  const auto found = key_fields.find("each");
  if (found == key_fields.end() || !found->is_object()) return {};
  return {.in = path_from_json_text(found->value("in", "")),
          .out = path_from_json_text(found->value("out", ""))};
}

bool runs_all(const StageDecision& decision) {
  return std::ranges::any_of(decision.reasons, [](const StaleReason& reason) {
    return reason.kind == ReasonKind::Forced || reason.kind == ReasonKind::AlwaysChanged;
  });
}

// The run that dvx.lock names, as far as its items were run with what they would be run with now.
class LastRun {
 public:
  LastRun(const ObjectStore& store, const LockedStage& locked, const Json& key_fields,
          const EachMapping& mapping, TreeLookup& present)
      : run_(locked.run),
        mapping_(each_of(key_fields)),
        has_same_pattern_(mapping_.pattern() == mapping.pattern()),
        inputs_(data_at(locked.deps, mapping.input_directory()), mapping.input_directory(), store),
        stored_outputs_(data_at(locked.outs, mapping.output_directory()), mapping.output_directory(), store),
        outputs_(present.top() == stored_outputs_.top() ? present : stored_outputs_) {}
  LastRun(const LastRun&) = delete;
  LastRun& operator=(const LastRun&) = delete;

  const ObjectId& run() const { return run_; }

  // With what the store lacks nothing is known.
  ItemPast past(const EachItem& item) {
    if (!has_same_pattern_ && !mapping_.is_input(item.in)) return {};
    const auto before = inputs_.find(item.in);
    if (!before) return {};
    if (*before != item.input) return {.was_input = true, .output = {}};
    return {.was_input = true, .output = outputs_.find(item.out)};
  }

 private:
  ObjectId run_;
  EachMapping mapping_;
  const bool has_same_pattern_;
  TreeLookup inputs_, stored_outputs_;
  TreeLookup& outputs_;  // what is there, when nobody has touched it: its tree is read once then
};

class EachSurvey {
 public:
  EachSurvey(PipelineSurvey& survey, const Stage& stage, const StageDecision& decision, Progress& progress)
      : survey_(survey),
        stage_(stage),
        decision_(decision),
        mapping_(*stage.each),
        input_trees_(survey, mapping_.input_directory(), progress),
        output_trees_(survey, mapping_.output_directory(), progress) {}

  EachPlan plan() {
    const auto outputs = survey_.content(mapping_.output_directory());
    TreeLookup present(outputs ? &*outputs : nullptr, mapping_.output_directory(),
                       [this](const ObjectId& id) { return output_trees_.read(id); });
    if (!runs_all(decision_)) find_past(present);
    const bool persists = stage_.outs.front().persist;  // then what was there counts, not what was stored
    const EachFacts facts{.inputs = inputs(),
                          .past = [this](const EachItem& item) { return past(item); },
                          .present = [&](const std::string& path) { return present.find(path); },
                          .is_stored = [&](const FileState& state) { return !persists && is_stored(state); },
                          .walk_outputs = [&](const auto& visit) { present.walk(visit); }};
    EachPlan plan = make_each_plan(mapping_, facts);
    if (last_run_) plan.base = last_run_->run();
    return plan;
  }

 private:
  void find_past(TreeLookup& present) {
    Repository& repository = survey_.repository();
    const ObjectId now = item_key(decision_.key_fields, *stage_.each);
    ended_ = read_each_journal(repository, stage_.name, now);
    const LockedStage* locked = survey_.locked(stage_.name);
    if (locked == nullptr) return;
    // Without the record the lock may not hold all that the key did: then it says nothing of the items.
    const Json last = survey_.lookup().last_key(*locked, decision_.key_fields);
    if (stage_key(last) != locked->key || item_key(last, *stage_.each) != now) return;
    last_run_.emplace(repository.store(), *locked, last, mapping_, present);
  }

  std::vector<std::pair<std::string, FileState>> inputs() {
    const std::string& directory = mapping_.input_directory();
    const auto data = survey_.content(directory);
    if (data && data->kind != DataKind::Tree) {
      throw Error(ErrorKind::Config,
                  fmt::format("'{}', of which stage '{}' takes its inputs, is not a directory",
                              display_path(directory), stage_.name),
                  {}, directory);
    }
    std::vector<std::pair<std::string, FileState>> found;
    TreeLookup tree(data ? &*data : nullptr, directory,
                    [this](const ObjectId& id) { return input_trees_.read(id); });
    tree.walk_states([&](const std::string& path, const FileState& state) {
      if (state.kind == EntryKind::Directory) return mapping_.may_hold_inputs(path);
      if (mapping_.is_input(path)) found.emplace_back(path, state);
      return false;
    });
    std::ranges::sort(found, {}, [](const auto& input) -> const std::string& { return input.first; });
    return found;
  }

  ItemPast past(const EachItem& item) {
    const auto ended = ended_.find(item.in);
    if (ended != ended_.end() && ended->second.input == item.input && ended->second.out == item.out)
      return {.was_input = true, .output = ended->second.output};
    return last_run_ ? last_run_->past(item) : ItemPast{};
  }

  bool is_stored(const FileState& state) const {
    const DataKind kind = state.kind == EntryKind::Directory ? DataKind::Tree : DataKind::File;
    return state.kind != EntryKind::Symlink &&
           stored_whole(survey_.repository().store(), {.kind = kind, .id = state.id});
  }

  PipelineSurvey& survey_;
  const Stage& stage_;
  const StageDecision& decision_;
  const EachMapping mapping_;
  WorkspaceTrees input_trees_, output_trees_;
  EndedItems ended_;
  std::optional<LastRun> last_run_;
};

}  // namespace

Json item_key_fields(const Json& key_fields, const StageEach& each) {
  Json fields = key_fields;
  const auto deps = fields.find("deps");
  if (deps != fields.end() && deps->is_object())
    deps->erase(path_to_json_text(each_input_directory(each.in)));
  const auto own = fields.find("each");
  if (own != fields.end() && own->is_object()) own->erase("in");
  return fields;
}

ObjectId item_key(const Json& key_fields, const StageEach& each) {
  return stage_key(item_key_fields(key_fields, each));
}

EachPlan plan_items(PipelineSurvey& survey, const Stage& stage, const StageDecision& decision,
                    Progress& progress) {
  return EachSurvey(survey, stage, decision, progress).plan();
}

void plan_items(PipelineSurvey& survey, Plan& plan, Progress& progress) {
  for (PlannedStage& planned : plan.stages) {
    const Stage& stage = survey.stages()[survey.graph().find(planned.name).value()];
    const bool is_known =
        planned.decision.action == StageAction::Run && !planned.decision.key_fields->is_null();
    if (!stage.each || !is_known) continue;
    try {
      planned.items = plan_items(survey, stage, planned.decision, progress);
    } catch (const Error& error) {
      if (!concerns_inputs(error)) throw;
      planned.decision = {.action = StageAction::Blocked,
                          .reasons = {{ReasonKind::InputError, error.message(), {}, {}, {}}},
                          .key_fields = nullptr,
                          .key = {},
                          .cached = {},
                          .fault = error};
    }
  }
}

}  // namespace dvx
