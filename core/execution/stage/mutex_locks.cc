#include "core/execution/stage/mutex_locks.h"

#include "base/file.h"
#include "base/path.h"
#include "objects/model/object_id.h"

namespace dvx {

std::optional<MutexLocks> MutexLocks::try_lock(Repository& repository,
                                               const std::vector<std::string>& names) {
  MutexLocks locks;
  if (names.empty()) return locks;
  const std::string directory = join_path(repository.dvx_dir(), "mutex");
  make_directories(directory);
  for (const std::string& name : names) {
    auto lock = FileLock::try_acquire(join_path(directory, ObjectId::of(name).to_hex()), LockMode::Exclusive);
    if (!lock) return std::nullopt;
    locks.locks_.push_back(std::move(*lock));
  }
  return locks;
}

}  // namespace dvx
