#include "base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"

namespace dvx {
namespace {

TEST(Subprocess, CollectsOutputAndStatus) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error_output, "err\n");
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_FALSE(result.ok());
}

TEST(Subprocess, MergesStderrInTheOrderWritten) {
  ProcessOptions options;
  options.merge_stderr = true;
  EXPECT_EQ(run_process({"sh", "-c", "echo 1; echo 2 >&2; echo 3"}, options).output, "1\n2\n3\n");
}

TEST(Subprocess, FeedsInputLargerThanAPipe) {
  ProcessOptions options;
  options.input = std::string(1 << 20, 'x');
  EXPECT_EQ(run_process({"wc", "-c"}, options).output, "1048576\n");
}

// From a pipe, a git that adds the paths it is told would take an end that came too early for all of them,
// and nothing at all for everything there is.
TEST(Subprocess, HasItsWholeInputBeforeItStarts) {
  ProcessOptions options;
  options.input = "some";
  EXPECT_TRUE(run_process({"/bin/sh", "-c", "test -f /dev/stdin && test \"$(cat)\" = some"}, options).ok());
}

TEST(Subprocess, HandsOutPiecesAsTheyCome) {
  std::string seen;
  ProcessOptions options;
  options.on_output = [&](std::string_view piece) { seen += piece; };
  EXPECT_TRUE(run_process({"seq", "100000"}, options).output.empty());
  EXPECT_EQ(seen.size(), 588895U);
}

TEST(Subprocess, GivesTheEnvironmentAndDirectoryAskedFor) {
  ProcessOptions options;
  options.environment = {{"PATH", "/usr/bin:/bin"}, {"ONLY", "this"}};
  options.directory = "/";
  EXPECT_EQ(run_process({"sh", "-c", "echo $ONLY; pwd; echo ${HOME-none}"}, options).output,
            "this\n/\nnone\n");
}

TEST(Subprocess, NamesAProgramThatDoesNotExist) {
  try {
    run_process({"no-such-program-here"});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_EQ(error.message(), "program 'no-such-program-here' is not installed");
  }
}

TEST(Subprocess, ReportsTheSignalThatKilledTheChild) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -KILL $$"}).signal, SIGKILL);
}

TEST(Subprocess, StopsTheWholeGroupWhenAsked) {
  ProcessOptions options;
  options.should_stop = [] { return true; };
  const ProcessResult result = run_process({"sh", "-c", "sleep 600 & sleep 600; wait"}, options);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.signal, SIGTERM);
}

TEST(Subprocess, LeavesNoProcessBehind) {
  // The grandchild holds the pipe open; without being killed it would keep the call waiting for ten minutes.
  EXPECT_TRUE(run_process({"sh", "-c", "sleep 600 & echo started"}).ok());
}

TEST(Subprocess, HandsOnNoDescriptorsButTheThree) {
  const int kept = ::open("/", O_RDONLY);  // as somebody who starts us could have left one open
  const ProcessResult result = run_process({"/bin/ls", "/proc/self/fd"});
  ::close(kept);
  EXPECT_EQ(result.output, "0\n1\n2\n3\n") << "3 is the listing itself";
}

TEST(ShellQuote, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quote("data/x.csv"), "data/x.csv");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote(""), "''");
}

}  // namespace
}  // namespace dvx
