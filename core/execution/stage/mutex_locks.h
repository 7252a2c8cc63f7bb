// `mutex` of dvx.yaml between processes and machines: a kernel lock a name, in a directory that all of them
// see. It ends with its process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "core/repo/repository.h"

namespace dvx {

class MutexLocks {
 public:
  // All of `names` or, when somebody else has one of them, none. Without names nothing is done.
  static std::optional<MutexLocks> try_lock(Repository& repository, const std::vector<std::string>& names);

 private:
  std::vector<FileLock> locks_;
};

}  // namespace dvx
