// Reads and writes little-endian numbers of 1 to 8 bytes for the binary formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dvx {

inline std::uint64_t load_le(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return value;
}

inline void append_le(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace dvx
