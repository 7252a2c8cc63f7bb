// Whole rebuilds of small pipelines of shell commands.
#include "core/verify/rebuild.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/error.h"
#include "core/execution/stage/local_runner.h"
#include "tests/unit/core/pipeline/pipeline_for_tests.h"

namespace dvx {
namespace {

// Runs commands on this machine and remembers which and where.
class WatchedRunner final : public CommandRunner {
 public:
  std::string name() const override { return "local"; }
  CommandOutcome run(const CommandJob& job) override {
    {
      const std::lock_guard lock(mutex_);
      directories_[job.stage] = job.directory;
    }
    return runner_.run(job);
  }

  const std::map<std::string, std::string>& directories() const { return directories_; }  // after the rebuild

 private:
  LocalRunner runner_;
  std::mutex mutex_;
  std::map<std::string, std::string> directories_;
};

class InterruptingRunner final : public CommandRunner {
 public:
  std::string name() const override { return "local"; }
  CommandOutcome run(const CommandJob&) override {
    reset_interrupt_for_tests(SIGINT);
    return {.exit_status = 1};
  }
};

class RebuildTest : public PipelineTest {
 protected:
  RebuildReport rebuild_all(const RebuildOptions& options = {}) {
    Repository repository = open();
    return rebuild(repository, options, runner, progress);
  }
  using Outcomes = std::map<std::string, RebuildOutcome>;
  static Outcomes outcomes(const RebuildReport& report) {
    Outcomes result;
    for (const RebuiltStage& stage : report.stages) result[stage.stage] = stage.outcome;
    return result;
  }
  static const RebuiltStage& stage(const RebuildReport& report, const std::string& name) {
    return *std::find_if(report.stages.begin(), report.stages.end(),
                         [&](const RebuiltStage& it) { return it.stage == name; });
  }
  void add_to_pipeline(const std::string& text) const { write("dvx.yaml", read("dvx.yaml") + text); }

  // join: head → whole, with tail.txt, which git has and which is declared nowhere.
  void stage_with_an_undeclared_input(const std::string& tail) {
    write("head.txt", "0123456789");
    write("tail.txt", tail);
    write("dvx.yaml",
          "stages:\n  join:\n    cmd: cat head.txt tail.txt > whole\n    deps: [head.txt]\n    outs: "
          "[whole]\n");
    repro_all();
    commit_all();
  }

  // Every file with its bytes, save scratch and what SQLite keeps for itself.
  std::map<std::string, std::string> files_beneath(const std::string& directory) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(directory))) {
      if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path().string());
    }
    return files;
  }

  WatchedRunner runner;
};

using enum RebuildOutcome;

TEST_F(RebuildTest, SaysWhatCameOutTheSame) {
  two_stages();
  repro_all();
  commit_all();
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"upper", Identical}, {"count", Identical}}));
  EXPECT_EQ(report.stages[0].stage, "upper");
  EXPECT_EQ(report.stages[0].outputs, 1U);
  EXPECT_EQ(report.stages[0].bytes, 5U);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_TRUE(report.notes.empty());
}

TEST_F(RebuildTest, LeavesWorkspaceLockFileAndStoreAlone) {
  stage_with_an_undeclared_input("abc");
  write("tail.txt", "aXc");
  write("whole", "edited by hand");
  const auto store = files_beneath(".dvx/store");
  const std::string lock_text = read("dvx.lock");
  EXPECT_EQ(outcomes(rebuild_all()), (Outcomes{{"join", Different}}));
  EXPECT_EQ(read("whole"), "edited by hand");
  EXPECT_EQ(read("dvx.lock"), lock_text);
  EXPECT_EQ(files_beneath(".dvx/store"), store);
}

TEST_F(RebuildTest, RunsInADirectoryOfItsOwnThatIsGoneAfterwards) {
  two_stages();
  repro_all();
  rebuild_all();
  ASSERT_EQ(runner.directories().size(), 2U);
  const std::string where = runner.directories().at("upper");
  EXPECT_NE(where, place.root());
  EXPECT_EQ(where, runner.directories().at("count"));
  EXPECT_FALSE(exists(where));
}

