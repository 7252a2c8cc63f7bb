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

void require_inputs(PipelineSurvey& survey, std::size_t index, const std::set<std::size_t>& chosen) {
  const Stage& stage = survey.stages()[index];
  const auto comes = [&](const StageParams& params) { return survey.is_being_made(params.file); };
  if (!std::ranges::any_of(stage.params, comes)) survey.require_params(index);
  for (const StageDependency& dep : stage.deps) {
    if (survey.content(dep.path) || will_be_made(survey, chosen, dep.path)) continue;
    if (survey.is_being_made(dep.path)) continue;
    if (const Error* error = survey.unreadable(dep.path)) throw *error;
    throw Error(
        ErrorKind::NotFound,
        fmt::format("dependency '{}' of stage '{}' does not exist", display_path(dep.path), stage.name),
        hint_for(survey, dep.path), dep.path);
  }
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

std::vector<StageFault> partial_input_faults(PipelineSurvey& survey,
                                             const std::vector<std::size_t>& selected) {
  std::vector<StageFault> faults;
  Repository& repository = survey.repository();
  const UnfinishedCheckouts unfinished(repository);
  if (unfinished.empty()) return faults;
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
      faults.push_back(
          {i, Error(ErrorKind::Blocked,
                    fmt::format("dependency '{}' of stage '{}' is there in part: its checkout was cut short",
                                display_path(dep.path), stage.name),
                    "dvx checkout " + paste_quote(repository.to_user(in_part->path)), dep.path)});
      break;
    }
  }
  return faults;
}

std::vector<StageFault> missing_input_faults(PipelineSurvey& survey,
                                             const std::vector<std::size_t>& selected) {
  std::vector<StageFault> faults;
  const std::set<std::size_t> chosen(selected.begin(), selected.end());
  for (const std::size_t i : selected) {
    if (survey.stages()[i].frozen) continue;
    try {
      require_inputs(survey, i, chosen);
    } catch (const Error& error) {
      if (!concerns_inputs(error)) throw;
      faults.push_back({i, error});
    }
  }
  return faults;
}

}  // namespace dvx
