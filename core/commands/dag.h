// dvx dag: the stages and the tracked data they begin with, as a graph.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

struct DagOptions {
  std::vector<std::string> targets;  // stages or outputs, as typed; with all that they need. None: everything
};

enum class DagNodeKind { Stage, Data };

struct DagNode {
  DagNodeKind kind = DagNodeKind::Stage;
  std::string name;  // of the stage, or the path of the data from the root
  std::string desc;
  std::vector<std::string> outs;  // of a stage, from the root
};

struct DagReport {
  std::vector<DagNode> nodes;                              // each after those it needs
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // from what is needed to what needs it, sorted
};

DagReport dag(Repository& repository, const DagOptions& options, Progress& progress);

}  // namespace dvx
