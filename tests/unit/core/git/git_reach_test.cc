#include "core/git/git_reach.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;

class GitReachTest : public testing::Test {
 protected:
  GitReachTest() { commit("start", "0"); }

  void commit(const std::string& file, const std::string& content) const {
    repository_.write(file, content);
    repository_.git({"add", "-A"});
    repository_.git({"commit", "-q", "-m", file});
  }

  GitReach reach(std::int64_t reflog_since = std::time(nullptr) - kDay) const {
    return {repository_.path(".git"), reflog_since,
            [](std::string_view name) { return name.starts_with("p"); }};
  }

  static std::vector<std::string> contents(GitReach& reach) {
    std::vector<std::string> found;
    reach.walk([&](const ReachedFile& file) { found.push_back(file.content); });
    std::ranges::sort(found);
    return found;
  }
  std::vector<std::string> reached(std::int64_t reflog_since = std::time(nullptr) - kDay) const {
    GitReach fresh = reach(reflog_since);
    return contents(fresh);
  }
  using Contents = std::vector<std::string>;
  static constexpr std::int64_t never() { return std::int64_t{1} << 40; }

  TestRepository repository_;
};

TEST_F(GitReachTest, FindsEveryVersionOnceAndOnlyWhatTheFilterWants) {
  commit("p", "one");
  commit("deep/down/p", "two");
  commit("p", "three");
  commit("other", "not me");
  repository_.git({"branch", "same"});
  EXPECT_EQ(reached(never()), (Contents{"one", "three", "two"}));
}

TEST_F(GitReachTest, GivesLaterWhatCameSince) {
  commit("p", "one");
  GitReach again = reach();
  contents(again);
  EXPECT_EQ(contents(again), Contents{});
  commit("p", "two");
  EXPECT_EQ(contents(again), Contents{"two"});
}

TEST_F(GitReachTest, FollowsReflogsUpToTheirAge) {
  repository_.git({"checkout", "-q", "-b", "idea"});
  commit("p", "idea");
  repository_.git({"checkout", "-q", "-"});
  repository_.git({"branch", "-q", "-D", "idea"});
  EXPECT_EQ(reached(), Contents{"idea"});
  EXPECT_EQ(reached(never()), Contents{});
}

TEST_F(GitReachTest, FollowsEveryStashHoweverOld) {
  commit("p", "committed");
  for (const char* content : {"first", "second"}) {
    repository_.write("p", content);
    repository_.git({"stash", "-q"});
  }
  EXPECT_EQ(reached(never()), (Contents{"committed", "first", "second"}));
}

TEST_F(GitReachTest, ReadsTheIndexWithBothSidesOfAConflict) {
  repository_.write("p", "staged");
  repository_.git({"add", "p"});
  EXPECT_EQ(reached(never()), Contents{"staged"});
}

TEST_F(GitReachTest, LooksIntoLinkedWorkTrees) {
  const std::string side = repository_.path("../side");
  repository_.git({"worktree", "add", "-q", "--detach", side});
  repository_.git({"-C", side, "commit", "-q", "--allow-empty", "-m", "there"});
  write_file_atomically(join_path(side, "p"), "detached");
  repository_.git({"-C", side, "add", "p"});
  repository_.git({"-C", side, "commit", "-q", "-m", "p"});
  write_file_atomically(join_path(side, "p2"), "staged there");
  repository_.git({"-C", side, "add", "p2"});
  EXPECT_EQ(reached(never()), (Contents{"detached", "staged there"}));
  ASSERT_EQ(reach().worktrees().size(), 2U);
}

TEST_F(GitReachTest, FollowsTagsOfCommitsAndTrees) {
  commit("p", "tagged");
  repository_.git({"tag", "-a", "-m", "a tag", "annotated"});
  repository_.git({"tag", "tree", "HEAD^{tree}"});
  repository_.git({"tag", "-a", "-m", "of a tag", "nested", "annotated"});
  repository_.git({"reset", "-q", "--hard", "HEAD~1"});
  repository_.git({"tag", "-d", "nested"});
  EXPECT_EQ(reached(never()), Contents{"tagged"});
}

TEST_F(GitReachTest, SaysWhichTipsHoldAFile) {
  commit("data/p", "held");
  const std::string blob = repository_.git({"rev-parse", "HEAD:data/p"}).substr(0, 40);
  repository_.git({"tag", "release"});
  repository_.git({"rm", "-q", "data/p"});
  repository_.git({"commit", "-q", "-m", "gone"});
  std::vector<std::string> tips;
  for (const ReachedFile& file : reach(never()).holders({blob})) {
    EXPECT_EQ(file.path, "data/p");
    tips.push_back(file.tip);
  }
  ASSERT_EQ(tips.size(), 2U);
  EXPECT_TRUE(tips[0].starts_with("refs/heads/"));
  EXPECT_EQ(tips[1], "refs/tags/release");
}

TEST_F(GitReachTest, FailsWhenAnObjectThatIsNeededIsGone) {
  commit("p", "one");
  const std::string tree = repository_.git({"rev-parse", "HEAD^{tree}"}).substr(0, 40);
  ASSERT_EQ(::unlink(repository_.path(".git/objects/" + tree.substr(0, 2) + "/" + tree.substr(2)).c_str()),
            0);
  try {
    reached();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Corruption);
  }
}

TEST_F(GitReachTest, StopsWhereAShallowCloneStops) {
  commit("p", "old");
  commit("p", "new");
  const std::string shallow = repository_.path("../shallow");
  repository_.git({"-c", "protocol.file.allow=always", "clone", "-q", "--depth", "1",
                   "file://" + repository_.root(), shallow});
  GitReach of_clone(join_path(shallow, ".git"), never(), [](std::string_view name) { return name == "p"; });
  EXPECT_EQ(contents(of_clone), Contents{"new"});
}

// Nobody knows what the missing text names, and still nothing is damaged.
TEST_F(GitReachTest, RefusesAPartialCloneThatLacksAFile) {
  commit("p", "old");
  commit("p", "new");
  repository_.git({"config", "uploadpack.allowFilter", "true"});
  const std::string partial = repository_.path("../partial");
  repository_.git({"-c", "protocol.file.allow=always", "clone", "-q", "--filter=blob:none",
                   "file://" + repository_.root(), partial});
  GitReach of_clone(join_path(partial, ".git"), never(), [](std::string_view name) { return name == "p"; });
  try {
    contents(of_clone);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_NE(error.hint().find("--no-filter"), std::string::npos) << error.hint();
  }
}

TEST_F(GitReachTest, RefusesAReflogThatItCannotRead) {
  write_file_atomically(repository_.path(".git/logs/HEAD"), "not a reflog\n");
  EXPECT_THROW(reached(), Error);
}

}  // namespace
}  // namespace dvx
