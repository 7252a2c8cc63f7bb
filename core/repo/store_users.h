// Which repositories use a store: one small file each in its `users/` (docs/formats/store.md), written when a
// repository opens the store for the first time. A garbage collection asks all of them what they need.
#pragma once

#include <string>
#include <vector>

#include "objects/store/object_store.h"

namespace dvx {

struct StoreUser {
  std::string root;        // where `.dvx/config` is, absolute
  std::string common_dir;  // of its git repository, absolute
  std::string entry;       // name of the file in `users/`
};

// What the repository at `root` enters in the store. Paths are kept relative when the store is inside of the
// repository, so that both can be moved together.
StoreUserEntry store_user_entry(const std::string& store_dir, const std::string& root,
                                const std::string& common_dir);
// Sorted by root. Corruption for an entry that cannot be understood: it stands for data that somebody needs.
std::vector<StoreUser> store_users(const std::string& store_dir);
void forget_store_user(const std::string& store_dir, const StoreUser& user);

}  // namespace dvx
