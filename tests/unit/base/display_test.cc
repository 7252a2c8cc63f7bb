#include "base/display.h"

#include <gtest/gtest.h>

#include "base/subprocess.h"

namespace dvx {
namespace {

struct Shown {
  std::string_view text, display;
};

TEST(Display, EscapesWhatATerminalWouldObey) {
  constexpr Shown kCases[] = {
      {"plain, größer, 数据, 🙂", "plain, größer, 数据, 🙂"},
      {"a\x1b[31mb", "a\\x1b[31mb"},
      {"a\nb\rc\td\x7f", "a\\x0ab\\x0dc\\x09d\\x7f"},
      {"\u009b31m", "\\u{9b}31m"},                     // the 8-bit form of ESC [
      {"\u0080\u009f\u00a0", "\\u{80}\\u{9f}\u00a0"},  // the ends of the range
      {"exe\u202egnp", "exe\\u{202e}gnp"},
      {"\u2066\u2069\u200e\u200f\u061c", "\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}"},
      {"\u2028\u2029", "\\u{2028}\\u{2029}"},
      {"\xff\xc2", "\\xff\\xc2"},  // no UTF-8
      {"\x9b", "\\x9b"},           // nor is the single byte that 8-bit terminals obey
      {"", ""},
  };
  for (const auto& [text, display] : kCases) EXPECT_EQ(display_text(text), display);
}

TEST(Display, KeepsWhatItIsToldToKeep) {
  EXPECT_EQ(display_text("a\tb\nc\r", Keep::Tabs), "a\tb\\x0ac\\x0d");
  EXPECT_EQ(display_text("a\tb\nc\r", Keep::TabsAndLineFeeds), "a\tb\nc\\x0d");
}

TEST(Display, EscapesZeroBytes) {
  EXPECT_EQ(display_text(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Display, ASecondTimeChangesNothing) {
  const std::string once = display_text("\x1b[31m\u202e\xff\n");
  EXPECT_EQ(display_text(once), once);
}

TEST(Display, AHintCanBePastedWhateverTheNameHolds) {
  EXPECT_EQ(paste_quote("data/x"), "data/x");
  EXPECT_EQ(paste_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(paste_quote("a\x1b[31mb"), "$'a\\x1b[31mb'");
  EXPECT_EQ(paste_quote("it's\n\\"), "$'it\\'s\\x0a\\\\'");
  EXPECT_EQ(paste_quote("\u202e"), "$'\\xe2\\x80\\xae'");
}

TEST(Display, TheShellReadsAPastedWordAsTheName) {
  for (const std::string word : {"a\x1b"
                                 "bc",
                                 "it's\n\\x41",
                                 "\u009b1\xff"
                                 "2",
                                 "\u202e\tz"}) {
    const ProcessResult result = run_process({"bash", "-c", "printf %s " + paste_quote(word)});
    EXPECT_EQ(result.output, word);
  }
}

TEST(Display, JsonStaysTheSameDocument) {
  EXPECT_EQ(display_json("{\"a\x7f\":\"\u009b\u202e é\"}"), "{\"a\\u007f\":\"\\u009b\\u202e é\"}");
}

}  // namespace
}  // namespace dvx
