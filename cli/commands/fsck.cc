#include "core/commands/fsck.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>

#include "base/clock.h"
#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

nlohmann::json ids_json(const std::vector<ObjectId>& ids) {
  auto list = nlohmann::json::array();
  for (const ObjectId& id : ids) list.push_back(id.to_hex());
  return list;
}

nlohmann::json named_json(const std::vector<NamedObject>& objects) {
  auto list = nlohmann::json::array();
  for (const NamedObject& object : objects) {
    list.push_back({{"path", display_path(object.path)}, {"id", object.id.to_hex()}});
  }
  return list;
}

nlohmann::json time_json(const std::optional<std::int64_t>& ns) {
  return ns ? nlohmann::json(format_utc(*ns)) : nlohmann::json();
}

// The value is rounded down, so that 100 means that everything was read.
double percent_checked(const FsckCoverage& coverage) {
  if (coverage.bytes == 0) return 100;
  return std::floor(1000 * static_cast<double>(coverage.bytes_checked) /
                    static_cast<double>(coverage.bytes)) /
         10;
}

nlohmann::json coverage_json(const FsckCoverage& coverage) {
  return {{"bytes", coverage.bytes},
          {"bytes_checked", coverage.bytes_checked},
          {"percent", percent_checked(coverage)},
          {"oldest", time_json(coverage.oldest_ns)},
          {"all_data", time_json(coverage.all_data_ns)}};
}

Shown coverage_text(const FsckCoverage& coverage) {
  if (coverage.bytes == 0) return {};
  if (!coverage.oldest_ns) return "its data was never read: dvx fsck --read-data\n";
  return show("{}% of its data has been read and is intact; the oldest check was at {}{}\n",
              percent_checked(coverage), format_utc(*coverage.oldest_ns),
              coverage.all_data_ns
                  ? show(", the last one of all data at {}", format_utc(*coverage.all_data_ns))
                  : "");
}

nlohmann::json report_json(const FsckCommandReport& report) {
  auto damaged = nlohmann::json::array();
  for (const Damage& damage : report.store.damaged) {
    damaged.push_back({{"file", damage.file}, {"offset", damage.offset}, {"reason", damage.reason}});
    damaged.back()["id"] = damage.id ? nlohmann::json(damage.id->to_hex()) : nlohmann::json();
  }
  nlohmann::json data = {{"packs", report.store.packs},
                         {"frames", report.store.frames},
                         {"whole_files", report.store.whole_files},
                         {"bytes_read", report.store.bytes_read},
                         {"damaged", damaged},
                         {"affected", named_json(report.affected)},
                         {"missing", named_json(report.still_missing)},
                         {"coverage", coverage_json(report.store.coverage)},
                         {"lost", ids_json(report.lost)},
                         {"lost_paths", named_json(report.lost_paths)}};
  if (report.repair) {
    data["repair"] = {{"fetched", ids_json(report.repair->fetched)},
                      {"quarantined", report.repair->quarantined}};
  }
  data["fetched_objects"] = report.fetched;
  data["run_cache"] = {{"runs", report.run_cache.runs},
                       {"without_record", report.run_cache.without_record.size()},
                       {"not_listed", report.run_cache.not_listed.size()},
                       {"index_right", report.run_cache.index_is_right}};
  return data;
}

Shown damage_line(const Damage& damage, const Text& text) {
  const Shown what = damage.id ? show(" at {}: {}", damage.offset, damage.id->short_hex()) : ":";
  return show("{} {}{} {}\n", text.red("damaged:"), damage.file, what, damage.reason);
}

Shown paths_of(const std::vector<NamedObject>& objects, std::string_view label,
               const Repository& repository) {
  Shown lines;
  for (const NamedObject& object : objects) {
    lines +=
        show("{} {} ({})\n", label, display_path(repository.to_user(object.path)), object.id.short_hex());
  }
  return lines;
}

Shown report_text(const FsckCommandReport& report, const Text& text, const Repository& repository) {
  Shown out;
  for (const Damage& damage : report.store.damaged) out += damage_line(damage, text);
  out += paths_of(report.affected, "  needed by", repository);
  if (report.repair) {
    out += show("{} {} fetched, {} kept in quarantine\n", text.green("repaired:"),
                human_count(report.repair->fetched.size(), "frame"),
                human_count(report.repair->quarantined.size(), "damaged file"));
    for (const ObjectId& id : report.lost) out += show("{} object {}\n", text.red("lost:"), id.short_hex());
    out += paths_of(report.lost_paths, "  needed by", repository);
  }
  if (report.fetched > 0)
    out += show("{} fetched that were not here\n", human_count(report.fetched, "object"));
  out += paths_of(report.still_missing, "not here:", repository);
  out += show("checked {}, {} and {} ({})\n", human_count(report.store.packs, "pack"),
              human_count(report.store.frames, "frame"), human_count(report.store.whole_files, "whole file"),
              report.store.bytes_read == 0 ? "structure" : human_size(report.store.bytes_read) + " read");
  return out + coverage_text(report.store.coverage);
}

