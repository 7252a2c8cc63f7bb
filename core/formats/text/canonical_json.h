// Canonical JSON: the same value gives the same bytes, which is what keys and record ids are made of.
//
// RFC 8785 with two differences: keys are sorted by their UTF-8 bytes, and a floating-point number stays one
// to a reader ("1.0", never "1"; "-0.0"), because a program given 1 may do something else than one given 1.0.
// No spaces, shortest digits that read back as the same number, strings as they are but for '"', '\' and
// control characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"

namespace dvx {

// Error{Internal} for what JSON cannot say: text that is not UTF-8, infinities.
std::string canonical_json(const nlohmann::json& value);

// Error of `kind`, "name: …", for text that is not JSON, names a key twice or nests absurdly deep.
nlohmann::json parse_json(std::string_view text, const std::string& name, ErrorKind kind = ErrorKind::Config);

// Paths are bytes and JSON is text: a path that is not UTF-8 becomes "%:" and the path with its bytes outside
// of UTF-8, and '%', as %XX. UTF-8 is unchanged, unless it begins with "%:" itself. One path, one text.
std::string path_to_json_text(std::string_view path);
std::string path_from_json_text(std::string_view text);  // Error{Config} for what the other does not write
// Lists of them. nlohmann::json::exception for what is no list of strings.
nlohmann::json paths_to_json(const std::vector<std::string>& paths);
std::vector<std::string> paths_from_json(const nlohmann::json& list);

}  // namespace dvx
