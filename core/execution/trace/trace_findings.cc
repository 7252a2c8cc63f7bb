#include "core/execution/trace/trace_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/path.h"
#include "base/path_set.h"
#include "core/formats/pipeline/each_paths.h"

namespace dvx {

namespace {

constexpr std::size_t kManyFiles = 4;

UsedPath sources_of(const UsedPath& used) {
  UsedPath sources;
  for (const std::string& name : used.names) sources.names.push_back(source_of(name));
  return sources;
}

class TraceJudge {
 public:
  TraceJudge(const FileUse& use, const DeclaredPaths& declared, CountedFiles& counted)
      : use_(use), declared_(declared), counted_(counted) {}

  std::vector<TraceFinding> judge() {
    writes();
    reads();
    removals();
    if (use_.unseen.empty()) unread();
    std::ranges::sort(findings_);
    return std::move(findings_);
  }

 private:
  // The name to report, or nullopt when the file is declared or does not count.
  std::optional<std::string> undeclared(const UsedPath& used, const PathSet& declared) {
    std::optional<std::string> reported;
    for (const std::string& path : used.names) {
      if (covers(declared, path)) return std::nullopt;
      if (!reported && counted_.counts(path)) reported = path;
    }
    return reported;
  }

  void writes() {
    for (const UsedPath& used : use_.written) {
      if (const auto path = undeclared(used, declared_.writable)) written_.insert(*path);
    }
    const PathSet made(use_.made.begin(), use_.made.end());
    std::map<std::string, std::size_t> directories;
    for (const std::string& path : written_) {
      const auto directory = made_directory_of(path, made);
      if (directory) {
        ++directories[*directory];
      } else {
        add(TraceFindingKind::UndeclaredWrite, path, 0);
      }
    }
    for (const auto& [path, files] : directories) add(TraceFindingKind::UndeclaredWrite, path, files);
  }

  // The topmost that the stage made and in which nothing is declared.
  std::optional<std::string> made_directory_of(const std::string& path, const PathSet& made) const {
    std::optional<std::string> topmost;
    for (std::string at = parent_path(path); !at.empty(); at = parent_path(at)) {
      if (made.contains(at) && !has_inside(declared_.readable, at) &&
          !has_inside(declared_.outputs_of_all, at))
        topmost = at;
    }
    return topmost;
  }

  void reads() {
    PathSet files;
    for (const UsedPath& used : use_.read) {
      const auto path = undeclared(sources_of(used), declared_.readable);
      if (path && !counted_.is_directory(*path)) files.insert(*path);
    }
    std::map<std::string, std::size_t> counts;  // directory → how many are beneath it
    for (const std::string& file : files) {
      for (std::string at = parent_path(file); !at.empty(); at = parent_path(at)) ++counts[at];
    }
    std::map<std::string, bool> stands_for;
    std::map<std::string, std::size_t> directories;
    for (const std::string& file : files) {
      const auto directory = read_directory_of(file, counts, stands_for);
      if (directory) {
        ++directories[*directory];
      } else {
        add(TraceFindingKind::UndeclaredRead, file, 0);
      }
    }
    for (const auto& [path, count] : directories) add(TraceFindingKind::UndeclaredRead, path, count);
  }

  std::optional<std::string> read_directory_of(const std::string& file,
                                               const std::map<std::string, std::size_t>& counts,
                                               std::map<std::string, bool>& stands_for) {
    std::optional<std::string> topmost;
    for (std::string at = parent_path(file); !at.empty(); at = parent_path(at)) {
      const auto [known, is_new] = stands_for.try_emplace(at, false);
      if (is_new) known->second = is_mostly_read(at, counts.at(at));
      if (known->second) topmost = at;
    }
    return topmost;
  }

