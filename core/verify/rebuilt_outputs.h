// What a stage made in a clean copy, compared byte for byte with what is recorded.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "core/formats/lock_file.h"
#include "core/verify/clean_copy.h"
#include "core/verify/rebuild.h"
#include "core/workspace/snapshot.h"

namespace dvx {

class RebuiltOutputs {
 public:
  // `keep` is the absolute directory that gets what came out different, or "".
  RebuiltOutputs(Repository& original, CleanCopy& copy, std::string keep)
      : original_(original), copy_(copy), keep_(std::move(keep)) {}

  // All outputs of the stage that `locked` is of; `result`, which names it, counts them and gets the
  // differences.
  RebuildOutcome compare(const LockedStage& locked, RebuiltStage& result, std::vector<Finding>& findings,
                         Progress& progress);

 private:
  RebuildOutcome compare_one(const LockedPath& out, const Snapshot& rebuilt, const KnownTrees& trees,
                             RebuiltStage& result, std::vector<Finding>& findings);
  void find_offset_in_work_tree(DataDifference& difference);
  void tell(const std::string& stage, const std::vector<DataDifference>& differences,
            std::vector<Finding>& findings) const;
  void keep(const std::string& path);

  Repository& original_;
  CleanCopy& copy_;
  const std::string keep_;
};

}  // namespace dvx
