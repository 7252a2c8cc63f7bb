#include "core/lineage/lineage_page.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/path.h"
#include "core/lineage/lineage_drawing.h"

namespace dvx {

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

constexpr const char* kStyle = R"(
:root { --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --quiet: #5d6875; --line: #d5dae1; --edge: #9aa5b3;
  --run: #20304a; --run-ink: #f4f7fb; --run-quiet: #b9c6da; --made: #6b7a90; --pointer: #1f9d63; --git: #3f6fd8;
  --unknown: #d2761a; --focus: #e2a100; --bad: #c8323a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12161c; --card: #1c222b; --ink: #e8ecf2; --quiet: #98a4b3; --line: #313a46; --edge: #566273;
    --run: #2c4a7c; --run-ink: #f2f6fc; --run-quiet: #bccbe4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main, header { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
h1 { margin: 0; font-size: 25px; } h2 { margin: 36px 0 12px; font-size: 18px; }
code, .command, .id { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
.id { color: var(--quiet); font-size: 12.5px; overflow-wrap: anywhere; }
.facts { color: var(--quiet); margin: 4px 0 0; }
.graph { margin: 24px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: auto; }
.graph svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 22px; padding: 0 24px 16px; color: var(--quiet); font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
svg text { font-size: 13px; fill: var(--ink); }
svg .small { font-size: 11px; fill: var(--quiet); } svg .name { font-weight: 600; }
svg .command { font-size: 11px; fill: var(--run-quiet); }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.5; } .arrow { fill: var(--edge); }
.data .box { fill: var(--card); stroke: var(--line); stroke-width: 1.2; }
.data .mark { fill: var(--made); } .from-pointer .mark { fill: var(--pointer); } .from-git .mark { fill: var(--git); }
.from-unknown .mark { fill: var(--unknown); }
.run .box { fill: var(--run); } .run text { fill: var(--run-ink); } .run .small { fill: var(--run-quiet); }
.invalid .box { stroke: var(--bad); stroke-width: 3; } .absent .box { fill: var(--unknown); }
.focus .box { stroke: var(--focus); stroke-width: 3; }
svg a:hover .box, svg a:focus .box { stroke: var(--focus); stroke-width: 2; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 20px; margin: 0 0 14px; }
article:target, tr:target { outline: 3px solid var(--focus); }
article h3 { margin: 0 0 2px; font-size: 16px; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 7px; padding: 9px 12px; margin: 10px 0; overflow: auto;
  font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 8px 0 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
th, td { text-align: left; padding: 7px 14px; border-top: 1px solid var(--line); vertical-align: top; }
th { border-top: 0; color: var(--quiet); font-weight: 600; font-size: 13px; } td.number { text-align: right; white-space: nowrap; }
.good { color: var(--pointer); } .bad { color: var(--bad); font-weight: 600; }
.warning { border-left: 5px solid var(--bad); }
footer { color: var(--quiet); font-size: 13px; padding: 24px; text-align: center; }
)";

std::string id_text(const ObjectId& id) {
  return fmt::format("<span class=\"id\">{}</span>", id.to_string());
}

std::string path_text(const std::string& path) {
  return fmt::format("<code>{}</code>", html_text(display_path(path)));
}

std::string fact(std::string_view name, const std::string& html) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>", name, html);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string html;
  for (const std::string& part : parts) html += (html.empty() ? "" : "<br>") + part;
  return html;
}

std::string json_value(const nlohmann::json& value) {
  return html_text(value.is_string() ? value.get<std::string>() : value.dump());
}

// {"group": {"name": value}} as lines "group: name = value"; what has another form as it is.
std::string nested_values(const nlohmann::json& groups) {
  std::vector<std::string> lines;
  for (const auto& [group, values] : groups.items()) {
    if (!values.is_object()) {
      lines.push_back(fmt::format("{} = {}", html_text(group), json_value(values)));
      continue;
    }
    for (const auto& [name, value] : values.items()) {
      lines.push_back(fmt::format("<span class=\"id\">{}</span> {} = <b>{}</b>", html_text(group),
                                  html_text(name), json_value(value)));
    }
  }
  return joined(lines);
}

std::string schema_facts(const RunRecord& record) {
  std::vector<std::string> lines;
  for (const SchemaVerdictRef& verdict : record.schemas) {
    lines.push_back(fmt::format(
        "{} by {}: {}", path_text(verdict.path), path_text(verdict.schema),
        verdict.valid ? std::string("<span class=\"good\">valid</span>")
                      : fmt::format("<span class=\"bad\">{} violations</span>", verdict.violations)));
  }
  return joined(lines);
}

std::string git_facts(const RunRecord& record) {
  if (record.git_commit.empty()) return "before the first commit";
  return fmt::format("<span class=\"id\">{}</span>{}", html_text(record.git_commit),
                     record.git_dirty ? " and changes that were not committed" : "");
}

template <typename Items>
std::string data_lines(const Items& items) {
  std::vector<std::string> lines;
  for (const auto& item : items) {
    lines.push_back(
        fmt::format("{} {} {}", path_text(item.path), readable_size(item.data.size), id_text(item.data.id)));
  }
  return joined(lines);
}

std::string record_facts(const RunRecord& record) {
  std::string html = fact("read", data_lines(record.deps)) + fact("made", data_lines(record.outs));
  if (!record.params->empty()) html += fact("params", nested_values(record.params));
  if (!record.environment->empty()) html += fact("environment", nested_values(record.environment));
  if (!record.schemas.empty()) html += fact("schemas", schema_facts(record));
  html += fact("git", git_facts(record)) + fact("key", id_text(record.key));
  if (!record.was_run()) {
    html += fact("recorded", format_utc(record.started_ns) + ", as it was found: no run made it");
    return html + fact("on", html_text(fmt::format("{}, dvx {}", record.machine, record.dvx_version)));
  }
  html += fact(
      "ran",
      fmt::format(
          "{} for {} ({} of processor time, {} of memory at most)", format_utc(record.started_ns),
          readable_seconds(record.wall_seconds), readable_seconds(record.cpu_seconds),
          readable_size(static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.peak_memory_bytes)))));
  html += fact("on", html_text(fmt::format("{}, executor {}, dvx {}", record.machine, record.executor,
                                           record.dvx_version)));
  if (record.log) html += fact("log", id_text(*record.log));
  return html;
}

