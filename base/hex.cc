#include "base/hex.h"

#include <array>

namespace dvx {

namespace {
constexpr signed char kNoDigit = -1;

constexpr std::array<signed char, 256> make_digits() {
  std::array<signed char, 256> digits{};
  digits.fill(kNoDigit);
  for (int i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(i);
  for (int i = 0; i < 6; ++i) digits[static_cast<std::size_t>('a' + i)] = static_cast<signed char>(10 + i);
  return digits;
}
constexpr std::array<signed char, 256> kDigitOf = make_digits();

int digit(char c) {
  return kDigitOf[static_cast<unsigned char>(c)];
}
}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* next = out.data();
  for (const std::byte b : bytes) {
    *next++ = kDigits[std::to_integer<unsigned>(b) >> 4];
    *next++ = kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return out;
}

bool from_hex(std::string_view hex, std::span<std::byte> out) {
  if (hex.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(hex[2 * i]);
    const int low = digit(hex[2 * i + 1]);
    if ((high | low) < 0) return false;
    out[i] = static_cast<std::byte>(high * 16 + low);
  }
  return true;
}

}  // namespace dvx
