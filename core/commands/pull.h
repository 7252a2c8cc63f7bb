// `dvx pull`: fetch, and bring the workspace to it.
#pragma once

#include "core/commands/fetch.h"
#include "core/workspace/checkout.h"

namespace dvx {

struct PullOptions {
  FetchOptions fetch;
  Overwrite overwrite = Overwrite::StoredOnly;
};

struct PullReport {
  FetchReport fetched;
  CheckoutReport checkout;
};

// What cannot be had is left as it is in the workspace, and everything else is checked out.
PullReport pull(Repository& repository, const PullOptions& options, Progress& progress);

}  // namespace dvx
