#include "objects/store/ingest.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/progress.h"
#include "objects/store/object_store.h"
#include "objects/store/reflink.h"
#include "objects/upkeep/fsck.h"
#include "tests/support/mounted.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

class IngestTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return join_path(scratch_.path(), name); }
  std::string store_directory() const { return path("store"); }
  std::string make_file(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  static std::size_t count_in(const std::string& directory) {
    std::size_t count = 0;
    if (!exists(directory)) return 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      count += entry.path().filename() == "lock" ? 0U : 1U;
    }
    return count;
  }

  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(IngestTest, StoresFilesOfAllSizesAndReportsThemByToken) {
  const auto store = ObjectStore::open(store_directory());
  const std::vector<std::string> contents{"",
                                          "x",
                                          random_bytes(10'000),
                                          table_bytes(300'000),
                                          random_bytes(1 << 20),
                                          random_bytes((1 << 20) + 1),
                                          table_bytes(9'000'000),
                                          random_bytes(5'000'000, 5)};
  const auto ingest = store->begin_ingest({});
  for (std::size_t i = 0; i < contents.size(); ++i) {
    ingest->add_file(make_file(std::to_string(i), contents[i]), contents[i].size(), i);
  }
  const std::vector<IngestResult> results = ingest->collect();
  EXPECT_FALSE(store->contains(ObjectId::of("x"))) << "visible before finish";
  ingest->finish();
  ASSERT_EQ(results.size(), contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ(results[i].token, i);
    EXPECT_FALSE(results[i].error);
    EXPECT_EQ(results[i].size, contents[i].size());
    EXPECT_EQ(results[i].id, ObjectId::of(contents[i]));
    EXPECT_TRUE(ObjectStore::open(store_directory())->read_bytes(results[i].id) == contents[i]) << i;
  }
  EXPECT_EQ(count_in(path("store/tmp")), 1U) << "the session's own directory, until it ends";
}

TEST_F(IngestTest, TrustsTheFileAndNotTheSizeHint) {
  const auto store = ObjectStore::open(store_directory());
  const std::string big = random_bytes(3'000'000), small = "small";
  const auto ingest = store->begin_ingest({});
  ingest->add_file(make_file("big", big), 10, 1);
  ingest->add_file(make_file("small", small), 10'000'000, 2);
  ingest->add_file(make_file("empty", ""), 10'000'000, 3);
  const std::vector<IngestResult> results = ingest->collect();
  ingest->finish();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_TRUE(store->read_bytes(results[0].id) == big);
  EXPECT_EQ(store->read_bytes(results[1].id), small);
  EXPECT_EQ(store->read_bytes(results[2].id), "");
}

TEST_F(IngestTest, LeavesTheStoreAloneWhenOnlyHashing) {
  const auto store = ObjectStore::open(store_directory());
  const std::string big = random_bytes(3'000'000);
  const auto ingest = store->begin_ingest({.mode = IngestMode::HashOnly});
  ingest->add_file(make_file("big", big), big.size(), 1);
  ingest->add_file(make_file("small", "x"), 1, 2);
  EXPECT_EQ(ingest->add_bytes("tree"), ObjectId::of("tree"));
  const std::vector<IngestResult> results = ingest->collect();
  ingest->finish();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].id, ObjectId::of(big));
  EXPECT_EQ(results[1].id, ObjectId::of("x"));
  EXPECT_FALSE(exists(store_directory()));
}

TEST_F(IngestTest, StoresWhatChangedOnly) {
  const auto store = ObjectStore::open(store_directory());
  std::string content = random_bytes(20'000'000);
  const auto add = [&] {
    const auto ingest = store->begin_ingest({});
    ingest->add_file(make_file("f", content), content.size(), 1);
    ingest->collect();
    ingest->finish();
  };
  const auto packed = [&] {
    std::uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path("store/packs")))
      size += entry.file_size();
    return size;
  };
  add();
  const auto before = packed();
  content.insert(7'000'000, "a few more bytes");
  add();
  EXPECT_LT(packed() - before, 1'000'000U);
  add();
  EXPECT_EQ(count_in(path("store/packs")), 2U) << "nothing new, no pack";
}

