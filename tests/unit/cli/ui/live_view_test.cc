#include "cli/ui/live_view.h"

#include <gtest/gtest.h>

#include "cli/ui/display_width.h"

namespace dvx {
namespace {

using Lines = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr TaskBoard::Time kStart{};

TEST(DisplayWidth, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("起動"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(display_width("🚀"), 2U);
  EXPECT_EQ(display_width("a → ü"), 5U);
}

TEST(DisplayWidth, CutsToWhatFits) {
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdef", 5), "abcd…");
  EXPECT_EQ(cut_to_width("起動起", 4), "起…");
  EXPECT_EQ(cut_to_width("abc", 1), "…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
  EXPECT_EQ(cut_to_width("a\x1b[2J", 20), "a\\x1b[2J");
}

TEST(DisplayWidth, MakesLinesOfProgramsHarmless) {
  EXPECT_EQ(harmless_line("plain\ttext"), "plain\ttext");
  EXPECT_EQ(harmless_line("10%\r20%\r"), "20%");
  EXPECT_EQ(harmless_line("\x1b[31mred\x1b[0m"), "\x1b[31mred\x1b[0m\x1b[0m");
  EXPECT_EQ(harmless_line("a\x1b[2J\x1b[1;1Hb\x1b]0;title\ac\x1b(Bd\x07"), "abcd");
  EXPECT_EQ(harmless_line("\x1b"), "");
  EXPECT_EQ(harmless_line("\x1b[12"), "");
}

TEST(TaskBoard, TellsWhatRunsAndForHowLong) {
  TaskBoard board;
  board.begin(5);
  board.start("train", 30.0, kStart);
  board.start("prepare@eu", std::nullopt, kStart + milliseconds(9500));
  board.end("fetch", TaskEnd::Done);
  EXPECT_EQ(board.lines(kStart + milliseconds(12400), 80, 24),
            (Lines{"  train       12 s, about 17 s left", "  prepare@eu  2 s",
                   "1 of 5 done, 2 running, 2 waiting"}));
  board.end("train", TaskEnd::Failed);
  board.end("report", TaskEnd::Skipped);
  EXPECT_EQ(board.lines(kStart + milliseconds(75000), 80, 24),
            (Lines{"  prepare@eu  1 min 6 s", "1 of 5 done, 1 failed, 1 running, 1 waiting, 1 skipped"}));
}

TEST(TaskBoard, SaysWhenATaskTakesLongerThanLastTime) {
  TaskBoard board;
  board.begin(1);
  board.start("a", 10.0, kStart);
  const auto time = [&](double seconds) {
    return board.lines(kStart + milliseconds(static_cast<int>(seconds * 1000)), 80, 24).front();
  };
  EXPECT_EQ(time(8.9), "  a  8 s, about 1 s left");
  EXPECT_EQ(time(10.5), "  a  10 s");
  EXPECT_EQ(time(14), "  a  14 s, took 10 s last time");
}

TEST(TaskBoard, FitsIntoTheTerminal) {
  TaskBoard board;
  board.begin(20);
  for (int i = 0; i < 12; ++i) board.start("stage-" + std::string(60, 'x') + std::to_string(i), 99.0, kStart);
  for (const std::size_t rows : {1U, 3U, 4U, 10U, 100U}) {
    const Lines lines = board.lines(kStart, 30, rows);
    EXPECT_LE(lines.size(), std::max<std::size_t>(1, rows / 2)) << rows;
    for (const std::string& line : lines) EXPECT_LE(display_width(line), 30U) << line;
  }
  EXPECT_EQ(board.lines(kStart, 80, 10)[3], "  and 9 more");
}

TEST(TerminalBlock, GoesBackOverWhatItDrew) {
  TerminalBlock block;
  EXPECT_EQ(block.erase(80), "");
  EXPECT_EQ(block.draw({"one", "two"}, 80), "one\ntwo");
  EXPECT_TRUE(block.shows({"one", "two"}, 80));
  EXPECT_FALSE(block.shows({"one", "two"}, 79));
  EXPECT_EQ(block.draw({"three"}, 80), "\r\x1b[1A\x1b[Jthree");
  EXPECT_EQ(block.erase(80), "\r\x1b[J");
  EXPECT_FALSE(block.is_drawn());
}

TEST(TerminalBlock, KnowsHowMuchANarrowerTerminalWraps) {
  TerminalBlock block;
  block.draw({std::string(25, 'a'), std::string(10, 'b'), std::string(15, 'c')}, 80);
  EXPECT_EQ(block.erase(10), "\r\x1b[5A\x1b[J");  // 3 rows, 1 row, and one above the cursor
}

}  // namespace
}  // namespace dvx
