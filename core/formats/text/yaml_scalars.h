// What an unquoted scalar of YAML means: the core schema, and numbers as DVC's reader takes them besides
// (100_000, 0b101).
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/text/yaml.h"

namespace dvx {

YamlNode::Kind yaml_plain_kind(std::string_view text);

// Of a text of that kind. What 64 bits cannot hold, and what JSON has no word for, stays text of one
// spelling.
nlohmann::json yaml_int_to_json(const std::string& text);
nlohmann::json yaml_float_to_json(const std::string& text);

}  // namespace dvx
