// Every byte of a small store changed in turn, and every file of it cut off at every length: nothing but the
// bytes that an id stands for is ever given out, and fsck finds what can no longer be read.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/store/ingest.h"
#include "objects/store/object_store.h"
#include "objects/upkeep/fsck.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

// What became of the objects of a store in which one thing was changed.
struct Outcome {
  bool lied = false;     // other bytes were given than the id stands for
  bool refused = false;  // an object was not given
  bool found = false;    // fsck found something, or the store as such was refused
};

class BitRot : public testing::Test {
 protected:
  std::string directory() const { return join_path(scratch_.path(), "store"); }

  ObjectId keep(ObjectStore& store, const std::string& content) {
    const std::string path = join_path(scratch_.path(), std::to_string(contents_.size()));
    write_file_atomically(path, content, 0666, Durability::Relaxed);
    const auto ingest = store.begin_ingest({});
    ingest->add_file(path, content.size(), 0);
    const ObjectId id = ingest->collect().at(0).id;
    ingest->finish();
    contents_.emplace_back(id, content);
    return id;
  }

  void make_store(Encoding encoding) {
    const auto store = ObjectStore::open(directory(), {.encoding = encoding});
    const ObjectId raw = keep(*store, random_bytes(200));
    const std::string table = table_bytes(600);
    const ObjectId compressed = keep(*store, table);
    if (encoding == Encoding::Packed) keep(*store, std::string(300'000, 'x'));  // several chunks and a recipe
    const Tree tree(
        {{.name = "a", .kind = EntryKind::File, .size = 200, .files = 1, .id = raw},
         {.name = "b", .kind = EntryKind::File, .size = table.size(), .files = 1, .id = compressed}});
    const std::string bytes = tree.serialize();
    contents_.emplace_back(store->put(bytes), bytes);
  }

  Outcome look() const {
    Outcome outcome;
    try {
      const auto store = ObjectStore::open(directory());
      for (const auto& [id, content] : contents_) read(*store, id, content, outcome);
      SilentProgress progress;
      outcome.found = !fsck_store(*store, {}, progress).ok();
    } catch (const Error&) {
      outcome.found = outcome.refused = true;
    }
    return outcome;
  }

  static void read(const ObjectStore& store, const ObjectId& id, const std::string& content,
                   Outcome& outcome) {
    try {
      outcome.lied |= store.read_bytes(id) != content;
    } catch (const Error&) {
      outcome.refused = true;
    }
  }

  std::vector<std::string> files(const std::string& below) const {
    std::vector<std::string> found;
    const std::string directory_below = join_path(directory(), below);
    if (!exists(directory_below)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_below)) {
      if (entry.is_regular_file() && entry.file_size() > 0) found.push_back(entry.path().string());
    }
    std::ranges::sort(found);
    return found;
  }

  // Counts the changes; `judge` looks at what came of each.
  template <typename Judge>
  std::size_t spoil(const std::string& path, Judge judge) {
    const std::string good = read_file(path);
    std::size_t count = 0;
    const auto with = [&](const std::string& bytes, const std::string& change) {
      overwrite(path, bytes);
      SCOPED_TRACE(path + ": " + change);
      judge(look());
      ++count;
    };
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << i % 8));
      with(bad, "byte " + std::to_string(i) + " changed");
    }
    for (std::size_t length = 0; length < good.size(); ++length) {
      with(good.substr(0, length), "cut off after " + std::to_string(length));
    }
    overwrite(path, good);
    return count;
  }

  static void overwrite(const std::string& path, const std::string& bytes) {
    std::filesystem::remove(path);  // it may be mapped
    write_file_atomically(path, bytes, 0444, Durability::Relaxed);
    // A directory that has just changed makes readers wait for the clock's next tick.
    std::filesystem::last_write_time(parent_path(path),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }

  // Thousands of stores are opened: in memory, where there is such a place.
  static std::string place() { return is_directory("/dev/shm") ? "/dev/shm" : testing::TempDir(); }

  TemporaryDirectory scratch_{place()};
  std::vector<std::pair<ObjectId, std::string>> contents_;
};

// A few bits of a zstd frame mean nothing to the content: with them changed it decodes to the same bytes,
// which still hash to their id. Everything else is found.
TEST_F(BitRot, InAPackIsFoundAndNeverGivenOut) {
  make_store(Encoding::Packed);
  std::size_t count = 0, meaningless = 0;
  for (const std::string& path : files("packs")) {
    count += spoil(path, [&](const Outcome& outcome) {
      EXPECT_FALSE(outcome.lied);
      EXPECT_TRUE(!outcome.refused || outcome.found);
      meaningless += !outcome.found;
    });
  }
  EXPECT_GT(count, 2000U);
  EXPECT_LT(meaningless, 10U);
  std::printf("%zu changes, %zu of them without a meaning\n", count, meaningless);
}

TEST_F(BitRot, InAWholeFileIsFoundAndNeverGivenOut) {
  make_store(Encoding::Whole);
  std::size_t count = 0;
  for (const std::string& path : files("whole")) {
    count += spoil(path, [](const Outcome& outcome) {
      EXPECT_FALSE(outcome.lied);
      EXPECT_TRUE(outcome.found);
    });
  }
  EXPECT_GT(count, 1000U);
  std::printf("%zu changes\n", count);
}

// Segments can be made again from packs: one that is damaged costs time and nothing else.
TEST_F(BitRot, InASegmentChangesNothing) {
  make_store(Encoding::Packed);
  {
    const auto store = ObjectStore::open(directory());
    for (int i = 0; i < 12; ++i) store->put("one pack more " + std::to_string(i));
    store->contains(contents_.front().first);
  }
  ASSERT_FALSE(files("index").empty());
  std::size_t count = 0;
  for (const std::string& path : files("index")) {
    count += spoil(path, [](const Outcome& outcome) {
      EXPECT_FALSE(outcome.lied);
      EXPECT_TRUE(!outcome.refused || outcome.found);
    });
  }
  EXPECT_GT(count, 1000U);
  std::printf("%zu changes\n", count);
}

TEST_F(BitRot, InTheFormatFileIsRefusedOrHarmless) {
  make_store(Encoding::Packed);
  spoil(join_path(directory(), "format"), [](const Outcome& outcome) {
    EXPECT_FALSE(outcome.lied);
    EXPECT_TRUE(!outcome.refused || outcome.found);
  });
}

}  // namespace
}  // namespace dvx
