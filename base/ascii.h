// Tests of characters in texts that machines read. They do not depend on the locale.
#pragma once

namespace dvx {

constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace dvx