// An incorrect list of runs costs time but never data, so it is reported without being a failure.
void add_run_cache(Outcome& outcome, const FsckCommandReport& report) {
  const RunCacheCheck& check = report.run_cache;
  if (report.run_cache_mending) {
    outcome.text +=
        show("run cache: {} listed again, {} without a record taken off\n",
             human_count(report.run_cache_mending->listed, "run"), report.run_cache_mending->unlisted);
    return;
  }
  if (!check.not_listed.empty())
    outcome.warnings.push_back(fmt::format("the run cache does not list {} of dvx.lock: dvx fsck --repair",
                                           human_count(check.not_listed.size(), "run")));
  if (!check.without_record.empty())
    outcome.warnings.push_back(
        fmt::format("the run cache lists {} whose records are not here: dvx fsck --repair",
                    human_count(check.without_record.size(), "run")));
  if (!check.index_is_right)
    outcome.warnings.emplace_back("the index of the run cache is damaged, and not used: dvx fsck --repair");
}

int exit_of(const FsckCommandReport& report) {
  if (report.is_damaged()) return exit_code(ErrorKind::Corruption);
  return report.still_missing.empty() ? 0 : 1;
}

Outcome run(Invocation& invocation, const FsckCommandOptions& options) {
  Repository& repository = invocation.repository();
  const FsckCommandReport report = fsck(repository, options, invocation.progress());
  Outcome outcome;
  outcome.exit = exit_of(report);
  outcome.data = report_json(report);
  outcome.text = report_text(report, invocation.text(), repository);
  for (const std::string& line : report.unreachable)
    outcome.warnings.push_back("could not ask remote " + line);
  add_run_cache(outcome, report);
  if (options.repair == Repair::No) {
    if (report.is_damaged()) outcome.hint = "dvx fsck --repair";
    if (!report.is_damaged() && outcome.exit != 0) outcome.hint = "dvx fetch";
  } else if (!report.lost_paths.empty()) {
    outcome.hint = fmt::format("dvx add {}   (if the file in the workspace is good)",
                               paste_quote(repository.to_user(report.lost_paths.front().path)));
  }
  return outcome;
}

// Accepts "10", "10%", "2.5%", or "" for everything.
double parse_percent(const std::string& typed) {
  if (typed.empty()) return 100;
  double percent = 0;
  const char* end = typed.data() + typed.size();
  const auto [rest, failure] = std::from_chars(typed.data(), end, percent);
  const bool ends = rest == end || (rest + 1 == end && *rest == '%');
  if (failure != std::errc() || !ends || !(percent > 0 && percent <= 100)) {
    throw Error(ErrorKind::Usage,
                fmt::format("'{}' is not a share of the data: must be more than 0 and at most 100", typed),
                "dvx fsck --read-data=10%");
  }
  return percent;
}

struct FsckInvocation {
  FsckCommandOptions options;
  std::string read_data;
};

Action declare_fsck(CLI::App& app) {
  auto typed = std::make_shared<FsckInvocation>();
  const auto* read_data =
      app.add_option("--read-data", typed->read_data,
                     "Read and hash the data too, or a share of it: what was not read for longest")
          ->type_name("PERCENT")
          ->expected(0, 1);
  app.add_flag_callback(
      "--repair", [typed] { typed->options.repair = Repair::FromRemotes; },
      "Fetch what is damaged or missing; damaged files are kept in quarantine. Reads all data unless "
      "--read-data says how much");
  app.add_option("-r,--remote", typed->options.remote, "Repair from this remote alone")->type_name("NAME");
  return [typed, read_data](Invocation& invocation) {
    FsckCommandOptions& options = typed->options;
    const bool reads = read_data->count() > 0 || options.repair == Repair::FromRemotes;
    options.depth = reads ? FsckDepth::Data : FsckDepth::Structure;
    options.percent = parse_percent(typed->read_data);
    return run(invocation, options);
  };
}

}  // namespace

CommandSpec fsck_command() {
  return {.name = "fsck",
          .group = group::kTrust,
          .summary = "Check the store, and mend what is damaged from a remote",
          .example = "dvx fsck --read-data=10%",
          .declare = declare_fsck};
}

}  // namespace dvx
