// Canonical JSON (RFC 8785 for what dvx writes): sorted keys, no spaces, shortest numbers, UTF-8. The same value
// gives the same bytes, which is what keys and record ids are made of.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace dvx {

std::string canonical_json(const nlohmann::json& value);
// Error{Config or Corruption as the caller says} for text that is not JSON: "name: …".
nlohmann::json parse_json(std::string_view text, const std::string& name);

// Paths are bytes and JSON is not: bytes that are not UTF-8 travel as U+DC80..U+DCFF-free text through this pair,
// "%XX" escapes behind a leading "%:" marker; plain UTF-8 is unchanged.
std::string path_to_json_text(std::string_view path);
std::string path_from_json_text(std::string_view text);

}  // namespace dvx
