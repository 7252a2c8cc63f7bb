// The settings dvx knows, as data: names, what they mean, and which values they take (docs/config.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dvx {

enum class ConfigValue { Text, Size, Bool, Link, Count, Shared };

struct ConfigKey {
  std::string_view name;  // "*" stands for a remote's name
  ConfigValue value = ConfigValue::Text;
  std::string_view meaning;
};

std::span<const ConfigKey> config_keys();  // sorted by name

// The row for `key`, whatever the case of its first and last word (as in git); null when dvx does not know
// it.
const ConfigKey* find_config_key(std::string_view key);
// `key` spelt as in the table: "HOOKS.maxsize" is "hooks.maxSize". Unknown keys come back unchanged.
std::string canonical_config_key(std::string_view key);

// Why `value` will not do for `key`, or nullopt when it does.
std::optional<std::string> refused_config_value(const ConfigKey& key, std::string_view value);

// Bytes of "4096", "64k", "10M", "1G", "2T" (powers of 1024, an ending "B" or "iB" allowed).
std::optional<std::uint64_t> parse_size(std::string_view text);
std::optional<bool> parse_bool(std::string_view text);

}  // namespace dvx
