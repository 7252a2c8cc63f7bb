// A hash for tables whose keys a stranger may have chosen. Every byte of the key counts, and a secret of this
// process takes part, so nobody can prepare keys that collide.
//
// The function folds 128-bit products, as wyhash does (https://github.com/wangyi-fudan/wyhash). Its values
// differ from run to run, so nothing that is written or printed may depend on them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace dvx {

// The random numbers of this process: one for each of the four words of a key, and one more for the
// combination.
using HashSecret = std::array<std::uint64_t, 5>;
const HashSecret& hash_secret();

inline std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::size_t seeded_hash(std::span<const std::byte, 32> key) {
  std::array<std::uint64_t, 4> words;
  std::memcpy(words.data(), key.data(), key.size());
  const HashSecret& secret = hash_secret();
  return fold_product(fold_product(words[0] ^ secret[0], words[1] ^ secret[1]) ^ secret[4],
                      fold_product(words[2] ^ secret[2], words[3] ^ secret[3]) ^ secret[0]);
}

}  // namespace dvx
