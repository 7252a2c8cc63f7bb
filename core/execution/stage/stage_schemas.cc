#include "core/execution/stage/stage_schemas.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

SchemaCheckRequest request_for(PipelineSurvey& survey, const std::string& path, const std::string& schema) {
  SchemaCheckRequest request{.path = path, .schema = schema, .id = std::nullopt};
  if (const auto& data = survey.content(path)) request.id = data->id;
  return request;
}

std::vector<SchemaCheckRequest> requests_for(PipelineSurvey& survey, const Stage& stage, SchemaSide side) {
  std::vector<SchemaCheckRequest> requests;
  if (side == SchemaSide::Dependencies) {
    for (const StageDependency& dep : stage.deps) {
      if (!dep.schema.empty()) requests.push_back(request_for(survey, dep.path, dep.schema));
    }
  } else {
    for (const StageOutput& out : stage.outs) {
      if (!out.schema.empty()) requests.push_back(request_for(survey, out.path, out.schema));
    }
  }
  return requests;
}

// The lock fixes the content, so a verdict of the run that is locked holds as long as the schema is the same.
bool has_passed(const RunRecord& record, const SchemaCheckRequest& request, const ObjectId& schema_id) {
  return std::any_of(record.schemas.begin(), record.schemas.end(), [&](const SchemaVerdictRef& verdict) {
    return verdict.valid && verdict.path == request.path && verdict.schema_id == schema_id;
  });
}

}  // namespace

std::vector<SchemaVerdict> check_stage_schemas(PipelineSurvey& survey, const Stage& stage, SchemaSide side) {
  const auto requests = requests_for(survey, stage, side);
  if (requests.empty()) return {};
  return check_schemas(survey.repository(), requests);
}

std::vector<SchemaVerdict> check_schemas_unless_recorded(PipelineSurvey& survey, const Stage& stage,
                                                         const ObjectId& run) {
  auto requests = requests_for(survey, stage, SchemaSide::Dependencies);
  const auto outputs = requests_for(survey, stage, SchemaSide::Outputs);
  requests.insert(requests.end(), outputs.begin(), outputs.end());
  if (survey.allows_missing())
    std::erase_if(requests, [](const SchemaCheckRequest& request) { return !request.id; });
  if (requests.empty()) return {};
  if (const auto record = survey.record(run)) {
    std::erase_if(requests, [&](const SchemaCheckRequest& request) {
      const auto schema = read_file_if_exists(survey.repository().path(request.schema));
      return schema && has_passed(*record, request, ObjectId::of(*schema));
    });
  }
  if (requests.empty()) return {};
  return check_schemas(survey.repository(), requests);
}

std::optional<StageFailure> schema_failure(const std::vector<SchemaVerdict>& verdicts) {
  StageFailure failure;
  std::uint64_t count = 0;
  const SchemaVerdict* first = nullptr;
  for (const SchemaVerdict& verdict : verdicts) {
    if (verdict.valid) continue;
    if (first == nullptr) first = &verdict;
    count += verdict.violation_count;
    failure.violations.insert(failure.violations.end(), verdict.violations.begin(), verdict.violations.end());
  }
  if (first == nullptr) return std::nullopt;
  failure.message =
      fmt::format("'{}' does not match its schema '{}': {} violation{}", display_path(first->path),
                  display_path(first->schema), count, count == 1 ? "" : "s");
  failure.hint = fmt::format("dvx schema check --schema {} {}", first->schema, first->path);
  return failure;
}

}  // namespace dvx
