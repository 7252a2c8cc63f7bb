// What finished stages leave behind, made durable a few at a time: their objects, then the run cache, then
// dvx.lock.
//
// A sync and a rewritten lock file for each of a thousand short stages would cost more than the stages. So a
// commit waits until the last one is a moment ago; what a kill -9 then loses is that moment's stages, which
// run again. dvx.lock is merged under the kernel lock of writers with what other processes wrote meanwhile.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/progress.h"
#include "core/formats/lock_file.h"
#include "core/repo/repository.h"
#include "objects/store/ingest.h"

namespace dvx {

class RunJournal {
 public:
  // Entries of stages that are not in `known` (they left dvx.yaml) go when the lock file is written.
  RunJournal(Repository& repository, std::set<std::string> known, Progress& progress);

  // Where outputs, logs and run records go. The reference holds until the next commit.
  Ingest& ingest();
  // The stage ran or was restored: `entry` is to replace what the lock says of it.
  void add(const std::string& stage, LockedStage entry);
  // How long a commit may wait; nullopt when there is nothing to commit, zero when it is due.
  std::optional<std::chrono::nanoseconds> patience() const;
  void commit_if_due();
  // Durable when it returns. Without pending entries nothing is written.
  void commit();
  bool wrote() const { return wrote_; }  // the lock file, at least once
  // Whether dvx.lock was written by anybody else since `then` (PipelineSurvey::lock_stamp), or since this was
  // made when nothing was said.
  void expect(const FileStamp& then) { lock_stamp_ = then; }
  bool others_wrote();

 private:
  using Clock = std::chrono::steady_clock;

  void write_lock(const std::map<std::string, LockedStage>& entries);

  Repository& repository_;
  std::set<std::string> known_;
  Progress& progress_;
  std::unique_ptr<Ingest> ingest_;
  std::map<std::string, LockedStage> pending_;
  std::optional<FileLock> held_;  // of the store, while something is pending: nothing named there may go
  Clock::time_point due_ = Clock::time_point::min();  // of what is pending, or will be
  bool wrote_ = false;
  FileStamp lock_stamp_;  // of dvx.lock as this process last knew it
  bool others_wrote_ = false;
};

// All zero when there is no dvx.lock.
FileStamp stamp_of_lock(const Repository& repository);

}  // namespace dvx
