#include "hooks/pre_commit.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/snapshot.h"

namespace dvx {
namespace {

class PreCommitTest : public testing::Test {
 protected:
  PreCommitTest() : directory_(testing::TempDir()) {
    git({"init", "-q"});
    git({"config", "user.name", "Ada"});
    git({"config", "user.email", "ada@example.org"});
    write(".dvx/config", "[core]\n\tproject = 0123456789abcdef\n");
    write(".dvx/.gitignore", "/store/\n/index.db*\n/tmp/\n/lock\n");
    git({"add", "-A"});
    git({"commit", "-q", "-m", "Begin"});
  }

  std::string path(const std::string& name) const { return join_path(directory_.path(), name); }

  void git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "git");
    ProcessOptions options;
    options.directory = directory_.path();
    const ProcessResult result = run_process(arguments, options);
    EXPECT_TRUE(result.ok()) << result.error_output;
  }

  void write(const std::string& name, const std::string& text) const {
    make_directories(parent_path(path(name)));
    write_file_atomically(path(name), text, 0666, Durability::Relaxed);
  }
  void stage(const std::string& name, const std::string& text) const {
    write(name, text);
    git({"add", "-f", name});
  }

  Repository open() const {
    Surroundings surroundings;
    surroundings.cwd = directory_.path();
    return Repository::open(std::move(surroundings));
  }

  // Stores data and stages its pointer, as `dvx add` does.
  void track(const std::string& name) const {
    Repository repository = open();
    SilentProgress progress;
    const Snapshot snapshot =
        take_snapshot(repository, name, {.mode = IngestMode::Store, .on_tree = {}}, progress);
    PointerFile pointer;
    pointer.path = file_name(name);
    pointer.data = snapshot.data.value();
    stage(pointer_path_of(name), serialize_pointer(pointer));
  }

  PreCommitVerdict check() const {
    Repository repository = open();
    SilentProgress progress;
    return check_pre_commit(repository, progress);
  }
  // "kind path: hint" a line.
  std::string findings() const {
    std::string text;
    for (const PreCommitFinding& finding : check().findings) {
      text += std::string(pre_commit_finding_name(finding.kind)) + " " + finding.path + ": " + finding.hint +
              "\n";
    }
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(PreCommitTest, AnEmptyIndexIsFine) {
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, CodeAndSmallFilesPass) {
  stage("src/train.py", std::string(5000, '#'));
  stage("few.csv", "a,b\n");
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, StopsDataByItsName) {
  stage("data/extra rows.csv", std::string(5000, '1'));
  EXPECT_EQ(findings(), "unversioned-data data/extra rows.csv: dvx add 'data/extra rows.csv'\n");
}

TEST_F(PreCommitTest, StopsAnyLargeFile) {
  stage("blob", std::string(2000000, '1'));
  EXPECT_EQ(findings(), "unversioned-data blob: dvx add blob\n");
}

TEST_F(PreCommitTest, AllowedPatternsPass) {
  write(".dvx/config", "[core]\n\tproject = 0123456789abcdef\n[hooks]\n\tallow = tests/**/*.csv *.npy\n");
  stage("tests/a/rows.csv", std::string(5000, '1'));
  stage("deep/x.npy", std::string(5000, '1'));
  stage("other/rows.csv", std::string(5000, '1'));
  EXPECT_EQ(findings(), "unversioned-data other/rows.csv: dvx add other/rows.csv\n");
}

TEST_F(PreCommitTest, AFileThatMovedIsNoNews) {
  stage("rows.csv", std::string(5000, '1'));
  git({"commit", "-q", "-m", "Before dvx"});
  git({"mv", "rows.csv", "moved.csv"});
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, AFileThatGitKeepsMayChangeButNotExplode) {
  stage("rows.csv", std::string(5000, '1'));
  git({"commit", "-q", "-m", "Before dvx"});
  stage("rows.csv", std::string(6000, '1'));
  EXPECT_EQ(findings(), "");
  stage("rows.csv", std::string(2000000, '1'));
  EXPECT_EQ(findings(), "unversioned-data rows.csv: git rm --cached rows.csv && dvx add rows.csv\n");
}

TEST_F(PreCommitTest, RecordedDataPasses) {
  write("images/a", "1");
  track("images");
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, StopsDataThatChangedAndWasNotRecorded) {
  write("images/a", "1");
  track("images");
  write("images/a", "2");
  EXPECT_EQ(findings(), "unrecorded-change images: dvx add images\n");
}

TEST_F(PreCommitTest, APointerThatIsRecordedButNotStagedIsDeliberate) {
  write("images/a", "1");
  track("images");
  const std::string staged = read_file(path("images.dvx"));
  write("images/a", "2");
  track("images");
  const std::string newer = read_file(path("images.dvx"));
  stage("images.dvx", staged);
  write("images.dvx", newer);
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, DataThatIsNotInTheWorkspaceHasNotChanged) {
  write("images/a", "1");
  track("images");
  remove_tree(path("images"));
  EXPECT_EQ(findings(), "");
}

TEST_F(PreCommitTest, StopsAFileInsideOfTrackedData) {
  write("images/a", "1");
  track("images");
  git({"add", "-f", "images/a"});
  EXPECT_EQ(findings(), "inside-tracked-data images/a: git rm --cached images/a && dvx add images\n");
}

TEST_F(PreCommitTest, StopsAnOutputThatIsNotGits) {
  stage("dvx.yaml",
        "stages:\n  a:\n    cmd: x\n    outs: [model]\n    metrics:\n      - eval.csv: {cache: false}\n");
  stage("model", "1");
  stage("eval.csv", std::string(5000, '1'));
  EXPECT_EQ(findings(), "inside-tracked-data model: git rm --cached model\n");
}

TEST_F(PreCommitTest, StopsAPointerWhoseBytesAreNotInTheStore) {
  PointerFile pointer;
  pointer.path = "images";
  pointer.data = {.kind = DataKind::Tree, .id = ObjectId::of("nowhere"), .size = 1, .files = 1};
  stage("images.dvx", serialize_pointer(pointer));
  EXPECT_EQ(findings(), "missing-objects images: dvx fetch images\n");
}

TEST_F(PreCommitTest, StopsATreeOfWhichAFileIsMissing) {
  const Tree tree(
      {{.name = "a", .kind = EntryKind::File, .size = 7, .files = 1, .id = ObjectId::of("nowhere")}});
  open().store().put(tree.serialize());
  PointerFile pointer;
  pointer.path = "images";
  pointer.data = {.kind = DataKind::Tree, .id = tree.id(), .size = 7, .files = 1};
  stage("images.dvx", serialize_pointer(pointer));
  EXPECT_EQ(findings(), "missing-objects images: dvx fetch images\n");
}

TEST_F(PreCommitTest, APointerThatDoesNotParseIsToldAndDoesNotStop) {
  stage("bad.dvx", "nonsense");
  EXPECT_EQ(findings(), "");
  EXPECT_EQ(check().warnings.size(), 1U);
}

}  // namespace
}  // namespace dvx