std::string run_card(const LineageRun& run, std::size_t index) {
  if (!run.record) {
    return fmt::format(
        "<article id=\"n{}\" class=\"warning\"><h3>A run whose record is not here</h3>{}<p>Bring it with "
        "<code>dvx fetch</code>.</p></article>\n",
        index, id_text(run.id));
  }
  std::string commands;
  for (const std::string& command : run.record->commands) commands += html_text(command) + "\n";
  const std::string wdir = run.record->wdir.empty() ? "" : fact("in", path_text(run.record->wdir));
  return fmt::format(
      "<article id=\"n{}\"><h3>{}</h3><span class=\"id\">run {}</span><pre>{}</pre><dl>{}{}</dl></article>\n",
      index, html_text(run.record->stage), run.id.to_string(), commands, wdir, record_facts(*run.record));
}

std::string origin_text(const Origin& origin) {
  if (origin.kind == OriginKind::Run) return "a run made it";
  if (origin.kind == OriginKind::Parts) return "a directory of what is listed before it";
  if (origin.kind == OriginKind::Unknown) return "<span class=\"bad\">not recorded in git</span>";
  const std::string kind = origin.kind == OriginKind::Git ? "in git" : path_text(origin.pointer);
  if (!origin.commit) return kind + ", not committed yet";
  const GitCommitInfo& commit = *origin.commit;
  return fmt::format("{} since <span class=\"id\">{}</span>, {}, {}: {}", kind,
                     html_text(commit.id.substr(0, 12)), format_utc(commit.time * kNanoseconds).substr(0, 10),
                     html_text(commit.author), html_text(commit.summary));
}

std::string data_row(const LineageData& data, std::size_t index) {
  return fmt::format(
      "<tr id=\"n{}\"><td>{}<br>{}</td><td class=\"number\">{}</td><td "
      "class=\"number\">{}</td><td>{}</td></tr>\n",
      index, path_text(data.path), id_text(data.data.id), readable_size(data.data.size), data.data.files,
      origin_text(data.origin));
}

std::string conflict_cards(const LineageGraph& graph) {
  std::string html;
  for (const RunConflict& conflict : graph.conflicts) {
    html += fmt::format(
        "<article class=\"warning\"><h3>Stage {} is not deterministic</h3>Two runs with the same key made "
        "different {}: {} by run {}, {} by run {}.</article>\n",
        html_text(conflict.stage), path_text(conflict.path), id_text(conflict.first_output),
        id_text(conflict.first_run), id_text(conflict.second_output), id_text(conflict.second_run));
  }
  return html;
}

std::string title_of(const LineageNode& focus) {
  if (focus.kind == LineageNodeKind::Data) return "Lineage of " + display_path(focus.data.path);
  return "Lineage of " +
         (focus.run.record ? "stage " + focus.run.record->stage : "run " + focus.run.id.short_hex());
}

std::string head(const LineageGraph& graph, const LineageNode& focus) {
  const std::string title = html_text(title_of(focus));
  const auto runs = std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                  [](const LineageNode& node) { return node.kind == LineageNodeKind::Run; });
  const bool is_run = focus.kind == LineageNodeKind::Run;
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n"
      "<p class=\"facts\">{2} · {3} runs, {4} pieces of data</p>\n</header>\n",
      title, kStyle, id_text(is_run ? focus.run.id : focus.data.data.id), runs,
      static_cast<std::ptrdiff_t>(graph.nodes.size()) - runs);
}

constexpr const char* kLegend =
    "<div class=\"legend\"><span><i style=\"background:var(--focus)\"></i>what was asked for</span>"
    "<span><i style=\"background:var(--run)\"></i>a run</span><span><i "
    "style=\"background:var(--made)\"></i>made by a run</span>"
    "<span><i style=\"background:var(--pointer)\"></i>tracked data</span><span><i "
    "style=\"background:var(--git)\"></i>a file in "
    "git</span><span><i style=\"background:var(--unknown)\"></i>not recorded</span></div>\n";

}  // namespace

std::string lineage_page(const LineageGraph& graph, std::size_t focus) {
  std::string html = head(graph, graph.nodes[focus]);
  html +=
      "<div class=\"graph\">" + lineage_drawing(graph) + kLegend + "</div>\n<main>\n" + conflict_cards(graph);
  std::string runs, data;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const LineageNode& node = graph.nodes[i];
    if (node.kind == LineageNodeKind::Run) {
      runs += run_card(node.run, i);
    } else {
      data += data_row(node.data, i);
    }
  }
  if (!runs.empty()) html += "<h2>Runs</h2>\n" + runs;
  if (!data.empty()) {
    html +=
        "<h2>Data</h2>\n<table><tr><th>path and object</th><th>size</th><th>files</th><th>where it comes "
        "from</th></tr>\n" +
        data + "</table>\n";
  }
  return html +
         "</main>\n<footer>Every id is the SHA-256 of what it names. Written by dvx "
         "lineage.</footer>\n</body>\n</html>\n";
}

}  // namespace dvx
