#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "objects/pack/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto segment = dvx::Segment::from_bytes(std::string(reinterpret_cast<const char*>(data), size));
    segment->find(dvx::ObjectId::of(""));
    if (segment->entry_count() > 0) {
      const auto last = segment->at(segment->entry_count() - 1);
      segment->find(last.entry.id);
    }
    segment->verify();
  } catch (const dvx::Error&) {
  }
  return 0;
}
