// `dvx log [path]`: the git commits that changed tracked data, parameters or metrics, and what they changed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/commands/diff.h"
#include "core/git/git_repository.h"
#include "core/repo/repository.h"

namespace dvx {

struct LogOptions {
  std::string path;       // as typed: only commits that changed something there; "" is anything
  std::string start;      // revision; "" is HEAD
  std::size_t limit = 0;  // commits to show; 0 is all of them
};

struct LogEntry {
  GitCommitInfo commit;
  std::vector<DataChange> data;  // against its first parent
  ValueDiff values;
  std::string unreadable;  // why what it changed cannot be told, or ""
};

struct LogReport {
  std::vector<LogEntry> entries;  // newest first
};

LogReport log(Repository& repository, const LogOptions& options, Progress& progress);

}  // namespace dvx
