// The pointer file `x.dvx` beside tracked data `x`: small YAML that git keeps (docs/formats/pointer.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/data_ref.h"
#include "core/formats/text/pointer_path.h"

namespace dvx {

struct PointerFile {
  std::string path;  // name of the data, relative to the pointer file's directory; one component
  DataRef data;
  std::string schema;  // path of a schema file relative to the repository root, or ""
  std::string desc;
  std::string remote;  // name of the remote it goes to, or "" for the default
  std::map<std::string, std::string> meta;
};

// Error{Config} with "file:line:column: …" for anything that is not exactly a pointer file, unknown fields
// included.
PointerFile parse_pointer(std::string_view text, const std::string& name_for_errors);
std::string serialize_pointer(const PointerFile& pointer);

}  // namespace dvx
