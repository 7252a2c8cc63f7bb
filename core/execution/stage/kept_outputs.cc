#include "core/execution/stage/kept_outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/execution/stage/recorded_outputs.h"
#include "core/formats/stage_key.h"
#include "core/runs/run_cache.h"
#include "core/workspace/files_left_out.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/stored.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {

// A link or a pipe has no bytes of its own.
bool may_hold_bytes(const std::string& absolute) {
  struct ::stat st {};
  if (::lstat(absolute.c_str(), &st) != 0) return false;
  return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

bool is_as_made(const PipelineSurvey& survey, const Stage& stage, const std::string& path,
                const DataRef& here) {
  const auto out = std::ranges::find(stage.outs, path, &StageOutput::path);
  const LockedStage* locked = survey.locked(stage.name);
  if (out == stage.outs.end() || out->cache || locked == nullptr) return false;
  return std::ranges::any_of(locked->outs, [&](const LockedPath& recorded) {
    return recorded.path == path && recorded.data == here;
  });
}

class KeptOutputs {
 public:
  KeptOutputs(PipelineSurvey& survey, const Stage& stage, Progress& progress)
      : survey_(survey), repository_(survey.repository()), stage_(stage), progress_(progress) {}

  std::optional<StageFailure> keep(const std::vector<std::string>& paths, Unstored what_to_do) {
    if (what_to_do == Unstored::Refuse) {
      if (auto failure = refuse_files_left_out(paths)) return failure;
    }
    std::vector<FoundOutput> unstored;
    for (const std::string& path : paths) {
      if (!may_hold_bytes(repository_.path(path)) || has_nothing_new(path)) continue;
      unstored.push_back({.path = path, .cached = true, .stored = true});
    }
    if (unstored.empty()) return std::nullopt;
    if (what_to_do == Unstored::Refuse) {
      const auto foreign = std::ranges::find_if(
          unstored, [&](const FoundOutput& found) { return is_kept_by_dvx(found.path); });
      if (foreign != unstored.end()) return foreign_file(foreign->path);
    }
    const auto held = repository_.store().hold();
    const auto ingest = repository_.store().begin_ingest(
        {.mode = IngestMode::Store, .threads = repository_.jobs(), .progress = &progress_});
    auto recorded = record_outputs(repository_, stage_.name, unstored, *ingest, progress_);
    if (auto* failure = std::get_if<StageFailure>(&recorded)) return refusal(std::move(*failure), unstored);
    const auto& entry = std::get<LockedStage>(recorded);
    ingest->finish();
    RunCache(repository_.store()).add(entry.key, entry.run);
    for (const LockedPath& out : entry.outs) tell(out);
    return std::nullopt;
  }

 private:
  // The usual case costs no look at the files: what is there is known, and the store has it.
  bool has_nothing_new(const std::string& path) {
    const auto& here = survey_.content(path);
    if (!here) return false;  // it cannot be read, which recording it will tell
    if (is_as_made(survey_, stage_, path, *here) || stored_whole(repository_.store(), *here)) return true;
    return here->kind == DataKind::Tree && has_only_stored_files(path);
  }

  // A directory that nobody recorded as such may hold nothing but files that the store has.
  bool has_only_stored_files(const std::string& path) {
    bool is_stored = true;
    const auto look = [&](const std::string&, const ObjectId&, const Tree& tree) {
      for (const TreeEntry& entry : tree.entries()) {
        is_stored =
            is_stored && (entry.kind == EntryKind::Directory || repository_.store().contains(entry.id));
      }
    };
    const Snapshot snapshot =
        take_snapshot(repository_, path, {.mode = IngestMode::HashOnly, .on_tree = look}, progress_);
    return is_stored && snapshot.failed.empty();
  }

  // What a .dvxignore hides cannot be stored, so that nothing would bring it back.
  std::optional<StageFailure> refuse_files_left_out(const std::vector<std::string>& paths) const {
    for (const std::string& path : paths) {
      if (!is_kept_by_dvx(path)) continue;
      const std::string hidden = first_left_out_of_data(repository_, path);
      if (hidden.empty()) continue;
      const std::string typed = repository_.to_user(path);
      return StageFailure{
          fmt::format("'{}' is there already, no run made it, and dvx does not store its '{}': the "
                      "stage would remove it",
                      display_path(typed), display_path(repository_.to_user(hidden))),
          fmt::format("mv {} {}", paste_quote(typed), paste_quote(typed + ".kept")),
          {}};
    }
    return std::nullopt;
  }

  void tell(const LockedPath& kept) const {
    const std::string typed = repository_.to_user(kept.path);
    progress_.warning(
        fmt::format("stage '{}' writes to '{}', of which the store did not have what was there; to get that "
                    "back: dvx restore --source {} {}",
                    stage_.name, display_path(typed), key_content(kept.data), paste_quote(typed + ".kept")));
  }

  bool is_kept_by_dvx(const std::string& path) const {
    const auto out = std::ranges::find(stage_.outs, path, &StageOutput::path);
    return out != stage_.outs.end() && out->cache && !out->persist && !stage_.each;
  }

  StageFailure foreign_file(const std::string& path) const {
    const std::string typed = repository_.to_user(path);
    return {fmt::format(
                "'{}' is there already, no run made it, and it is not stored: the stage would overwrite it",
                display_path(typed)),
            fmt::format("mv {} {}, or to store it and go on: dvx repro --force {}", paste_quote(typed),
                        paste_quote(typed + ".kept"), paste_quote(stage_.name)),
            {}};
  }

  StageFailure refusal(StageFailure failure, const std::vector<FoundOutput>& unstored) const {
    const std::string typed = repository_.to_user(unstored.front().path);
    failure.message = "what is there would be lost: " + failure.message;
    failure.hint = fmt::format("mv {} {}", paste_quote(typed), paste_quote(typed + ".kept"));
    return failure;
  }

  PipelineSurvey& survey_;
  Repository& repository_;
  const Stage& stage_;
  Progress& progress_;
};

}  // namespace

std::optional<StageFailure> keep_unstored_outputs(PipelineSurvey& survey, const Stage& stage,
                                                  const std::vector<std::string>& paths, Unstored unstored,
                                                  Progress& progress) {
  return KeptOutputs(survey, stage, progress).keep(paths, unstored);
}

}  // namespace dvx
