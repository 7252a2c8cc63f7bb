// The file `format` at the top of a store, which says which layout the store has (docs/formats/store.md).
#pragma once

#include <string>
#include <string_view>

namespace dvx {

constexpr int kStoreVersion = 1;

std::string serialize_store_format();
// Throws Error{Config} when the format is newer than this dvx, or when the text is no format file at all.
// `path` is used in the message.
void check_store_format(std::string_view text, const std::string& path);

// Checks a directory without a `format` file that is to become a store. Throws Error{Config} when it holds
// anything, since it then belongs to somebody else. Two things are allowed, because a crash may leave them
// behind: the temporary file of a `format`, and the cache of a remote's index.
void require_no_other_use(const std::string& directory);

}  // namespace dvx
