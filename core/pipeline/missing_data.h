// What data that is not in the workspace would be, for `repro --allow-missing`.
#pragma once

#include <vector>

#include "core/pipeline/plan.h"
#include "core/repo/repository.h"
#include "core/workspace/tracked.h"

namespace dvx {

class MissingData {
 public:
  // Pointer files and dvx.lock as they are now.
  explicit MissingData(Repository& repository);

  // Of the dependencies of a stage that are not there. What a pointer or another stage's entry in the lock
  // says counts, not what the stage was run with: data that was changed elsewhere is a change. Only where
  // nobody says anything it is what the stage was run with.
  Contents of(const StageFacts& facts) const;

 private:
  std::optional<DataRef> recorded(const StageFacts& facts, const std::string& path) const;

  Repository& repository_;
  std::vector<TrackedPath> tracked_;
};

}  // namespace dvx
