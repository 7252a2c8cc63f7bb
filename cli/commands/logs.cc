#include "core/commands/logs.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <memory>

#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/commands/commands.h"
#include "cli/ui/shown_sink.h"

namespace dvx {

namespace {

// JSON includes the output only when it is text, and not larger than this.
constexpr std::uint64_t kLargestText = 1 << 20;

void print(Repository& repository, const StageLog& log, Sink& sink) {
  if (!log.failed_file.empty()) {
    const UniqueFd fd = open_file(log.failed_file, O_RDONLY);
    std::vector<std::byte> piece(1 << 16);
    while (const std::size_t n = read_up_to(fd.get(), piece, log.failed_file))
      sink.write(std::span(piece).first(n));
  } else if (log.record->log) {
    repository.store().read(*log.record->log, sink);
  }
}

Shown title(const StageLog& log) {
  if (!log.failed_file.empty()) return show("{}: failed on {}", log.stage, format_utc(log.failed_ns));
  const RunRecord& record = *log.record;
  return show("{}: run {} of {}, {} ({} of CPU, {} of memory)", log.stage, log.run->short_hex(),
              format_utc(record.started_ns), human_seconds(record.wall_seconds),
              human_seconds(record.cpu_seconds),
              human_size(static_cast<std::uint64_t>(record.peak_memory_bytes)));
}

nlohmann::json json_of(Repository& repository, const StageLog& log) {
  nlohmann::json json = {{"stage", log.stage}, {"failed", !log.failed_file.empty()}, {"size", log.size}};
  if (log.failed_ns != 0) json["failed_at"] = format_utc(log.failed_ns);
  if (log.run) json["run"] = log.run->to_hex();
  if (log.record) {
    json["started"] = format_utc(log.record->started_ns);
    json["wall_seconds"] = log.record->wall_seconds;
    json["cpu_seconds"] = log.record->cpu_seconds;
    json["peak_memory_bytes"] = log.record->peak_memory_bytes;
    json["exit_status"] = log.record->exit_status;
    json["machine"] = log.record->machine;
    if (log.record->log) json["log"] = log.record->log->to_hex();
  }
  if (log.size > kLargestText) return json;
  StringSink text;
  print(repository, log, text);
  std::string bytes = text.take();
  if (is_valid_utf8(bytes)) json["text"] = std::move(bytes);
  return json;
}

Outcome run(Invocation& invocation, const LogsOptions& options) {
  Repository& repository = invocation.repository();
  const auto report = std::make_shared<LogsReport>(logs(repository, options, invocation.progress()));
  Outcome outcome;
  outcome.data["logs"] = nlohmann::json::array();
  if (invocation.json()) {
    for (const StageLog& log : report->logs) outcome.data["logs"].push_back(json_of(repository, log));
    return outcome;
  }
  // A single log is printed without a title, for use by other programs; several logs have titles. A terminal
  // gets only what is safe to show.
  const bool has_titles = report->logs.size() != 1 && !invocation.quiet();
  outcome.stream = [&repository, report, has_titles, &invocation](Sink& sink) {
    ShownSink shown(sink);
    for (const StageLog& log : report->logs) {
      if (has_titles)
        sink.write(as_bytes(show("{}\n", invocation.text().bold("==> " + title(log))).string()));
      print(repository, log, invocation.shows_on_terminal() ? shown : sink);
      shown.finish();
    }
  };
  return outcome;
}

}  // namespace

CommandSpec logs_command() {
  return {.name = "logs",
          .group = group::kPipeline,
          .summary = "Print what stages printed when they ran",
          .example = "dvx logs train",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<LogsOptions>();
            app.add_option("targets", options->targets,
                           "Stages, outputs of stages or ids of runs; all that have run when left out")
                ->type_name("STAGE|RUN...");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
