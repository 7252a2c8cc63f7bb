// What the jobs of a stage that is run per input did with files. Each may read what the stage declares and
// its own inputs, and write its own outputs: who reads the input of another one is not run again when that
// changes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "core/execution/stage/each_job.h"
#include "core/execution/trace/trace_findings.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"

namespace dvx {

class EachTrace {
 public:
  // `trace` is not Off. `also_declared` count as dependencies.
  EachTrace(PipelineSurvey& survey, const Stage& stage, Trace trace, std::vector<std::string> also_declared);

  // Of a job whose commands succeeded. With Trace::Enforce, why it fails nevertheless.
  std::optional<StageFailure> add(const EachJob& job, const std::optional<FileUse>& use, Progress& progress);
  // Says what was found, and keeps the trace for `dvx stage fix`. nullopt when add() was never called. What
  // the jobs of some inputs do not read those of others may.
  enum class Jobs { OfSome, OfAllInputs };
  std::optional<StageTrace> finish(Jobs jobs, Progress& progress);

  const std::vector<std::string>& also_declared() const { return also_declared_; }

 private:
  std::vector<TraceFinding> judge(const EachJob& job, const FileUse& use);
  void merge_findings(const std::vector<TraceFinding>& findings, bool has_seen_all);
  void merge_use(const EachJob& job, const FileUse& use);
  FileUse merged_use(Jobs jobs) const;

  PipelineSurvey& survey_;
  const Stage& stage_;
  const Trace trace_;
  const std::vector<std::string> also_declared_;
  DeclaredPaths declared_;  // by what is no input and no output
  CountedFiles counted_;
  std::map<std::pair<TraceFindingKind, std::string>, std::size_t> found_;  // how many files
  std::optional<std::set<std::string>> unread_;                            // by every job so far
  std::set<UsedPath> read_, listed_, written_, removed_;                   // not as its own input or output
  std::set<std::string> made_, missing_, unseen_;
  bool has_any_ = false;
};

}  // namespace dvx
