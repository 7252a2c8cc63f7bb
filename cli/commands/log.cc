#include "core/commands/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/ui/changes.h"

namespace dvx {

namespace {

std::string date_of(std::int64_t seconds) {
  std::tm parts{};
  const std::time_t time = seconds;
  ::gmtime_r(&time, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", parts);
}

Shown text_of(const Repository& repository, const LogEntry& entry, const Text& text) {
  Shown out = show("{} {}, {}, {}\n", text.yellow(entry.commit.id.substr(0, 12)), entry.commit.summary,
                   entry.commit.author, date_of(entry.commit.time));
  if (!entry.unreadable.empty()) out += show("  {}\n", entry.unreadable);
  out += changes_text(repository, entry.data, FileList::Hidden, text);
  out += changes_text(repository, entry.values.params, text);
  out += changes_text(repository, entry.values.metrics, text);
  for (const UnreadableValues& values : entry.values.unreadable)
    out += show("  {}\n", describe_unreadable(values));
  return out;
}

nlohmann::json json_of(const LogEntry& entry) {
  return {{"commit", entry.commit.id},
          {"author", entry.commit.author},
          {"email", entry.commit.email},
          {"time", entry.commit.time},
          {"summary", entry.commit.summary},
          {"data", changes_json(entry.data, FileList::Hidden)},
          {"params", changes_json(entry.values.params)},
          {"metrics", changes_json(entry.values.metrics)},
          {"unreadable_values", unreadable_json(entry.values.unreadable)},
          {"unreadable", entry.unreadable}};
}

Outcome run(Invocation& invocation, const LogOptions& options) {
  Repository& repository = invocation.repository();
  const LogReport report = log(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data["commits"] = nlohmann::json::array();
  for (const LogEntry& entry : report.entries) {
    if (!outcome.text.empty()) outcome.text += "\n";
    outcome.text += text_of(repository, entry, invocation.text());
    outcome.data["commits"].push_back(json_of(entry));
  }
  return outcome;
}

}  // namespace

CommandSpec log_command() {
  return {
      .name = "log",
      .group = group::kHistory,
      .summary = "Show the commits that changed data, parameters or metrics",
      .example = "dvx log -n 5 data/raw",
      .declare = [](CLI::App& app) -> Action {
        auto options = std::make_shared<LogOptions>();
        app.add_option("path", options->path, "Only commits that changed something there")->type_name("PATH");
        app.add_option("-n,--max-count", options->limit, "Show no more than this many")->type_name("N");
        app.add_option("-r,--revision", options->start, "Start here instead of at HEAD")->type_name("REV");
        return [options](Invocation& invocation) { return run(invocation, *options); };
      }};
}

}  // namespace dvx
