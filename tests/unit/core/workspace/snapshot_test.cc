#include "core/workspace/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "core/index/workspace_index.h"
#include "objects/store/object_store.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class SnapshotTest : public testing::Test {
 protected:
  Snapshot take(const std::string& path, IngestMode mode = IngestMode::HashOnly) {
    Repository repository = test_.open();
    return take_snapshot(repository, path, {.mode = mode, .on_tree = {}}, progress_);
  }
  TestRepository test_;
  SilentProgress progress_;
};

TEST_F(SnapshotTest, IdOfAFileIsItsSha256) {
  test_.write("f.txt", "hello");
  const Snapshot snapshot = take("f.txt");
  ASSERT_TRUE(snapshot.data);
  EXPECT_EQ(snapshot.data->id, ObjectId::of("hello"));
  EXPECT_EQ(snapshot.data->kind, DataKind::File);
  EXPECT_EQ(snapshot.data->size, 5U);
}

TEST_F(SnapshotTest, AbsentPathHasNoData) {
  const Snapshot snapshot = take("nowhere");
  EXPECT_FALSE(snapshot.data);
  EXPECT_TRUE(snapshot.failed.empty());
}

TEST_F(SnapshotTest, TreeKeepsModesLinksAndEmptyDirectories) {
  test_.write("d/plain", "a");
  test_.write("d/run.sh", "b", 0755);
  test_.write("d/sub/deep/x\xff\n", "c");
  make_directories(test_.path("d/empty"));
  ASSERT_EQ(::symlink("plain", test_.path("d/link").c_str()), 0);
  const Snapshot snapshot = take("d", IngestMode::Store);
  ASSERT_TRUE(snapshot.data);
  EXPECT_EQ(snapshot.data->files, 4U);
  Repository repository = test_.open();
  const Tree tree = repository.store().read_tree(snapshot.data->id);
  EXPECT_EQ(tree.find("run.sh")->kind, EntryKind::Executable);
  EXPECT_EQ(tree.find("plain")->kind, EntryKind::File);
  EXPECT_EQ(tree.find("link")->kind, EntryKind::Symlink);
  EXPECT_EQ(repository.store().read_bytes(tree.find("link")->id), "plain");
  EXPECT_EQ(tree.find("empty")->kind, EntryKind::Directory);
  EXPECT_EQ(tree.find("empty")->files, 0U);
  EXPECT_EQ(repository.store().read_bytes(tree.find("plain")->id), "a");
}

// As the index is after a power cut: it was written in another boot, and a file has other bytes beneath the
// same stamp.
class SnapshotAfterAPowerCutTest : public SnapshotTest {
 protected:
  void index(const std::string& path, const ObjectId& id) {
    take(path);  // returns when the stamp can be trusted
    WorkspaceIndex::open(test_.path(".dvx/index.db"), {.root = test_.path(""), .boot = "another"})
        ->update({{path, stamp_of(*stat_if_exists(test_.path(path))), id}}, {});
  }
};

TEST_F(SnapshotAfterAPowerCutTest, HashesAgainAndThenBelieves) {
  test_.write("f", "bytes");
  index("f", ObjectId::of("bytes"));
  const Snapshot first = take("f");
  EXPECT_EQ(first.hashed_files, 1U);
  EXPECT_TRUE(first.damaged.empty());
  EXPECT_EQ(take("f").hashed_files, 0U);
  EXPECT_EQ(test_.open().index().find("f")->standing, Standing::Durable);
}

TEST_F(SnapshotAfterAPowerCutTest, TellsWhatLostItsBytes) {
  test_.write("d/f", std::string(5, '\0'));
  index("d/f", ObjectId::of("bytes"));
  for (int look = 0; look < 2; ++look) {
    const Snapshot snapshot = take("d");
    EXPECT_EQ(snapshot.damaged, (std::vector<std::string>{"d/f"}));
    EXPECT_EQ(snapshot.hashed_files, look == 0 ? 1U : 0U);
  }
  EXPECT_EQ(take("d", IngestMode::Store).damaged.size(), 1U);
  EXPECT_EQ(take("d").damaged.size(), 1U);
}

TEST_F(SnapshotAfterAPowerCutTest, TakesWhatWasWrittenSinceForAChange) {
  test_.write("f", std::string(5, '\0'));
  index("f", ObjectId::of("bytes"));
  test_.write("f", "other");
  const Snapshot snapshot = take("f");
  EXPECT_TRUE(snapshot.damaged.empty());
  EXPECT_EQ(snapshot.data->id, ObjectId::of("other"));
}

TEST_F(SnapshotTest, HashesAFileOnce) {
  test_.write("d/a", "1");
  test_.write("d/b", "2");
  EXPECT_EQ(take("d").hashed_files, 2U);
  const Snapshot again = take("d");
  EXPECT_EQ(again.hashed_files, 0U);
  EXPECT_EQ(again.reused_files, 2U);
}

