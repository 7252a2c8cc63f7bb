// Looks at what an `each` stage has to do: the trees of its directories, what dvx.lock says of its last run,
// and the journal of items that have ended since, made into the facts of each_plan.h.
//
// Nothing is kept for each input beside these: that a run made the outputs it recorded from the inputs it
// recorded says all, and trees compare.
#pragma once

#include "core/pipeline/each_plan.h"
#include "core/pipeline/survey.h"

namespace dvx {

// What an item depends on besides its input: the key fields without the content of the input directory and
// the pattern.
nlohmann::json item_key_fields(const nlohmann::json& key_fields, const StageEach& each);
ObjectId item_key(const nlohmann::json& key_fields, const StageEach& each);

// `decision` is Run, of a stage with `each`. Error{Config} for what is wrong with the paths: two inputs of
// one output, an input directory that is a file.
EachPlan plan_items(PipelineSurvey& survey, const Stage& stage, const StageDecision& decision,
                    Progress& progress);

// Of all stages of a plan that would run and have `each`. What stands behind another one that will run is
// passed over: nobody knows its inputs yet.
void plan_items(PipelineSurvey& survey, Plan& plan, Progress& progress);

}  // namespace dvx
