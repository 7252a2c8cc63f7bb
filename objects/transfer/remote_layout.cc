#include "objects/transfer/remote_layout.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

std::string remote_pack_name(const ObjectId& pack_id) {
  const std::string hex = pack_id.to_hex();
  return fmt::format("packs/{}/{}.pack", hex.substr(0, 2), hex);
}

std::string remote_segment_name(const ObjectId& content_id) {
  return fmt::format("{}{}.seg", kRemoteIndexPrefix, content_id.to_hex());
}

std::string remote_root_prefix(std::string_view project) {
  return fmt::format("roots/{}/", project);
}
std::string remote_runs_prefix(std::string_view project) {
  return fmt::format("runs/{}/", project);
}

std::optional<ObjectId> id_of_remote_name(std::string_view name) {
  const std::string_view file = file_name(name);
  return ObjectId::parse(file.substr(0, file.rfind('.')));
}

std::string serialize_remote_format() {
  return fmt::format("{{\"dvx-remote\":{}}}\n", kRemoteVersion);
}

void check_remote_format(std::string_view text, const std::string& url) {
  constexpr std::string_view kStart = "{\"dvx-remote\":";
  int version = 0;
  if (text.starts_with(kStart)) {
    const std::string_view rest = text.substr(kStart.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), version);
  }
  if (version > kRemoteVersion) {
    throw Error(ErrorKind::Config,
                fmt::format("remote '{}' has format {}, and this dvx knows formats up to {}", url, version,
                            kRemoteVersion));
  }
  // There has been only one version so far, so any other text is something else.
  if (text != serialize_remote_format()) {
    throw Error(ErrorKind::Config,
                fmt::format("'{}' of remote '{}' is not a dvx remote's", kRemoteFormatName, url));
  }
}

}  // namespace dvx
