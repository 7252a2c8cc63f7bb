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
  // For Set and Unset. When left out: the repository's file, but this clone's for what has an effect there
  // alone.
  std::optional<ConfigScope> scope = std::nullopt;
  std::string key, value;
};

struct ConfigReport {
  std::vector<ConfigEntry> entries;   // what was asked for, or what was written
  std::vector<ConfigEntry> withheld;  // of that: not in force, as it came with the repository
};

// NotFound for Get and Unset of a key that is not set; Usage for a key or value dvx does not know.
ConfigReport config(Repository& repository, const ConfigOptions& options, Progress& progress);

}  // namespace dvx
