// What a stage printed when it failed: there is no run record then, so it is kept beside the repository's
// settings, one file a stage, until the stage succeeds. Not shared and not sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/repo/repository.h"

namespace dvx {

struct FailedLog {
  std::string file;            // absolute
  std::int64_t failed_ns = 0;  // since 1970, UTC
  std::uint64_t size = 0;      // bytes
};

// Takes `log_file`, which is on the same file system, away. Nothing happens when it is not there.
void keep_failed_log(Repository& repository, const std::string& stage, const std::string& log_file);
void drop_failed_log(Repository& repository, const std::string& stage);
bool has_failed_logs(const Repository& repository);
std::optional<FailedLog> find_failed_log(Repository& repository, const std::string& stage);

}  // namespace dvx
