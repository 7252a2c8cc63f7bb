// Whole runs of small pipelines of shell commands, in real repositories.
#include "core/commands/repro.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/commands/why.h"
#include "core/pipeline/state.h"
#include "core/runs/run_cache.h"
#include "core/workspace/tracked.h"
#include "tests/unit/core/pipeline/pipeline_for_tests.h"

namespace dvx {
namespace {

using ReproTest = PipelineTest;
using enum StageOutcome;

TEST_F(ReproTest, RunsOnceAndThenNothing) {
  two_stages();
  EXPECT_EQ(outcomes(repro_all()), (std::map<std::string, StageOutcome>{{"upper", Ran}, {"count", Ran}}));
  EXPECT_EQ(read("end"), "WORD\nsuffix: one\n");
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"upper", UpToDate}, {"count", UpToDate}}));
}

TEST_F(ReproTest, ParamThereAndBackRestoresFromTheRunCache) {
  two_stages();
  repro_all();
  write("params.yaml", "suffix: two\n");
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"upper", UpToDate}, {"count", Ran}}));
  write("params.yaml", "suffix: one\n");
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"upper", UpToDate}, {"count", Restored}}));
  EXPECT_EQ(read("end"), "WORD\nsuffix: one\n");
}

TEST_F(ReproTest, StopsEarlyWhereOutputsCameOutTheSame) {
  two_stages();
  repro_all();
  write("raw", "# another note\nword\n");
  const ReproReport report = repro_all();
  EXPECT_EQ(outcomes(report), (std::map<std::string, StageOutcome>{{"upper", Ran}, {"count", UpToDate}}));
  EXPECT_TRUE(report.stages[0].outputs_unchanged);
}

TEST_F(ReproTest, RestoresALostOutput) {
  two_stages();
  repro_all();
  remove_tree(path("mid"));
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"upper", Restored}, {"count", UpToDate}}));
  EXPECT_EQ(read("mid"), "WORD\n");
}

TEST_F(ReproTest, KeepsGitFromTakingOutputs) {
  two_stages();
  repro_all();
  EXPECT_EQ(read(".gitignore"), "/mid\n/end\n");
}

TEST_F(ReproTest, FailureRecordsNothingAndStopsWhatNeedsIt) {
  two_stages();
  write("dvx.yaml", read("dvx.yaml") +
                        "  other:\n    cmd: cp raw copy\n    deps: [raw]\n    outs: [copy]\n"
                        "  bad:\n    cmd: exit 3\n    deps: [mid]\n    outs: [x]\n"
                        "  after:\n    cmd: cp x y\n    deps: [x]\n    outs: [y]\n");
  ReproOptions options;
  options.on_failure = OnFailure::KeepGoing;
  const ReproReport report = repro_all(options);
  EXPECT_EQ(outcomes(report),
            (std::map<std::string, StageOutcome>{
                {"upper", Ran}, {"count", Ran}, {"other", Ran}, {"bad", Failed}, {"after", Skipped}}));
  Repository repository = open();
  EXPECT_FALSE(load_lock(repository).stages.contains("bad"));
}

TEST_F(ReproTest, FailureNamesCommandAndStatus) {
  write("dvx.yaml", "stages:\n  bad:\n    cmd: [echo, exit 3]\n    outs: [x]\n");
  EXPECT_EQ(repro_all().stages[0].message, "'exit 3' exited with status 3");
  write("dvx.yaml", "stages:\n  bad:\n    cmd: kill -9 $$\n    outs: [x]\n");
  EXPECT_EQ(repro_all().stages[0].message, "'kill -9 $$' was killed by signal 9 (Killed)");
}

TEST_F(ReproTest, OutputThatWasNotMadeFailsTheStage) {
  write("dvx.yaml", "stages:\n  lazy:\n    cmd: \"true\"\n    outs: [x]\n");
  EXPECT_EQ(repro_all().stages[0].message, "it did not make its output 'x'");
}

TEST_F(ReproTest, StageThatWritesItsInputIsNotRecorded) {
  write("in", "a");
  write("dvx.yaml",
        "stages:\n  odd:\n    cmd: cp in out && echo more >> in\n    deps: [in]\n    outs: [out]\n");
  const ReproReport report = repro_all();
  EXPECT_EQ(report.stages[0].message, "input 'in' changed while the stage ran");
  EXPECT_TRUE(exists(path("out")));
  EXPECT_FALSE(exists(path("dvx.lock")));
}

