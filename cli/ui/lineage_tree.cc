#include "cli/ui/lineage_tree.h"

#include <fmt/format.h>

#include <set>

#include "base/clock.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr std::size_t kLongestCommand = 60;
constexpr std::size_t kShortCommit = 7;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::string shortened(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  if (text.size() > kLongestCommand) text = text.substr(0, kLongestCommand - 3) + "...";
  return display_path(text);
}

class TreeWriter {
 public:
  TreeWriter(const LineageGraph& graph, LineageDirection direction, const Text& text,
             const std::function<std::string(const std::string&)>& name_of)
      : graph_(graph), direction_(direction), text_(text), name_of_(name_of) {}

  void write(std::size_t node, const Shown& lead, const Shown& lead_below) {
    const std::vector<std::size_t> next =
        direction_ == LineageDirection::Up ? graph_.before(node) : graph_.after(node);
    const bool again = !seen_.insert(node).second;
    out_ += lead + line(graph_.nodes[node]);
    if (again && !next.empty()) out_ += text_.dim("  (see above)");
    out_ += "\n";
    if (again) return;
    for (std::size_t i = 0; i < next.size(); ++i) {
      const bool last = i + 1 == next.size();
      write(next[i], show("{}{}", lead_below, last ? "└─ " : "├─ "),
            show("{}{}", lead_below, last ? "   " : "│  "));
    }
  }

  Shown take() { return std::move(out_); }

 private:
  Shown line(const LineageNode& node) const {
    return node.kind == LineageNodeKind::Run ? run_line(node.run) : data_line(node.data);
  }

  Shown run_line(const LineageRun& run) const {
    if (!run.record) return text_.red(show("run {} (its record is not here: dvx fetch)", run.id.short_hex()));
    const RunRecord& record = *run.record;
    if (!record.was_run()) {
      return show("{}  record {}  {}  recorded as it was found, no run made it", text_.cyan(record.stage),
                  run.id.short_hex(), format_utc(record.started_ns).substr(0, 16));
    }
    Shown line = show("{}  run {}  {}  {}", text_.cyan(record.stage), run.id.short_hex(),
                      format_utc(record.started_ns).substr(0, 16), human_seconds(record.wall_seconds));
    for (const std::string& command : record.commands) line += "  " + text_.dim("$ " + shortened(command));
    return line;
  }

  Shown data_line(const LineageData& data) const {
    return show("{}  {}  {}{}", text_.bold(display_path(name_of_(data.path))), data.data.id.short_hex(),
                human_size(data.data.size), origin(data.origin));
  }

  Shown origin(const Origin& origin) const {
    Shown where;
    switch (origin.kind) {
      case OriginKind::Run:
      case OriginKind::Parts:
        return {};
      case OriginKind::Pointer:
        where = Shown::of(name_of_(origin.pointer));
        break;
      case OriginKind::Git:
        where = "in git";
        break;
      case OriginKind::Unknown:
        return "  " + text_.yellow("not recorded in git");
    }
    if (!origin.commit) return "  " + text_.green(where) + text_.yellow(", not committed yet");
    const GitCommitInfo& commit = *origin.commit;
    return show("  {} since {} {} {}: {}", text_.green(where),
                text_.yellow(commit.id.substr(0, kShortCommit)),
                format_utc(commit.time * kNanoseconds).substr(0, 10), display_path(commit.author),
                display_path(commit.summary));
  }

  const LineageGraph& graph_;
  LineageDirection direction_;
  const Text& text_;
  const std::function<std::string(const std::string&)>& name_of_;
  std::set<std::size_t> seen_;
  Shown out_;
};

}  // namespace

Shown lineage_tree(const LineageReport& report, LineageDirection direction, const Text& text,
                   const std::function<std::string(const std::string&)>& name_of) {
  TreeWriter writer(report.graph, direction, text, name_of);
  writer.write(report.focus, "", "");
  return writer.take();
}

}  // namespace dvx
