#include "core/commands/gc.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "core/commands/add.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1'000'000'000;

class LaterClock final : public Clock {
 public:
  std::int64_t now_ns() const override { return SystemClock().now_ns() + days * kDay; }
  std::int64_t days = 0;
};

class GcCommandTest : public testing::Test {
 protected:
  Repository open() {
    Surroundings surroundings = repository_.surroundings();
    surroundings.clock = &clock_;
    return Repository::open(surroundings);
  }

  ObjectId add(const std::string& path, const std::string& content) {
    repository_.write(path, content);
    Repository handle = open();
    SilentProgress progress;
    AddOptions options;
    options.paths = {path};
    return dvx::add(handle, options, progress).added.front().data.id;
  }

  void commit(const std::string& message) {
    repository_.git({"add", "-A"});
    repository_.git({"commit", "-q", "-m", message});
  }

  GcReport run() {
    GcCommandOptions options;
    options.mode = GcMode::Apply;
    Repository handle = open();
    SilentProgress progress;
    return gc(handle, options, progress);
  }

  ObjectPlace place(const ObjectId& id) {
    Repository handle = open();
    return place_of(handle.store(), id);
  }

  LaterClock clock_;
  TestRepository repository_;
};

TEST_F(GcCommandTest, KeepsWhatIsNotCommittedYet) {
  const ObjectId id = add("data", "uncommitted");
  clock_.days = 400;
  run();
  EXPECT_EQ(place(id), ObjectPlace::Store);
}

TEST_F(GcCommandTest, KeepsWhatOnlyTheReflogNamesForNinetyDays) {
  const ObjectId old = add("data", "old");
  commit("old");
  add("data", "new");
  repository_.git({"add", "-A"});
  repository_.git({"commit", "-q", "--amend", "-m", "new"});
  clock_.days = 89;
  run();
  EXPECT_EQ(place(old), ObjectPlace::Store);
  clock_.days = 91;
  run();
  EXPECT_EQ(place(old), ObjectPlace::Trash);
  clock_.days = 104;
  run();
  EXPECT_EQ(place(old), ObjectPlace::Trash);
  clock_.days = 106;
  run();
  EXPECT_EQ(place(old), ObjectPlace::Nowhere);
}

// Whether git tracks the pointer or not, and whether it can be read as one.
TEST_F(GcCommandTest, KeepsWhatIsNamedInAnIgnoredDirectory) {
  repository_.write(".gitignore", "ignored/\n");
  const ObjectId kept = add("ignored/deep/f", "named there");
  const ObjectId of_conflict = add("ignored/g", "named in a conflict");
  repository_.git({"rm", "-q", "--cached", "ignored/deep/f.dvx", "ignored/g.dvx"});
  repository_.write("ignored/g.dvx", "<<<<<<< HEAD\n" + repository_.read("ignored/g.dvx") +
                                         "=======\nfile: none\n>>>>>>> other\n");
  repository_.write("ignored/tool/foreign.dvx", "no pointer: {at all");
  add("named", "so that something is named");
  clock_.days = 100;
  run();
  Repository handle = open();
  EXPECT_TRUE(handle.store().contains(kept));
  EXPECT_TRUE(handle.store().contains(of_conflict));
}

TEST_F(GcCommandTest, BringsBackWhatIsNamedAgain) {
  const ObjectId old = add("data", "old");
  const std::string pointer = repository_.read("data.dvx");
  add("data", "new");
  repository_.git({"rm", "-q", "--cached", "data.dvx"});
  clock_.days = 1;
  run();
  ASSERT_EQ(place(old), ObjectPlace::Trash);
  repository_.write("other.dvx", pointer);
  const GcReport report = run();
  EXPECT_EQ(report.brought_back, 1U);
  EXPECT_EQ(place(old), ObjectPlace::Store);
}

TEST_F(GcCommandTest, RefusesWhenNothingNamesAnything) {
  const ObjectId id = add("data", "content");
  repository_.git({"rm", "-q", "--cached", "data.dvx"});
  ASSERT_EQ(::unlink(repository_.path("data.dvx").c_str()), 0);
  clock_.days = 400;
  try {
    run();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Blocked);
  }
  EXPECT_EQ(place(id), ObjectPlace::Store);
}

TEST_F(GcCommandTest, RefusesWhenAWorkTreeIsNotThere) {
  add("data", "content");
  commit("data");
  repository_.git({"worktree", "add", "-q", repository_.path("../side")});
  remove_tree(repository_.path("../side"));
  EXPECT_THROW(run(), Error);
  repository_.git({"worktree", "prune"});
  EXPECT_NO_THROW(run());
}

TEST_F(GcCommandTest, DoesNothingWithoutAStore) {
  EXPECT_EQ(run().outcome->packs, 0U);
  EXPECT_FALSE(repository_.has(".dvx/store/format"));
}

TEST_F(GcCommandTest, ExplainsAChunkByThePathThatNeedsIt) {
  const ObjectId id = add("data/inner/file", "content");
  Repository handle = open();
  SilentProgress progress;
  const GcExplanation found = gc_explain(handle, id.to_hex(), {}, progress);
  EXPECT_EQ(found.place, ObjectPlace::Store);
  EXPECT_TRUE(std::ranges::any_of(found.reasons, [](const Reason& reason) {
    return reason.source.where == "work tree" && reason.source.path == "data/inner/file.dvx";
  }));
}

}  // namespace
}  // namespace dvx