TEST_F(ReproTest, MissingDependencyIsToldBeforeAnythingRuns) {
  two_stages();
  write("dvx.yaml", read("dvx.yaml") + "  last:\n    cmd: cp rat x\n    deps: [rat]\n    outs: [x]\n");
  try {
    repro_all();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_EQ(error.message(), "dependency 'rat' of stage 'last' does not exist");
    EXPECT_EQ(error.hint(), "did you mean 'raw'? Correct it in dvx.yaml");
  }
  EXPECT_FALSE(exists(path("mid")));
}

TEST_F(ReproTest, NoPipelineIsNotFound) {
  try {
    repro_all();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  }
}

TEST_F(ReproTest, StagesRunAtOnce) {
  // Each waits for the other, so only together can they end.
  const std::string wait =
      "touch made-%; for i in $(seq 500); do [ -e made-@ ] && echo > %.out && exit; sleep 0.02; done; exit 1";
  const auto command = [&](const std::string& me, const std::string& other) {
    std::string text = wait;
    for (std::size_t at; (at = text.find('%')) != std::string::npos;) text.replace(at, 1, me);
    return text.replace(text.find('@'), 1, other);
  };
  write("dvx.yaml", "stages:\n  a:\n    cmd: '" + command("a", "b") +
                        "'\n    outs: [a.out]\n  b:\n    cmd: '" + command("b", "a") +
                        "'\n    outs: [b.out]\n");
  ReproOptions options;
  options.jobs = 2;
  EXPECT_EQ(repro_all(options).count(Ran), 2U);
}

TEST_F(ReproTest, RunRecordsFormAChain) {
  two_stages();
  repro_all();
  Repository repository = open();
  const LockFile lock = load_lock(repository);
  const LockedStage& last = lock.stages.at("count");
  const RunRecord record = parse_run_record(repository.store().read_bytes(last.run), "run");
  ASSERT_EQ(record.deps.size(), 1U);
  EXPECT_EQ(record.deps[0].producer, lock.stages.at("upper").run);
  EXPECT_EQ(record.key, last.key);
  EXPECT_EQ(RunCache(repository.store()).find(last.key), std::vector<ObjectId>{last.run});
}

TEST_F(ReproTest, DirectoryDependencyListsTheOutputsInside) {
  write(
      "dvx.yaml",
      "stages:\n  a:\n    cmd: echo a > d/a\n    outs: [d/a]\n  b:\n    cmd: echo b > d/b\n    outs: [d/b]\n"
      "  join:\n    cmd: cat d/a d/b > all\n    deps: [d]\n    outs: [all]\n");
  repro_all();
  Repository repository = open();
  const LockFile lock = load_lock(repository);
  const RunRecord record = parse_run_record(repository.store().read_bytes(lock.stages.at("join").run), "run");
  ASSERT_EQ(record.deps.size(), 3U);
  EXPECT_EQ(record.deps[1].path, "d/a");
  EXPECT_EQ(record.deps[1].producer, lock.stages.at("a").run);
}

TEST_F(ReproTest, DryRunChangesNothing) {
  two_stages();
  ReproOptions options;
  options.mode = ReproMode::DryRun;
  const ReproReport report = repro_all(options);
  ASSERT_EQ(report.plan.stages.size(), 2U);
  EXPECT_EQ(report.plan.stages[1].decision.action, StageAction::Run);
  EXPECT_FALSE(exists(path("mid")));
  EXPECT_FALSE(exists(path("dvx.lock")));
}

TEST_F(ReproTest, FrozenStageIsLeftAlone) {
  two_stages();
  repro_all();
  std::string text = read("dvx.yaml");
  text.replace(text.find("    deps: [raw]"), 0, "    frozen: true\n");
  write("dvx.yaml", text);
  write("raw", "changed\n");
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"upper", Frozen}, {"count", UpToDate}}));
}

TEST_F(ReproTest, UncachedOutputIsLeftToGit) {
  write("in", "1");
  write("dvx.yaml",
        "stages:\n  m:\n    cmd: cp in copy\n    deps: [in]\n    outs:\n      - copy: {cache: false}\n");
  repro_all();
  EXPECT_FALSE(exists(path(".gitignore")));
  remove_tree(path("copy"));
  EXPECT_EQ(outcomes(repro_all()).at("m"), Ran);
}

