// Which settings of .dvx/config the user has said to trust. That is remembered in the user's own directory,
// beside the user's settings, as one small file a repository:
//
//   ~/.config/dvx/trusted/<32 hex digits of SHA-256 of the root>
//     dvx trust 1
//     sha256:<id of the settings that were shown>
//     /the/root
//
// It holds for the repository at that place and for these very values: when one changes, or the clone moves,
// the user is asked again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

using Settings = std::map<std::string, std::string>;  // values by key

class TrustedSettings {
 public:
  // Stands for the repository at `root`. No file is read or made yet.
  TrustedSettings(const std::string& user_config, std::string root);

  bool include(const Settings& settings) const;  // exactly these
  // Usage when there is no place to remember it: HOME is not set.
  void add(const Settings& settings);
  bool remove();  // false when there was nothing

  // Roots of all repositories that the user trusts, sorted.
  static std::vector<std::string> all(const std::string& user_config);

 private:
  std::string file() const;

  std::string directory_, root_;
};

// Why a setting is not in force even in a trusted repository, or nullopt: a program or a library inside of
// the repository changes with it, whatever its name.
std::optional<std::string> untrustable(const std::string& root, const std::string& key,
                                       const std::string& value);

// The keys of these that are in force when the repository is trusted, sorted.
std::vector<std::string> trustable_keys(const std::string& root, const Settings& settings);

}  // namespace dvx