struct OffsetCase {
  const char* recorded;
  const char* rebuilt;
  std::uint64_t offset;  // in tail.txt, which follows ten bytes of head.txt
};
class RebuildOffset : public RebuildTest, public testing::WithParamInterface<OffsetCase> {};

TEST_P(RebuildOffset, IsTheFirstByteThatDiffers) {
  stage_with_an_undeclared_input(GetParam().recorded);
  write("tail.txt", GetParam().rebuilt);
  const RebuildReport report = rebuild_all();
  ASSERT_EQ(stage(report, "join").differences.size(), 1U);
  const DataDifference& difference = stage(report, "join").differences[0];
  EXPECT_EQ(difference.kind, DifferenceKind::Content);
  EXPECT_EQ(difference.path, "whole");
  EXPECT_EQ(difference.offset, 10 + GetParam().offset);
  EXPECT_EQ(difference.recorded, ObjectId::of(std::string("0123456789") + GetParam().recorded));
  EXPECT_EQ(difference.rebuilt, ObjectId::of(std::string("0123456789") + GetParam().rebuilt));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, FindingKind::RebuildDiffers);
  EXPECT_EQ(report.findings[0].stage, "join");
  EXPECT_EQ(report.findings[0].path, "whole");
}
INSTANTIATE_TEST_SUITE_P(Rebuild, RebuildOffset,
                         testing::Values(OffsetCase{"abc", "aXc", 1}, OffsetCase{"abc", "Xbc", 0},
                                         OffsetCase{"abc", "abcd", 3}, OffsetCase{"abc", "ab", 2},
                                         OffsetCase{"abc", "", 0}, OffsetCase{"", "x", 0}));

// The object is read in pieces; the offset counts from its start.
TEST_F(RebuildTest, OffsetLiesBeyondTheFirstPieces) {
  const std::string start(std::size_t{5} << 20, 'x');
  stage_with_an_undeclared_input(start + "a");
  write("tail.txt", start + "b");
  EXPECT_EQ(stage(rebuild_all(), "join").differences.at(0).offset, 10 + start.size());
}

TEST_F(RebuildTest, NamesEachFileOfADirectoryThatDiffers) {
  write("make.sh",
        "mkdir -p d/sub && echo 1 > d/same && echo 1 > d/sub/edited && echo 1 > d/gone && touch d/x\n");
  write("dvx.yaml", "stages:\n  make:\n    cmd: sh make.sh\n    outs: [d]\n");
  repro_all();
  commit_all();
  write("make.sh",
        "mkdir -p d/sub && echo 1 > d/same && echo 12 > d/sub/edited && echo 1 > d/extra && touch d/x && "
        "chmod +x "
        "d/x\n");
  const RebuildReport report = rebuild_all();
  const std::vector<DataDifference>& found = stage(report, "make").differences;
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].path, "d/extra");
  EXPECT_EQ(found[0].kind, DifferenceKind::Unexpected);
  EXPECT_EQ(found[1].path, "d/gone");
  EXPECT_EQ(found[1].kind, DifferenceKind::Missing);
  EXPECT_EQ(found[2].path, "d/sub/edited");
  EXPECT_EQ(found[2].kind, DifferenceKind::Content);
  EXPECT_EQ(found[2].offset, 1U);
  EXPECT_EQ(found[3].path, "d/x");
  EXPECT_EQ(found[3].kind, DifferenceKind::Mode);
  EXPECT_EQ(report.findings.size(), 4U);
}

TEST_F(RebuildTest, ALinkWhereAFileWasIsAnotherKind) {
  write("make.sh", "mkdir -p d && printf a > d/x\n");
  write("dvx.yaml", "stages:\n  make:\n    cmd: sh make.sh\n    outs: [d]\n");
  repro_all();
  commit_all();
  write("make.sh", "mkdir -p d && ln -s b d/x\n");
  const std::vector<DataDifference> found = stage(rebuild_all(), "make").differences;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "d/x");
  EXPECT_EQ(found[0].kind, DifferenceKind::Mode);
}

