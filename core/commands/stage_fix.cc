#include "core/commands/stage_fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/display.h"
#include "base/file.h"
#include "base/path.h"
#include "core/execution/trace/kept_trace.h"
#include "core/execution/trace/trace_findings.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/pipeline.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/project_files.h"

namespace dvx {
namespace {

class StageFix {
 public:
  StageFix(Repository& repository, const StageFixOptions& options)
      : repository_(repository),
        options_(options),
        files_(find_project_files(repository)),
        counted_(repository.root()) {
    const PipelineReading plain = workspace_reading(repository);
    reading_ = plain;
    reading_.read = [this, read = plain.read](const std::string& path) {
      const auto changed = texts_.find(path);
      return changed == texts_.end() ? read(path) : std::optional(changed->second);
    };
  }

  StageFixReport run() {
    const StageGraph graph = read_graph();
    for (const std::size_t i : chosen(graph)) {
      const Stage& stage = graph.stages()[i];
      const auto trace = find_trace(repository_, stage.name);
      if (!trace) {
        if (!options_.stages.empty()) refuse_untraced(stage);
        continue;
      }
      ++report_.examined;
      fix(stage, change_for(stage, graph.stages(), *trace));
    }
    for (const auto& [file, text] : texts_) {
      report_.files.push_back({file, read_file(repository_.path(file)), text});
      if (options_.mode == FixMode::Write) write_work_tree_file(repository_, file, text);
    }
    return std::move(report_);
  }

 private:
  StageGraph read_graph() const {
    return StageGraph(read_pipelines(files_.pipelines, reading_).stages, pointer_targets(files_));
  }

  // In the order of dvx.yaml.
  std::vector<std::size_t> chosen(const StageGraph& graph) const {
    auto stages = graph.select(options_.stages, repository_.cwd(), Reach::Only);
    std::ranges::sort(stages);
    return stages;
  }

  [[noreturn]] void refuse_untraced(const Stage& stage) const {
    throw Error{ErrorKind::NotFound, fmt::format("stage '{}' was not run with --trace", stage.name),
                "dvx repro -f -s --trace " + paste_quote(stage.name), stage.file};
  }

  StageListsChange change_for(const Stage& stage, const std::vector<Stage>& stages, const KeptTrace& trace) {
    StageListsChange change;
    for (const TraceFinding& finding :
         find_undeclared(trace.use, declared_paths(stage, stages, trace.also_declared), counted_)) {
      const bool is_there = exists(repository_.path(finding.path));
      if (finding.kind == TraceFindingKind::UndeclaredRead && is_there)
        change.add_deps.push_back(finding.path);
      if (finding.kind == TraceFindingKind::UndeclaredWrite && is_there)
        change.add_outs.push_back(finding.path);
      if (finding.kind == TraceFindingKind::UnreadDependency && options_.unread == UnreadDependencies::Remove)
        change.remove_deps.push_back(finding.path);
    }
    return change;
  }

  // What does not hold together is left as it was.
  void fix(const Stage& stage, const StageListsChange& change) {
    if (change.empty()) return;
    const auto before = texts_.find(stage.file);
    const bool is_first = before == texts_.end();
    const std::string text = is_first ? read_file(repository_.path(stage.file)) : before->second;
    try {
      texts_[stage.file] = change_stage_lists(text, stage.file, stage, change, reading_);
      read_graph();
      report_.stages.push_back({stage.name, stage.file, change});
    } catch (const Error& error) {
      is_first ? static_cast<void>(texts_.erase(stage.file)) : static_cast<void>(texts_[stage.file] = text);
      report_.by_hand.push_back(error.kind() == ErrorKind::Blocked ? error : by_hand(stage, change, error));
    }
  }

  static Error by_hand(const Stage& stage, const StageListsChange& change, const Error& error) {
    return {ErrorKind::Blocked,
            fmt::format("stage '{}' cannot be changed so: {}", stage.name, error.message()),
            fmt::format("by hand in {}: {}", display_path(stage.file), describe(change, stage)), stage.file};
  }

  Repository& repository_;
  const StageFixOptions& options_;
  ProjectFiles files_;
  CountedFiles counted_;
  PipelineReading reading_;                   // sees `texts_` before what is on disk
  std::map<std::string, std::string> texts_;  // of the files that change
  StageFixReport report_;
};

}  // namespace

StageFixReport stage_fix(Repository& repository, const StageFixOptions& options, Progress&) {
  std::optional<WritingLock> lock;
  if (options.mode == FixMode::Write) lock.emplace(repository.lock_for_writing());
  return StageFix(repository, options).run();
}

}  // namespace dvx
