// What a stage uses and does not declare, and what it declares and does not use.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_set.h"
#include "core/execution/trace/counted_files.h"
#include "core/execution/trace/file_use.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

enum class TraceFindingKind { UndeclaredRead, UndeclaredWrite, UndeclaredRemoval, UnreadDependency };
std::string_view trace_finding_name(TraceFindingKind kind);  // in JSON: "undeclared-read", …

struct TraceFinding {
  TraceFindingKind kind = TraceFindingKind::UndeclaredRead;
  std::string path;       // from the root
  std::size_t files = 0;  // of a directory that stands for files in it: how many were used; else 0

  // Worse than a warning: the stage depends on what dvx does not know of, or leaves it behind.
  bool is_undeclared() const { return kind != TraceFindingKind::UnreadDependency; }
  friend auto operator<=>(const TraceFinding&, const TraceFinding&) = default;
};

// A trace and what came of it.
struct StageTrace {
  std::vector<TraceFinding> findings;
  std::vector<std::string> missing, unseen;  // as in FileUse
};

std::string describe(const TraceFinding& finding);  // "reads 'data/b.csv', which it does not declare"

// What a stage may do without being told of it. Paths are from the root, and stand for what is in them.
struct DeclaredPaths {
  PathSet readable, writable;
  PathSet outputs_of_all;                 // of the whole pipeline
  std::vector<std::string> dependencies;  // that ought to be read
  std::string of_items;                   // where inputs lie of a stage that is run per input; else ""
};

// `also_declared` count as dependencies. Inputs of a stage that is run per input are not readable: each run
// has its own, which are to be added.
DeclaredPaths declared_paths(const Stage& stage, const std::vector<Stage>& stages,
                             const std::vector<std::string>& also_declared);

// Sorted by kind and path. Where most files of a directory are read, or a directory is made, it stands for
// them: at least four files, three quarters of those in it, and no output of a stage among them.
std::vector<TraceFinding> find_undeclared(const FileUse& use, const DeclaredPaths& declared,
                                          CountedFiles& counted);

}  // namespace dvx
