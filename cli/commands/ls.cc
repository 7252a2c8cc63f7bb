#include "core/commands/ls.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/ui/changes.h"

namespace dvx {

namespace {

Shown line_of(Repository& repository, const LsEntry& entry, const Text& text) {
  std::string path = display_path(repository.to_user(entry.path));
  if (!entry.id && entry.stage.empty())
    return show("{:>12}  {:>9}  {}  (its pointer file has a merge conflict)\n", "-", "-", path);
  if (!entry.id) return show("{:>12}  {:>9}  {}  (not made yet: stage '{}')\n", "-", "-", path, entry.stage);
  if (entry.kind == EntryKind::Directory) path += "/";
  if (entry.kind == EntryKind::Executable) path += "*";
  if (entry.kind == EntryKind::Symlink) path += "@";
  const Shown files =
      entry.kind == EntryKind::Directory ? "  " + text.dim("(" + human_count(entry.files, "file") + ")") : "";
  return show("{}  {:>9}  {}{}\n", text.yellow(entry.id->short_hex()), human_size(entry.size), path, files);
}

nlohmann::json json_of(const LsEntry& entry) {
  nlohmann::json out = {{"path", entry.path}, {"stage", entry.stage}};
  if (!entry.id) return out;
  out["kind"] = kind_name(entry.kind);
  out["size"] = entry.size;
  out["files"] = entry.files;
  out["id"] = entry.id->to_hex();
  return out;
}

Outcome run(Invocation& invocation, const LsOptions& options) {
  Repository& repository = invocation.repository();
  const LsReport report = ls(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"revision", report.revision}, {"entries", nlohmann::json::array()}};
  for (const LsEntry& entry : report.entries) {
    outcome.text += line_of(repository, entry, invocation.text());
    outcome.data["entries"].push_back(json_of(entry));
  }
  return outcome;
}

}  // namespace

CommandSpec ls_command() {
  return {.name = "ls",
          .group = group::kHistory,
          .summary = "List tracked data, of any revision",
          .example = "dvx ls -R v1.0:data/raw",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<LsOptions>();
            app.add_option("path", options->target, "Path, or REV:PATH; everything tracked when left out")
                ->type_name("[REV:]PATH");
            app.add_flag_callback(
                "-R,--recursive", [options] { options->recursion = Recursion::All; },
                "List directories all the way");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
