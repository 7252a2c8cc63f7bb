#include "cli/ui/shown.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/ui/envelope.h"
#include "cli/ui/shown_sink.h"
#include "cli/ui/text.h"

namespace dvx {
namespace {

TEST(Shown, EscapesEveryTextThatIsPutIn) {
  const std::string name = "a\x1b[31m\nb";
  EXPECT_EQ(show("{}|{}|{}\n", name, std::string_view("\r"), name.c_str()).string(),
            "a\\x1b[31m\\x0ab|\\x0d|a\\x1b[31m\\x0ab\n");
}

TEST(Shown, KeepsNumbersWidthsAndColoursOfOurs) {
  const Text text(Text::Color::Always);
  EXPECT_EQ(show("{:>4} {:<5}|{}", 12, "ab", text.red("x\x1b")).string(), "  12 ab   |\x1b[31mx\\x1b\x1b[0m");
}

TEST(Shown, ColoursAreNotEscapedASecondTime) {
  const Text text(Text::Color::Always);
  EXPECT_EQ(text.bold(show("{}\n", text.dim("x"))).string(), "\x1b[1m\x1b[2mx\x1b[0m\n\x1b[0m");
}

TEST(Shown, LinesAreKeptWhereTheyAreMeant) {
  EXPECT_EQ(Shown::lines("a\n\tb\r\x1b").string(), "a\n\tb\\x0d\\x1b");
}

std::string through_sink(const std::vector<std::string_view>& pieces) {
  StringSink terminal;
  ShownSink sink(terminal);
  for (const std::string_view piece : pieces) sink.write(as_bytes(piece));
  sink.finish();
  return terminal.take();
}

TEST(ShownSink, EscapesWhatComesInPieces) {
  EXPECT_EQ(through_sink({"a\x1b", "[2J\n"}), "a\\x1b[2J\n");
  EXPECT_EQ(through_sink({"\xc2", "\x9b", "x"}), "\\u{9b}x");
  EXPECT_EQ(through_sink({"\xf0\x9f", "\x99", "\x82"}), "🙂");
  EXPECT_EQ(through_sink({"a\xe2\x80"}), "a\\xe2\\x80");
}

TEST(Envelope, EscapesWhatATerminalWouldObey) {
  Outcome outcome;
  outcome.data["a"] = "\x1b\u009b\u202e\x7f";
  outcome.warnings.emplace_back("\n\xff");
  const std::string text = envelope("x", outcome);
  EXPECT_NE(text.find(R"("\u001b\u009b\u202e\u007f")"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(nlohmann::json::parse(text)["data"]["a"], outcome.data["a"]);
}

}  // namespace
}  // namespace dvx
