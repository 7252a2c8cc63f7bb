#include "core/repo/trusted_settings.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/repo/real_place.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

constexpr std::string_view kHeading = "dvx trust 1\n";
constexpr std::size_t kNameDigits = 32;
constexpr std::uint64_t kMostBytes = 64 << 10;

std::string directory_beside(const std::string& user_config) {
  return user_config.empty() ? std::string() : join_path(parent_path(user_config), "trusted");
}

// Lengths make it one text for one set of settings alone.
std::string digest_of(const Settings& settings) {
  std::string text;
  for (const auto& [key, value] : settings)
    text += fmt::format("{} {}\n{} {}\n", key.size(), key, value.size(), value);
  return ObjectId::of(text).to_string();
}

std::string content(const Settings& settings, const std::string& root) {
  return fmt::format("{}{}\n{}\n", kHeading, digest_of(settings), root);
}

std::optional<std::string> read_record(const std::string& path) {
  const auto found = stat_if_exists(path);
  if (!found || !S_ISREG(found->st_mode)) return std::nullopt;
  return read_file(path, kMostBytes);
}

}  // namespace

TrustedSettings::TrustedSettings(const std::string& user_config, std::string root)
    : directory_(directory_beside(user_config)), root_(real_place(root)) {}

std::string TrustedSettings::file() const {
  return join_path(directory_, ObjectId::of(root_).to_hex().substr(0, kNameDigits));
}

bool TrustedSettings::include(const Settings& settings) const {
  return !directory_.empty() && read_record(file()) == content(settings, root_);
}

void TrustedSettings::add(const Settings& settings) {
  if (directory_.empty())
    throw Error(ErrorKind::Usage, "there is no place to remember what is trusted", "set HOME");
  make_directories(directory_);
  write_file_atomically(file(), content(settings, root_), 0600);
}

bool TrustedSettings::remove() {
  if (directory_.empty()) return false;
  if (beneath::remove_file(file()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw system_error("remove", file());
}

std::vector<std::string> TrustedSettings::all(const std::string& user_config) {
  std::vector<std::string> roots;
  const std::string directory = directory_beside(user_config);
  if (directory.empty()) return roots;
  for (const std::string& name : names_in_directory(directory)) {
    const auto record = read_record(join_path(directory, name));
    if (!record || !record->starts_with(kHeading)) continue;
    const auto root = record->find('\n', kHeading.size());
    if (root == std::string::npos || record->size() < root + 2) continue;
    roots.push_back(record->substr(root + 1, record->size() - root - 2));
  }
  std::ranges::sort(roots);
  return roots;
}

std::optional<std::string> untrustable(const std::string& root, const std::string& key,
                                       const std::string& value) {
  const bool is_program = key == "schema.duckdb" || key == "slurm.executable";
  // A name without a '/' is looked for among the system's libraries.
  if (!is_program || value.find('/') == std::string::npos || value.starts_with("~/")) return std::nullopt;
  const std::string place = real_place(absolute_path(value, root));
  if (!is_beneath(place, real_place(root)) && !is_beneath(absolute_path(value, root), root))
    return std::nullopt;
  return "it lies in the repository, and would change with it";
}

std::vector<std::string> trustable_keys(const std::string& root, const Settings& settings) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : settings) {
    if (!untrustable(root, key, value)) keys.push_back(key);
  }
  return keys;
}

}  // namespace dvx
