// Brings entries of stages into dvx.lock: under the kernel lock of writers, merged with what other processes
// wrote meanwhile, all or nothing.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/metafile/lock_file.h"
#include "core/repo/repository.h"

namespace dvx {

class LockWriter {
 public:
  // Entries of stages that are not in `known` (they left dvx.yaml) go when the file is written.
  LockWriter(Repository& repository, std::set<std::string> known);

  void set(const std::string& stage, LockedStage entry) { pending_[stage] = std::move(entry); }
  // Durable when it returns. Without pending entries nothing is written.
  void flush();
  bool wrote() const { return wrote_; }

 private:
  Repository& repository_;
  std::set<std::string> known_;
  std::map<std::string, LockedStage> pending_;
  bool wrote_ = false;
};

}  // namespace dvx
