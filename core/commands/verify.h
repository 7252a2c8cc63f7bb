// `dvx verify`: does what is recorded hold together, and with Rebuild, does it come out the same again.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/verify/chain_check.h"
#include "core/verify/rebuild.h"

namespace dvx {

enum class VerifyDepth { Chain, Rebuild };

struct VerifyOptions {
  std::vector<std::string> targets;  // stages or outputs; empty is everything
  VerifyDepth depth = VerifyDepth::Chain;
  std::string keep;  // absolute directory for rebuilt outputs that differ, or ""
};

struct VerifyReport {
  ChainReport chain;
  std::vector<RebuiltStage> rebuilt;  // empty without Rebuild
  std::vector<Finding> findings;      // of both
  std::vector<std::string> notes;     // of both

  bool ok() const { return findings.empty(); }
};

VerifyReport verify(Repository& repository, const VerifyOptions& options, Progress& progress);

}  // namespace dvx
