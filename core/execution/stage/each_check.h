// What is looked at when the commands of an item of an `each` stage have ended.
#pragma once

#include <string>
#include <variant>

#include "core/pipeline/each_plan.h"
#include "core/runs/each_journal.h"
#include "core/workspace/snapshot.h"

namespace dvx {

// For the journal of the stage, from what its input and output are now; or what is wrong with it, for people.
std::variant<EndedItem, std::string> check_item(const EachItem& item, const Snapshot& input,
                                                const Snapshot& output);

}  // namespace dvx
