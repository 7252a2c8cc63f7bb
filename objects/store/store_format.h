// The file `format` at the top of a store: which layout it has (docs/formats/store.md).
#pragma once

#include <string>
#include <string_view>

namespace dvx {

constexpr int kStoreVersion = 1;

std::string serialize_store_format();
// Config when it is newer than this dvx, or not a format file at all; `path` is for the message.
void check_store_format(std::string_view text, const std::string& path);

// For a directory without a `format` file, which is to become a store: Error{Config} when it holds anything,
// since it is then somebody else's. A crash may leave the temporary file of a `format` behind, or the cache
// of a remote's index.
void require_no_other_use(const std::string& directory);

}  // namespace dvx
