// `dvx push`: what is tracked, and the records of the runs that made it, goes to a remote.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/share/exchange.h"
#include "core/share/run_outputs.h"
#include "core/workspace/changed_links.h"

namespace dvx {

struct PushOptions {
  std::vector<std::string> paths;         // as typed; none is everything
  std::string remote;                     // "" is each path's own, or the default
  std::optional<RunOutputs> run_outputs;  // with everything: what runs of the run cache made goes too
};

struct PushReport {
  std::vector<ChangedLink> changed;  // objects that were written into through a link: set aside, not sent
  std::vector<RemoteExchange> remotes;
};

// Objects first, then run lists, then the root that says that all of it is there; the root only when it is.
// Of the run cache only what the remote's run lists lack is looked at.
PushReport push(Repository& repository, const PushOptions& options, Progress& progress);

}  // namespace dvx
