#include "core/commands/verify.h"

#include "core/execution/stage/local_runner.h"

namespace dvx {

VerifyReport verify(Repository& repository, const VerifyOptions& options, Progress& progress) {
  VerifyReport report;
  report.chain = check_chain(repository, options.targets, progress);
  report.findings = report.chain.findings;
  report.notes = report.chain.notes;
  if (options.depth == VerifyDepth::Chain) {
    for (const Unasked& unasked : report.chain.unasked) report.notes.push_back(describe(unasked));
    return report;
  }
  LocalRunner runner;
  RebuildReport rebuilt =
      rebuild(repository, {.targets = options.targets, .keep = options.keep}, runner, progress);
  report.rebuilt = std::move(rebuilt.stages);
  report.findings.insert(report.findings.end(), rebuilt.findings.begin(), rebuilt.findings.end());
  report.notes.insert(report.notes.end(), rebuilt.notes.begin(), rebuilt.notes.end());
  return report;
}

}  // namespace dvx
