// Bringing a path of the workspace to a DataRef from the store, without losing anything that is not stored.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"

namespace dvx {

enum class Overwrite { StoredOnly, Everything };  // Everything is --force

struct CheckoutTarget {
  std::string path;  // from the root
  DataRef data;
};

struct CheckoutReport {
  std::uint64_t created = 0, replaced = 0, removed = 0, unchanged = 0;  // files
  std::vector<std::string>
      would_lose;                    // files whose bytes are not in the store: kept, and nothing was changed
  std::vector<std::string> damaged;  // of these, what a power cut has left instead of what was there
  std::vector<CheckoutTarget> missing;  // targets with objects that the store lacks: left as they are
};

// Whether a checkout that is cut short is remembered (unfinished_checkout.h), for which the caller has the
// lock for writing.
enum class IfCutShort { Nothing, Remember };

// Files of a target's directory that are not in its tree are removed, unless ignored. Files are created
// beneath a directory handle, by temp name and rename, so that a kill leaves old or new. The index is brought
// up to date.
CheckoutReport checkout_paths(Repository& repository, const std::vector<CheckoutTarget>& targets,
                              Overwrite overwrite, Progress& progress,
                              IfCutShort if_cut_short = IfCutShort::Nothing);

}  // namespace dvx
