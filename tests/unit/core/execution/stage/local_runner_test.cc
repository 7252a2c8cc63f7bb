#include "core/execution/stage/local_runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class LocalRunnerTest : public testing::Test {
 protected:
  CommandJob job(std::vector<std::string> commands) {
    return {.stage = "s",
            .commands = std::move(commands),
            .directory = place.path(),
            .environment = {{"PATH", "/usr/bin:/bin"}, {"WORD", "value"}},
            .log_file = join_path(place.path(), "log"),
            .on_line = [this](std::string_view line) { lines.emplace_back(line); },
            .timeout = {},
            .should_stop = {},
            .kill_now = {}};
  }

  TemporaryDirectory place{testing::TempDir()};
  std::vector<std::string> lines;
  LocalRunner runner;
};

TEST_F(LocalRunnerTest, CapturesBothStreamsInOrder) {
  EXPECT_TRUE(runner.run(job({"echo out; echo err >&2; printf rest", "echo $WORD"})).ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"out", "err", "rest", "value"}));
  EXPECT_EQ(read_file(join_path(place.path(), "log")), "out\nerr\nrestvalue\n");
}

TEST_F(LocalRunnerTest, StopsAtTheFirstCommandThatFails) {
  const CommandOutcome outcome = runner.run(job({"true", "exit 7", "echo never"}));
  EXPECT_EQ(outcome.exit_status, 7);
  EXPECT_EQ(outcome.command, 1U);
  EXPECT_TRUE(lines.empty());
}

TEST_F(LocalRunnerTest, TellsTheSignal) {
  EXPECT_EQ(runner.run(job({"kill -9 $$"})).signal, SIGKILL);
}

TEST_F(LocalRunnerTest, StopsWhenAsked) {
  CommandJob asked = job({"sleep 1000"});
  asked.should_stop = [] { return true; };
  const CommandOutcome outcome = runner.run(asked);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_FALSE(outcome.ok());
}

// The guard reaches the shell's children too, which a parent-death signal on the shell would not.
TEST_F(LocalRunnerTest, NothingOutlivesAKilledDvx) {
  const std::string pid_file = join_path(place.path(), "pid");
  const pid_t child = ::fork();
  if (child == 0) {
    runner.run(job({"sh -c 'echo $$ > pid.new; mv pid.new pid; exec sleep 1000'; true"}));
    ::_exit(0);
  }
  while (!exists(pid_file)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const pid_t grandchild = static_cast<pid_t>(std::stol(read_file(pid_file)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  // It becomes a zombie of init, or is gone: either way nothing of it runs.
  const std::string status = "/proc/" + std::to_string(grandchild) + "/status";
  for (;;) {
    const auto text = read_file_if_exists(status);
    if (!text || text->find("State:\tZ") != std::string::npos) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_F(LocalRunnerTest, StopsAtItsTimeout) {
  CommandJob slow = job({"sleep 60", "echo never"});
  slow.timeout = std::chrono::milliseconds(50);
  const CommandOutcome outcome = runner.run(slow);
  EXPECT_TRUE(outcome.overdue);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_FALSE(outcome.ok());
  EXPECT_TRUE(lines.empty());
  slow.commands = {"true"};
  slow.timeout = std::chrono::minutes(1);
  EXPECT_TRUE(runner.run(slow).ok());
}

TEST_F(LocalRunnerTest, BehindALauncherTheCommandIsToldToStop) {
  CommandJob asked = job({"echo done > told; exit 7"});
  int told = 0;
  asked.launcher = {.words = {"/bin/sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; exec \"$@\"", "sh"},
                    .tell = [&](int signal) {
                      told = signal;
                      write_file_atomically(join_path(place.path(), "go"), "");
                      return true;
                    }};
  asked.should_stop = [] { return true; };
  const CommandOutcome outcome = runner.run(asked);
  EXPECT_EQ(told, SIGTERM);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.exit_status, 7);
  EXPECT_TRUE(exists(join_path(place.path(), "told"))) << "it had time to end by itself";
}

TEST_F(LocalRunnerTest, AStatusOfALauncherTellsTheSignal) {
  CommandJob killed = job({"true"});
  killed.launcher = {.words = {"/bin/sh", "-c", "exit 137", "sh"}, .tell = {}};
  EXPECT_EQ(runner.run(killed).signal, SIGKILL);
  killed.launcher.words[2] = "exit 130";
  EXPECT_EQ(runner.run(killed).signal, 0);
}

}  // namespace
}  // namespace dvx
