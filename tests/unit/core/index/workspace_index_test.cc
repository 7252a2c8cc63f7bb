#include "core/index/workspace_index.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/file_system.h"

namespace dvx {
namespace {

class WorkspaceIndexTest : public testing::Test {
 protected:
  static IndexEntry entry(const std::string& path, std::int64_t ctime_ns = 1000) {
    IndexEntry out{path, {}, ObjectId::of(path)};
    out.stamp = {.device = 1, .inode = 2, .size = 3, .mtime_ns = -4, .ctime_ns = ctime_ns, .mode = 0100644};
    return out;
  }
  static std::vector<std::string> paths(const std::vector<IndexEntry>& entries) {
    std::vector<std::string> out;
    for (const IndexEntry& each : entries) out.push_back(each.path);
    return out;
  }

  TemporaryDirectory scratch_{testing::TempDir()};
  std::string file_ = scratch_.path() + "/index.db";
};

using Paths = std::vector<std::string>;

TEST_F(WorkspaceIndexTest, GivesBackWhatWasPutAfterReopening) {
  WorkspaceIndex::open(file_, {})->update({entry("a"), entry("b\xff")}, {});
  const auto entries = WorkspaceIndex::open(file_, {})->load("");
  ASSERT_EQ(paths(entries), (Paths{"a", "b\xff"}));
  EXPECT_EQ(entries[0].id, ObjectId::of("a"));
  EXPECT_EQ(entries[0].stamp, entry("a").stamp);
}

TEST_F(WorkspaceIndexTest, LoadsWhatLiesAtOrBelowAPrefixInPathOrder) {
  auto index = WorkspaceIndex::open(file_, {});
  index->update(
      {entry("d"), entry("d-x"), entry("d.txt"), entry("d/a"), entry("d/b/c"), entry("d0"), entry("e")}, {});
  EXPECT_EQ(paths(index->load("d")), (Paths{"d", "d/a", "d/b/c"}));
  EXPECT_EQ(paths(index->load("d/b")), (Paths{"d/b/c"}));
  EXPECT_EQ(index->load("").size(), 7U);
}

TEST_F(WorkspaceIndexTest, FindsMany) {
  auto index = WorkspaceIndex::open(file_, {});
  std::vector<IndexEntry> many;
  for (int i = 0; i < 1'000; ++i) many.push_back(entry(fmt::format("d/{:06}", i)));
  index->update(many, {});
  const Paths wanted = {"a",        "d/000000", "d/000000", "d/000001", "d/000001x",
                        "d/000500", "d/000501", "d/000999", "d/001000", "e"};
  const auto found = index->find_all(wanted);
  ASSERT_EQ(found.size(), wanted.size());
  Paths there;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!found[i]) continue;
    EXPECT_EQ(found[i]->path, wanted[i]);
    EXPECT_EQ(found[i]->id, ObjectId::of(wanted[i]));
    there.push_back(wanted[i]);
  }
  EXPECT_EQ(there, (Paths{"d/000000", "d/000000", "d/000001", "d/000500", "d/000501", "d/000999"}));
}

TEST_F(WorkspaceIndexTest, FindsNoneOfNothing) {
  auto index = WorkspaceIndex::open(file_, {});
  EXPECT_TRUE(index->find_all({}).empty());
  EXPECT_FALSE(index->find("a"));
}

TEST_F(WorkspaceIndexTest, ScansManyPages) {
  auto index = WorkspaceIndex::open(file_, {});
  std::vector<IndexEntry> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(entry(fmt::format("d/{:06}", i)));
  index->update(many, {});
  EXPECT_EQ(index->load("d").size(), many.size());
  EXPECT_EQ(index->load("").size(), many.size());
}

TEST_F(WorkspaceIndexTest, DoesNotTrustFilesOfTheRunningClockTick) {
  auto index = WorkspaceIndex::open(file_, {});
  index->update({entry("young", SystemClock().now_ns() + 1'000'000'000), entry("old")}, {});
  EXPECT_EQ(paths(index->load("")), (Paths{"old"}));
  EXPECT_FALSE(index->find("young"));
  EXPECT_TRUE(index->find("old"));
}

TEST_F(WorkspaceIndexTest, RemovesAndReplaces) {
  auto index = WorkspaceIndex::open(file_, {});
  index->update({entry("a"), entry("b")}, {});
  IndexEntry newer = entry("b");
  newer.id = ObjectId::of("other");
  index->update({newer}, {"a"});
  const auto entries = index->load("");
  ASSERT_EQ(paths(entries), (Paths{"b"}));
  EXPECT_EQ(entries[0].id, ObjectId::of("other"));
}

TEST_F(WorkspaceIndexTest, ReplacesADamagedFile) {
  write_file_atomically(file_, std::string(5000, 'x'));
  auto index = WorkspaceIndex::open(file_, {});
  index->update({entry("a")}, {});
  EXPECT_EQ(index->load("").size(), 1U);
  EXPECT_TRUE(exists(file_ + ".broken"));
}

TEST_F(WorkspaceIndexTest, KeepsNotes) {
  WorkspaceIndex::open(file_, {})->set_note("k", "v");
  EXPECT_EQ(WorkspaceIndex::open(file_, {})->get_note("k"), "v");
  EXPECT_EQ(WorkspaceIndex::open(file_, {})->get_note("other"), std::nullopt);
}

TEST_F(WorkspaceIndexTest, SharesNoMemoryOnANetworkFileSystem) {
  const FileSystem network{"NFS", FileSystemReach::Network};
  auto index = WorkspaceIndex::open(file_, {.file_system = network});
  index->update({entry("a")}, {});
  EXPECT_FALSE(exists(file_ + "-shm"));
  EXPECT_FALSE(exists(file_ + "-wal"));
  // Two at once, as two commands would: neither keeps the file to itself.
  auto other = WorkspaceIndex::open(file_, {.file_system = network});
  other->update({entry("b")}, {});
  EXPECT_EQ(paths(index->load("")), (Paths{"a", "b"}));
  index->update({entry("c")}, {});
  EXPECT_EQ(paths(other->load("")), (Paths{"a", "b", "c"}));
}

TEST_F(WorkspaceIndexTest, IsConvertedWhenItWasMovedToANetworkFileSystemAndBack) {
  WorkspaceIndex::open(file_, {.file_system = {"ext4", FileSystemReach::Local}})->update({entry("a")}, {});
  const FileSystem network{"NFS", FileSystemReach::Network};
  auto index = WorkspaceIndex::open(file_, {.file_system = network});
  EXPECT_EQ(paths(index->load("")), (Paths{"a"}));
  EXPECT_FALSE(exists(file_ + "-shm"));
  index.reset();
  EXPECT_EQ(paths(WorkspaceIndex::open(file_, {.file_system = {"ext4", FileSystemReach::Local}})->load("")),
            (Paths{"a"}));
}

TEST_F(WorkspaceIndexTest, IgnoresTheDeviceNumber) {
  FileStamp a = entry("a").stamp, b = a;
  b.device = 77;
  EXPECT_TRUE(same_stamp(a, b));
  b.ctime_ns += 1;
  EXPECT_FALSE(same_stamp(a, b));
}

}  // namespace
}  // namespace dvx
