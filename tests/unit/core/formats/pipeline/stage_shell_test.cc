#include "core/formats/pipeline/stage_shell.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

Stage stage_of(const std::string& command, const std::string& shell = "") {
  Stage stage;
  stage.commands = {command};
  stage.execution.shell = shell;
  return stage;
}

TEST(StageShell, OneLineStaysAsItIs) {
  EXPECT_FALSE(stops_at_failing_line("false; true"));
  EXPECT_FALSE(stops_at_failing_line("false\n"));
  EXPECT_FALSE(stops_at_failing_line("# what it does\n\npython3 train.py"));
  EXPECT_FALSE(stops_at_failing_line("python3 train.py \\\n  --epochs 5 \\\n  --seed 1"));
  EXPECT_EQ(shell_commands(stage_of("false; true")), (std::vector<std::string>{"false; true"}));
}

TEST(StageShell, SeveralLinesStopAtTheOneThatFails) {
  EXPECT_TRUE(stops_at_failing_line("false\ntrue"));
  EXPECT_TRUE(stops_at_failing_line("echo two backslashes \\\\\ntrue"));
  EXPECT_TRUE(stops_at_failing_line("cat <<E\nE"));
  EXPECT_EQ(shell_commands(stage_of("false\ntrue")), (std::vector<std::string>{"set -e; false\ntrue"}));
  EXPECT_EQ(shell_commands(stage_of("false\ntrue", "bash")),
            (std::vector<std::string>{"exec bash -c 'set -e; false\ntrue'"}));
}

TEST(StageShell, OtherLanguagesAreLeftAlone) {
  EXPECT_FALSE(stops_at_failing_line(stage_of("false\ntrue", "fish")));
  EXPECT_EQ(shell_commands(stage_of("a\nb", "fish")), (std::vector<std::string>{"exec fish -c 'a\nb'"}));
}

}  // namespace
}  // namespace dvx
