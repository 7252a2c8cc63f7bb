// What a `dvx repro` with jobs on a cluster is about, kept while it lasts, so that `dvx repro --attach` can
// go on when it was left or killed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "core/repo/repository.h"

namespace dvx {

struct RunIntent {
  std::vector<std::string> stages;  // names
  std::string executor;             // as given on the command line, or ""
  bool keep_going = false;
};

class UnfinishedRun {
 public:
  static UnfinishedRun begin(Repository& repository, const RunIntent& intent);
  // Those that nobody is at work on, taken over by the caller; the oldest first.
  static std::vector<UnfinishedRun> take_over(Repository& repository);
  // Whether a living dvx is at work on one.
  static bool is_somebody_at_work(Repository& repository);

  const RunIntent& intent() const { return intent_; }
  void finish();  // there is nothing to come back to

 private:
  UnfinishedRun(std::string file, RunIntent intent, FileLock lock)
      : file_(std::move(file)), intent_(std::move(intent)), lock_(std::move(lock)) {}

  std::string file_;
  RunIntent intent_;
  std::optional<FileLock> lock_;
};

}  // namespace dvx
