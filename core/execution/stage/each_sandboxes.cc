#include "core/execution/stage/each_sandboxes.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace dvx {

EachSandboxes::EachSandboxes(PipelineSurvey& survey, const Stage& stage, const nlohmann::json& key_fields,
                             std::string shown_root)
    : survey_(survey),
      stage_(stage),
      shared_inputs_(sandbox_inputs(survey, stage, key_fields)),
      shown_root_(std::move(shown_root)) {}

std::optional<StageFailure> EachSandboxes::try_one(const EachJob& job) const {
  try {
    StageSandbox(survey_.repository(), stage_, sandbox_scope(shared_inputs_, stage_, job), shown_root_);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
    return StageFailure{error.message(), error.hint(), {}};
  }
}

void EachSandboxes::enter(std::size_t number, const EachJob& job, CommandJob& command) {
  if (auto before = open_.extract(number)) before.mapped().keep_what_persists();
  SandboxScope scope = sandbox_scope(shared_inputs_, stage_, job);
  scope.files = command.files;
  const auto [at, is_new] =
      open_.try_emplace(number, survey_.repository(), stage_, std::move(scope), shown_root_);
  at->second.enter(command);
}

std::optional<StageFailure> EachSandboxes::leave(std::size_t number, const EachJob& job,
                                                 const CommandOutcome& outcome, const std::string& log_file) {
  const auto sandbox = open_.extract(number);
  if (sandbox.empty()) return std::nullopt;
  auto failure = sandbox.mapped().leave(outcome, log_file);
  const std::string& left = sandbox.mapped().left();
  if (!left.empty() && ++left_ == 1) first_left_ = fmt::format("{} in the sandbox of '{}'", left, job.name);
  return failure;
}

std::string EachSandboxes::what_is_shown(const EachJob& job) const {
  return what_a_sandbox_shows(sandbox_scope(shared_inputs_, stage_, job).inputs);
}

void EachSandboxes::tell_left(Progress& progress) const {
  if (left_ == 0) return;
  const std::string others = left_ == 1 ? "" : fmt::format(" (and so in {} more)", left_ - 1);
  progress.warning(fmt::format("stage '{}' wrote {}{}, and does not declare that: it is gone", stage_.name,
                               first_left_, others));
}

}  // namespace dvx
