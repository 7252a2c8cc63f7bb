#include "base/seeded_hash.h"

#include <sys/random.h>

#include <random>

namespace dvx {

namespace {

HashSecret make_secret() {
  HashSecret secret;
  const auto bytes = std::as_writable_bytes(std::span(secret));
  if (::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) return secret;
  std::random_device device;
  for (std::uint64_t& word : secret) word = (std::uint64_t{device()} << 32U) | device();
  return secret;
}

}  // namespace

const HashSecret& hash_secret() {
  static const HashSecret secret = make_secret();
  return secret;
}

}  // namespace dvx