TEST_F(ReproTest, UncachedMetricIsRestoredAllTheSame) {
  write("in", "1");
  write(
      "dvx.yaml",
      "stages:\n  m:\n    cmd: cp in m.json\n    deps: [in]\n    metrics:\n      - m.json: {cache: false}\n");
  repro_all();
  write("in", "2");
  repro_all();
  write("in", "1");
  EXPECT_EQ(outcomes(repro_all()).at("m"), Restored);
  EXPECT_EQ(read("m.json"), "1");
}

TEST_F(ReproTest, StateNamesStaleStagesAndWhy) {
  two_stages();
  repro_all();
  write("params.yaml", "suffix: two\n");
  Repository repository = open();
  const auto states = pipeline_state(repository, progress);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].action, StageAction::UpToDate);
  ASSERT_EQ(states[1].reasons.size(), 1U);
  EXPECT_EQ(describe(states[1].reasons[0]), "param params.yaml:suffix: one → two");
}

TEST_F(ReproTest, WhyNamesTheFileInsideOfADirectory) {
  make_directories(path("d"));
  write("d/a", "1");
  write("d/b", "2");
  write("dvx.yaml", "stages:\n  s:\n    cmd: cat d/a d/b > out\n    deps: [d]\n    outs: [out]\n");
  repro_all();
  write("d/b", "3");
  Repository repository = open();
  const WhyReport report = why(repository, {.targets = {"s"}}, progress);
  ASSERT_EQ(report.stages.size(), 1U);
  ASSERT_EQ(report.stages[0].files.count("d"), 1U);
  ASSERT_EQ(report.stages[0].files.at("d").size(), 1U);
  EXPECT_EQ(report.stages[0].files.at("d")[0].path, "d/b");
}

TEST_F(ReproTest, InterruptKeepsWhatWasFinished) {
  write("dvx.yaml",
        "stages:\n  first:\n    cmd: echo 1 > one\n    outs: [one]\n"
        "  second:\n    cmd: touch started; sleep 1000; echo 2 > two\n    deps: [one]\n    outs: [two]\n");
  std::jthread interrupter([this] {
    while (!exists(path("started"))) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    reset_interrupt_for_tests(SIGINT);
  });
  try {
    repro_all();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Interrupted);
  }
  interrupter.join();
  reset_interrupt_for_tests();
  Repository repository = open();
  EXPECT_TRUE(load_lock(repository).stages.contains("first"));
  EXPECT_FALSE(load_lock(repository).stages.contains("second"));
}

TEST_F(ReproTest, GoesOnAfterKill9) {
  write("dvx.yaml",
        "stages:\n  first:\n    cmd: echo 1 > one\n    outs: [one]\n"
        "  second:\n    cmd: echo part > two; [ -e go ] || { touch started; sleep 1000; }\n    deps: [one]\n "
        "   outs: [two]\n");
  const pid_t child = ::fork();
  if (child == 0) {
    repro_all();
    ::_exit(0);
  }
  while (!exists(path("started"))) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  write("go", "");
  EXPECT_EQ(outcomes(repro_all()),
            (std::map<std::string, StageOutcome>{{"first", UpToDate}, {"second", Ran}}));
}

// Whatever was edited in whatever order: after repro the outputs are what running everything anew would give.
TEST_F(ReproTest, EqualsACleanRunAfterRandomEdits) {
  two_stages();
  std::mt19937 random(7);
  for (int step = 0; step < 40; ++step) {
    const auto pick = [&](unsigned n) { return std::to_string(random() % n); };
    switch (random() % 5) {
      case 0:
        write("raw", "# " + pick(3) + "\nword" + pick(3) + "\n");
        break;
      case 1:
        write("params.yaml", "suffix: s" + pick(3) + "\n");
        break;
      case 2:
        remove_tree(path("mid"));
        break;
      case 3:
        remove_tree(path("end"));
        break;
      default:
        write("end", "by hand " + pick(3));
        break;
    }
    repro_all();
    const std::string raw = read("raw");
    std::string word = raw.substr(raw.find('\n') + 1);
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    ASSERT_EQ(read("mid"), word) << "step " << step;
    ASSERT_EQ(read("end"), word + read("params.yaml")) << "step " << step;
  }
}

}  // namespace
}  // namespace dvx
