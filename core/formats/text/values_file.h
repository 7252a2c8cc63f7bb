// Values in files: YAML, JSON, TOML, and the literals of Python files, as nodes. By the name's ending, as DVC
// does: what is none of .json, .toml and .py is read as YAML.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/text/yaml.h"

namespace dvx {

// A map, in the order of the file; an empty file is an empty map. Error{Config} with line and column. TOML's
// dates become strings. NaN and
// infinities, which JSON files may have as Python writes them, become the words that YAML has for them.
YamlNode parse_values(std::string_view text, const std::string& path);

}  // namespace dvx
