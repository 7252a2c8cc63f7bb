#include "objects/store/store_format.h"

#include <fmt/format.h>

#include <charconv>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/pack/chunker.h"

namespace dvx {

std::string serialize_store_format() {
  return fmt::format(
      "{{\"dvx\":\"store\",\"version\":{},\"chunker\":{{\"algorithm\":\"fastcdc\",\"min\":{},\"mean\":{},"
      "\"max\":{}}}}}\n",
      kStoreVersion, kMinChunk, kMeanChunk, kMaxChunk);
}

void require_no_other_use(const std::string& directory) {
  for (const std::string& name : names_in_directory(directory)) {
    // A fetch into a new store keeps the index of the remote there before it stores anything.
    if (name == "remotes" || name == "lost+found" || is_temporary_name(name)) continue;
    throw Error(ErrorKind::Config,
                fmt::format("'{}' is not a store of dvx: it has no 'format' file and holds '{}'", directory,
                            display_path(name)),
                "name an empty directory, or one that is a store", directory);
  }
}

void check_store_format(std::string_view text, const std::string& path) {
  constexpr std::string_view kKey = "\"version\":";
  int version = 0;
  if (const std::size_t at = text.find(kKey); at != std::string_view::npos) {
    std::size_t digits = at + kKey.size();
    while (digits < text.size() && text[digits] == ' ') ++digits;
    std::from_chars(text.data() + digits, text.data() + text.size(), version);
  }
  if (version < 1) {
    throw Error(ErrorKind::Config, fmt::format("'{}' does not say which format the store has", path), {},
                path);
  }
  if (version > kStoreVersion) {
    throw Error(
        ErrorKind::Config,
        fmt::format("the store has format {}, and this dvx knows no newer than {}", version, kStoreVersion),
        "install a newer dvx", path);
  }
}

}  // namespace dvx
