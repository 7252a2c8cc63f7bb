// Any bytes are YAML or Error{Config}; what was read has its place in the text.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/yaml.h"

namespace {

void check(const dvx::YamlNode& node, std::size_t size) {
  if (node.begin().offset > node.end().offset || node.end().offset > size) std::abort();
  for (const dvx::YamlNode& item : node.items()) check(item, size);
  for (const auto& [key, value] : node.fields()) {
    check(key, size);
    check(value, size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const dvx::YamlNode node = dvx::parse_yaml(text, "fuzz.yaml");
    check(node, size);
    dvx::canonical_json(dvx::yaml_to_json(node));
  } catch (const dvx::Error& error) {
    if (error.kind() != dvx::ErrorKind::Config) std::abort();
  }
  return 0;
}
