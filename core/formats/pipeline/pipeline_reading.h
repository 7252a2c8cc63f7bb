// What reading a dvx.yaml needs besides its text.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/formats/text/value_text.h"

namespace dvx {

// Text of a file by path from the root; nullopt: it is not there.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

struct PipelineReading {
  ReadText read = [](const std::string&) { return std::nullopt; };  // files of variables
  UnpackRules unpack = {};
};

}  // namespace dvx
