// Why a stage need not run, as data: each thing its key was compared by, and that it is what it was.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/lock_file.h"
#include "core/pipeline/stale_reason.h"

namespace dvx {

// Everything that is in the key, in the order of ReasonKind, then by name. Of StaleReason only kind, what,
// file and new_value mean something.
std::vector<StaleReason> key_parts(const nlohmann::json& key_fields);
// The outputs that the lock records, as ReasonKind::OutputModified.
std::vector<StaleReason> output_parts(const LockedStage& locked);

// One line for people: "dependency data: same content, 0123456789ab". Ids are shortened.
std::string describe_same(const StaleReason& part);

}  // namespace dvx
