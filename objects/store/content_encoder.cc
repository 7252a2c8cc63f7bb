#include "objects/store/content_encoder.h"

#include "base/stream.h"
#include "objects/pack/chunker.h"
#include "objects/store/frame_writer.h"

namespace dvx {

void ContentEncoder::add_frame(const ObjectId& id, FrameKind kind, std::span<const std::byte> raw,
                               FrameWriter& out) {
  if (out.has(id)) return;  // saves compressing it
  const EncodedFrame frame = encoder_.encode(id, kind, raw);
  out.add(frame.info, frame.stored);
}

void ContentEncoder::encode(const ObjectId& id, std::span<const std::byte> bytes, FrameWriter& out) {
  std::size_t length = next_chunk(bytes);
  if (length == bytes.size()) {
    add_frame(id, FrameKind::Chunk, bytes, out);
    return;
  }
  if (out.has(id)) return;
  Recipe recipe;
  for (; !bytes.empty(); length = next_chunk(bytes)) {
    recipe.chunks.push_back(encode_chunk(bytes.first(length), out));
    bytes = bytes.subspan(length);
  }
  encode_recipe(id, recipe, out);
}

RecipeChunk ContentEncoder::encode_chunk(std::span<const std::byte> bytes, FrameWriter& out) {
  hasher_.update(bytes);
  const RecipeChunk chunk{hasher_.finish(), static_cast<std::uint32_t>(bytes.size())};
  add_frame(chunk.id, FrameKind::Chunk, bytes, out);
  return chunk;
}

void ContentEncoder::encode_recipe(const ObjectId& id, const Recipe& recipe, FrameWriter& out) {
  add_frame(id, FrameKind::Recipe, as_bytes(recipe.serialize()), out);
}

}  // namespace dvx
