#include "core/lineage/lineage_layout.h"

#include <algorithm>

namespace dvx {

namespace {

constexpr double kMargin = 24, kColumnGap = 48, kRowGap = 18, kBendGap = 12;
constexpr int kOrderSweeps = 12, kHeightSweeps = 24;
constexpr std::size_t kMostEdgesToUntangle = 3'000;

using Edge = std::pair<std::size_t, std::size_t>;

// A place in a layer: a box, or a bend of an edge that passes through.
struct Slot {
  std::size_t layer = 0;
  double height = 0;
  double y = 0;                            // of the middle
  std::vector<std::size_t> before, after;  // slots in the neighbouring layers
};

class Layout {
 public:
  Layout(const std::vector<BoxSize>& boxes, const std::vector<Edge>& edges) : boxes_(boxes), edges_(edges) {}

  GraphLayout run() {
    assign_layers();
    make_slots();
    untangle();
    stack();
    for (int sweep = 0; sweep < kHeightSweeps; ++sweep) align(sweep % 2 == 0);
    return places();
  }

 private:
  // Longest path from the sources; sources then move right, next to what they feed.
  void assign_layers() {
    const std::size_t n = boxes_.size();
    std::vector<std::vector<std::size_t>> after(n);
    std::vector<std::size_t> waiting(n, 0);
    for (const auto& [from, to] : edges_) {
      after[from].push_back(to);
      ++waiting[to];
    }
    layer_.assign(n, 0);
    std::vector<char> done(n, 0);
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < n; ++i) {
      if (waiting[i] == 0) ready.push_back(i);
    }
    std::size_t first_open = 0;
    for (std::size_t placed = 0; placed < n; ++placed) {
      if (ready.empty()) {  // only cycles are left
        while (done[first_open] != 0) ++first_open;
        ready.push_back(first_open);
      }
      const std::size_t node = ready.back();
      ready.pop_back();
      done[node] = 1;
      for (const std::size_t next : after[node]) {
        if (done[next] != 0) continue;
        layer_[next] = std::max(layer_[next], layer_[node] + 1);
        if (--waiting[next] == 0) ready.push_back(next);
      }
    }
    pull_sources(after);
  }

  void pull_sources(const std::vector<std::vector<std::size_t>>& after) {
    std::vector<char> fed(boxes_.size(), 0);
    for (const auto& [from, to] : edges_) fed[to] = 1;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      if (fed[i] != 0 || after[i].empty()) continue;
      std::size_t nearest = layer_[after[i].front()];
      for (const std::size_t next : after[i]) nearest = std::min(nearest, layer_[next]);
      layer_[i] = nearest > 0 ? nearest - 1 : 0;
    }
  }

  std::size_t add_slot(std::size_t layer, double height) {
    if (layers_.size() <= layer) layers_.resize(layer + 1);
    layers_[layer].push_back(slots_.size());
    slots_.push_back({.layer = layer, .height = height, .y = 0, .before = {}, .after = {}});
    return slots_.size() - 1;
  }

