// The schemas that a stage binds to its dependencies and outputs, checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"
#include "core/schema/schema.h"

namespace dvx {

enum class SchemaSide { Dependencies, Outputs };

// Verdicts on what the workspace holds now; empty when the stage binds none.
std::vector<SchemaVerdict> check_stage_schemas(PipelineSurvey& survey, const Stage& stage, SchemaSide side);

// The same for both sides of a stage that was not run, passing over what the run that made it has a verdict
// on.
std::vector<SchemaVerdict> check_schemas_unless_recorded(PipelineSurvey& survey, const Stage& stage,
                                                         const ObjectId& run);

// What the verdicts that are not valid say of the stage; nullopt when all are.
std::optional<StageFailure> schema_failure(const std::vector<SchemaVerdict>& verdicts);

}  // namespace dvx
