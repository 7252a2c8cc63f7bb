#include "objects/store/object_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/pack/chunker.h"
#include "objects/store/frame_reader.h"
#include "objects/store/ingest.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

class ObjectStoreTest : public testing::Test {
 protected:
  std::string directory() const { return join_path(scratch_.path(), "store"); }
  std::unique_ptr<ObjectStore> open() const { return ObjectStore::open(directory()); }
  std::size_t files_in(const std::string& name) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(join_path(directory(), name))) {
      count += entry.path().filename() == "lock" ? 0U : 1U;
    }
    return count;
  }

  TemporaryDirectory scratch_{testing::TempDir()};
};

class StoredContent : public ObjectStoreTest, public testing::WithParamInterface<std::string> {};

TEST_P(StoredContent, ComesBack) {
  const ObjectId id = open()->put(GetParam());
  const auto store = open();
  EXPECT_EQ(id, ObjectId::of(GetParam()));
  EXPECT_TRUE(store->contains(id));
  EXPECT_TRUE(store->read_bytes(id) == GetParam());
  ASSERT_TRUE(store->find(id));
  EXPECT_EQ(store->find(id)->size, GetParam().size());
}

INSTANTIATE_TEST_SUITE_P(Sizes, StoredContent,
                         testing::Values("", "x", random_bytes(kMinChunk - 1), random_bytes(kMinChunk),
                                         random_bytes(kMinChunk + 1), random_bytes(kMaxChunk - 1),
                                         random_bytes(kMaxChunk), random_bytes(kMaxChunk + 1),
                                         std::string(kMaxChunk, 'a'), std::string(kMaxChunk + 1, 'a'),
                                         random_bytes(5'000'000), table_bytes(5'000'000)));

TEST_F(ObjectStoreTest, IsNotMadeBySomebodyWhoOnlyLooks) {
  const auto store = open();
  EXPECT_FALSE(store->contains(ObjectId::of("x")));
  EXPECT_FALSE(exists(directory()));
}

TEST_F(ObjectStoreTest, IsNotMadeOfADirectoryThatHoldsAnythingElse) {
  const TemporaryDirectory scratch(testing::TempDir());
  make_directories(scratch.path() + "/home/tmp/mine");
  EXPECT_THROW(ObjectStore::open(scratch.path() + "/home"), Error);
  EXPECT_EQ(names_in_directory(scratch.path() + "/home"), std::vector<std::string>{"tmp"});
}

TEST_F(ObjectStoreTest, RemovesOnlyItsOwnAbandonedSessions) {
  const std::string tmp = join_path(directory(), "tmp");
  open()->put("makes the store");
  make_directories(tmp + "/mine");
  make_directories(tmp + "/session-of-mine");
  make_directories(tmp + "/session-1-2-3-4");
  write_file_atomically(tmp + "/session-1-2-3-4/.owner", "");
  open()->put("looks for abandoned sessions");
  EXPECT_TRUE(exists(tmp + "/mine"));
  EXPECT_TRUE(exists(tmp + "/session-of-mine"));
  EXPECT_FALSE(exists(tmp + "/session-1-2-3-4"));
}

TEST_F(ObjectStoreTest, FollowsNoLinkInAStore) {
  open()->put("known");
  const TemporaryDirectory elsewhere(testing::TempDir());
  for (const char* name : {"tmp", "packs", "index"}) {
    const std::string path = join_path(directory(), name);
    remove_tree(path);
    ASSERT_EQ(::symlink(elsewhere.path().c_str(), path.c_str()), 0);
    EXPECT_THROW(open()->put("new"), Error) << name;
    EXPECT_TRUE(names_in_directory(elsewhere.path()).empty()) << name;
    remove_tree(path);
    make_directories(path);
  }
}

TEST_F(ObjectStoreTest, TellsWhatIsMissingOnceAndInOrder) {
  const auto store = open();
  const ObjectId here = store->put("here"), b = ObjectId::of("b"), a = ObjectId::of("a");
  EXPECT_EQ(store->missing(std::vector{b, here, a, b}), (std::vector{b, a}));
}

TEST_F(ObjectStoreTest, SaysNotFoundWithAHint) {
  try {
    open()->read_bytes(ObjectId::of("nowhere"));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::NotFound);
    EXPECT_NE(e.hint(), "");
  }
}

TEST_F(ObjectStoreTest, DoesNotStoreTheSameTwice) {
  const auto store = open();
  store->put("same");
  store->put("same");
  EXPECT_EQ(files_in("packs"), 1U);
}

