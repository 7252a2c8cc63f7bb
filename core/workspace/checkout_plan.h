// What a checkout would do, as data: computing it reads and hashes, and changes nothing in the workspace.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/workspace/checkout.h"
#include "core/workspace/scan.h"
#include "objects/model/tree.h"

namespace dvx {

// The files to put into one directory.
struct DirectoryPlacements {
  std::string path, absolute;      // from the root; where it really is
  std::vector<TreeEntry> entries;  // files, executables and symlinks, by name
  bool is_new = false;             // it holds nothing else, and was not there before this checkout
};

struct CheckoutPlan {
  CheckoutReport report;  // would_lose and missing filled in; counts of what is going to happen
  // To be done in this order; all paths are absolute. A directory is removed after what it held, made before
  // what it is to hold.
  std::vector<std::string> leftovers;            // temp files of a dvx that was killed
  std::set<std::string> beside;                  // directories where such may lie that no walk has seen
  std::vector<std::string> changed_directories;  // of data, there already: entries come or go in them
  std::vector<std::string> remove_files, remove_directories, make_parents, make_directories;
  std::vector<DirectoryPlacements> placements;
  std::vector<std::string> forget;         // index entries that go, from the root
  std::uint64_t files = 0, bytes = 0;      // to be placed
  std::vector<std::string> changed_trees;  // targets in which anything of this happens

  std::uint64_t changes() const {
    return report.created + report.replaced + report.removed + make_directories.size() +
           remove_directories.size();
  }
};

// `scanned` are the paths of `targets` as they are now, in the same order.
CheckoutPlan make_checkout_plan(const ObjectStore& store, const std::vector<CheckoutTarget>& targets,
                                const std::vector<ScannedPath>& scanned);

}  // namespace dvx
