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

ConfigEntry get(const Config& config, const std::string& key) {
  check_config_key(key);
  const std::string name = canonical_config_key(key);
  const auto all = config.all();
  const auto found = std::ranges::find(all, name, &ConfigEntry::key);
  if (found == all.end()) not_set(name);
  return *found;
}

}  // namespace

ConfigReport config(Repository& repository, const ConfigOptions& options, Progress&) {
  Config& settings = repository.config();
  switch (options.action) {
    case ConfigAction::List:
      return {settings.all()};
    case ConfigAction::Get:
      return {{get(settings, options.key)}};
    case ConfigAction::Set: {
      const WritingLock lock = repository.lock_for_writing();
      settings.set(options.scope, options.key, options.value);
      return {{{canonical_config_key(options.key), options.value, options.scope}}};
    }
    case ConfigAction::Unset: {
      check_config_key(options.key);
      const WritingLock lock = repository.lock_for_writing();
      if (!settings.unset(options.scope, options.key)) not_set(options.key);
      return {};
    }
  }
  return {};
}

}  // namespace dvx
