// What is in a clean copy besides what a clone would have: the recorded data that rebuilt stages read, and
// files that nobody has given to git or dvx yet.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/lock_file.h"
#include "core/pipeline/survey.h"
#include "core/verify/clean_copy.h"
#include "core/workspace/tracked.h"

namespace dvx {

class RebuildInputs {
 public:
  // `rebuilt` are names of stages: what they make is not brought. `survey` is of the copy.
  RebuildInputs(Repository& original, CleanCopy& copy, PipelineSurvey& survey, std::set<std::string> rebuilt,
                std::vector<std::string>& notes, Progress& progress);

  // Recorded data at, around or below what the stage reads.
  void bring(const Stage& stage);
  // Recorded outputs take the place of what a rebuilt stage made, so that what comes after is judged on its
  // own.
  void restore_outputs(const LockedStage& locked);

 private:
  void bring_imports(const LockedStage& locked);
  void bring_untracked(const std::string& path);
  void bring_back(const CheckoutTarget& target);

  Repository& original_;
  CleanCopy& copy_;
  PipelineSurvey& survey_;
  const std::vector<TrackedPath> tracked_;
  const std::set<std::string> rebuilt_;
  std::vector<std::string>& notes_;
  Progress& progress_;
  std::set<std::string> brought_;
};

}  // namespace dvx
