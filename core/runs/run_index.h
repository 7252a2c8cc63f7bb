// `<store>/runs/index`: what the directory of runs held when it was last listed, so that who wants all of
// them does not read a hundred thousand names again.
//
// A cache that may be deleted at any time: for each of the 256 directories it has the stamp that the kernel
// renews whenever a name comes or goes, and a directory with another stamp is listed again. So nobody who
// adds or removes runs has to know of it, be it another process, another clone, a collection or a copy by
// hand. docs/formats/store.md has the bytes. Any process may read and replace it.
#pragma once

#include <string>
#include <vector>

#include "core/runs/run_cache.h"

namespace dvx {

// Every entry below `directory` ("<store>/runs"), sorted. Files with other names are passed over.
std::vector<RunCacheEntry> list_runs(const std::string& directory);

// The run that a file in the directory for its first two digits stands for; nullopt for another name.
std::optional<RunCacheEntry> parse_run_name(std::string_view name);

// Whether the index says of every directory whose stamp it has what the directory holds; an absent index is
// right.
bool run_index_is_right(const std::string& directory);
void drop_run_index(const std::string& directory);

}  // namespace dvx
