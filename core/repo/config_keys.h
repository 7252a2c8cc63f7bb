// The settings dvx knows, as data: names, what they mean, and which values they take (docs/config.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dvx {

enum class ConfigValue { Text, Size, Bool, Link, Count, Shared };

// What a value in .dvx/config is worth, a file that comes with a clone and that a stranger may have written.
// Counts: it says something about the project, and the worst value does no harm. NeedsTrust: it names a
// program, a library or a place outside of the repository, or decides how much of the machine is used, who
// may read what is stored, or how soon something is deleted. It counts only from files of the user's own, or
// when the user has said `dvx trust`.
enum class WhenTracked { Counts, NeedsTrust };

// No member has a default, so that a new row has to choose.
struct ConfigKey {
  std::string_view name;  // "*" stands for a remote's name
  ConfigValue value;
  WhenTracked when_tracked;
  std::string_view meaning;
};

std::span<const ConfigKey> config_keys();  // sorted by name

// The row for `key`, whatever the case of its first and last word (as in git); null when dvx does not know
// it.
const ConfigKey* find_config_key(std::string_view key);
// Whether `key` has an effect when .dvx/config alone sets it and nobody has trusted that. False for a key
// that dvx does not know.
bool counts_when_tracked(std::string_view key);
// `key` spelt as in the table: "HOOKS.maxsize" is "hooks.maxSize". Unknown keys come back unchanged.
std::string canonical_config_key(std::string_view key);

// Why `value` is not valid for `key`, or nullopt when it does.
std::optional<std::string> refused_config_value(const ConfigKey& key, std::string_view value);

std::optional<bool> parse_bool(std::string_view text);

}  // namespace dvx
