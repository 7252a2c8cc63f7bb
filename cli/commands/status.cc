#include "core/commands/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/path.h"
#include "base/subprocess.h"
#include "cli/commands/commands.h"
#include "cli/ui/unasked_text.h"
#include "core/pipeline/stale_reason.h"

namespace dvx {

namespace {

// At most this many files are named below each path, unless -v is given.
constexpr std::size_t kNamed = 10;

constexpr std::string_view kDamaged = "its bytes were lost when the machine stopped";

struct StatusWords {
  StatusOptions options;
  bool exit_code = false;
};

Shown counts(const DataStatus& status) {
  Shown out;
  const auto part = [&](ChangeKind kind, std::string_view word) {
    const std::uint64_t count = status.count(kind);
    if (count > 0) out += show("{}{} {}", out.empty() ? "" : ", ", count, word);
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

  Shown of(const StatusReport& report) {
    Shown data, stages;
    for (const DataStatus& status : report.data) data += data_lines(status);
    for (const StageState& stage : report.stages) stages += stage_lines(stage);
    Shown out;
    if (!data.empty()) out += "data that is not as recorded:\n" + data;
    if (!stages.empty()) out += "stages that are stale:\n" + stages;
    if (report.clean()) out = "everything is as recorded\n";
    return out + unasked_of(report);
  }

 private:
  static Shown unasked_of(const StatusReport& report) {
    std::vector<std::vector<Unasked>> by_stage;
    for (const StageState& stage : report.stages) by_stage.push_back(stage.unasked);
    return unasked_lines(by_stage);
  }

  std::string shown(const std::string& path) const { return display_path(repository_.to_user(path)); }

  Shown data_lines(const DataStatus& status) const {
    switch (status.state) {
      case DataState::Unchanged:
        return {};
      case DataState::Missing:
        return show("  {}  {}{}\n", text_.red("missing "), shown(status.path),
                    status.stored ? "" : "  (and not in the store)");
      case DataState::Unreadable: {
        Shown out;
        for (const FailedPath& failed : status.failed) {
          out += show("  {}  {}\n", text_.red("unread  "), failed.error.message());
        }
        return out;
      }
      case DataState::Conflicted:
        return show("  {}  {}\n", text_.red("conflict"), shown(status.failed.back().path)) +
               show("    {}\n", status.failed.back().error.message());
      case DataState::Modified:
      case DataState::Partial:
        return modified_lines(status);
    }
    return {};
  }

  Shown modified_lines(const DataStatus& status) const {
    const bool single = status.changes.size() == 1 && status.changes.front().path == status.path;
    const bool is_partial = status.state == DataState::Partial;
    Shown out = show("  {}  {}", text_.yellow(is_partial ? "partial " : "modified"), shown(status.path));
    if (is_partial) out += "  (its checkout was cut short)";
    if (single) return out + (status.damaged.empty() ? Shown("\n") : show("  ({})\n", kDamaged));
    if (!status.compared) return out + "  (what was recorded is not in the store)\n";
    out += show("  ({})\n", counts(status));
    for (std::size_t i = 0; i < status.changes.size() && i < named_; ++i) {
      const FileChange& change = status.changes[i];
      const bool is_damaged = std::ranges::binary_search(status.damaged, change.path);
      out += show("    {:<8}  {}{}\n", change_word(change.kind()), shown(change.path),
                  is_damaged ? fmt::format("  ({})", kDamaged) : "");
    }
    if (status.changes.size() > named_) out += show("    and {} more\n", status.changes.size() - named_);
    return out;
  }

  Shown word_of(const StageState& stage) const {
    if (stage.has_failed) return text_.red("failed  ");
    if (stage.action == StageAction::Blocked) return text_.red("blocked ");
    return text_.yellow(stage.action == StageAction::Frozen ? "frozen  " : "stale   ");
  }

  Shown stage_lines(const StageState& stage) const {
    if (stage.reasons.empty()) return {};
    Shown out = show("  {}  {}\n", word_of(stage), stage.name);
    for (std::size_t i = 0; i < stage.reasons.size() && i < named_; ++i) {
      out += show("    {}\n", describe(stage.reasons[i]));
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
    stages.push_back({{"name", stage.name},
                      {"action", action_name(stage.action)},
                      {"failed", stage.has_failed},
                      {"stale", !stage.reasons.empty()},
                      {"reasons", std::move(reasons)}});
    if (!stage.unasked.empty()) stages.back()["not_asked"] = unasked_json(stage.unasked);
  }
  return {{"clean", report.clean()}, {"data", std::move(data)}, {"stages", std::move(stages)}};
}

std::string hint_for(Repository& repository, const StatusReport& report) {
  for (const DataStatus& status : report.data) {
    if (status.state == DataState::Conflicted) return status.failed.back().error.hint();
  }
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
  const auto is_frozen = [](const StageState& stage) {
    return stage.action == StageAction::Frozen || stage.reasons.empty();
  };
  if (!report.clean() && std::ranges::all_of(report.stages, is_frozen))
    return "dvx commit -m MESSAGE (to record) or dvx checkout (to go back)";
  return report.clean() ? "" : "dvx repro";
}

Outcome run(Invocation& invocation, const StatusWords& typed) {
  const StatusReport report = status(invocation.repository(), typed.options, invocation.progress());
  Outcome outcome;
  if (invocation.json()) outcome.data = json_of(report);
  if (typed.exit_code && !report.clean()) outcome.exit = 1;
  if (invocation.quiet()) return outcome;
  outcome.text = StatusText(invocation).of(report);
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
