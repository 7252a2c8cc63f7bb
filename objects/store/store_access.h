// Finds out whether this user may write to a store, and explains how to correct the rights.
#pragma once

#include <cstdint>
#include <string>

#include "base/sharing.h"
#include "objects/store/object_store.h"

namespace dvx {

// Sets with whom the store is shared from the next write on, provided that it belongs to this user or does
// not exist yet.
void share_store_with(ObjectStore& store, SharedWith with);

// Throws Error{Io} when `directory`, a part of the store, cannot be written to. The error names the owner,
// the group and what to do.
void require_writable(const std::string& directory, const std::string& store_directory);

// Throws the same error when the store cannot be read.
void require_readable(const std::string& store_directory);

// Returns the commands with which the owner of a store lets a group use everything in it.
std::string sharing_commands(const std::string& store_directory, SharedWith with);

struct SharingFaults {
  std::uint64_t seen = 0, count = 0;
  // The path in the store of the first file that the group cannot use.
  std::string first;
};

// Looks in a shared store for files that its group cannot read, and for directories that it cannot write to.
// A file that disappears or cannot be looked into meanwhile counts as a fault of the directory above.
SharingFaults find_sharing_faults(const std::string& store_directory);

}  // namespace dvx