TEST_F(RebuildTest, ADirectoryWhereAFileWasIsAnotherKind) {
  write("make.sh", "printf a > d\n");
  write("dvx.yaml", "stages:\n  make:\n    cmd: sh make.sh\n    outs: [d]\n");
  repro_all();
  commit_all();
  write("make.sh", "mkdir d && printf a > d/x\n");
  const std::vector<DataDifference> found = stage(rebuild_all(), "make").differences;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "d");
  EXPECT_EQ(found[0].kind, DifferenceKind::Mode);
}

TEST_F(RebuildTest, TellsTheFirstTenFilesAndHowManyMore) {
  write("word", "a");
  write("dvx.yaml",
        "stages:\n  many:\n    cmd: mkdir -p d && for i in $(seq 10 22); do cat word > d/$i; done\n    outs: "
        "[d]\n");
  repro_all();
  commit_all();
  write("word", "b");
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(stage(report, "many").differences.size(), 13U);
  ASSERT_EQ(report.findings.size(), 11U);
  EXPECT_EQ(report.findings[9].path, "d/19");
  EXPECT_EQ(report.findings[10].message, "and 3 more files differ");
}

TEST_F(RebuildTest, AStageThatDiffersDoesNotSpoilThoseAfterIt) {
  stage_with_an_undeclared_input("abc");
  add_to_pipeline("  after:\n    cmd: cp whole copy\n    deps: [whole]\n    outs: [copy]\n");
  repro_all();
  commit_all();
  write("tail.txt", "aXc");
  EXPECT_EQ(outcomes(rebuild_all()), (Outcomes{{"join", Different}, {"after", Identical}}));
}

TEST_F(RebuildTest, AFailedStageDoesNotSpoilThoseAfterIt) {
  stage_with_an_undeclared_input("abc");
  add_to_pipeline("  after:\n    cmd: cp whole copy\n    deps: [whole]\n    outs: [copy]\n");
  repro_all();
  commit_all();
  remove_tree(path("tail.txt"));
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"join", Failed}, {"after", Identical}}));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, FindingKind::RebuildFailed);
  EXPECT_EQ(report.findings[0].message,
            "'cat head.txt tail.txt > whole' exited with status 1 in a clean copy");
}

TEST_F(RebuildTest, AnOutputThatIsNotMadeAgainIsAFailure) {
  write("made", "");
  write("dvx.yaml", "stages:\n  make:\n    cmd: '[ ! -e made ] || cp made a; echo > b'\n    outs: [a, b]\n");
  place.git({"add", "made"});
  repro_all();
  remove_tree(path("made"));
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"make", Failed}}));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].path, "a");
  EXPECT_EQ(report.findings[0].message, "was not made in a clean copy");
}

TEST_F(RebuildTest, AnUndeclaredInputThatGitLacksIsNotThere) {
  write("head.txt", "0123456789");
  write("tail.txt", "abc");
  write(
      "dvx.yaml",
      "stages:\n  join:\n    cmd: cat head.txt tail.txt > whole\n    deps: [head.txt]\n    outs: [whole]\n");
  place.git({"add", "head.txt"});
  repro_all();
  EXPECT_EQ(outcomes(rebuild_all()), (Outcomes{{"join", Failed}}));
}

TEST_F(RebuildTest, ADeclaredInputThatGitLacksIsTakenWithANote) {
  two_stages();
  place.git({"add", "params.yaml"});
  repro_all();
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"upper", Identical}, {"count", Identical}}));
  EXPECT_EQ(report.notes,
            std::vector<std::string>{"'raw' is in neither git nor dvx: a clone cannot rebuild from it"});
}

TEST_F(RebuildTest, AnInputThatGitIsToKeepAndLacksIsTakenWithANote) {
  write("dvx.yaml",
        "stages:\n  make:\n    cmd: echo 1 > one\n    outs:\n      - one: {cache: false}\n"
        "  use:\n    cmd: cp one two\n    deps: [one]\n    outs: [two]\n");
  repro_all();
  place.git({"rm", "-q", "--cached", "one"});
  const RebuildReport report = rebuild_all({.targets = {"use"}, .keep = {}});
  EXPECT_EQ(outcomes(report), (Outcomes{{"use", Identical}}));
  EXPECT_EQ(report.notes,
            std::vector<std::string>{"'one' is in neither git nor dvx: a clone cannot rebuild from it"});
}

