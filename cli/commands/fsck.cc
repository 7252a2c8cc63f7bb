#include "core/commands/fsck.h"

#include <fmt/format.h>

#include <memory>

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
                         {"lost", ids_json(report.lost)},
                         {"lost_paths", named_json(report.lost_paths)}};
  if (report.repair) {
    data["repair"] = {{"fetched", ids_json(report.repair->fetched)},
                      {"quarantined", report.repair->quarantined}};
  }
  data["fetched_objects"] = report.fetched;
  return data;
}

std::string damage_line(const Damage& damage, const Text& text) {
  const std::string what = damage.id ? fmt::format(" at {}: {}", damage.offset, damage.id->short_hex()) : ":";
  return fmt::format("{} {}{} {}\n", text.red("damaged:"), damage.file, what, damage.reason);
}

std::string paths_of(const std::vector<NamedObject>& objects, std::string_view label,
                     const Repository& repository) {
  std::string lines;
  for (const NamedObject& object : objects) {
    lines += fmt::format("{} {} ({})\n", label, display_path(repository.to_user(object.path)),
                         object.id.short_hex());
  }
  return lines;
}

std::string report_text(const FsckCommandReport& report, const Text& text, const Repository& repository) {
  std::string out;
  for (const Damage& damage : report.store.damaged) out += damage_line(damage, text);
  out += paths_of(report.affected, "  needed by", repository);
  if (report.repair) {
    out += fmt::format("{} {} fetched, {} kept in quarantine\n", text.green("repaired:"),
                       human_count(report.repair->fetched.size(), "frame"),
                       human_count(report.repair->quarantined.size(), "damaged file"));
    for (const ObjectId& id : report.lost)
      out += fmt::format("{} object {}\n", text.red("lost:"), id.short_hex());
    out += paths_of(report.lost_paths, "  needed by", repository);
  }
  if (report.fetched > 0)
    out += fmt::format("{} fetched that were not here\n", human_count(report.fetched, "object"));
  out += paths_of(report.still_missing, "not here:", repository);
  out +=
      fmt::format("checked {}, {} and {} ({} read)\n", human_count(report.store.packs, "pack"),
                  human_count(report.store.frames, "frame"),
                  human_count(report.store.whole_files, "whole file"), human_size(report.store.bytes_read));
  return out;
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
  if (options.repair == Repair::No) {
    if (report.is_damaged()) outcome.hint = "dvx fsck --repair";
    if (!report.is_damaged() && outcome.exit != 0) outcome.hint = "dvx fetch";
  } else if (!report.lost_paths.empty()) {
    outcome.hint = fmt::format("dvx add {}   (if the file in the workspace is good)",
                               display_path(repository.to_user(report.lost_paths.front().path)));
  }
  return outcome;
}

}  // namespace

CommandSpec fsck_command() {
  return {
      .name = "fsck",
      .group = group::kTrust,
      .summary = "Check every stored byte, and mend what is damaged from a remote",
      .example = "dvx fsck --repair",
      .declare = [](CLI::App& app) -> Action {
        auto options = std::make_shared<FsckCommandOptions>();
        app.add_flag_callback(
            "--quick", [options] { options->depth = FsckDepth::Structure; },
            "Check structure alone, without reading data");
        app.add_flag_callback(
            "--read-data", [options] { options->depth = FsckDepth::Data; },
            "Read and hash all data (the default)");
        app.add_flag_callback(
            "--repair", [options] { options->repair = Repair::FromRemotes; },
            "Fetch what is damaged or missing; damaged files are kept in quarantine");
        app.add_option("-r,--remote", options->remote, "Repair from this remote alone")->type_name("NAME");
        return [options](Invocation& invocation) { return run(invocation, *options); };
      }};
}

}  // namespace dvx
