// Bytes for tests: the same for the same arguments on every machine.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

// Nothing can be saved on these.
inline std::string random_bytes(std::size_t size, std::uint64_t seed = 1) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (char& c : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state >> 32);
  }
  return bytes;
}

// Lines of a table, which compress well and do not repeat.
inline std::string table_bytes(std::size_t size, std::uint64_t seed = 1) {
  std::string text;
  for (std::uint64_t row = seed * 1000; text.size() < size; ++row) {
    text += std::to_string(row) + "," + std::to_string(row * row % 977) + ",label-" +
            std::to_string(row % 10) + "\n";
  }
  text.resize(size);
  return text;
}

}  // namespace dvx
