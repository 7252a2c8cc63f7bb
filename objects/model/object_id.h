// Content identity: SHA-256 (FIPS 180-4) of the bytes, 32 bytes in memory, 64 lower-case hex digits in text.
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
  static constexpr std::size_t kFewestDigits = 4;  // that a user may type of one, as with git

  ObjectId() = default;  // all zero: no object has it
  explicit ObjectId(std::span<const std::byte, kSize> bytes) {
    std::memcpy(bytes_.data(), bytes.data(), kSize);
  }

  // From 64 hex digits, or from "sha256:" and 64 hex digits.
  static std::optional<ObjectId> parse(std::string_view text);
  static ObjectId of(std::string_view content);

  std::string to_hex() const;
  std::string to_string() const;  // "sha256:<hex>", the form in files
  std::string short_hex() const;  // the first 12 digits, for people
  bool is_zero() const { return *this == ObjectId(); }
  std::span<const std::byte, kSize> bytes() const { return bytes_; }

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

 private:
  std::array<std::byte, kSize> bytes_{};
};

// SHA-256 in pieces. Not copyable; reusable after finish().
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);
  ObjectId finish();  // and start anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx

template <>
struct std::hash<dvx::ObjectId> {
  std::size_t operator()(const dvx::ObjectId& id) const noexcept { return dvx::seeded_hash(id.bytes()); }
};
