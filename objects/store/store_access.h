// Whether this user may write to a store, said so that it can be put right.
#pragma once

#include <cstdint>
#include <string>

#include "base/sharing.h"
#include "objects/store/object_store.h"

namespace dvx {

// With whom the store is to be shared from the next writing on, if it is this user's own, or is not there
// yet.
void share_store_with(ObjectStore& store, SharedWith with);

// Error{Io} that names the owner, the group and what to do, when `directory`, a part of the store, cannot be
// written to.
void require_writable(const std::string& directory, const std::string& store_directory);

// The same when the store cannot be looked into.
void require_readable(const std::string& store_directory);

// What the owner of a store types to let a group use everything that is in it.
std::string sharing_commands(const std::string& store_directory, SharedWith with);

struct SharingFaults {
  std::uint64_t seen = 0, count = 0;
  std::string first;  // from the store, of those that the group cannot use
};

// What in a shared store its group cannot read, or cannot write to where it is a directory. What is gone or
// cannot be looked into meanwhile counts as a fault of the directory above.
SharingFaults find_sharing_faults(const std::string& store_directory);

}  // namespace dvx