TEST_F(IngestTest, ReportsWhatIsNoReadableFile) {
  const auto store = ObjectStore::open(store_directory());
  ::mkfifo(path("fifo").c_str(), 0600);
  make_file("target", "x");
  std::filesystem::create_symlink("target", path("link"));
  const auto ingest = store->begin_ingest({});
  ingest->add_file(path("fifo"), 0, 1);
  ingest->add_file(path("link"), 1, 2);
  ingest->add_file(path("gone"), 1, 3);
  ingest->add_file(path("gone-and-big"), 100'000'000, 4);
  ingest->add_file(path("target"), 1, 5);
  const std::vector<IngestResult> results = ingest->collect();
  ingest->finish();
  ASSERT_EQ(results.size(), 5U);
  EXPECT_NE(results[0].error->message().find("not a regular file"), std::string::npos);
  EXPECT_NE(results[1].error->message().find("symbolic link"), std::string::npos);
  EXPECT_EQ(results[2].error->kind(), ErrorKind::NotFound);
  EXPECT_EQ(results[3].error->kind(), ErrorKind::NotFound);
  EXPECT_FALSE(results[4].error);
  EXPECT_TRUE(store->contains(ObjectId::of("x")));
}

// Grows the file as soon as some of it was read.
class MeddlingProgress final : public Progress {
 public:
  explicit MeddlingProgress(std::string path) : path_(std::move(path)) {}
  void begin(std::string_view, std::uint64_t, std::uint64_t) override {}
  void advance(std::uint64_t, std::uint64_t) override {
    if (!done_.exchange(true)) std::ofstream(path_, std::ios::app) << "more";
  }
  void current(std::string_view) override {}
  void line(std::string_view) override {}
  void warning(std::string_view) override {}
  void end() override {}

 private:
  std::string path_;
  std::atomic<bool> done_{false};
};

TEST_F(IngestTest, ReportsAFileThatChangesWhileItIsRead) {
  const auto store = ObjectStore::open(store_directory());
  const std::string content = random_bytes(30'000'000);
  make_file("f", content);
  MeddlingProgress progress(path("f"));
  const auto ingest = store->begin_ingest({.mode = IngestMode::Store, .threads = 0, .progress = &progress});
  ingest->add_file(path("f"), content.size(), 1);
  const std::vector<IngestResult> results = ingest->collect();
  ASSERT_EQ(results.size(), 1U);
  ASSERT_TRUE(results[0].error);
  EXPECT_NE(results[0].error->message().find("changed while it was read"), std::string::npos);
}

TEST_F(IngestTest, LeavesNothingWhenDropped) {
  const auto store = ObjectStore::open(store_directory());
  {
    const auto ingest = store->begin_ingest({});
    ingest->add_file(make_file("f", random_bytes(3'000'000)), 3'000'000, 1);
    ingest->collect();
  }
  EXPECT_EQ(count_in(path("store/packs")), 0U);
  EXPECT_EQ(count_in(path("store/tmp")), 0U);
}

TEST_F(IngestTest, KilledInTheMiddleLeavesTheStoreFine) {
  ObjectStore::open(store_directory())->put("before");
  make_file("f", random_bytes(3'000'000));
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = ObjectStore::open(store_directory());
    const auto ingest = store->begin_ingest({});
    ingest->add_file(path("f"), 3'000'000, 1);
    ingest->collect();
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(0);
  }
  char c = 0;
  ASSERT_EQ(::read(ready[0], &c, 1), 1);
  EXPECT_EQ(count_in(path("store/tmp")), 1U);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);

  const auto store = ObjectStore::open(store_directory());
  store->put("after");
  EXPECT_EQ(count_in(path("store/tmp")), 0U) << "what was left behind is swept up";
  SilentProgress progress;
  EXPECT_TRUE(fsck_store(*store, {}, progress).ok());
  EXPECT_TRUE(store->contains(ObjectId::of("before")));
}

TEST_F(IngestTest, SeveralProcessesAddAtOnce) {
  std::vector<pid_t> children;
  for (int c = 0; c < 4; ++c) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto store = ObjectStore::open(store_directory());
      for (int i = 0; i < 20; ++i) store->put(std::to_string(i * (c + 1)));
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto store = ObjectStore::open(store_directory());
  for (int i = 0; i < 80; i += 4) EXPECT_TRUE(store->contains(ObjectId::of(std::to_string(i)))) << i;
  SilentProgress progress;
  EXPECT_TRUE(fsck_store(*store, {}, progress).ok());
}