TEST_F(RebuildTest, DoesNotAskTheRunCache) {
  write("dvx.yaml", "stages:\n  stamp:\n    cmd: date +%s%N > stamp\n    outs: [stamp]\n");
  repro_all();
  EXPECT_EQ(outcomes(rebuild_all()), (Outcomes{{"stamp", Different}}));
  EXPECT_EQ(runner.directories().size(), 1U);
}

TEST_F(RebuildTest, RebuildsOnlyTargetsFromRecordedInputs) {
  two_stages();
  repro_all();
  commit_all();
  write("mid", "edited by hand");
  const RebuildReport report = rebuild_all({.targets = {"count"}, .keep = {}});
  EXPECT_EQ(outcomes(report), (Outcomes{{"count", Identical}}));
  EXPECT_EQ(runner.directories().count("upper"), 0U);
}

TEST_F(RebuildTest, ReadsAFileInsideOfARecordedDirectory) {
  write("dvx.yaml",
        "stages:\n  make:\n    cmd: mkdir -p d/sub && echo 1 > d/sub/a && echo 2 > d/b\n    outs: [d]\n"
        "  use:\n    cmd: cp d/sub/a out; ls d > listed; rm listed\n    deps: [d/sub/a]\n    outs: [out]\n");
  repro_all();
  EXPECT_EQ(outcomes(rebuild_all({.targets = {"use"}, .keep = {}})), (Outcomes{{"use", Identical}}));
}

TEST_F(RebuildTest, AChangedInputIsStaleAndNotRun) {
  two_stages();
  repro_all();
  commit_all();
  write("raw", "# note\nanother word\n");
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"upper", Skipped}, {"count", Identical}}));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, FindingKind::Stale);
  EXPECT_EQ(report.findings[0].stage, "upper");
  EXPECT_EQ(runner.directories().count("upper"), 0U);
}

TEST_F(RebuildTest, AStageThatNeverRanIsNotRun) {
  two_stages();
  repro_all();
  add_to_pipeline("  last:\n    cmd: cp end x\n    deps: [end]\n    outs: [x]\n");
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"upper", Identical}, {"count", Identical}, {"last", Skipped}}));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, FindingKind::NeverRun);
}

TEST_F(RebuildTest, AFrozenStageGivesWhatIsRecorded) {
  two_stages();
  repro_all();
  commit_all();
  std::string text = read("dvx.yaml");
  text.replace(text.find("    deps: [raw]"), 0, "    frozen: true\n");
  write("dvx.yaml", text);
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"upper", Skipped}, {"count", Identical}}));
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.notes, std::vector<std::string>{"stage 'upper' is frozen and was not rebuilt"});
}

TEST_F(RebuildTest, AnOutputThatPersistsIsRebuiltFromNothing) {
  write("dvx.yaml", "stages:\n  grow:\n    cmd: echo line >> log\n    outs:\n      - log: {persist: true}\n");
  repro_all();
  ReproOptions again;
  again.force = Force::Yes;
  repro_all(again);
  ASSERT_EQ(read("log"), "line\nline\n");
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(stage(report, "grow").differences.at(0).offset, 5U);
  EXPECT_EQ(report.notes,
            std::vector<std::string>{"output 'log' of stage 'grow' persists: it was rebuilt from nothing"});
}

TEST_F(RebuildTest, OffsetInAnOutputThatGitKeepsIsFoundInTheWorkspace) {
  write("tail.txt", "abc");
  write("dvx.yaml", "stages:\n  m:\n    cmd: cat tail.txt > out\n    outs:\n      - out: {cache: false}\n");
  repro_all();
  commit_all();
  write("tail.txt", "abX");
  EXPECT_EQ(stage(rebuild_all(), "m").differences.at(0).offset, 2U);
}

