// Any bytes are a lock file or Error{Config}; a lock file that was read is written and read again as the
// same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "core/formats/lock_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const std::string once = dvx::serialize_lock(dvx::parse_lock(text, "dvx.lock"));
    if (dvx::serialize_lock(dvx::parse_lock(once, "dvx.lock")) != once) std::abort();
  } catch (const dvx::Error& error) {
    if (error.kind() != dvx::ErrorKind::Config) std::abort();
  }
  return 0;
}
