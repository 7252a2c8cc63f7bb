#include "core/lineage/lineage_layout.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

constexpr BoxSize kBox{100, 40};

bool overlap(const GraphLayout& layout, std::size_t a, std::size_t b) {
  const Point p = layout.boxes[a], q = layout.boxes[b];
  return p.x < q.x + kBox.width && q.x < p.x + kBox.width && p.y < q.y + kBox.height &&
         q.y < p.y + kBox.height;
}

bool any_overlap(const GraphLayout& layout) {
  for (std::size_t a = 0; a < layout.boxes.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (overlap(layout, a, b)) return true;
    }
  }
  return false;
}

TEST(LineageLayout, EveryEdgeGoesRight) {
  const std::vector<std::pair<std::size_t, std::size_t>> edges = {{0, 1}, {1, 2}, {0, 2},
                                                                  {3, 2}, {1, 4}, {2, 4}};
  const GraphLayout layout = lay_out(std::vector<BoxSize>(5, kBox), edges);
  for (const auto& [from, to] : edges) EXPECT_LT(layout.boxes[from].x + kBox.width, layout.boxes[to].x);
  EXPECT_FALSE(any_overlap(layout));
}

TEST(LineageLayout, ASourceStandsNextToWhatItFeeds) {
  const GraphLayout layout = lay_out(std::vector<BoxSize>(4, kBox), {{0, 1}, {1, 2}, {3, 2}});
  EXPECT_EQ(layout.boxes[3].x, layout.boxes[1].x);
}

TEST(LineageLayout, UntanglesWhatCanBeUntangled) {
  const GraphLayout layout = lay_out(std::vector<BoxSize>(4, kBox), {{0, 3}, {1, 2}});
  EXPECT_EQ(layout.boxes[0].y < layout.boxes[1].y, layout.boxes[3].y < layout.boxes[2].y);
}

TEST(LineageLayout, ALongEdgeRunsClearOfTheBoxesItPasses) {
  const GraphLayout layout = lay_out(std::vector<BoxSize>(3, kBox), {{0, 1}, {1, 2}, {0, 2}});
  const std::vector<Point>& route = layout.routes[2];
  ASSERT_EQ(route.size(), 4U);
  EXPECT_TRUE(route[1].y < layout.boxes[1].y || route[1].y > layout.boxes[1].y + kBox.height);
}

TEST(LineageLayout, SurvivesACycleAndNothing) {
  EXPECT_EQ(lay_out(std::vector<BoxSize>(3, kBox), {{0, 1}, {1, 2}, {2, 0}}).boxes.size(), 3U);
  EXPECT_TRUE(lay_out({}, {}).boxes.empty());
}

TEST(LineageLayout, KeepsManyBoxesApartAndInsideOfThePicture) {
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (std::size_t i = 1; i < 200; ++i) edges.emplace_back((i * 7919) % i, i);
  const GraphLayout layout = lay_out(std::vector<BoxSize>(200, kBox), edges);
  EXPECT_FALSE(any_overlap(layout));
  for (const Point& box : layout.boxes) {
    EXPECT_GE(box.y, 0);
    EXPECT_LE(box.y + kBox.height, layout.height);
    EXPECT_LE(box.x + kBox.width, layout.width);
  }
}

}  // namespace
}  // namespace dvx