TEST_F(SnapshotTest, SeesAChangeOfTheSameSizeAtOnce) {
  for (int i = 0; i < 20; ++i) {
    const std::string text = std::to_string(1000 + i);
    write_file_atomically(test_.path("f"), text, 0644, Durability::Relaxed);
    ASSERT_EQ(take("f").data->id, ObjectId::of(text));
    const UniqueFd fd = open_file(test_.path("f"), O_WRONLY);
    write_all(fd.get(), "zzzz", "f");
    ASSERT_EQ(take("f").data->id, ObjectId::of("zzzz"));
  }
}

TEST_F(SnapshotTest, StoresWhatTheIndexKnowsButTheStoreLacks) {
  test_.write("d/a", "1");
  take("d");
  const Snapshot stored = take("d", IngestMode::Store);
  EXPECT_EQ(stored.hashed_files, 1U);
  Repository repository = test_.open();
  EXPECT_TRUE(repository.store().contains(ObjectId::of("1")));
  EXPECT_TRUE(repository.store().contains(stored.data->id));
}

TEST_F(SnapshotTest, HashOnlyStoresNothing) {
  test_.write("d/a", "1");
  const Snapshot snapshot = take("d");
  Repository repository = test_.open();
  EXPECT_FALSE(repository.store().contains(ObjectId::of("1")));
  EXPECT_FALSE(repository.store().contains(snapshot.data->id));
}

TEST_F(SnapshotTest, NamesSpecialFilesAndGivesNoData) {
  test_.write("d/a", "1");
  ASSERT_EQ(::mkfifo(test_.path("d/pipe").c_str(), 0644), 0);
  const Snapshot snapshot = take("d");
  EXPECT_FALSE(snapshot.data);
  ASSERT_EQ(snapshot.failed.size(), 1U);
  EXPECT_EQ(snapshot.failed[0].path, "d/pipe");
  EXPECT_NE(snapshot.failed[0].error.message().find("fifo"), std::string::npos);
}

TEST_F(SnapshotTest, LeavesOutWhatDvxignoreNames) {
  test_.write(".dvxignore", "*.tmp\n");
  test_.write("d/a", "1");
  test_.write("d/x.tmp", "2");
  test_.write("d/sub/.dvxignore", "!y.tmp\n");
  test_.write("d/sub/y.tmp", "3");
  EXPECT_EQ(take("d").data->files, 3U);
}

TEST_F(SnapshotTest, EqualDirectoriesHaveEqualIdsWhateverTheThreads) {
  for (int i = 0; i < 300; ++i) {
    test_.write("a/" + std::to_string(i % 7) + "/" + std::to_string(i), std::to_string(i));
    test_.write("b/" + std::to_string(i % 7) + "/" + std::to_string(i), std::to_string(i));
  }
  EXPECT_EQ(take("a").data->id, take("b").data->id);
}

TEST_F(SnapshotTest, FileReplacedByDirectoryAndBack) {
  test_.write("d/x", "1");
  take("d");
  remove_tree(test_.path("d/x"));
  test_.write("d/x/y", "2");
  const Snapshot nested = take("d");
  EXPECT_EQ(nested.data->files, 1U);
  remove_tree(test_.path("d/x"));
  test_.write("d/x", "3");
  Repository repository = test_.open();
  take("d");
  ASSERT_EQ(repository.index().load("d").size(), 1U);
  EXPECT_EQ(repository.index().load("d")[0].path, "d/x");
}

TEST_F(SnapshotTest, FollowsALinkThatStandsForTheData) {
  test_.write("elsewhere/a", "1");
  ASSERT_EQ(::symlink("elsewhere", test_.path("d").c_str()), 0);
  EXPECT_EQ(take("d").data->id, take("elsewhere").data->id);
}

TEST_F(SnapshotTest, GivesTheTreesItBuildsInnerOnesFirst) {
  test_.write("d/sub/a", "1");
  Repository repository = test_.open();
  std::vector<ObjectId> seen;
  const SnapshotOptions options{
      .mode = IngestMode::HashOnly,
      .on_tree = [&](const std::string&, const ObjectId& id, const Tree&) { seen.push_back(id); }};
  const Snapshot snapshot = take_snapshot(repository, "d", options, progress_);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen.back(), snapshot.data->id);
}

// As on a file system that keeps no modes, where git was told so.
TEST_F(SnapshotTest, WithoutFileModesAnExecutableBitIsWhatIsRecorded) {
  test_.git({"config", "core.fileMode", "false"});
  test_.write("f", "a");
  test_.write("run.sh", "b", 0755);
  test_.write("d/f", "c");
  test_.git({"update-index", "--add", "--chmod=+x", "run.sh"});
  const DataRef before = take("d").data.value();
  ::chmod(test_.path("f").c_str(), 0755);
  ::chmod(test_.path("run.sh").c_str(), 0644);
  ::chmod(test_.path("d/f").c_str(), 0755);
  EXPECT_FALSE(take("f").data->executable);
  EXPECT_TRUE(take("run.sh").data->executable) << "git records it";
  EXPECT_EQ(take("d").data, before);
}

}  // namespace
}  // namespace dvx
