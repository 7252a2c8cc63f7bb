// Any bytes are values of a Python file or Error{Config}; what was read can be written as JSON.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/python_literals.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const dvx::YamlNode values = dvx::parse_python_literals(text, "params.py");
    dvx::canonical_json(dvx::yaml_to_json(values));
  } catch (const dvx::Error& error) {
    if (error.kind() != dvx::ErrorKind::Config) std::abort();
  }
  return 0;
}
