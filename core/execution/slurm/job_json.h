// How files of a job directory write what they have in common: paths with data, and fields that must be
// there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/execution/stage/command_runner.h"
#include "core/formats/lock_file.h"

namespace dvx {

nlohmann::json json_of_paths(const std::vector<LockedPath>& paths);
std::vector<LockedPath> paths_of_json(const nlohmann::json& list);
nlohmann::json json_of_outcome(const CommandOutcome& outcome);
CommandOutcome outcome_of_json(const nlohmann::json& json);

// Reads one file: JSON with `version` in the field `dvx_job`, handed to `read`. Whatever is missing or of the
// wrong kind in it is Error{Corruption}; a higher version is Error{Config}.
nlohmann::json parse_job_json(std::string_view text, const std::string& name_for_errors);
[[noreturn]] void fail_with_damaged_job(const std::string& name, const std::string& what);

constexpr int kJobVersion = 1;

}  // namespace dvx
