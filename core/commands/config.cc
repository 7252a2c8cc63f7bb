#include "core/commands/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "core/repo/config_keys.h"

namespace dvx {

namespace {

[[noreturn]] void not_set(const std::string& key) {
  throw Error(ErrorKind::NotFound, fmt::format("setting '{}' is not set", key),
              fmt::format("dvx config {} VALUE", key));
}

std::vector<ConfigEntry> withheld_entries(const Config& config) {
  std::vector<ConfigEntry> entries;
  for (const auto& [key, value] : config.withheld()) entries.push_back({key, value, ConfigScope::Repository});
  return entries;
}

ConfigScope scope_to_set(const ConfigOptions& options) {
  if (options.scope) return *options.scope;
  return counts_when_tracked(options.key) ? ConfigScope::Repository : ConfigScope::Local;
}

// Removed where it has an effect; else where it has none.
bool unset(Config& settings, const ConfigOptions& options) {
  if (options.scope) return settings.unset(*options.scope, options.key);
  const bool is_local = !counts_when_tracked(options.key);
  return (is_local && settings.unset(ConfigScope::Local, options.key)) ||
         settings.unset(ConfigScope::Repository, options.key);
}

ConfigReport set(Config& settings, const ConfigOptions& options) {
  const ConfigScope scope = scope_to_set(options);
  settings.set(scope, options.key, options.value);
  const ConfigEntry written{canonical_config_key(options.key), options.value, scope};
  ConfigReport report{.entries = {written}, .withheld = {}};
  const bool is_withheld = scope == ConfigScope::Repository && settings.withheld().contains(written.key);
  if (is_withheld) report.withheld.push_back(written);
  return report;
}

ConfigEntry get(const Config& config, const std::string& key) {
  check_config_key(key);
  const std::string name = canonical_config_key(key);
  const auto all = config.all();
  const auto found = std::ranges::find(all, name, &ConfigEntry::key);
  if (found == all.end() && config.withheld().contains(name)) {
    throw Error(
        ErrorKind::NotFound,
        fmt::format("setting '{}' is not in force: .dvx/config sets it, which came with the repository",
                    name),
        "dvx trust");
  }
  if (found == all.end()) not_set(name);
  return *found;
}

}  // namespace

ConfigReport config(Repository& repository, const ConfigOptions& options, Progress&) {
  Config& settings = repository.config();
  switch (options.action) {
    case ConfigAction::List:
      return {settings.all(), withheld_entries(settings)};
    case ConfigAction::Get:
      return {{get(settings, options.key)}, {}};
    case ConfigAction::Set: {
      const WritingLock lock = repository.lock_for_writing();
      return set(settings, options);
    }
    case ConfigAction::Unset: {
      check_config_key(options.key);
      const WritingLock lock = repository.lock_for_writing();
      if (!unset(settings, options)) not_set(options.key);
      return {};
    }
  }
  return {};
}

}  // namespace dvx
