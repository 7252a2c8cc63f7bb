#include "core/execution/trace/trace_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

constexpr std::size_t kMostLines = 20;

}  // namespace

StageTrace judge_trace(Repository& repository, const std::vector<Stage>& stages, const Stage& stage,
                       const KeptTrace& trace) {
  keep_trace(repository, stage.name, trace);
  const FileUse& use = trace.use;
  CountedFiles counted(repository.root());
  std::vector<std::string> missing = use.missing;
  std::erase_if(missing, [&](const std::string& path) { return !counted.counts(path); });
  return {.findings = find_undeclared(use, declared_paths(stage, stages, trace.also_declared), counted),
          .missing = std::move(missing),
          .unseen = use.unseen};
}

std::vector<std::string> implicit_dependencies(const nlohmann::json& key_fields) {
  std::vector<std::string> paths;
  if (!key_fields.contains("imports")) return paths;
  for (const auto& [path, content] : key_fields["imports"].items())
    paths.push_back(path_from_json_text(path));
  return paths;
}

void say_trace(const StageTrace& trace, const std::string& stage, Progress& progress) {
  for (const std::string& what : trace.unseen)
    progress.warning(fmt::format("{}: the trace does not show {}", stage, what));
  const std::size_t shown = std::min(trace.findings.size(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i)
    progress.warning(fmt::format("{}: it {}", stage, describe(trace.findings[i])));
  if (shown < trace.findings.size()) {
    progress.warning(fmt::format("{}: and {} more; 'dvx stage fix -n {}' and '--json' name all", stage,
                                 trace.findings.size() - shown, paste_quote(stage)));
  }
}

std::optional<StageFailure> trace_failure(const StageTrace& trace, const std::string& stage) {
  const auto undeclared = std::ranges::count_if(trace.findings, &TraceFinding::is_undeclared);
  if (undeclared == 0 && trace.unseen.empty()) return std::nullopt;
  if (undeclared == 0) {
    return StageFailure{
        fmt::format("the trace does not show {}, so that nobody can tell", trace.unseen.front()),
        "trace: warn",
        {}};
  }
  std::string message = "it " + describe(trace.findings.front());
  if (undeclared > 1) message += fmt::format(" (and {} more)", undeclared - 1);
  return StageFailure{std::move(message), "dvx stage fix " + paste_quote(stage), {}};
}

std::optional<StageFailure> untraced_failure(Trace trace, const std::string& stage, Progress& progress) {
  const std::string message = "its files cannot be traced where it ran";
  if (trace == Trace::Enforce) return StageFailure{message, "executor: local", {}};
  progress.warning(fmt::format("{}: {}", stage, message));
  return std::nullopt;
}

}  // namespace dvx
