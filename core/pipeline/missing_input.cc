#include "core/pipeline/missing_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "base/display.h"
#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"

namespace dvx {

namespace {

// A name in the same directory that is nearly the same.
std::optional<std::string> similar_path(const Repository& repository, const std::string& path) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(repository.path(parent_path(path)), ignored)) {
    names.push_back(entry.path().filename().string());
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto nearest = nearest_word(file_name(path), views);
  if (!nearest) return std::nullopt;
  return join_path(parent_path(path), *nearest);
}

std::string hint_for(PipelineSurvey& survey, const std::string& path) {
  Repository& repository = survey.repository();
  if (const auto maker = survey.maker_of(path))
    return "dvx repro " + paste_quote(survey.stages()[*maker].name);
  const auto tracked = tracked_paths(repository);
  if (const TrackedPath* around = tracked_around(tracked, path)) {
    const bool is_here = around->data && repository.store().contains(around->data->id);
    return fmt::format("dvx {} {}", is_here ? "checkout" : "pull",
                       paste_quote(repository.to_user(around->path)));
  }
  if (const auto similar = similar_path(repository, path)) {
    return fmt::format("did you mean '{}'? Correct it in dvx.yaml", display_path(*similar));
  }
  return {};
}

bool will_be_made(const PipelineSurvey& survey, const std::set<std::size_t>& chosen,
                  const std::string& path) {
  const auto makes = [&](const std::string& made) {
    const auto maker = survey.maker_of(made);
    return maker && chosen.contains(*maker);
  };
  return makes(path) || std::ranges::any_of(survey.outputs_beneath(path), makes);
}

}  // namespace

std::vector<std::string> missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected) {
  const std::set<std::size_t> chosen(selected.begin(), selected.end());
  std::set<std::string> missing;
  for (const std::size_t i : selected) {
    const Stage& stage = survey.stages()[i];
    if (stage.frozen) continue;
    const auto look_at = [&](const std::string& path) {
      if (!survey.content(path) && !will_be_made(survey, chosen, path)) missing.insert(path);
    };
    for (const StageDependency& dep : stage.deps) look_at(dep.path);
    for (const StageParams& params : stage.params) look_at(params.file);
  }
  return {missing.begin(), missing.end()};
}

void refuse_partial_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected) {
  Repository& repository = survey.repository();
  const UnfinishedCheckouts unfinished(repository);
  if (unfinished.empty()) return;
  std::vector<TrackedPath> partial = tracked_paths(repository);
  std::erase_if(partial, [&](const TrackedPath& each) {
    if (each.pointer.empty() || !unfinished.concern(each.path)) return true;
    const auto& data = survey.content(each.path);
    return !data || data == each.data;
  });
  for (const std::size_t i : selected) {
    const Stage& stage = survey.stages()[i];
    if (stage.frozen) continue;
    for (const StageDependency& dep : stage.deps) {
      const auto in_part = std::ranges::find_if(partial, [&](const TrackedPath& each) {
        return is_beneath(each.path, dep.path) || is_beneath(dep.path, each.path);
      });
      if (in_part == partial.end()) continue;
      throw Error(ErrorKind::Blocked,
                  fmt::format("dependency '{}' of stage '{}' is there in part: its checkout was cut short",
                              display_path(dep.path), stage.name),
                  "dvx checkout " + paste_quote(repository.to_user(in_part->path)), dep.path);
    }
  }
}

void refuse_missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected) {
  const std::set<std::size_t> chosen(selected.begin(), selected.end());
  for (const std::size_t i : selected) {
    const Stage& stage = survey.stages()[i];
    if (stage.frozen) continue;
    const auto comes = [&](const StageParams& params) { return survey.is_being_made(params.file); };
    if (!std::ranges::any_of(stage.params, comes)) survey.require_params(i);
    for (const StageDependency& dep : stage.deps) {
      if (survey.content(dep.path) || will_be_made(survey, chosen, dep.path)) continue;
      if (survey.is_being_made(dep.path)) continue;
      throw Error(
          ErrorKind::NotFound,
          fmt::format("dependency '{}' of stage '{}' does not exist", display_path(dep.path), stage.name),
          hint_for(survey, dep.path), dep.path);
    }
  }
}

}  // namespace dvx
