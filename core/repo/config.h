// Settings in git's config syntax: .dvx/config (committed) and .dvx/config.local (this clone), the latter
// stronger; below both the user's ~/.config/dvx/config. Known keys are listed in docs/config.md; unknown ones
// are refused.
//
// .dvx/config came with the clone. Of what it says only the keys that may be tracked are in force
// (config_keys.h); the others are withheld, as if they were not set, until the repository is trusted
// (trusted_settings.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dvx {

enum class ConfigScope { Repository, Local, User };

struct ConfigEntry {
  std::string key, value;
  ConfigScope scope = ConfigScope::Repository;
};

class Config {
 public:
  // `paths`: file of each scope that there is; absent files are empty.
  explicit Config(std::map<ConfigScope, std::string> paths);
  Config(Config&&) noexcept;
  ~Config();

  std::optional<std::string> get(const std::string& key) const;
  std::string get_or(const std::string& key, const std::string& fallback) const;
  std::uint64_t size_or(const std::string& key,
                        std::uint64_t fallback) const;  // bytes; "10M", "1G" understood
  bool bool_or(const std::string& key, bool fallback) const;
  std::vector<ConfigEntry> all() const;  // in force; sorted by key, the strongest scope of each
  // The values that .dvx/config sets for keys that need trust, by key, and those of them without effect.
  const std::map<std::string, std::string>& needing_trust() const;
  const std::map<std::string, std::string>& withheld() const;
  // From here on these of them count as if they might be tracked.
  void bring_into_force(const std::vector<std::string>& keys);
  // Withheld settings that somebody has asked for meanwhile: what this process did otherwise for their want.
  // Sorted. One that another scope sets as well is none.
  std::vector<std::string> missed() const;
  void set(ConfigScope scope, const std::string& key, const std::string& value);
  bool unset(ConfigScope scope, const std::string& key);
  // Names X for which remote.X.url is set, sorted.
  std::vector<std::string> remotes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Throws Usage with "did you mean" for a key that dvx does not know.
void check_config_key(const std::string& key);

}  // namespace dvx
