#include "objects/upkeep/gc.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/store/content_encoder.h"
#include "objects/store/frame_reader.h"
#include "objects/store/frame_writer.h"
#include "objects/store/store_use.h"
#include "objects/upkeep/fsck.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1'000'000'000;
constexpr std::uint64_t kManyChunks = 3'000'000;  // bytes of a file of many chunks

class GcTest : public testing::Test {
 protected:
  // One pack with all of these.
  std::vector<ObjectId> store_together(const std::vector<std::string>& contents) {
    FrameWriter writer(*store_);
    ContentEncoder encoder;
    std::vector<ObjectId> ids;
    for (const std::string& content : contents) {
      ids.push_back(ObjectId::of(content));
      encoder.encode(ids.back(), as_bytes(content), writer);
    }
    writer.commit();
    return ids;
  }

  // The chunks of a file in one pack, its recipe in another with `beside`.
  ObjectId store_apart(const std::string& content, const std::string& beside) {
    const ObjectId id = ObjectId::of(content);
    struct Kept {
      FrameInfo info;
      std::string bytes;
    };
    std::vector<Kept> frames;
    {
      TemporaryDirectory scratch(testing::TempDir());
      const auto other = ObjectStore::open(join_path(scratch.path(), "other"));
      other->put(content);
      encode_object(*other, id, [&](const FrameInfo& info, std::span<const std::byte> stored) {
        frames.push_back({info, std::string(as_text(stored))});
      });
    }
    {
      FrameWriter chunks(*store_);
      for (const Kept& frame : frames) {
        if (frame.info.kind == FrameKind::Chunk) chunks.add(frame.info, as_bytes(frame.bytes));
      }
      chunks.commit();
    }
    FrameWriter writer(*store_);
    writer.add(frames.back().info, as_bytes(frames.back().bytes));
    ContentEncoder().encode(ObjectId::of(beside), as_bytes(beside), writer);
    writer.commit();
    return id;
  }

  GcPlan plan(const std::vector<ObjectId>& wanted) {
    mark_ = std::make_unique<Mark>(*store_);
    for (const ObjectId& id : wanted) mark_->keep(id);
    SilentProgress progress;
    return plan_collection(*store_, *mark_, options_, progress);
  }

  GcOutcome collect_all_but(const std::vector<ObjectId>& wanted,
                            const std::vector<ObjectId>& named_late = {}) {
    const GcPlan planned = plan(wanted);
    SilentProgress progress;
    return collect(*store_, *mark_, planned, options_,
                   {.mark_again =
                        [&](Mark& mark) {
                          for (const ObjectId& id : named_late) mark.keep(id);
                        },
                    .stale_files = [] { return std::vector<std::string>(); }},
                   progress);
  }

  bool is_sound() {
    SilentProgress progress;
    return fsck_store(*store_, {.depth = FsckDepth::Data}, progress).ok();
  }
  std::size_t packs() { return list_packs(*store_).size(); }

  TemporaryDirectory scratch_{testing::TempDir()};
  std::unique_ptr<ObjectStore> store_ = ObjectStore::open(join_path(scratch_.path(), "store"));
  GcOptions options_{.now_ns = SystemClock().now_ns() + kDay,
                     .grace_ns = kDay / 24,
                     .trash_ns = 14 * kDay,
                     .patience = std::chrono::milliseconds(0)};
  std::unique_ptr<Mark> mark_;
};

