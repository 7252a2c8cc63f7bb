#include "core/repo/config.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "base/quantity.h"
#include "core/git/git_handle.h"
#include "core/repo/config_keys.h"
#include "core/repo/settings_text.h"

namespace dvx {

namespace {

[[noreturn]] void fail(const std::string& path) {
  const git_error* last = git_error_last();
  const std::string why = last == nullptr ? "unknown error" : last->message;
  throw Error(ErrorKind::Config, fmt::format("cannot read settings '{}': {}", path, why), {}, path);
}

GitConfig open_file_config(const std::string& path) {
  start_libgit2();
  git_config* raw = nullptr;
  if (git_config_new(&raw) != 0) fail(path);
  GitConfig config(raw);
  if (git_config_add_file_ondisk(raw, path.c_str(), GIT_CONFIG_LEVEL_LOCAL, nullptr, 1) != 0) fail(path);
  return config;
}

// Nothing but a regular file is read: a pipe or a device would be read without end.
std::string read_settings(const std::string& path) {
  struct ::stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw system_error("read settings", path);
  }
  if (!S_ISREG(st.st_mode)) {
    throw Error(ErrorKind::Config,
                fmt::format("cannot read settings '{}': it is not a regular file", display_path(path)), {},
                path);
  }
  const UniqueFd file = open_file(path, O_RDONLY | O_NONBLOCK);
  std::string text(kMostSettingsBytes + 1, '\0');
  text.resize(read_up_to(file.get(), std::as_writable_bytes(std::span(text)), path));
  return text;
}

std::map<std::string, std::string> read_entries(const std::string& path) {
  std::map<std::string, std::string> entries;
  for (auto& [key, value] : parse_settings(read_settings(path), path))
    entries[canonical_config_key(key)] = std::move(value);
  return entries;
}

// The library that edits the file reads what it includes.
void refuse_includes(const std::map<std::string, std::string>& entries, const std::string& path) {
  for (const auto& [key, value] : entries) {
    if (!key.starts_with("include.") && !key.starts_with("includeif.")) continue;
    throw Error(
        ErrorKind::Config,
        fmt::format("'{}' has the section 'include', which dvx does not follow: it will not be edited "
                    "until the section is gone",
                    display_path(path)),
        {}, path);
  }
}

// Scopes from the strongest to the weakest.
constexpr ConfigScope kByStrength[] = {ConfigScope::Local, ConfigScope::Repository, ConfigScope::User};

}  // namespace

struct Config::Impl {
  std::map<ConfigScope, std::string> paths;
  std::map<ConfigScope, std::map<std::string, std::string>> entries;  // in force
  std::map<std::string, std::string> needing_trust, withheld;         // of the repository's file
  std::set<std::string> trusted;                                      // keys
  mutable std::mutex mutex;                                           // of `missed`: get() is for any thread
  mutable std::set<std::string> missed;

  void load(ConfigScope scope, const std::string& path) {
    auto& found = entries[scope] = read_entries(path);
    if (scope != ConfigScope::Repository) return;
    needing_trust.clear();
    withheld.clear();
    for (const auto& entry : found) {
      const bool counts = find_config_key(entry.first) == nullptr || counts_when_tracked(entry.first);
      if (counts) continue;
      needing_trust.insert(entry);
      if (!trusted.contains(entry.first)) withheld.insert(entry);
    }
    for (const auto& [key, value] : withheld) found.erase(key);
  }

  const std::string& path(ConfigScope scope) const {
    const auto found = paths.find(scope);
    if (found == paths.end() || found->second.empty()) {
      throw Error(ErrorKind::Usage, "there is no settings file for this user", "set HOME");
    }
    return found->second;
  }

  // Edits a copy with libgit2, which keeps comments and order, then replaces the file all or nothing: the
  // library's own way leaves a lock file behind when it is killed.
  template <typename Edit>
  void edit(ConfigScope scope, Edit change) {
    const std::string& target = path(scope);
    make_directories(parent_path(target));
    refuse_includes(read_entries(target), target);
    const TemporaryDirectory scratch(parent_path(target), ".dvx-tmp");
    const std::string copy = join_path(scratch.path(), "config");
    write_file_atomically(copy, read_file_if_exists(target).value_or(""), 0666, Durability::Relaxed);
    {
      const GitConfig config = open_file_config(copy);
      if (change(config.get()) != 0) fail(target);
    }
    write_file_atomically(target, read_file(copy));
    load(scope, target);
  }
};

Config::Config(std::map<ConfigScope, std::string> paths) : impl_(std::make_unique<Impl>()) {
  impl_->paths = std::move(paths);
  for (const auto& [scope, path] : impl_->paths) {
    if (!path.empty()) impl_->load(scope, path);
  }
}

