#include "core/workspace/unfinished_checkout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

}  // namespace

UnfinishedCheckouts::UnfinishedCheckouts(Repository& repository)
    : file_(join_path(repository.dvx_dir(), "checkout")) {
  const auto text = read_file_if_exists(file_);
  if (!text) return;
  int version = kVersion;
  try {
    const Json json = parse_json(*text, file_);
    version = json.at("dvx_checkout").get<int>();
    if (version == kVersion)
      // A note that came with a clone may say anything, and climbing up from "/" or ".." has no end.
      for (std::string& path : paths_from_json(json.at("paths"))) {
        if (!refused_path(path)) paths_.insert(std::move(path));
      }
  } catch (const Error&) {
    // Cut short by a power cut, as it need not be durable.
  } catch (const Json::exception&) {
  }
  if (version > kVersion) {
    throw Error(ErrorKind::Config,
                fmt::format("'{}' is of version {}, and this dvx knows {}", file_, version, kVersion),
                "install a newer dvx");
  }
}

bool UnfinishedCheckouts::concern(const std::string& path) const {
  return covers(paths_, path) || has_inside(paths_, path);
}

void UnfinishedCheckouts::begin(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  paths_.insert(paths.begin(), paths.end());
  write();
}

void UnfinishedCheckouts::end(const std::vector<std::string>& paths) {
  if (paths_.empty()) return;
  const PathSet whole(paths.begin(), paths.end());
  const auto ended =
      std::erase_if(paths_, [&](const std::string& unfinished) { return covers(whole, unfinished); });
  if (ended > 0) write();
}

void UnfinishedCheckouts::end_all() {
  if (paths_.empty()) return;
  paths_.clear();
  write();
}

void UnfinishedCheckouts::write() const {
  if (paths_.empty()) return remove_tree(file_);
  const Json json = {{"dvx_checkout", kVersion},
                     {"paths", paths_to_json(std::vector<std::string>(paths_.begin(), paths_.end()))}};
  write_file_atomically(file_, canonical_json(json) + "\n", 0666, Durability::Relaxed);
}

}  // namespace dvx
