#include "core/workspace/project_files.h"

#include <filesystem>
#include <map>

#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

using Paths = std::vector<std::string>;

constexpr const char* kStage = "stages:\n  a:\n    cmd: echo\n";

class ProjectFilesTest : public testing::Test {
 protected:
  ProjectFiles find(const std::map<std::string, std::string>& environment = {}) const {
    Surroundings surroundings = test_.surroundings();
    surroundings.environment = environment;
    Repository repository = Repository::open(surroundings);
    return find_project_files(repository);
  }
  Paths pointers() const { return find().pointers; }
  Paths pipelines() const { return find().pipelines; }

  TestRepository test_;
};

TEST_F(ProjectFilesTest, AreFoundByAWalkThatEntersNoIgnoredDirectory) {
  test_.write(".gitignore", "ignored/\n");
  test_.write("ignored/a.dvx", "");
  test_.write("ignored/dvx.yaml", kStage);
  test_.write("b.dvx", "");
  test_.write("dir/dvx.yaml", kStage);
  EXPECT_EQ(pointers(), Paths{"b.dvx"});
  EXPECT_EQ(pipelines(), Paths{"dir/dvx.yaml"});
}

TEST_F(ProjectFilesTest, AreThoseThatGitTracksInIgnoredDirectories) {
  test_.write(".gitignore", "ignored/\n*.dvx\n");
  test_.write("ignored/deep/a.dvx", "");
  test_.write("ignored/deep/dvx.yaml", kStage);
  test_.git({"add", "-f", "ignored"});
  EXPECT_EQ(pointers(), Paths{"ignored/deep/a.dvx"});
  EXPECT_EQ(pipelines(), Paths{"ignored/deep/dvx.yaml"});
}

TEST_F(ProjectFilesTest, OfADvxignoreHideAPipelineThoughGitTracksItAndNoPointer) {
  test_.write(".dvxignore", "hidden/\n");
  test_.write("hidden/a.dvx", "");
  test_.write("hidden/dvx.yaml", kStage);
  EXPECT_EQ(pointers(), Paths{});
  test_.git({"add", "hidden"});
  EXPECT_EQ(pointers(), Paths{"hidden/a.dvx"});
  EXPECT_EQ(pipelines(), Paths{});
  EXPECT_EQ(find().passed_over, Paths{"hidden/dvx.yaml"});
}

TEST_F(ProjectFilesTest, TellOfAPipelineAtTheTopOfAnIgnoredDirectoryAlone) {
  test_.write(".gitignore", "near/\nfar/\n");
  test_.write("near/dvx.yaml", kStage);
  test_.write("far/away/dvx.yaml", kStage);
  EXPECT_EQ(find().passed_over, Paths{"near/dvx.yaml"});
}

TEST_F(ProjectFilesTest, HeedTheRulesThatGitKeepsOutsideOfTheWorkTree) {
  test_.write(".git/info/exclude", "excluded/\n");
  test_.write("excluded/dvx.yaml", kStage);
  test_.write("home/.config/git/ignore", "everywhere/\n");
  test_.write("everywhere/dvx.yaml", kStage);
  EXPECT_EQ(find({{"HOME", test_.path("home")}}).pipelines, Paths{});
  test_.write("mine", "own/\n");
  test_.write("own/dvx.yaml", kStage);
  test_.git({"config", "core.excludesFile", test_.path("mine")});
  EXPECT_EQ(find({{"HOME", test_.path("home")}}).pipelines, Paths{"everywhere/dvx.yaml"});
}

TEST_F(ProjectFilesTest, OfAListOfWhatIsAllowedAreFound) {
  test_.write(".gitignore", "*\n!*/\n!*.dvx\n");
  test_.write("deep/down/a.dvx", "");
  EXPECT_EQ(pointers(), Paths{"deep/down/a.dvx"});
}

TEST_F(ProjectFilesTest, DoNotLieBehindALinkOrInAnotherRepository) {
  test_.write("real/a.dvx", "");
  test_.git({"add", "real"});
  std::filesystem::rename(test_.path("real"), test_.path("moved"));
  std::filesystem::create_directory_symlink("moved", test_.path("real"));
  EXPECT_EQ(pointers(), Paths{"moved/a.dvx"});
  test_.git({"init", "-q", "moved"});
  EXPECT_EQ(pointers(), Paths{});
}

TEST_F(ProjectFilesTest, AtHandAreThoseInIgnoredDirectoriesToo) {
  test_.write(".gitignore", "ignored/\n");
  test_.write("ignored/deep/a.dvx", "");
  test_.write("b.dvx", "");
  const PointersAtHand found = find_pointers_at_hand(test_.root());
  EXPECT_EQ(found.pointers, Paths{"b.dvx"});
  EXPECT_EQ(found.ignored, Paths{"ignored/deep/a.dvx"});
}

TEST_F(ProjectFilesTest, ThatAWalkWouldComeByAreKnownBeforeTheyExist) {
  test_.write(".gitignore", "ignored/\n");
  test_.write(".dvxignore", "hidden/\n");
  Repository repository = test_.open();
  EXPECT_EQ(is_found_by_walk(repository, "a/dvx.yaml"), FoundByWalk::Yes);
  EXPECT_EQ(is_found_by_walk(repository, "ignored/b/dvx.yaml"), FoundByWalk::NotPastGitignore);
  EXPECT_EQ(is_found_by_walk(repository, "hidden/dvx.yaml"), FoundByWalk::NotPastDvxignore);
}

}  // namespace
}  // namespace dvx