  void make_slots() {
    for (std::size_t i = 0; i < boxes_.size(); ++i) add_slot(layer_[i], boxes_[i].height);
    for (const auto& [from, to] : edges_) {
      std::vector<std::size_t> chain = {from};
      for (std::size_t layer = layer_[from] + 1; layer < layer_[to]; ++layer)
        chain.push_back(add_slot(layer, kBendGap));
      chain.push_back(to);
      if (layer_[from] < layer_[to]) {
        for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
          slots_[chain[i]].after.push_back(chain[i + 1]);
          slots_[chain[i + 1]].before.push_back(chain[i]);
        }
      }
      chains_.push_back(std::move(chain));
    }
  }

  std::vector<std::size_t> positions() const {
    std::vector<std::size_t> position(slots_.size());
    for (const auto& layer : layers_) {
      for (std::size_t i = 0; i < layer.size(); ++i) position[layer[i]] = i;
    }
    return position;
  }

  std::size_t crossings() const {
    const auto position = positions();
    std::size_t count = 0;
    for (const auto& layer : layers_) {
      std::vector<std::size_t> ends;  // of edges in the order of their starts: crossings are inversions
      for (const std::size_t slot : layer) {
        std::vector<std::size_t> mine;
        for (const std::size_t next : slots_[slot].after) mine.push_back(position[next]);
        std::sort(mine.begin(), mine.end());
        ends.insert(ends.end(), mine.begin(), mine.end());
      }
      for (std::size_t i = 0; i < ends.size(); ++i) {
        count += static_cast<std::size_t>(std::count_if(ends.begin(),
                                                        ends.begin() + static_cast<std::ptrdiff_t>(i),
                                                        [&](std::size_t end) { return end > ends[i]; }));
      }
    }
    return count;
  }

  void sort_layer(std::vector<std::size_t>& layer, bool rightward) {
    const auto position = positions();
    std::vector<std::pair<double, std::size_t>> weighted;
    for (const std::size_t slot : layer) {
      const auto& neighbours = rightward ? slots_[slot].before : slots_[slot].after;
      double sum = 0;
      for (const std::size_t other : neighbours) sum += static_cast<double>(position[other]);
      weighted.emplace_back(neighbours.empty() ? static_cast<double>(position[slot])
                                               : sum / static_cast<double>(neighbours.size()),
                            slot);
    }
    std::stable_sort(weighted.begin(), weighted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = weighted[i].second;
  }

  void untangle() {
    if (edges_.size() > kMostEdgesToUntangle) return;
    auto best = layers_;
    std::size_t fewest = crossings();
    for (int sweep = 0; sweep < kOrderSweeps && fewest > 0; ++sweep) {
      const bool rightward = sweep % 2 == 0;
      for (std::size_t i = 0; i < layers_.size(); ++i)
        sort_layer(layers_[rightward ? i : layers_.size() - 1 - i], rightward);
      const std::size_t now = crossings();
      if (now < fewest) {
        fewest = now;
        best = layers_;
      }
    }
    layers_ = best;
  }

  static double distance(const Slot& above, const Slot& below) {
    return above.height / 2 + below.height / 2 + kRowGap;
  }

  void stack() {
    for (const auto& layer : layers_) {
      double y = 0;
      for (std::size_t i = 0; i < layer.size(); ++i) {
        if (i > 0) y += distance(slots_[layer[i - 1]], slots_[layer[i]]);
        slots_[layer[i]].y = y;
      }
    }
  }

  // Each slot wants to be level with its neighbours; kept in order and apart, the wishes are met by least
  // squares: slots that would overlap are pooled and share the mean of their wishes (pool adjacent
  // violators).
  void align_layer(const std::vector<std::size_t>& layer) {
    struct Pool {
      double sum = 0;
      std::size_t count = 0;
      double mean() const { return sum / static_cast<double>(count); }
    };
    std::vector<Pool> pools;
    std::vector<double> offsets;
    double offset = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const Slot& slot = slots_[layer[i]];
      if (i > 0) offset += distance(slots_[layer[i - 1]], slot);
      offsets.push_back(offset);
      double wish = slot.y;
      if (const std::size_t n = slot.before.size() + slot.after.size(); n > 0) {
        wish = 0;
        for (const std::size_t other : slot.before) wish += slots_[other].y;
        for (const std::size_t other : slot.after) wish += slots_[other].y;
        wish /= static_cast<double>(n);
      }
      pools.push_back({wish - offset, 1});
      while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
        pools[pools.size() - 2].sum += pools.back().sum;
        pools[pools.size() - 2].count += pools.back().count;
        pools.pop_back();
      }
    }
    std::size_t i = 0;
    for (const Pool& pool : pools) {
      for (std::size_t k = 0; k < pool.count; ++k, ++i) slots_[layer[i]].y = pool.mean() + offsets[i];
    }
  }

  void align(bool rightward) {
    for (std::size_t i = 0; i < layers_.size(); ++i)
      align_layer(layers_[rightward ? i : layers_.size() - 1 - i]);
  }

  GraphLayout places() const {
    std::vector<double> width(layers_.size(), 0), left(layers_.size(), kMargin);
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      width[layer_[i]] = std::max(width[layer_[i]], boxes_[i].width);
    for (std::size_t i = 1; i < layers_.size(); ++i) left[i] = left[i - 1] + width[i - 1] + kColumnGap;
    double top = slots_.empty() ? 0 : slots_.front().y, bottom = top;
    for (const Slot& slot : slots_) {
      top = std::min(top, slot.y - slot.height / 2);
      bottom = std::max(bottom, slot.y + slot.height / 2);
    }
    const auto level = [&](std::size_t slot) { return slots_[slot].y - top + kMargin; };
    GraphLayout layout;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      layout.boxes.push_back(
          {left[layer_[i]] + (width[layer_[i]] - boxes_[i].width) / 2, level(i) - boxes_[i].height / 2});
    }
    for (const auto& chain : chains_) {
      std::vector<Point> route = {
          {layout.boxes[chain.front()].x + boxes_[chain.front()].width, level(chain.front())}};
      for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
        const std::size_t layer = slots_[chain[i]].layer;
        route.push_back({left[layer], level(chain[i])});
        route.push_back({left[layer] + width[layer], level(chain[i])});
      }
      route.push_back({layout.boxes[chain.back()].x, level(chain.back())});
      layout.routes.push_back(std::move(route));
    }
    layout.width = layers_.empty() ? 2 * kMargin : left.back() + width.back() + kMargin;
    layout.height = bottom - top + 2 * kMargin;
    return layout;
  }

  const std::vector<BoxSize>& boxes_;
  const std::vector<Edge>& edges_;
  std::vector<std::size_t> layer_;
  std::vector<Slot> slots_;                       // boxes first, then bends
  std::vector<std::vector<std::size_t>> layers_;  // slots from top to bottom
  std::vector<std::vector<std::size_t>> chains_;  // of each edge: the slots it goes through
};

}  // namespace

GraphLayout lay_out(const std::vector<BoxSize>& boxes, const std::vector<Edge>& edges) {
  return Layout(boxes, edges).run();
}

}  // namespace dvx
