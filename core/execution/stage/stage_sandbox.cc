#include "core/execution/stage/stage_sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "core/execution/sandbox/sandbox_support.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/text/canonical_json.h"
#include "core/repo/home_path.h"
#include "core/repo/link_kind.h"

namespace dvx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 5;

std::string variable(const Repository& repository, const std::string& name, const std::string& otherwise) {
  const auto& environment = repository.surroundings().environment;
  const auto found = environment.find(name);
  return found == environment.end() ? otherwise : found->second;
}

// `sandbox.paths`: "~/.cargo:/opt/tool:.venv".
std::vector<std::string> configured_paths(Repository& repository) {
  const std::string setting = repository.config().get_or("sandbox.paths", "");
  std::vector<std::string> paths;
  std::string_view rest = setting;
  while (!rest.empty()) {
    std::string path(rest.substr(0, rest.find(':')));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    if (path.empty()) continue;
    path = absolute_path(resolve_home(path, repository.surroundings(), "sandbox.paths"), repository.root());
    if (path == "/") {
      throw Error(ErrorKind::Config, "setting 'sandbox.paths' names '/': nothing would be hidden",
                  "dvx config --unset sandbox.paths");
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

SandboxMachine machine_of(Repository& repository) {
  const std::string path = variable(repository, "PATH", "/usr/local/bin:/usr/bin:/bin");
  const SandboxSupport& support = sandbox_support(path);
  if (!support.holds())
    throw Error(ErrorKind::Config, "no sandbox can be made here: " + support.problem, support.hint);
  const std::string home = variable(repository, "HOME", "");
  return {.bubblewrap = support.bubblewrap,
          .path = path,
          .home = home.empty() ? home : normalize_path(home),
          .extra_paths = configured_paths(repository)};
}

std::vector<std::string> sorted_paths(std::vector<std::string> paths) {
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// With core.link=symlink files of a directory are links into the store. (Of one that is a dependency itself
// the file is shown.)
std::vector<std::string> objects_behind(Repository& repository, const std::vector<std::string>& inputs) {
  std::vector<std::string> objects;
  if (repository.link() != LinkKind::Symlink) return objects;
  const std::string store = repository.store_dir();
  for (const std::string& input : inputs) {
    const std::string path = repository.path(input);
    if (!is_directory(path)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (!entry.is_symlink()) continue;
      std::string target = fs::read_symlink(entry.path()).string();
      if (is_beneath(target, store) && exists(target)) objects.push_back(std::move(target));
    }
  }
  return sorted_paths(std::move(objects));
}

void refuse_network(const Stage& stage) {
  if (stage.urls.empty()) return;
  throw Error(ErrorKind::Config,
              fmt::format("a sandbox has no network, and it depends on '{}'", stage.urls.front()),
              "fetch it in a stage that is not sandboxed, and depend on what that writes");
}

// What lies in an output would be hidden by it, and what an output lies in cannot be written to.
void refuse_overlap(const SandboxScope& scope) {
  for (const SandboxOutput& out : scope.outputs) {
    for (const std::string& input : scope.inputs) {
      if (!is_beneath(input, out.path) && !is_beneath(out.path, input)) continue;
      throw Error(ErrorKind::Config,
                  fmt::format("its input '{}' and its output '{}' are one within the other: a sandbox cannot "
                              "show one read-only and the other not",
                              display_path(input), display_path(out.path)),
                  "write the output somewhere else");
    }
  }
}

SandboxRequest request_of(Repository& repository, const Stage& stage, SandboxScope scope,
                          const std::string& shown_root) {
  refuse_network(stage);
  refuse_overlap(scope);
  SandboxRequest request;
  request.root = repository.root();
  request.shown_root = shown_root;
  request.wdir = stage.wdir;
  request.objects = objects_behind(repository, scope.inputs);
  std::ranges::move(scope.files, std::back_inserter(request.objects));
  request.inputs = std::move(scope.inputs);
  request.outputs = std::move(scope.outputs);
  request.gpus = stage.demands.gpus > 0 ? Gpus::Visible : Gpus::Hidden;
  return request;
}

std::string quoted(const std::vector<std::string>& paths, std::size_t count) {
  std::string text;
  const std::size_t named = std::min(paths.size(), kMostNames);
  for (std::size_t i = 0; i < named; ++i) {
    const bool is_last = i + 1 == count;
    text += fmt::format("{}'{}'", i == 0 ? "" : is_last ? " and " : ", ", display_path(paths[i]));
  }
  if (count > named) text += fmt::format(" and {} more", count - named);
  return text;
}

// What bubblewrap said when it could not make the sandbox.
std::string complaint_in(const std::string& log_file) {
  const std::string log = read_file_if_exists(log_file).value_or("");
  const auto at = log.rfind("bwrap: ");
  if (at == std::string::npos) return "bubblewrap gave no reason";
  return log.substr(at + 7, log.find('\n', at) - at - 7);
}

}  // namespace

std::vector<std::string> sandbox_inputs(PipelineSurvey& survey, const Stage& stage,
                                        const nlohmann::json& key_fields) {
  const std::string of_items = stage.each ? each_input_directory(stage.each->in) : "";
  std::vector<std::string> inputs;
  for (const StageDependency& dep : stage.deps) {
    if (dep.path != of_items) inputs.push_back(dep.path);
  }
  for (const StageParams& params : stage.params) inputs.push_back(params.file);
  for (const std::string& name : stage.stage_deps) {
    const auto needed = survey.made_by(name);
    if (!needed) continue;
    for (const LockedPath& out : needed->outs) inputs.push_back(out.path);
  }
  // What belongs to the key may be seen.
  if (const auto imports = key_fields.find("imports"); imports != key_fields.end() && imports->is_object()) {
    for (const auto& item : imports->items()) inputs.push_back(path_from_json_text(item.key()));
  }
  std::erase_if(inputs, [&](const std::string& path) { return !exists(survey.repository().path(path)); });
  return sorted_paths(std::move(inputs));
}

SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage) {
  SandboxScope scope{.inputs = std::move(inputs), .outputs = {}, .files = {}};
  for (const StageOutput& out : stage.outs) scope.outputs.push_back({out.path, out.persist});
  return scope;
}

SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage,
                           const std::vector<std::string>& ins, const std::vector<std::string>& outs) {
  inputs.insert(inputs.end(), ins.begin(), ins.end());
  SandboxScope scope{.inputs = sorted_paths(std::move(inputs)), .outputs = {}, .files = {}};
  for (const std::string& out : outs) scope.outputs.push_back({out, stage.outs.front().persist});
  return scope;
}

SandboxScope sandbox_scope(std::vector<std::string> inputs, const Stage& stage, const EachJob& job) {
  std::vector<std::string> ins, outs;
  for (const EachItem& item : job.items) {
    ins.push_back(item.in);
    outs.push_back(item.out);
  }
  return sandbox_scope(std::move(inputs), stage, ins, outs);
}

StageSandbox::StageSandbox(Repository& repository, const Stage& stage, SandboxScope scope,
                           const std::string& shown_root)
    : stage_(stage),
      sandbox_(request_of(repository, stage, std::move(scope), shown_root), machine_of(repository),
               repository.temporary_dir()) {}

void StageSandbox::enter(CommandJob& job) const {
  for (const auto& [name, value] : sandbox_environment()) {
    if (!stage_.env.contains(name)) job.environment[name] = value;
  }
  job.directory = sandbox_.directory();
  job.launcher = {.words = sandbox_.launcher(), .tell = [this](int signal) { return sandbox_.tell(signal); }};
}

std::optional<StageFailure> StageSandbox::leave(const CommandOutcome& outcome, const std::string& log_file) {
  if (!outcome.ok()) {
    keep_what_persists();
    if (outcome.stopped || sandbox_.was_entered()) return std::nullopt;
    return StageFailure{"its sandbox could not be made: " + complaint_in(log_file), "dvx doctor", {}};
  }
  const SandboxYield yield = sandbox_.take_outputs(Take::Everything);
  if (!yield.wrong.empty()) return StageFailure{yield.wrong, {}, {}};
  if (!yield.missing.empty())
    return StageFailure{fmt::format("it did not make its output '{}'", display_path(yield.missing)), {}, {}};
  if (yield.left_count > 0) left_ = quoted(yield.left, yield.left_count);
  return std::nullopt;
}

std::string what_a_sandbox_shows(const std::vector<std::string>& inputs) {
  if (inputs.empty()) return "sandboxed: it sees nothing of the repository";
  return "sandboxed: of the repository it sees nothing but " + quoted(inputs, inputs.size());
}

}  // namespace dvx
