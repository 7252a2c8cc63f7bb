// The last trace of each stage, so that dvx.yaml can be put right later: one file a stage beside the
// repository's settings. Of this clone alone, not shared and not sent; it may go at any time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/execution/trace/file_use.h"
#include "core/repo/repository.h"

namespace dvx {

struct KeptTrace {
  FileUse use;
  std::vector<std::string> also_declared;  // as for declared_paths()
};

void keep_trace(Repository& repository, const std::string& stage, const KeptTrace& trace);
// nullopt: the stage was not traced, or by another version.
std::optional<KeptTrace> find_trace(Repository& repository, const std::string& stage);

}  // namespace dvx
