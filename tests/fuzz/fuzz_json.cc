// Any bytes are JSON or an Error; canonical JSON is a fixed point; path texts have one spelling.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "core/formats/text/canonical_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (dvx::path_from_json_text(dvx::path_to_json_text(text)) != text) std::abort();
  try {
    const std::string once = dvx::canonical_json(dvx::parse_json(text, "fuzz.json"));
    if (dvx::canonical_json(dvx::parse_json(once, "fuzz.json")) != once) std::abort();
  } catch (const dvx::Error& error) {
    if (error.kind() != dvx::ErrorKind::Config) std::abort();
  }
  return 0;
}