TEST_F(ObjectStoreTest, SeesWhatAnotherProcessStored) {
  const auto reader = open(), writer = open();
  EXPECT_FALSE(reader->contains(ObjectId::of("later")));
  writer->put("later");
  EXPECT_TRUE(reader->contains(ObjectId::of("later")));
  EXPECT_EQ(reader->read_bytes(ObjectId::of("later")), "later");
}

TEST_F(ObjectStoreTest, MergesManyPacksIntoFewSegments) {
  const auto store = open();
  for (int i = 0; i < 100; ++i) store->put(std::to_string(i));
  EXPECT_EQ(files_in("packs"), 100U);
  EXPECT_GE(files_in("index"), 1U);
  EXPECT_LE(files_in("index"), 6U);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(open()->read_bytes(ObjectId::of(std::to_string(i))), std::to_string(i));
}

TEST_F(ObjectStoreTest, RebuildsALostIndexFromThePacks) {
  for (int i = 0; i < 30; ++i) open()->put(std::to_string(i));
  remove_tree(join_path(directory(), "index"));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(open()->contains(ObjectId::of(std::to_string(i))));
  EXPECT_GE(files_in("index"), 1U);
}

TEST_F(ObjectStoreTest, IgnoresADamagedIndex) {
  for (int i = 0; i < 30; ++i) open()->put(std::to_string(i));
  for (const auto& entry : std::filesystem::directory_iterator(join_path(directory(), "index"))) {
    if (entry.path().extension() == ".seg") write_file_atomically(entry.path(), "nonsense");
  }
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(open()->read_bytes(ObjectId::of(std::to_string(i))), std::to_string(i));
}

TEST_F(ObjectStoreTest, RefusesANewerFormat) {
  open()->put("x");
  write_file_atomically(join_path(directory(), "format"), "{\"dvx\":\"store\",\"version\":2}\n");
  try {
    open();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
  }
}

TEST_F(ObjectStoreTest, WalksNestedTrees) {
  const auto store = open();
  const Tree inner({{"b", EntryKind::File, 1, 1, ObjectId::of("b")}});
  const Tree outer({{"a", EntryKind::File, 1, 1, ObjectId::of("a")},
                    {"d", EntryKind::Directory, 1, 1, store->put(inner.serialize())}});
  std::vector<std::string> paths;
  store->walk_tree(store->put(outer.serialize()),
                   [&](const std::string& path, const TreeEntry&) { paths.push_back(path); });
  EXPECT_EQ(paths, (std::vector<std::string>{"a", "d", "d/b"}));
}

TEST_F(ObjectStoreTest, NeverGivesTheLastPieceOfADamagedFile) {
  const std::string content = random_bytes(1'000'000);
  const ObjectId id = open()->put(content);
  const auto location = locate_frame(*open(), id);
  ASSERT_TRUE(location);
  const Recipe recipe = read_recipe(*open(), *location);
  const auto chunk = locate_frame(*open(), recipe.chunks[1].id);
  ASSERT_TRUE(chunk);
  const std::string pack = join_path(directory(), "packs/" + chunk->pack_id.to_hex() + ".pack");
  std::string bytes = read_file(pack);
  bytes[chunk->entry.offset] = static_cast<char>(bytes[chunk->entry.offset] ^ 1);
  write_file_atomically(pack, bytes);
  StringSink sink;
  EXPECT_THROW(open()->read(id, sink), Error);
  EXPECT_LT(sink.take().size(), content.size());
}

TEST_F(ObjectStoreTest, EncodesAnObjectIntoTheFramesThatMakeIt) {
  const auto store = open();
  const std::string content = table_bytes(700'000);
  const ObjectId id = store->put(content);
  std::vector<FrameInfo> frames;
  encode_object(*store, id,
                [&](const FrameInfo& info, std::span<const std::byte>) { frames.push_back(info); });
  const Recipe recipe = read_recipe(*store, *locate_frame(*store, id));
  ASSERT_EQ(frames.size(), recipe.chunks.size() + 1);
  for (std::size_t i = 0; i < recipe.chunks.size(); ++i) EXPECT_EQ(frames[i].id, recipe.chunks[i].id);
  EXPECT_EQ(frames.back().kind, FrameKind::Recipe);
  EXPECT_EQ(frames.back().id, id);
}

}  // namespace
}  // namespace dvx
