// `dvx trust`: brings settings into force that came with the repository and name programs, libraries or
// places outside of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

enum class TrustAction { Grant, Show, Revoke };

struct TrustedSetting {
  std::string key, value;
  std::optional<std::string> refused;  // why it stays without effect
};

struct TrustReport {
  std::string root;
  std::vector<TrustedSetting> settings;  // of .dvx/config that need trust, by key
  bool was_trusted = false;              // with these values
  bool is_trusted = false;
};

// Grant remembers the settings in the user's own directory, and does nothing when there are none. Usage when
// there is no such directory.
TrustReport trust(Repository& repository, TrustAction action);

// Roots of all repositories that the user trusts, sorted.
std::vector<std::string> trusted_repositories(const Surroundings& surroundings);

}  // namespace dvx
