#include "core/pipeline/lock_writer.h"

#include <utility>

#include "base/file.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/tracked.h"

namespace dvx {

LockWriter::LockWriter(Repository& repository, std::set<std::string> known)
    : repository_(repository), known_(std::move(known)) {}

void LockWriter::flush() {
  if (pending_.empty()) return;
  const FileLock held = repository_.lock_for_writing();
  LockFile lock = load_lock(repository_);
  std::erase_if(lock.stages, [&](const auto& item) { return !known_.contains(item.first); });
  for (auto& [name, entry] : pending_) lock.stages[name] = entry;
  write_work_tree_file(repository_, kLockFileName, serialize_lock(lock));
  pending_.clear();
  wrote_ = true;
}

}  // namespace dvx