  bool is_mostly_read(const std::string& directory, std::size_t count) {
    // That each run reads what all have is said file by file: the directory is declared already.
    if (!declared_.of_items.empty() && is_beneath(declared_.of_items, directory)) return false;
    if (count < kManyFiles || has_inside(declared_.outputs_of_all, directory) ||
        has_inside(declared_.readable, directory) || has_inside(written_, directory))
      return false;
    const std::size_t most = count * 4 / 3;
    return counted_.files_in(directory, most) <= most;
  }

  void removals() {
    for (const UsedPath& used : use_.removed) {
      if (const auto path = undeclared(used, declared_.writable))
        add(TraceFindingKind::UndeclaredRemoval, *path, 0);
    }
  }

  void unread() {
    PathSet used;
    for (const auto* list : {&use_.read, &use_.listed}) {
      for (const UsedPath& path : *list) {
        for (const std::string& name : sources_of(path).names) used.insert(name);
      }
    }
    for (const std::string& path : declared_.dependencies) {
      if (!used.contains(path) && !has_inside(used, path)) add(TraceFindingKind::UnreadDependency, path, 0);
    }
  }

  void add(TraceFindingKind kind, const std::string& path, std::size_t files) {
    findings_.push_back({kind, path, files});
  }

  const FileUse& use_;
  const DeclaredPaths& declared_;
  CountedFiles& counted_;
  PathSet written_;
  std::vector<TraceFinding> findings_;
};

}  // namespace

std::string_view trace_finding_name(TraceFindingKind kind) {
  switch (kind) {
    case TraceFindingKind::UndeclaredRead:
      return "undeclared-read";
    case TraceFindingKind::UndeclaredWrite:
      return "undeclared-write";
    case TraceFindingKind::UndeclaredRemoval:
      return "undeclared-removal";
    case TraceFindingKind::UnreadDependency:
      return "unread-dependency";
  }
  return "unknown";
}

std::string describe(const TraceFinding& finding) {
  const std::string path = display_path(finding.path);
  const std::string what = finding.files == 0 ? fmt::format("'{}'", path)
                                              : fmt::format("{} {} in '{}'", finding.files,
                                                            finding.files == 1 ? "file" : "files", path);
  switch (finding.kind) {
    case TraceFindingKind::UndeclaredRead:
      return fmt::format("reads {}, which it does not declare", what);
    case TraceFindingKind::UndeclaredWrite:
      return fmt::format("writes {}, which it does not declare", what);
    case TraceFindingKind::UndeclaredRemoval:
      return fmt::format("removes {}, which it does not declare", what);
    case TraceFindingKind::UnreadDependency:
      return fmt::format("declares {} and does not read it", what);
  }
  return {};
}

DeclaredPaths declared_paths(const Stage& stage, const std::vector<Stage>& stages,
                             const std::vector<std::string>& also_declared) {
  DeclaredPaths declared;
  for (const StageDependency& dep : stage.deps) declared.dependencies.push_back(dep.path);
  declared.readable.insert(declared.dependencies.begin(), declared.dependencies.end());
  if (stage.each) {
    declared.of_items = each_input_directory(stage.each->in);
    declared.readable.erase(declared.of_items);
  }
  for (const StageParams& params : stage.params) declared.readable.insert(params.file);
  declared.readable.insert(also_declared.begin(), also_declared.end());
  for (const StageOutput& out : stage.outs) {
    declared.writable.insert(out.path);
    declared.readable.insert(out.path);
  }
  for (const Stage& other : stages) {
    const bool is_needed = std::ranges::find(stage.stage_deps, other.name) != stage.stage_deps.end();
    for (const StageOutput& out : other.outs) {
      declared.outputs_of_all.insert(out.path);
      if (is_needed) declared.readable.insert(out.path);
    }
  }
  return declared;
}

std::vector<TraceFinding> find_undeclared(const FileUse& use, const DeclaredPaths& declared,
                                          CountedFiles& counted) {
  return TraceJudge(use, declared, counted).judge();
}

}  // namespace dvx
