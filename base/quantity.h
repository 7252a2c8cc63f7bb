// Sizes and times as people write them in settings and in dvx.yaml.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dvx {

// Whether two words are equal when the case of ASCII letters does not count.
bool same_letters(std::string_view a, std::string_view b);

// Bytes of "4096", "64k", "10M", "1G", "2T" (powers of 1024, an ending "B" or "iB" allowed).
std::optional<std::uint64_t> parse_size(std::string_view text);

// "90", "90s", "1.5m", "2h", "1d", or several together: "1h30m". More than nothing, at most a year.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace dvx
