#include "cli/ui/dag_drawing.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(DagDrawing, OfNothingIsNothing) {
  EXPECT_EQ(draw_dag({}).string(), "");
}

TEST(DagDrawing, DrawsAChainStraightDown) {
  EXPECT_EQ(draw_dag({.labels = {"raw", "prepare", "train"}, .edges = {{0, 1}, {1, 2}}}).string(),
            "● raw\n"
            "● prepare\n"
            "● train\n");
}

TEST(DagDrawing, DrawsStagesApartSideBySide) {
  EXPECT_EQ(draw_dag({.labels = {"a", "b", "a2", "b2"}, .edges = {{0, 2}, {1, 3}}}).string(),
            "● a\n"
            "│ ● b\n"
            "● │ a2\n"
            "  ● b2\n");
}

TEST(DagDrawing, SplitsAndJoins) {
  EXPECT_EQ(draw_dag({.labels = {"raw1", "raw2", "prepare", "features", "forest", "logreg", "evaluate"},
                      .edges = {{0, 2}, {1, 2}, {2, 3}, {3, 4}, {3, 5}, {3, 6}, {4, 6}, {5, 6}}})
                .string(),
            "● raw1\n"
            "│ ● raw2\n"
            "├─╯\n"
            "● prepare\n"
            "● features\n"
            "├─╮\n"
            "│ ● forest\n"
            "├─│─╮\n"
            "│ │ ● logreg\n"
            "├─┴─╯\n"
            "● evaluate\n");
}

}  // namespace
}  // namespace dvx