TEST_F(IngestTest, FullDiskIsAnErrorAndNothingIsVisible) {
  const MountedTmpfs disk(path("disk"), "6m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs needs root";
  const auto store = ObjectStore::open(join_path(disk.path(), "store"));
  store->put("before");
  {
    const auto ingest = store->begin_ingest({});
    ingest->add_file(make_file("f", random_bytes(30'000'000)), 30'000'000, 1);
    try {
      ingest->collect();
      ingest->finish();
      FAIL() << "30 MB fit into 6";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::Io);
      EXPECT_NE(e.hint(), "");
    }
    EXPECT_THROW(ingest->finish(), Error) << "a failed session stays failed";
  }
  EXPECT_EQ(count_in(join_path(disk.path(), "store/packs")), 1U);
  EXPECT_EQ(count_in(join_path(disk.path(), "store/tmp")), 0U);
  store->put("after");
  EXPECT_EQ(store->read_bytes(ObjectId::of("after")), "after");
}

class WholeIngest : public IngestTest {
 protected:
  static void add_and_read_back(const std::string& store_directory, const std::string& file,
                                const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
    const auto store = ObjectStore::open(store_directory, {.encoding = Encoding::Whole});
    const auto ingest = store->begin_ingest({});
    ingest->add_file(file, content.size(), 1);
    const std::vector<IngestResult> results = ingest->collect();
    ingest->finish();
    ASSERT_EQ(results.size(), 1U);
    ASSERT_FALSE(results[0].error) << results[0].error->message();
    EXPECT_EQ(results[0].id, ObjectId::of(content));
    const auto whole = store->whole_file(results[0].id);
    ASSERT_TRUE(whole);
    EXPECT_EQ(stat_if_exists(*whole)->st_mode & 0777U, 0444U);
    EXPECT_TRUE(ObjectStore::open(store_directory)->read_bytes(results[0].id) == content);
    EXPECT_EQ(store->find(results[0].id)->encoding, Encoding::Whole);
    SilentProgress progress;
    EXPECT_TRUE(fsck_store(*store, {}, progress).ok());
  }
};

TEST_F(WholeIngest, KeepsOneReadOnlyFileForEachObject) {
  add_and_read_back(store_directory(), path("small"), "small");
  add_and_read_back(store_directory(), path("big"), random_bytes(9'000'001));
  add_and_read_back(store_directory(), path("empty"), "");
}

TEST_F(WholeIngest, IsReadAsIfItWerePacked) {
  add_and_read_back(store_directory(), path("f"), table_bytes(600'000));
  const auto packed = ObjectStore::open(store_directory());
  EXPECT_EQ(packed->put(table_bytes(600'000)), ObjectId::of(table_bytes(600'000)));
  EXPECT_FALSE(exists(path("store/packs")) && count_in(path("store/packs")) > 0) << "never both encodings";
}

TEST_F(WholeIngest, DamageIsNoticed) {
  add_and_read_back(store_directory(), path("f"), "content");
  const auto store = ObjectStore::open(store_directory());
  const ObjectId id = ObjectId::of("content");
  write_file_atomically(*store->whole_file(id), "c0ntent", 0444);
  EXPECT_THROW(store->read_bytes(id), Error);
}

TEST_F(WholeIngest, ClonesWhereTheFileSystemCan) {
  const MountedXfs xfs(scratch_.path());
  if (!xfs.mounted()) GTEST_SKIP() << "mounting an XFS image needs root and mkfs.xfs";
  EXPECT_TRUE(reflink_works(xfs.path(), xfs.path()));
  EXPECT_FALSE(reflink_works(scratch_.path(), xfs.path()));
  const std::string store = join_path(xfs.path(), "store");
  const auto used = [&] { return std::filesystem::space(xfs.path()).available; };
  const std::string content = random_bytes(30'000'000);
  const std::string file = join_path(xfs.path(), "f");
  std::ofstream(file, std::ios::binary) << content;
  ::sync();
  const auto before = used();
  add_and_read_back(store, file, content);
  ::sync();
  EXPECT_LT(before - used(), 10'000'000U) << "the file and its object share their blocks";
  // Writing to the file afterwards leaves the object as it was.
  std::ofstream(file, std::ios::in | std::ios::out) << "changed";
  EXPECT_TRUE(ObjectStore::open(store)->read_bytes(ObjectId::of(content)) == content);
}

}  // namespace
}  // namespace dvx
