#include "cli/ui/dag_drawing.h"

#include <algorithm>
#include <optional>

namespace dvx {
namespace {

constexpr const char* kNode = "●";

// Each column is the rail of one node. It stays open until the last node that needs the node is drawn.
class Rails {
 public:
  explicit Rails(const DagDrawing& drawing)
      : needs_(drawing.labels.size()), waiting_(drawing.labels.size()), labels_(drawing.labels) {
    for (const auto& [from, to] : drawing.edges) {
      needs_[to].push_back(from);
      ++waiting_[from];
    }
  }

  Shown draw() {
    Shown out;
    for (std::size_t node = 0; node < labels_.size(); ++node) out += rows(node);
    return out;
  }

 private:
  Shown rows(std::size_t node) {
    std::vector<bool> joins(columns_.size()), ends(columns_.size());
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const auto& holder = columns_[column];
      joins[column] = holder && std::ranges::find(needs_[node], *holder) != needs_[node].end();
      ends[column] = joins[column] && --waiting_[*holder] == 0;
    }
    const std::size_t place = column_for_node(joins, ends);
    const Shown above = joining_row(joins, ends, place);
    for (std::size_t column = 0; column < ends.size(); ++column) {
      if (ends[column]) columns_[column].reset();
    }
    if (place >= columns_.size()) columns_.resize(place + 1);
    const Shown own = node_row(node, place);
    columns_[place] = waiting_[node] > 0 ? std::optional(node) : std::nullopt;
    while (!columns_.empty() && !columns_.back()) columns_.pop_back();
    return above + own;
  }

  // Chooses the column straight below a rail that ends here. When there is none, it chooses the first free
  // column, beside the inputs of the node if it has any.
  std::size_t column_for_node(const std::vector<bool>& joins, const std::vector<bool>& ends) const {
    const auto ending = std::ranges::find(ends, true);
    if (ending != ends.end()) return static_cast<std::size_t>(ending - ends.begin());
    const auto joining = std::ranges::find(joins, true);
    std::size_t column = joining == joins.end() ? 0 : static_cast<std::size_t>(joining - joins.begin()) + 1;
    while (column < columns_.size() && columns_[column]) ++column;
    return column;
  }

  // Draws the lines that lead from the rails to the column of the node. The row is empty when the node stands
  // below its only rail.
  Shown joining_row(const std::vector<bool>& joins, const std::vector<bool>& ends, std::size_t place) const {
    std::size_t left = place;
    std::size_t right = place;
    for (std::size_t column = 0; column < joins.size(); ++column) {
      if (!joins[column]) continue;
      left = std::min(left, column);
      right = std::max(right, column);
    }
    if (left == right) return {};
    std::string row;
    for (std::size_t column = 0; column < std::max(columns_.size(), right + 1); ++column) {
      const bool rail = column < columns_.size() && columns_[column].has_value();
      const bool within = column >= left && column <= right;
      const bool joined = column == place || (column < joins.size() && joins[column]);
      const bool down = column == place || (rail && !(column < ends.size() && ends[column]));
      row += within && joined ? corner(rail, down, column > left, column < right)
             : rail           ? "│"
             : within         ? "─"
                              : " ";
      row += column >= left && column < right ? "─" : " ";
    }
    return Shown::of(trimmed(row)) + "\n";
  }

  // Returns the character with arms to the given sides.
  static const char* corner(bool up, bool down, bool left, bool right) {
    if (up && down) return left && right ? "┼" : left ? "┤" : "├";
    if (up) return left && right ? "┴" : left ? "╯" : "╰";
    return left && right ? "┬" : left ? "╮" : "╭";
  }

  Shown node_row(std::size_t node, std::size_t place) const {
    std::string row;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      row += column == place ? kNode : columns_[column] ? "│" : " ";
      row += " ";
    }
    return show("{} {}\n", trimmed(row), labels_[node]);
  }

  static std::string trimmed(std::string row) {
    row.erase(row.find_last_not_of(' ') + 1);
    return row;
  }

  std::vector<std::vector<std::size_t>> needs_;
  // The number of nodes not yet drawn that need this node.
  std::vector<std::size_t> waiting_;
  const std::vector<Shown>& labels_;
  std::vector<std::optional<std::size_t>> columns_;
};

}  // namespace

Shown draw_dag(const DagDrawing& drawing) {
  return Rails(drawing).draw();
}

}  // namespace dvx
