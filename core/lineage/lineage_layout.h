// Places a directed graph in layers from left to right (after Sugiyama, Tagawa and Toda, 1981): layers by
// longest path, order within a layer by barycentres, heights by least squares. Pure: the same graph gives the
// same places.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace dvx {

struct BoxSize {
  double width = 0, height = 0;
};

struct Point {
  double x = 0, y = 0;
};

struct GraphLayout {
  std::vector<Point> boxes;                // top left corner of each box
  std::vector<std::vector<Point>> routes;  // of each edge: from the right of one box to the left of the other
  double width = 0, height = 0;
};

// `edges` are pairs of indices into `boxes`. A cycle is cut at its first box.
GraphLayout lay_out(const std::vector<BoxSize>& boxes,
                    const std::vector<std::pair<std::size_t, std::size_t>>& edges);

}  // namespace dvx