TEST_F(RebuildTest, KeepsOnlyWhatDiffers) {
  stage_with_an_undeclared_input("abc");
  add_to_pipeline("  other:\n    cmd: cp head.txt sub/copy\n    deps: [head.txt]\n    outs: [sub/copy]\n");
  repro_all();
  commit_all();
  write("tail.txt", "aXc");
  rebuild_all({.targets = {}, .keep = path("kept/here")});
  EXPECT_EQ(read("kept/here/whole"), "0123456789aXc");
  EXPECT_FALSE(place.has("kept/here/sub"));
}

TEST_F(RebuildTest, KeepsInPlaceOfWhatWasKeptBefore) {
  write("make.sh", "mkdir -p d && printf a > d/x && ln -s x d/link\n");
  write("dvx.yaml", "stages:\n  make:\n    cmd: sh make.sh\n    outs: [d]\n");
  repro_all();
  commit_all();
  write("make.sh", "mkdir -p d && printf b > d/x && ln -s x d/link && ln -s x d/was-link\n");
  rebuild_all({.targets = {}, .keep = path("kept")});
  write("make.sh", "mkdir -p d && printf b > d/x && ln -s x d/link && printf c > d/was-link\n");
  EXPECT_EQ(outcomes(rebuild_all({.targets = {}, .keep = path("kept")})), (Outcomes{{"make", Different}}));
  EXPECT_EQ(read("kept/d/link"), "b");
  EXPECT_EQ(read("kept/d/was-link"), "c");
  EXPECT_EQ(read("kept/d/x"), "b");
}

// A clone that fetched only raw data can rebuild: ids are enough to compare with.
TEST_F(RebuildTest, ARecordedOutputThatIsNotHereCanStillBeComparedWith) {
  open().config().set(ConfigScope::Local, "core.link", "hardlink");  // so that objects are files of their own
  stage_with_an_undeclared_input("abc");
  Repository repository = open();
  remove_tree(repository.store().whole_file(ObjectId::of("0123456789abc")).value());
  EXPECT_EQ(outcomes(rebuild_all()), (Outcomes{{"join", Identical}}));
  write("tail.txt", "aXc");
  remove_tree(path("whole"));
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"join", Different}}));
  EXPECT_EQ(stage(report, "join").differences.at(0).offset, std::nullopt);
}

TEST_F(RebuildTest, ARecordedOutputThatIsDamagedCanStillBeComparedWith) {
  open().config().set(ConfigScope::Local, "core.link", "hardlink");
  stage_with_an_undeclared_input("abc");
  Repository repository = open();
  write_file_atomically(repository.store().whole_file(ObjectId::of("0123456789abc")).value(),
                        "0123456789abX");
  write("tail.txt", "aXc");
  remove_tree(path("whole"));
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"join", Different}}));
  EXPECT_EQ(stage(report, "join").differences.at(0).offset, std::nullopt);
}

TEST_F(RebuildTest, AStageWhoseRecordedInputIsNotHereIsToldAndNotRun) {
  open().config().set(ConfigScope::Local, "core.link", "hardlink");
  stage_with_an_undeclared_input("abc");
  add_to_pipeline("  after:\n    cmd: cp whole copy\n    deps: [whole]\n    outs: [copy]\n");
  repro_all();
  commit_all();
  write("tail.txt", "aXc");
  Repository repository = open();
  remove_tree(repository.store().whole_file(ObjectId::of("0123456789abc")).value());
  const RebuildReport report = rebuild_all();
  EXPECT_EQ(outcomes(report), (Outcomes{{"join", Different}, {"after", Skipped}}));
  EXPECT_EQ(runner.directories().count("after"), 0U);
  EXPECT_EQ(report.findings.back().kind, FindingKind::Stale);
  EXPECT_EQ(report.findings.back().stage, "after");
}

TEST_F(RebuildTest, InterruptEndsItAndLeavesNoCopy) {
  two_stages();
  repro_all();
  Repository repository = open();
  InterruptingRunner interrupting;
  try {
    rebuild(repository, {}, interrupting, progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Interrupted);
  }
  EXPECT_TRUE(std::filesystem::is_empty(repository.temporary_dir()));
}

}  // namespace
}  // namespace dvx