Config::Config(Config&&) noexcept = default;
Config::~Config() = default;

std::optional<std::string> Config::get(const std::string& key) const {
  const std::string name = canonical_config_key(key);
  for (const ConfigScope scope : kByStrength) {
    const auto entries = impl_->entries.find(scope);
    if (entries == impl_->entries.end()) continue;
    const auto found = entries->second.find(name);
    if (found != entries->second.end()) return found->second;
  }
  if (impl_->withheld.contains(name)) {
    const std::lock_guard lock(impl_->mutex);
    impl_->missed.insert(name);
  }
  return std::nullopt;
}

std::string Config::get_or(const std::string& key, const std::string& fallback) const {
  return get(key).value_or(fallback);
}

namespace {
// A value that somebody wrote by hand into the file and that does not fit.
[[noreturn]] void refuse_value(const std::string& key, const std::string& value, std::string_view must) {
  throw Error(ErrorKind::Config, fmt::format("setting '{}' is '{}': {}", key, value, must),
              fmt::format("dvx config {} VALUE", key));
}
}  // namespace

std::uint64_t Config::size_or(const std::string& key, std::uint64_t fallback) const {
  const auto value = get(key);
  if (!value) return fallback;
  const auto size = parse_size(*value);
  if (!size) refuse_value(key, *value, "must be a size such as 4096, 10M or 1G");
  return *size;
}

bool Config::bool_or(const std::string& key, bool fallback) const {
  const auto value = get(key);
  if (!value) return fallback;
  const auto truth = parse_bool(*value);
  if (!truth) refuse_value(key, *value, "must be true or false");
  return *truth;
}

std::vector<ConfigEntry> Config::all() const {
  std::map<std::string, ConfigEntry> strongest;
  for (const ConfigScope scope : kByStrength) {
    const auto entries = impl_->entries.find(scope);
    if (entries == impl_->entries.end()) continue;
    for (const auto& [key, value] : entries->second)
      strongest.try_emplace(key, ConfigEntry{key, value, scope});
  }
  std::vector<ConfigEntry> out;
  for (auto& [key, entry] : strongest) out.push_back(std::move(entry));
  return out;
}

const std::map<std::string, std::string>& Config::needing_trust() const {
  return impl_->needing_trust;
}

const std::map<std::string, std::string>& Config::withheld() const {
  return impl_->withheld;
}

void Config::bring_into_force(const std::vector<std::string>& keys) {
  impl_->trusted.insert(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    auto node = impl_->withheld.extract(key);
    if (!node.empty()) impl_->entries[ConfigScope::Repository].insert(std::move(node));
  }
}

std::vector<std::string> Config::missed() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->missed.begin(), impl_->missed.end()};
}

void Config::set(ConfigScope scope, const std::string& key, const std::string& value) {
  check_config_key(key);
  if (const auto refused = refused_config_value(*find_config_key(key), value)) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' is not valid for '{}': it {}", value, key, *refused));
  }
  const std::string name = canonical_config_key(key);
  impl_->edit(scope,
              [&](git_config* config) { return git_config_set_string(config, name.c_str(), value.c_str()); });
}

bool Config::unset(ConfigScope scope, const std::string& key) {
  const std::string name = canonical_config_key(key);
  const auto entries = impl_->entries.find(scope);
  const bool is_withheld = scope == ConfigScope::Repository && impl_->withheld.contains(name);
  const bool is_set = entries != impl_->entries.end() && entries->second.contains(name);
  if (!is_set && !is_withheld) return false;
  impl_->edit(scope,
              [&](git_config* config) { return git_config_delete_multivar(config, name.c_str(), ".*"); });
  return true;
}

std::vector<std::string> Config::remotes() const {
  constexpr std::string_view kPrefix = "remote.", kSuffix = ".url";
  std::set<std::string> names;
  for (const auto& [scope, entries] : impl_->entries) {
    for (const auto& [key, value] : entries) {
      if (key.size() > kPrefix.size() + kSuffix.size() && key.starts_with(kPrefix) &&
          key.ends_with(kSuffix)) {
        names.insert(key.substr(kPrefix.size(), key.size() - kPrefix.size() - kSuffix.size()));
      }
    }
  }
  return {names.begin(), names.end()};
}

void check_config_key(const std::string& key) {
  if (find_config_key(key) != nullptr) return;
  std::vector<std::string_view> names;
  for (const ConfigKey& row : config_keys()) names.push_back(row.name);
  const auto near = nearest_word(key, names);
  throw Error(ErrorKind::Usage, fmt::format("dvx knows no setting '{}'", key),
              near ? fmt::format("dvx config {}", *near) : "dvx config --known");
}

}  // namespace dvx
