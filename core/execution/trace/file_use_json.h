// What commands did with files, as JSON: an object with a list for each field of a FileUse.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/execution/trace/file_use.h"

namespace dvx {

nlohmann::json json_of_use(const FileUse& use);
// Throws nlohmann::json::exception when a field is missing or of the wrong kind.
FileUse use_of_json(const nlohmann::json& json);

}  // namespace dvx
