// `dvx checkout [rev] [paths]` and `dvx restore`: bring tracked data to what pointer files and lock say, now
// or as of a revision. The pointer files themselves are git's and stay as they are.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/workspace/checkout.h"

namespace dvx {

struct CheckoutOptions {
  std::string revision;            // "" is the workspace's own pointer files and lock
  std::vector<std::string> paths;  // as typed; none is everything
  Overwrite overwrite = Overwrite::StoredOnly;
};

CheckoutReport checkout(Repository& repository, const CheckoutOptions& options, Progress& progress);

// Whether the first word of `dvx checkout WORD…` is a revision: when no path of that name exists or is
// tracked, and git knows it.
bool names_revision(Repository& repository, const std::string& word);

}  // namespace dvx
