#include "core/commands/freeze.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/pipeline.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/pipelines.h"

namespace dvx {

namespace {

// What is written as one stage: itself, or the group it is generated with.
const std::string& written_as(const Stage& stage) {
  return stage.group.empty() ? stage.name : stage.group;
}

// In the file, "train" of "models:train".
std::string name_in_file(const Stage& stage) {
  if (stage.group.empty()) return local_stage_name(stage);
  const std::string local = local_stage_name(stage);
  return local.substr(0, local.find('@'));
}

void refuse_part(const StageGraph& graph, const std::vector<std::size_t>& selected, Frozen frozen) {
  const std::set<std::size_t> chosen(selected.begin(), selected.end());
  for (const std::size_t i : selected) {
    const Stage& stage = graph.stages()[i];
    if (stage.group.empty()) continue;
    for (std::size_t other = 0; other < graph.stages().size(); ++other) {
      if (graph.stages()[other].group != stage.group || chosen.contains(other)) continue;
      const char* verb = frozen == Frozen::Yes ? "freeze" : "unfreeze";
      throw Error(
          ErrorKind::Usage,
          fmt::format("stage '{}' is generated together with others, and they have one 'frozen'", stage.name),
          fmt::format("dvx {} {}", verb, paste_quote(stage.group)), stage.file);
    }
  }
}

}  // namespace

FreezeReport freeze(Repository& repository, const FreezeOptions& options, Progress&) {
  const WritingLock lock = repository.lock_for_writing();
  LoadedPipeline loaded = load_pipeline(repository);
  const StageGraph graph(std::move(loaded.pipeline.stages), loaded.tracked_data);
  const std::vector<std::size_t> selected = graph.select(options.targets, repository.cwd(), Reach::Only);
  refuse_part(graph, selected, options.frozen);
  const PipelineReading reading = workspace_reading(repository);
  FreezeReport report;
  std::map<std::string, std::string> texts;
  std::set<std::string> seen, changed;
  for (const std::size_t i : selected) {
    const Stage& stage = graph.stages()[i];
    if (!seen.insert(written_as(stage)).second) continue;
    const auto text = texts.try_emplace(stage.file, read_file(repository.path(stage.file))).first;
    std::string edited =
        set_frozen_in_text(text->second, stage.file, name_in_file(stage), options.frozen, reading);
    const bool is_changed = edited != text->second;
    report.stages.push_back({written_as(stage), stage.file, is_changed});
    if (is_changed) changed.insert(stage.file);
    text->second = std::move(edited);
  }
  for (const std::string& file : changed) write_work_tree_file(repository, file, texts.at(file));
  report.files.assign(changed.begin(), changed.end());
  return report;
}

}  // namespace dvx
