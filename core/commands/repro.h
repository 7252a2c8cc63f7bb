// dvx repro: run what is stale, restore what is known, leave the rest alone.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/execution/executor.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/plan.h"
#include "core/repo/repository.h"

namespace dvx {

class CommandRunner;

enum class ReproMode { Execute, DryRun };
// Of data: Allowed: a stage whose data is not there and which is else as recorded is left alone.
enum class Missing { Refused, Allowed };

// First: tracked inputs that are not here, and results that others have pushed, come from the remotes before
// anything runs. A remote that cannot be asked is a warning.
enum class PullFirst { No, Yes };

struct ReproOptions {
  std::vector<std::string> targets;  // stage names, or outputs as the user typed them; none means every stage
  std::size_t jobs = 1;
  Force force = Force::No;
  OnFailure on_failure = OnFailure::Stop;
  Reach reach = Reach::Ancestors;  // Only: the named stages alone, not what they need
  Trace trace = Trace::Off;        // at least; a stage may ask for more
  ReproMode mode = ReproMode::Execute;
  Sandboxes sandboxes = Sandboxes::AsDeclared;
  Missing missing = Missing::Refused;
  Downstream downstream = Downstream::AsNeeded;
  std::string executor = {};  // of all stages: "local", "slurm"; "" leaves it to dvx.yaml
  PullFirst pull = PullFirst::No;
  CommandRunner* runner = nullptr;  // null: on this machine
};

struct ReproReport {
  std::vector<StageResult> stages;  // of an execution, in the order of the graph
  Plan plan;                        // of a dry run
  double seconds = 0;

  std::size_t count(StageOutcome outcome) const;
};

// Goes on with what earlier calls with jobs on a cluster were about and did not see to its end; of `options`
// only `jobs`, `on_failure` and `runner` count. Nothing is reported when there is nothing to come back to.
// Locked while another dvx is at it.
ReproReport attach(Repository& repository, const ReproOptions& options, Progress& progress);

// NotFound, before anything runs, for a dependency that is not there and that no stage makes.
ReproReport repro(Repository& repository, const ReproOptions& options, Progress& progress);

}  // namespace dvx
