#include "objects/pack/recipe.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/little_endian.h"
#include "base/stream.h"
#include "objects/pack/chunker.h"

namespace dvx {

namespace {

constexpr std::string_view kRecipeMagic = "DVXRCP1\n";
constexpr std::size_t kRecipeHeaderSize = 24;
constexpr std::size_t kChunkSize = ObjectId::kSize + 4;
static_assert(kRecipeHeaderSize + kMaxRecipeChunks * kChunkSize + ObjectId::kSize <= UINT32_MAX);

[[noreturn]] void refuse_recipe(std::string_view what) {
  throw Error(ErrorKind::Corruption, fmt::format("not a recipe: {}", what));
}

}  // namespace

std::uint64_t Recipe::total_size() const {
  std::uint64_t total = 0;
  for (const RecipeChunk& chunk : chunks) total += chunk.length;
  return total;
}

std::string Recipe::serialize() const {
  if (chunks.size() > kMaxRecipeChunks) {
    throw Error(ErrorKind::Usage,
                fmt::format("a file of {} bytes in {} chunks is too large to be kept as one", total_size(),
                            chunks.size()));
  }
  std::string bytes;
  bytes.reserve(kRecipeHeaderSize + chunks.size() * kChunkSize + ObjectId::kSize);
  bytes += kRecipeMagic;
  append_le(bytes, total_size(), 8);
  append_le(bytes, chunks.size(), 8);
  for (const RecipeChunk& chunk : chunks) {
    bytes += as_text(chunk.id.bytes());
    append_le(bytes, chunk.length, 4);
  }
  bytes += as_text(ObjectId::of(bytes).bytes());
  return bytes;
}

Recipe Recipe::parse(std::string_view bytes) {
  if (!bytes.starts_with(kRecipeMagic) || bytes.size() < kRecipeHeaderSize + ObjectId::kSize)
    refuse_recipe("it does not begin as one");
  const std::string_view body = bytes.substr(0, bytes.size() - ObjectId::kSize);
  if (as_text(ObjectId::of(body).bytes()) != bytes.substr(body.size()))
    refuse_recipe("its checksum is wrong");
  const std::uint64_t total = load_le(as_bytes(bytes.substr(8, 8))),
                      count = load_le(as_bytes(bytes.substr(16, 8)));
  if ((body.size() - kRecipeHeaderSize) % kChunkSize != 0 ||
      (body.size() - kRecipeHeaderSize) / kChunkSize != count || count < 2) {
    refuse_recipe("it has another length than it says");
  }
  Recipe recipe;
  recipe.chunks.reserve(count);
  for (std::size_t at = kRecipeHeaderSize; at < body.size(); at += kChunkSize) {
    RecipeChunk chunk;
    chunk.id = ObjectId(as_bytes(body.substr(at, ObjectId::kSize)).first<ObjectId::kSize>());
    chunk.length = static_cast<std::uint32_t>(load_le(as_bytes(body.substr(at + ObjectId::kSize, 4))));
    if (chunk.length == 0 || chunk.length > kMaxChunk) refuse_recipe("a chunk has an impossible length");
    recipe.chunks.push_back(chunk);
  }
  if (recipe.total_size() != total) refuse_recipe("its chunks do not add up");
  return recipe;
}

}  // namespace dvx
