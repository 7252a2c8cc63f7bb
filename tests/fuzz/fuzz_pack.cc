#include <cstdint>

#include "base/error.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/pack/pack_format.h"
#include "objects/pack/recipe.h"

// The index of a pack, one entry with its frame, and a recipe. The hash over the index would stop the fuzzer
// at the door, so the trailer is made to agree with what it gives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    dvx::Recipe::parse(bytes);
  } catch (const dvx::Error&) {
  }
  try {
    if (size >= dvx::kPackTrailerSize)
      dvx::parse_pack_trailer(bytes.substr(size - dvx::kPackTrailerSize), size);
  } catch (const dvx::Error&) {
  }
  const std::string_view index = bytes.substr(0, size / dvx::kPackEntrySize * dvx::kPackEntrySize);
  try {
    const dvx::PackTrailer trailer{1 << 20, index.size() / dvx::kPackEntrySize, dvx::ObjectId::of(index)};
    dvx::parse_pack_index(index, trailer);
  } catch (const dvx::Error&) {
  }
  if (size < dvx::kPackEntrySize) return 0;
  try {
    const dvx::PackEntry entry = dvx::parse_pack_entry(dvx::as_bytes(bytes).first<dvx::kPackEntrySize>());
    if (entry.raw_length <= 1 << 20)
      dvx::verify_frame(entry, dvx::as_bytes(bytes.substr(dvx::kPackEntrySize)));
  } catch (const dvx::Error&) {
  }
  return 0;
}
