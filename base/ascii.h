// Characters of texts that machines read: no locale has a say in them.
#pragma once

namespace dvx {

constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace dvx
