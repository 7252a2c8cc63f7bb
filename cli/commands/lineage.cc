#include "core/commands/lineage.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/ui/lineage_tree.h"
#include "core/lineage/lineage_export.h"
#include "core/lineage/lineage_page.h"

namespace dvx {

namespace {

struct LineageArguments {
  std::string what, html;
  bool downstream = false, dot = false, mermaid = false;
};

void add_warnings(const LineageReport& report, Outcome& outcome) {
  for (const RunConflict& conflict : report.graph.conflicts) {
    outcome.warnings.push_back(fmt::format(
        "stage '{}' is not deterministic: runs {} and {} made different '{}'", conflict.stage,
        conflict.first_run.short_hex(), conflict.second_run.short_hex(), display_path(conflict.path)));
  }
}

Shown preface(const LineageReport& report, const LineageArguments& arguments, Repository& repository) {
  Shown text;
  const LineageNode& focus = report.graph.nodes[report.focus];
  if (report.found_by_content) {
    text += show("{} has the content of {}\n", display_path(arguments.what),
                 display_path(repository.to_user(focus.data.path)));
  }
  return text;
}

Shown afterword(const LineageReport& report) {
  Shown text;
  for (const ObjectId& run : report.also_made_by) text += show("also made by run {}\n", run.short_hex());
  return text;
}

Outcome show_lineage(Invocation& invocation, const LineageArguments& arguments) {
  Repository& repository = invocation.repository();
  const LineageDirection direction = arguments.downstream ? LineageDirection::Down : LineageDirection::Up;
  const LineageReport report = lineage(repository, {arguments.what, direction}, invocation.progress());
  Outcome outcome;
  outcome.data = lineage_to_json(report.graph);
  outcome.data["focus"] = fmt::format("n{}", report.focus);
  outcome.data["found_by_content"] = report.found_by_content;
  add_warnings(report, outcome);
  if (!arguments.html.empty()) {
    const std::string file = absolute_path(arguments.html, repository.surroundings().cwd);
    write_file_atomically(file, lineage_page(report.graph, report.focus), 0666, Durability::Relaxed);
    outcome.data["html"] = arguments.html;
    outcome.text = show("wrote {}\n", display_path(arguments.html));
  } else if (arguments.dot) {
    outcome.text = Shown::lines(lineage_to_dot(report.graph));
  } else if (arguments.mermaid) {
    outcome.text = Shown::lines(lineage_to_mermaid(report.graph));
  } else {
    const auto name_of = [&](const std::string& path) { return repository.to_user(path); };
    outcome.text = preface(report, arguments, repository) +
                   lineage_tree(report, direction, invocation.text(), name_of) + afterword(report);
  }
  return outcome;
}

}  // namespace

CommandSpec lineage_command() {
  return {.name = "lineage",
          .group = group::kTrust,
          .summary = "Show what a file, object, run or stage was made from",
          .example = "dvx lineage models/best.pkl",
          .declare = [](CLI::App& app) -> Action {
            auto arguments = std::make_shared<LineageArguments>();
            app.add_option("what", arguments->what,
                           "A file anywhere, a stage, or the id of a run or an object")
                ->required();
            app.add_flag("--downstream", arguments->downstream, "Show what was made with it instead");
            auto* html = app.add_option("--html", arguments->html, "Write one page that draws the graph")
                             ->type_name("FILE");
            auto* dot = app.add_flag("--dot", arguments->dot, "Print the graph for Graphviz")->excludes(html);
            app.add_flag("--mermaid", arguments->mermaid, "Print the graph for Mermaid")
                ->excludes(html)
                ->excludes(dot);
            return [arguments](Invocation& invocation) { return show_lineage(invocation, *arguments); };
          }};
}

}  // namespace dvx
