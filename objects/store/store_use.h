// Controls who may move objects out of a store, and when. There is one kernel lock, `use.lock`. All writers
// share it, and a garbage collection takes it exclusively while it moves objects
// (docs/adr/0004-gc-beside-writers.md).
//
// A writer takes the lock before it looks at what the store has. It holds the lock until a durable pointer,
// lock file or run record names what it relies on. A lock ends with its process.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/file_lock.h"

namespace dvx {

// Waits while objects are moved. Returns nullopt when there is no store yet, or when this user may not write
// to it.
std::optional<FileLock> share_store(const std::string& store_directory);

// Waits up to `patience` for writers to end. Throws Error{Locked} when some are still at work then.
FileLock claim_store(const std::string& store_directory, std::chrono::milliseconds patience);

// Allows one garbage collection at a time. Throws Error{Locked} when another one is running.
FileLock lock_collection(const std::string& store_directory);

}  // namespace dvx
