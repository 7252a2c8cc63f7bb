#include "core/commands/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/path.h"
#include "base/subprocess.h"
#include "cli/commands/commands.h"
#include "core/pipeline/stale_reason.h"

namespace dvx {

namespace {

// Files named below each path, unless -v.
constexpr std::size_t kNamed = 10;

constexpr std::string_view kDamaged = "its bytes were lost when the machine stopped";

struct StatusWords {
  StatusOptions options;
  bool exit_code = false;
};

std::string counts(const DataStatus& status) {
  std::string out;
  const auto part = [&](ChangeKind kind, std::string_view word) {
    const std::uint64_t count = status.count(kind);
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, word);
  };
  part(ChangeKind::Modified, "modified");
  part(ChangeKind::Added, "new");
  part(ChangeKind::Removed, "deleted");
  return out;
}

std::string_view change_word(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::Added:
      return "new";
    case ChangeKind::Removed:
      return "deleted";
    case ChangeKind::Modified:
      return "modified";
  }
  return "";
}

class StatusText {
 public:
  explicit StatusText(Invocation& invocation)
      : repository_(invocation.repository()),
        text_(invocation.text()),
        named_(invocation.verbose() ? SIZE_MAX : kNamed) {}

  std::string of(const StatusReport& report) {
    std::string data, stages;
    for (const DataStatus& status : report.data) data += data_lines(status);
    for (const StageState& stage : report.stages) stages += stage_lines(stage);
    std::string out;
    if (!data.empty()) out += "data that is not as recorded:\n" + data;
    if (!stages.empty()) out += "stages that are stale:\n" + stages;
    return out;
  }

 private:
  std::string shown(const std::string& path) const { return display_path(repository_.to_user(path)); }

  std::string data_lines(const DataStatus& status) const {
    switch (status.state) {
      case DataState::Unchanged:
        return {};
      case DataState::Missing:
        return fmt::format("  {}  {}{}\n", text_.red("missing "), shown(status.path),
                           status.stored ? "" : "  (and not in the store)");
      case DataState::Unreadable: {
        std::string out;
        for (const FailedPath& failed : status.failed) {
          out += fmt::format("  {}  {}\n", text_.red("unread  "), failed.error.message());
        }
        return out;
      }
      case DataState::Modified:
      case DataState::Partial:
        return modified_lines(status);
    }
    return {};
  }

  std::string modified_lines(const DataStatus& status) const {
    const bool single = status.changes.size() == 1 && status.changes.front().path == status.path;
    const bool is_partial = status.state == DataState::Partial;
    std::string out =
        fmt::format("  {}  {}", text_.yellow(is_partial ? "partial " : "modified"), shown(status.path));
    if (is_partial) out += "  (its checkout was cut short)";
    if (single) return out + (status.damaged.empty() ? "\n" : fmt::format("  ({})\n", kDamaged));
    if (!status.compared) return out + "  (what was recorded is not in the store)\n";
    out += fmt::format("  ({})\n", counts(status));
    for (std::size_t i = 0; i < status.changes.size() && i < named_; ++i) {
      const FileChange& change = status.changes[i];
      const bool is_damaged = std::ranges::binary_search(status.damaged, change.path);
      out += fmt::format("    {:<8}  {}{}\n", change_word(change.kind()), shown(change.path),
                         is_damaged ? fmt::format("  ({})", kDamaged) : "");
    }
    if (status.changes.size() > named_)
      out += fmt::format("    and {} more\n", status.changes.size() - named_);
    return out;
  }

  std::string stage_lines(const StageState& stage) const {
    if (stage.reasons.empty()) return {};
    std::string out = fmt::format("  {}  {}\n", text_.yellow("stale   "), stage.name);
    for (std::size_t i = 0; i < stage.reasons.size() && i < named_; ++i) {
      out += fmt::format("    {}\n", describe(stage.reasons[i]));
    }
    return out;
  }

  Repository& repository_;
  const Text& text_;
  const std::size_t named_;
};

nlohmann::json json_of(const StatusReport& report) {
  nlohmann::json data = nlohmann::json::array(), stages = nlohmann::json::array();
  for (const DataStatus& status : report.data) {
    nlohmann::json changes = nlohmann::json::array();
    for (const FileChange& change : status.changes) {
      changes.push_back({{"path", change.path}, {"change", change_name(change.kind())}});
      if (std::ranges::binary_search(status.damaged, change.path)) changes.back()["damaged"] = true;
    }
    nlohmann::json failed = nlohmann::json::array();
    for (const FailedPath& each : status.failed) {
      failed.push_back({{"path", each.path}, {"message", each.error.message()}});
    }
    data.push_back({{"path", status.path},
                    {"state", state_name(status.state)},
                    {"stored", status.stored},
                    {"changes", std::move(changes)},
                    {"failed", std::move(failed)}});
  }
  for (const StageState& stage : report.stages) {
    nlohmann::json reasons = nlohmann::json::array();
    for (const StaleReason& reason : stage.reasons) reasons.push_back(describe(reason));
    stages.push_back(
        {{"name", stage.name}, {"stale", !stage.reasons.empty()}, {"reasons", std::move(reasons)}});
  }
  return {{"clean", report.clean()}, {"data", std::move(data)}, {"stages", std::move(stages)}};
}

std::string hint_for(Repository& repository, const StatusReport& report) {
  for (const DataStatus& status : report.data) {
    if (status.state == DataState::Missing) return status.stored ? "dvx checkout" : "dvx pull";
  }
  for (const DataStatus& status : report.data) {
    if (status.state == DataState::Partial) return "dvx checkout";
  }
  for (const DataStatus& status : report.data) {
    if (!status.damaged.empty())
      return fmt::format("dvx checkout --force {}   (brings back what was lost)",
                         shell_quote(repository.to_user(status.damaged.front())));
  }
  for (const DataStatus& status : report.data) {
    if (status.state == DataState::Modified)
      return "dvx commit -m MESSAGE (to record) or dvx checkout (to go back)";
  }
  return report.clean() ? "" : "dvx repro";
}

Outcome run(Invocation& invocation, const StatusWords& typed) {
  const StatusReport report = status(invocation.repository(), typed.options, invocation.progress());
  Outcome outcome;
  if (invocation.json()) outcome.data = json_of(report);
  if ((typed.exit_code || invocation.quiet()) && !report.clean()) outcome.exit = 1;
  if (invocation.quiet()) return outcome;
  outcome.text = report.clean() ? "everything is as recorded\n" : StatusText(invocation).of(report);
  outcome.hint = hint_for(invocation.repository(), report);
  return outcome;
}

}  // namespace

CommandSpec status_command() {
  return {.name = "status",
          .group = group::kWorkspace,
          .summary = "Show what changed in tracked data and which stages are stale",
          .example = "dvx status --exit-code",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<StatusWords>();
            app.add_option("path", typed->options.paths, "Only tracked data at, below or around these")
                ->type_name("PATH...");
            app.add_flag("--exit-code", typed->exit_code, "Exit with 1 when something changed or is stale");
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
