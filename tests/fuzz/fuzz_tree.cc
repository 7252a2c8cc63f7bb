#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "objects/model/tree.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (dvx::Tree::parse(bytes).serialize() != bytes) std::abort();  // canonical, or refused
  } catch (const dvx::Error&) {
  }
  return 0;
}
