// Any bytes are a pointer file or Error{Config}; one that was read is written and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "core/formats/pointer_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const std::string once = dvx::serialize_pointer(dvx::parse_pointer(text, "x.dvx"));
    if (dvx::serialize_pointer(dvx::parse_pointer(once, "x.dvx")) != once) std::abort();
  } catch (const dvx::Error& error) {
    if (error.kind() != dvx::ErrorKind::Config) std::abort();
  }
  return 0;
}
