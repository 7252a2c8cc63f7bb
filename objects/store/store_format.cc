#include "objects/store/store_format.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "objects/pack/chunker.h"

namespace dvx {

std::string serialize_store_format() {
  return fmt::format(
      "{{\"dvx\":\"store\",\"version\":{},\"chunker\":{{\"algorithm\":\"fastcdc\",\"min\":{},\"mean\":{},"
      "\"max\":{}}}}}\n",
      kStoreVersion, kMinChunk, kMeanChunk, kMaxChunk);
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
