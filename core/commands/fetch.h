// `dvx fetch`: what is tracked, and the records of the runs that made it, comes from a remote into the store.
// The workspace stays as it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/share/exchange.h"
#include "core/share/run_outputs.h"

namespace dvx {

struct FetchOptions {
  std::vector<std::string> paths;         // as typed; none is everything
  std::string remote;                     // "" is each path's own, or the default
  std::optional<RunOutputs> run_outputs;  // with everything: what runs of the remote's lists made comes too
};

struct FetchedPath {
  std::string path;  // from the root
  DataRef data;
};

struct FetchReport {
  std::vector<RemoteExchange> remotes;
  std::vector<FetchedPath>
      targets;  // what was asked for, sorted by path; complete unless an exchange says otherwise
};

FetchReport fetch(Repository& repository, const FetchOptions& options, Progress& progress);

}  // namespace dvx
