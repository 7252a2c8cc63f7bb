// `dvx config`: reads and writes settings, known keys only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/config.h"
#include "core/repo/repository.h"

namespace dvx {

enum class ConfigAction { List, Get, Set, Unset };

struct ConfigOptions {
  ConfigAction action = ConfigAction::List;
  ConfigScope scope = ConfigScope::Repository;  // for Set and Unset
  std::string key, value;
};

struct ConfigReport {
  std::vector<ConfigEntry> entries;  // what was asked for, or what was written
};

// NotFound for Get and Unset of a key that is not set; Usage for a key or value dvx does not know.
ConfigReport config(Repository& repository, const ConfigOptions& options, Progress& progress);

}  // namespace dvx