TEST_F(GcTest, RemovesAPackThatNobodyWants) {
  const auto old = store_together({"old", random_bytes(50'000)});
  const auto kept = store_together({"kept"});
  const GcOutcome outcome = collect_all_but(kept);
  EXPECT_EQ(outcome.packs, 1U);
  EXPECT_EQ(place_of(*store_, old[0]), ObjectPlace::Trash);
  EXPECT_EQ(store_->read_bytes(kept[0]), "kept");
  EXPECT_TRUE(is_sound());
}

TEST_F(GcTest, PlansWithoutTouchingAnything) {
  store_together({"old"});
  const GcPlan planned = plan({});
  EXPECT_EQ(planned.packs_with(PackFate::Drop), 1U);
  EXPECT_EQ(packs(), 1U);
  EXPECT_TRUE(list_trash(*store_).empty());
}

TEST_F(GcTest, KeepsWhatCameJustNow) {
  store_together({"new"});
  options_.now_ns -= kDay;
  EXPECT_EQ(collect_all_but({}).packs, 0U);
  EXPECT_EQ(packs(), 1U);
}

TEST_F(GcTest, CopiesWhatIsWantedOutOfAPackThatIsMostlyNot) {
  const std::string wanted = random_bytes(10'000, 1);
  const auto ids = store_together({wanted, random_bytes(50'000, 2), random_bytes(50'000, 3)});
  const GcOutcome outcome = collect_all_but({ids[0]});
  EXPECT_EQ(outcome.rewritten, 1U);
  EXPECT_EQ(outcome.new_packs, 1U);
  EXPECT_EQ(packs(), 1U);
  EXPECT_TRUE(store_->read_bytes(ids[0]) == wanted);
  EXPECT_EQ(place_of(*store_, ids[1]), ObjectPlace::Trash);
}

TEST_F(GcTest, LeavesAPackThatIsMostlyWanted) {
  const auto ids = store_together({random_bytes(50'000, 1), random_bytes(10'000, 2)});
  const GcOutcome outcome = collect_all_but({ids[0]});
  EXPECT_EQ(outcome.packs + outcome.rewritten, 0U);
  EXPECT_EQ(place_of(*store_, ids[1]), ObjectPlace::Store);
}

TEST_F(GcTest, MergesManySmallPacks) {
  std::vector<ObjectId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(store_together({fmt::format("content {}", i)})[0]);
  collect_all_but(ids);
  EXPECT_EQ(packs(), 1U);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(store_->read_bytes(ids[i]), fmt::format("content {}", i));
}

TEST_F(GcTest, MergesYoungPacksWithWhatNobodyWantsYet) {
  for (int i = 0; i < 12; ++i) store_together({fmt::format("wanted {}", i), fmt::format("not yet {}", i)});
  std::vector<ObjectId> wanted;
  for (int i = 0; i < 12; ++i) wanted.push_back(ObjectId::of(fmt::format("wanted {}", i)));
  options_.now_ns -= kDay;
  collect_all_but(wanted);
  EXPECT_EQ(packs(), 1U);
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(place_of(*store_, ObjectId::of(fmt::format("not yet {}", i))), ObjectPlace::Store);
}

// Rewriting it gives the same index, and so the same name.
TEST_F(GcTest, KeepsANewPackThatHasTheNameOfAnOldOne) {
  std::vector<ObjectId> ids;
  ids.push_back(store_together({"a"})[0]);
  for (int i = 0; i < 11; ++i) {
    // Twelve small packs of which eleven hold the same frame, each with another that is not wanted.
    store_together({"a", fmt::format("unwanted {}", i)});
  }
  collect_all_but(ids);
  EXPECT_EQ(packs(), 1U);
  EXPECT_EQ(store_->read_bytes(ids[0]), "a");
}

TEST_F(GcTest, KeepsTheChunksOfAFileAndEverythingBelowATree) {
  const std::string file = random_bytes(kManyChunks), leaf = "leaf";
  const Tree inner(
      {{.name = "leaf", .kind = EntryKind::File, .size = 4, .files = 1, .id = ObjectId::of(leaf)},
       {.name = "file", .kind = EntryKind::File, .size = kManyChunks, .files = 1, .id = ObjectId::of(file)}});
  const Tree outer({{.name = "inner",
                     .kind = EntryKind::Directory,
                     .size = 4 + kManyChunks,
                     .files = 2,
                     .id = inner.id()}});
  store_together({file});
  store_together({leaf});
  store_together({inner.serialize()});
  store_together({outer.serialize()});
  store_together({"garbage"});
  mark_ = std::make_unique<Mark>(*store_);
  mark_->keep(outer.id(), EntryKind::Directory);
  SilentProgress progress;
  EXPECT_EQ(plan_collection(*store_, *mark_, options_, progress).packs_with(PackFate::Drop), 1U);
}

TEST_F(GcTest, EntersATreeWhoseBytesAreAlsoAFile) {
  const Tree tree(
      {{.name = "leaf", .kind = EntryKind::File, .size = 4, .files = 1, .id = ObjectId::of("leaf")}});
  store_together({"leaf"});
  store_together({tree.serialize()});
  mark_ = std::make_unique<Mark>(*store_);
  mark_->keep(tree.id(), EntryKind::File);
  mark_->keep(tree.id(), EntryKind::Directory);
  EXPECT_TRUE(mark_->is_wanted(ObjectId::of("leaf")));
}

// `add` and `fetch` take a recipe for the whole file.
TEST_F(GcTest, KeepsTheChunksOfAnUnwantedRecipeThatStays) {
  const std::string small_file = random_bytes(400'000, 7), beside = random_bytes(900'000, 8);
  const ObjectId file = store_apart(small_file, beside);
  collect_all_but({ObjectId::of(beside)});
  ASSERT_EQ(place_of(*store_, file), ObjectPlace::Store);
  EXPECT_TRUE(store_->read_bytes(file) == small_file);
  EXPECT_TRUE(list_trash(*store_).empty());
}

TEST_F(GcTest, RewritesAPackWhoseUnwantedRecipeHoldsMoreThanItIsWorth) {
  const ObjectId file = store_apart(random_bytes(kManyChunks, 7),
                                    "small and wanted, but more than the recipe" + random_bytes(9'000, 8));
  const GcOutcome outcome =
      collect_all_but({ObjectId::of("small and wanted, but more than the recipe" + random_bytes(9'000, 8))});
  EXPECT_EQ(outcome.packs, 2U);
  EXPECT_EQ(outcome.rewritten, 1U);
  EXPECT_EQ(place_of(*store_, file), ObjectPlace::Trash);
  EXPECT_TRUE(is_sound());
}

TEST_F(GcTest, BringsAFileBackWithItsChunks) {
  const std::string content = random_bytes(kManyChunks, 7);
  const ObjectId file = store_apart(content, "unwanted too");
  store_together({"kept"});
  collect_all_but({ObjectId::of("kept")});
  ASSERT_EQ(place_of(*store_, file), ObjectPlace::Trash);
  const auto other = ObjectStore::open(store_->directory());
  EXPECT_TRUE(other->contains(file));
  // All of it, and not only the pack that was asked for.
  EXPECT_TRUE(list_trash(*other).empty() || list_trash(*other).front().packs == 0);
  EXPECT_TRUE(other->read_bytes(file) == content);
  EXPECT_TRUE(is_sound());
}

TEST_F(GcTest, FindsInTheTrashWhatIsMissing) {
  const auto ids = store_together({"one"});
  store_together({"kept"});
  collect_all_but({ObjectId::of("kept")});
  EXPECT_TRUE(store_->missing(ids).empty());
  EXPECT_EQ(place_of(*store_, ids[0]), ObjectPlace::Store);
}

TEST_F(GcTest, LeavesWhatWasNamedMeanwhile) {
  const auto late = store_together({random_bytes(1000, 1)});
  const auto half = store_together({random_bytes(1000, 2), random_bytes(50'000, 3)});
  const GcOutcome outcome = collect_all_but({half[0]}, {late[0], half[1]});
  EXPECT_EQ(outcome.wanted_again, 2U);
  EXPECT_EQ(outcome.packs, 0U);
  EXPECT_EQ(place_of(*store_, late[0]), ObjectPlace::Store);
  EXPECT_EQ(place_of(*store_, half[1]), ObjectPlace::Store);
}

// A writer that was killed between its objects and its pointer: nobody names the recipe, and the next add
// trusts it.
TEST_F(GcTest, KeepsTheChunksOfARecipeThatCameMeanwhile) {
  const std::string content = random_bytes(kManyChunks, 7);
  const ObjectId file = ObjectId::of(content);
  const auto other_store = ObjectStore::open(join_path(scratch_.path(), "other"));
  other_store->put(content);
  std::vector<std::pair<FrameInfo, std::string>> frames;
  encode_object(*other_store, file, [&](const FrameInfo& info, std::span<const std::byte> stored) {
    frames.emplace_back(info, as_text(stored));
  });
  {
    FrameWriter writer(*store_);
    for (const auto& [info, bytes] : frames) {
      if (info.kind == FrameKind::Chunk) writer.add(info, as_bytes(bytes));
    }
    writer.commit();
  }
  const GcPlan planned = plan({});
  ASSERT_EQ(planned.packs_with(PackFate::Drop), 1U);
  const auto writing = ObjectStore::open(store_->directory());
  {
    FrameWriter writer(*writing);
    writer.add(frames.back().first, as_bytes(frames.back().second));
    writer.commit();
  }
  SilentProgress progress;
  collect(*store_, *mark_, planned, options_,
          {.mark_again = [](Mark&) {}, .stale_files = [] { return std::vector<std::string>(); }}, progress);
  EXPECT_TRUE(store_->read_bytes(file) == content);
  EXPECT_TRUE(list_trash(*store_).empty());
}

TEST_F(GcTest, PurgesAfterTheTimeAndNotBefore) {
  const auto ids = store_together({"old"});
  store_together({"kept"});
  const std::vector kept{ObjectId::of("kept")};
  collect_all_but(kept);
  options_.now_ns += 13 * kDay;
  EXPECT_EQ(collect_all_but(kept).purged_batches, 0U);
  options_.now_ns += 2 * kDay;
  EXPECT_EQ(collect_all_but(kept).purged_batches, 1U);
  EXPECT_EQ(place_of(*store_, ids[0]), ObjectPlace::Nowhere);
}

TEST_F(GcTest, PurgesAtOnceWhenToldTo) {
  const auto ids = store_together({"old"});
  store_together({"kept"});
  options_.purge = Purge::Everything;
  EXPECT_EQ(collect_all_but({ObjectId::of("kept")}).purged_batches, 1U);
  EXPECT_EQ(place_of(*store_, ids[0]), ObjectPlace::Nowhere);
}

TEST_F(GcTest, RemovesAPurgeThatWasCutShort) {
  store_together({"kept"});
  const std::string left = join_path(store_->directory(), "trash/.purged-20260101T000000Z/packs");
  make_directories(left);
  collect_all_but({ObjectId::of("kept")});
  EXPECT_FALSE(exists(left));
}

TEST_F(GcTest, MovesWholeFilesAndBringsThemBack) {
  const auto whole = ObjectStore::open(store_->directory(), {.encoding = Encoding::Whole});
  store_together({"kept"});
  const ObjectId id = ObjectId::of("whole");
  const std::string hex = id.to_hex();
  const std::string path = join_path(store_->directory(), "whole/" + hex.substr(0, 2) + "/" + hex.substr(2));
  make_directories(parent_path(path));
  write_file_atomically(path, "whole");
  EXPECT_EQ(collect_all_but({ObjectId::of("kept")}).whole_files, 1U);
  EXPECT_FALSE(exists(path));
  EXPECT_EQ(whole->whole_file(id), path);
  EXPECT_TRUE(exists(path));
}

TEST_F(GcTest, GivesUpWhenSomebodyWrites) {
  const auto ids = store_together({"old"});
  store_together({"kept"});
  const auto writer = ObjectStore::open(store_->directory());
  const auto held = writer->hold();
  ASSERT_TRUE(held);
  EXPECT_THROW(
      {
        try {
          collect_all_but({ObjectId::of("kept")});
        } catch (const Error& e) {
          EXPECT_EQ(e.kind(), ErrorKind::Locked);
          throw;
        }
      },
      Error);
  EXPECT_EQ(place_of(*store_, ids[0]), ObjectPlace::Store);
}

// What a process knew of the store before it waited for the lock is old news.
TEST_F(GcTest, WriterLooksAgainOnceItHoldsTheStore) {
  const auto ids = store_together({"old"});
  store_together({"kept"});
  const auto writer = ObjectStore::open(store_->directory());
  ASSERT_TRUE(writer->contains(ids[0]));
  options_.purge = Purge::Everything;
  collect_all_but({ObjectId::of("kept")});
  FrameWriter session(*writer);
  EXPECT_FALSE(session.has(ids[0]));
}

TEST_F(GcTest, AbortsOnAPackThatCannotBeRead) {
  store_together({"old"});
  const std::string pack =
      join_path(store_->directory(), "packs/" + list_packs(*store_)[0].to_hex() + ".pack");
  ASSERT_EQ(::truncate(pack.c_str(), 40), 0);
  store_ = ObjectStore::open(store_->directory());
  EXPECT_THROW(plan({}), Error);
}

TEST_F(GcTest, DoesNotSpreadDamage) {
  const std::string wanted = random_bytes(10'000, 1);
  const auto ids = store_together({wanted, random_bytes(50'000, 2)});
  const std::string pack =
      join_path(store_->directory(), "packs/" + list_packs(*store_)[0].to_hex() + ".pack");
  std::string bytes = read_file(pack);
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  ::chmod(pack.c_str(), 0644);
  write_file_atomically(pack, bytes);
  store_ = ObjectStore::open(store_->directory());
  const GcOutcome outcome = collect_all_but({ids[0]});
  EXPECT_EQ(outcome.rewritten, 0U);
  ASSERT_EQ(outcome.notes.size(), 1U);
  EXPECT_TRUE(exists(pack));
}

}  // namespace
}  // namespace dvx
