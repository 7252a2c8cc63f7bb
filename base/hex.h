// Conversion between bytes and lower-case hexadecimal digits.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dvx {

std::string to_hex(std::span<const std::byte> bytes);
// Fills `out` from exactly twice as many digits. Returns false for a wrong length or an invalid digit; upper
// case is invalid.
bool from_hex(std::string_view hex, std::span<std::byte> out);

}  // namespace dvx
