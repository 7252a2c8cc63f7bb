#include "core/execution/stage/each_trace.h"

#include <algorithm>
#include <utility>

#include "base/path_set.h"
#include "core/execution/trace/kept_trace.h"
#include "core/execution/trace/trace_check.h"
#include "core/formats/pipeline/each_paths.h"

namespace dvx {

namespace {

template <typename Value>
std::vector<Value> list_of(const std::set<Value>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

EachTrace::EachTrace(PipelineSurvey& survey, const Stage& stage, Trace trace,
                     std::vector<std::string> also_declared)
    : survey_(survey),
      stage_(stage),
      trace_(trace),
      also_declared_(std::move(also_declared)),
      declared_(declared_paths(stage, survey.stages(), also_declared_)),
      counted_(survey.repository().root()) {
  for (const StageOutput& out : stage.outs) {
    declared_.writable.erase(out.path);
    declared_.readable.erase(out.path);
  }
}

std::optional<StageFailure> EachTrace::add(const EachJob& job, const std::optional<FileUse>& use,
                                           Progress& progress) {
  if (!use) return untraced_failure(trace_, stage_.name, progress);
  has_any_ = true;
  StageTrace trace{.findings = judge(job, *use), .missing = use->missing, .unseen = use->unseen};
  merge_findings(trace.findings, use->unseen.empty());
  merge_use(job, *use);
  return trace_ == Trace::Enforce ? trace_failure(trace, stage_.name) : std::nullopt;
}

// For a moment the job's own inputs and outputs are declared.
std::vector<TraceFinding> EachTrace::judge(const EachJob& job, const FileUse& use) {
  std::vector<std::string> readable, writable;
  for (const EachItem& item : job.items) {
    if (declared_.readable.insert(item.in).second) readable.push_back(item.in);
    if (declared_.readable.insert(item.out).second) readable.push_back(item.out);
    if (declared_.writable.insert(item.out).second) writable.push_back(item.out);
  }
  auto findings = find_undeclared(use, declared_, counted_);
  for (const std::string& path : readable) declared_.readable.erase(path);
  for (const std::string& path : writable) declared_.writable.erase(path);
  return findings;
}

void EachTrace::merge_findings(const std::vector<TraceFinding>& findings, bool has_seen_all) {
  std::set<std::string> unread;
  for (const TraceFinding& finding : findings) {
    if (!finding.is_undeclared()) {
      unread.insert(finding.path);
      continue;
    }
    auto& files = found_[{finding.kind, finding.path}];
    files = std::max(files, finding.files);
  }
  if (!has_seen_all) unread.clear();  // nobody knows
  if (!unread_) unread_ = unread;
  std::erase_if(*unread_, [&](const std::string& path) { return !unread.contains(path); });
}

void EachTrace::merge_use(const EachJob& job, const FileUse& use) {
  PathSet own;
  for (const EachItem& item : job.items) {
    own.insert(item.in);
    own.insert(item.out);
  }
  const auto is_own = [&](const std::string& path) { return covers(own, path); };
  const auto take = [&](const std::vector<UsedPath>& from, std::set<UsedPath>& into) {
    for (const UsedPath& used : from) {
      if (std::ranges::none_of(used.names, is_own)) into.insert(used);
    }
  };
  take(use.read, read_);
  take(use.listed, listed_);
  take(use.written, written_);
  take(use.removed, removed_);
  for (const std::string& path : use.made) {
    if (!is_own(path)) made_.insert(path);
  }
  for (const std::string& path : use.missing) {
    if (counted_.counts(path)) missing_.insert(path);
  }
  unseen_.insert(use.unseen.begin(), use.unseen.end());
}

// That inputs were read is said by their directory.
FileUse EachTrace::merged_use(Jobs jobs) const {
  FileUse use{.read = list_of(read_),
              .listed = list_of(listed_),
              .written = list_of(written_),
              .made = list_of(made_),
              .removed = list_of(removed_),
              .missing = list_of(missing_),
              .unseen = list_of(unseen_)};
  use.listed.push_back({{each_input_directory(stage_.each->in)}});
  if (jobs == Jobs::OfSome) {
    for (const std::string& path : declared_.dependencies) use.listed.push_back({{path}});
  }
  return use;
}

std::optional<StageTrace> EachTrace::finish(Jobs jobs, Progress& progress) {
  if (!has_any_) return std::nullopt;
  keep_trace(survey_.repository(), stage_.name, {merged_use(jobs), also_declared_});
  StageTrace trace{.findings = {}, .missing = list_of(missing_), .unseen = list_of(unseen_)};
  for (const auto& [what, files] : found_) trace.findings.push_back({what.first, what.second, files});
  if (jobs == Jobs::OfSome) unread_->clear();
  for (const std::string& path : *unread_)
    trace.findings.push_back({TraceFindingKind::UnreadDependency, path, 0});
  say_trace(trace, stage_.name, progress);
  return trace;
}

}  // namespace dvx
