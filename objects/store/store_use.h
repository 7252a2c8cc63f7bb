// Who may move objects of a store away, and when: one kernel lock, `use.lock`, shared by everybody who writes
// and taken alone by a garbage collection while it moves (docs/adr/0004-gc-beside-writers.md).
//
// A writer holds it from before it looks at what the store has until what it relies on is named by a durable
// pointer, lock file or run. Locks die with their process.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/file_lock.h"

namespace dvx {

// Waits while objects are moved. nullopt when there is no store yet, or this user may not write to it.
std::optional<FileLock> share_store(const std::string& store_directory);

// Waits for writers up to `patience`; Locked when there are some after it.
FileLock claim_store(const std::string& store_directory, std::chrono::milliseconds patience);

// One garbage collection at a time; Locked when there is one.
FileLock lock_collection(const std::string& store_directory);

}  // namespace dvx
