#include "objects/model/object_id.h"

#include <openssl/evp.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/stream.h"

namespace dvx {

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  ObjectId id;
  if (!from_hex(text, id.bytes_)) return std::nullopt;
  return id;
}

ObjectId ObjectId::of(std::string_view content) {
  // The hasher is kept, because starting one costs as much as hashing a few hundred bytes.
  thread_local Hasher hasher;
  hasher.update(content);
  return hasher.finish();
}

std::string ObjectId::to_hex() const {
  return dvx::to_hex(bytes_);
}
std::string ObjectId::to_string() const {
  return "sha256:" + to_hex();
}
std::string ObjectId::short_hex() const {
  return to_hex().substr(0, 12);
}

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { start(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
  void start() {
    // The algorithm is fetched only once, because looking it up by name costs more than hashing a small file.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (context == nullptr || sha256 == nullptr || EVP_DigestInit_ex2(context, sha256, nullptr) != 1) {
      throw Error(ErrorKind::Internal, "SHA-256 is not available in the crypto library");
    }
  }
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

void Hasher::update(std::string_view bytes) {
  update(as_bytes(bytes));
}

ObjectId Hasher::finish() {
  std::array<std::byte, ObjectId::kSize> digest;
  EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  state_->start();
  return ObjectId(digest);
}

}  // namespace dvx
