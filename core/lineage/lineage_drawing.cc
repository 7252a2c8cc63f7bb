#include "core/lineage/lineage_drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display.h"
#include "base/path.h"
#include "base/utf8.h"
#include "core/lineage/lineage_export.h"
#include "core/lineage/lineage_layout.h"

namespace dvx {

namespace {

constexpr BoxSize kDataBox{216, 48};
constexpr BoxSize kRunBox{216, 66};
constexpr double kSmallestScale = 0.6;       // below it the page scrolls
constexpr std::size_t kNameCharacters = 27;  // that fit into a box at 13 px
constexpr std::size_t kCommandCharacters = 30;

// Bytes of the first `count` characters of displayable (hence valid) UTF-8.
std::size_t prefix_bytes(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count)
    at += std::max<std::size_t>(1, utf8_sequence_length(text.substr(at)));
  return at;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(prefix_bytes(text, 1));
    ++count;
  }
  return count;
}

std::string fit_end(const std::string& text, std::size_t most) {
  if (characters(text) <= most) return text;
  return text.substr(0, prefix_bytes(text, most - 1)) + "…";
}

// Of a path the end says more.
std::string fit_start(const std::string& text, std::size_t most) {
  const std::size_t count = characters(text);
  if (count <= most) return text;
  return "…" + text.substr(prefix_bytes(text, count - most + 1));
}

std::string commands_in_one_line(const std::vector<std::string>& commands) {
  std::string line;
  for (const std::string& command : commands) line += (line.empty() ? "" : "; ") + command;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string text_at(double x, double y, std::string_view style, const std::string& text) {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>)", x, y, style, html_text(text));
}

std::string data_words(const LineageData& data) {
  std::string words = fmt::format("{} · {}", data.data.id.short_hex(), readable_size(data.data.size));
  if (data.origin.commit) words += fmt::format(" · {}", data.origin.commit->id.substr(0, 7));
  return words;
}

std::string node_class(const LineageNode& node) {
  std::string name = node.kind == LineageNodeKind::Run
                         ? "run"
                         : fmt::format("data from-{}", origin_name(node.data.origin.kind));
  if (node.kind == LineageNodeKind::Run && node.run.record && has_invalid_schema(*node.run.record))
    name += " invalid";
  if (node.kind == LineageNodeKind::Run && !node.run.record) name += " absent";
  return node.focus ? name + " focus" : name;
}

std::string box_texts(const LineageNode& node, Point at) {
  const double x = at.x + 14;
  if (node.kind == LineageNodeKind::Data) {
    return text_at(x, at.y + 20, "name", fit_start(display_path(node.data.path), kNameCharacters)) +
           text_at(x, at.y + 37, "small", data_words(node.data));
  }
  if (!node.run.record) {
    return text_at(x, at.y + 22, "name", "record not here") +
           text_at(x, at.y + 40, "small", node.run.id.short_hex());
  }
  const RunRecord& record = *node.run.record;
  if (!record.was_run()) {
    return text_at(x, at.y + 21, "name", fit_end(record.stage, kNameCharacters)) +
           text_at(x, at.y + 38, "small", "recorded as it was found") +
           text_at(x, at.y + 55, "small", fmt::format("record {}", node.run.id.short_hex()));
  }
  return text_at(x, at.y + 21, "name", fit_end(record.stage, kNameCharacters)) +
         text_at(x, at.y + 38, "command",
                 fit_end(display_path(commands_in_one_line(record.commands)), kCommandCharacters)) +
         text_at(x, at.y + 55, "small",
                 fmt::format("run {} · {}", node.run.id.short_hex(), readable_seconds(record.wall_seconds)));
}

std::string tooltip(const LineageNode& node) {
  if (node.kind == LineageNodeKind::Data) {
    return fmt::format("{}\n{}", display_path(node.data.path), node.data.data.id.to_string());
  }
  return fmt::format("{}\n{}", node.run.record ? node.run.record->stage : "run", node.run.id.to_string());
}

std::string draw_box(const LineageNode& node, std::size_t index, Point at, BoxSize size) {
  std::string svg = fmt::format("<a href=\"#n{}\" class=\"{}\"><title>{}</title>", index, node_class(node),
                                html_text(tooltip(node)));
  svg += fmt::format(R"(<rect class="box" x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}" rx="{}"/>)",
                     at.x, at.y, size.width, size.height, node.kind == LineageNodeKind::Run ? 12 : 5);
  if (node.kind == LineageNodeKind::Data) {
    svg += fmt::format(R"(<rect class="mark" x="{:.1f}" y="{:.1f}" width="5" height="{:.0f}" rx="2"/>)", at.x,
                       at.y, size.height);
  }
  return svg + box_texts(node, at) + "</a>\n";
}

// Bezier pieces that leave and arrive level.
std::string draw_route(const std::vector<Point>& route) {
  std::string path = fmt::format("M{:.1f} {:.1f}", route.front().x, route.front().y);
  for (std::size_t i = 1; i < route.size(); ++i) {
    const double middle = (route[i - 1].x + route[i].x) / 2;
    path += fmt::format(" C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", middle, route[i - 1].y, middle,
                        route[i].y, route[i].x, route[i].y);
  }
  return fmt::format("<path class=\"edge\" d=\"{}\" marker-end=\"url(#arrow)\"/>\n", path);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : display_text(text, Keep::TabsAndLineFeeds)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string readable_size(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string readable_seconds(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  return whole < 3600 ? fmt::format("{} min {} s", whole / 60, whole % 60)
                      : fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

bool has_invalid_schema(const RunRecord& record) {
  return std::any_of(record.schemas.begin(), record.schemas.end(),
                     [](const auto& verdict) { return !verdict.valid; });
}

std::string lineage_drawing(const LineageGraph& graph) {
  std::vector<BoxSize> sizes;
  for (const LineageNode& node : graph.nodes)
    sizes.push_back(node.kind == LineageNodeKind::Run ? kRunBox : kDataBox);
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (const LineageEdge& edge : graph.edges) edges.emplace_back(edge.from, edge.to);
  const GraphLayout layout = lay_out(sizes, edges);
  std::string svg = fmt::format(
      "<svg role=\"img\" aria-label=\"lineage graph\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
      "{0:.0f} {1:.0f}\" "
      "style=\"min-width:{2:.0f}px\" xmlns=\"http://www.w3.org/2000/svg\">\n"
      "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
      "markerHeight=\"7\" "
      "orient=\"auto\"><path class=\"arrow\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
      layout.width, layout.height, layout.width * kSmallestScale);
  for (const auto& route : layout.routes) svg += draw_route(route);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    svg += draw_box(graph.nodes[i], i, layout.boxes[i], sizes[i]);
  return svg + "</svg>\n";
}

}  // namespace dvx
