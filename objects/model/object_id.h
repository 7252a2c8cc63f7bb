// The identity of content: the SHA-256 (FIPS 180-4) of its bytes. It takes 32 bytes in memory and 64
// lower-case hex digits in text.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/seeded_hash.h"

namespace dvx {

class ObjectId {
 public:
  static constexpr std::size_t kSize = 32;
  // The fewest digits of an id that a user may type, as in git.
  static constexpr std::size_t kFewestDigits = 4;

  // Makes the id that is all zero, which no object has.
  ObjectId() = default;
  explicit ObjectId(std::span<const std::byte, kSize> bytes) {
    std::memcpy(bytes_.data(), bytes.data(), kSize);
  }

  // Accepts 64 hex digits, or "sha256:" and 64 hex digits.
  static std::optional<ObjectId> parse(std::string_view text);
  static ObjectId of(std::string_view content);

  std::string to_hex() const;
  // Returns "sha256:<hex>", the form used in files.
  std::string to_string() const;
  // Returns the first 12 digits, for people.
  std::string short_hex() const;
  bool is_zero() const { return *this == ObjectId(); }
  std::span<const std::byte, kSize> bytes() const { return bytes_; }

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

 private:
  std::array<std::byte, kSize> bytes_{};
};

// Computes a SHA-256 piece by piece. It cannot be copied, and it can be used again after finish().
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);
  // Returns the id of the bytes so far and starts again.
  ObjectId finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx

template <>
struct std::hash<dvx::ObjectId> {
  std::size_t operator()(const dvx::ObjectId& id) const noexcept { return dvx::seeded_hash(id.bytes()); }
};
