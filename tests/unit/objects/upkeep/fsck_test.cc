#include "objects/upkeep/fsck.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

#include "base/file.h"
#include "base/path.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/frame_writer.h"
#include "objects/store/ingest.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

class Fsck : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = open();
    const auto ingest = store->begin_ingest({});
    ingest->add_bytes("small");
    ingest->add_bytes(big_);
    ingest->finish();
    pack_ = list_packs(*store).at(0);
    // What a remote would have.
    for (const PackEntry& entry : open_pack(*store, pack_)->entries()) {
      elsewhere_[entry.id] = read_frame(*store, {pack_, entry});
    }
  }

  std::string directory() const { return join_path(scratch_.path(), "store"); }
  std::unique_ptr<ObjectStore> open() const { return ObjectStore::open(directory()); }
  std::string pack_path() const { return join_path(directory(), "packs/" + pack_.to_hex() + ".pack"); }
  FsckReport check(FsckDepth depth = FsckDepth::Data) const {
    SilentProgress progress;
    return fsck_store(*open(), {.depth = depth}, progress);
  }
  RepairReport repair(const FetchFrame& fetch) const {
    SilentProgress progress;
    const auto store = open();
    return repair_store(*store, fsck_store(*store, {}, progress), fetch, progress);
  }
  FetchFrame from_elsewhere() {
    return [this](const ObjectId& id) -> std::optional<Frame> {
      const auto found = elsewhere_.find(id);
      return found == elsewhere_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  static std::optional<Frame> from_nowhere(const ObjectId&) { return std::nullopt; }
  void flip(std::uint64_t offset) const {
    std::string bytes = read_file(pack_path());
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
    write_file_atomically(pack_path(), bytes, 0444);
  }
  std::size_t quarantined() const {
    const std::string path = join_path(directory(), "quarantine");
    if (!exists(path)) return 0;
    const std::filesystem::directory_iterator files(path);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  TemporaryDirectory scratch_{testing::TempDir()};
  std::string big_ = table_bytes(900'000);
  ObjectId big_id_ = ObjectId::of(big_), small_id_ = ObjectId::of("small");
  ObjectId pack_;
  std::map<ObjectId, Frame> elsewhere_;
};

TEST_F(Fsck, FindsNothingInAGoodStore) {
  const FsckReport report = check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.packs, 1U);
  EXPECT_EQ(report.frames, elsewhere_.size());
  EXPECT_GT(report.bytes_read, 0U);
}

TEST_F(Fsck, NamesTheDamagedFrameAndTheFileThatNeedsIt) {
  const PackEntry entry =
      *open_pack(*open(), pack_)->find(read_recipe(*open(), *locate_frame(*open(), big_id_)).chunks[0].id);
  flip(entry.offset + 20);
  const FsckReport report = check();
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_EQ(report.damaged[0].id, entry.id);
  EXPECT_EQ(report.damaged[0].offset, entry.offset);
  EXPECT_EQ(report.damaged[0].file, "packs/" + pack_.to_hex() + ".pack");
  EXPECT_TRUE(std::count(report.lost_objects.begin(), report.lost_objects.end(), big_id_));
  EXPECT_FALSE(std::count(report.lost_objects.begin(), report.lost_objects.end(), small_id_));
}

// Three packs of about the same size.
class FsckShares : public Fsck {
 protected:
  void SetUp() override {
    Fsck::SetUp();
    for (const std::uint64_t seed : {1U, 2U}) {
      const auto store = open();
      const auto ingest = store->begin_ingest({});
      ingest->add_bytes(random_bytes(300'000, seed));
      ingest->finish();
    }
  }
  FsckReport read_share(double percent, std::int64_t now_ns) const {
    SilentProgress progress;
    return fsck_store(*open(), {.depth = FsckDepth::Data, .percent = percent, .now_ns = now_ns}, progress);
  }
};

TEST_F(FsckShares, ReadWhatWasNotReadForLongestSoThatRepeatedRunsReadAll) {
  std::uint64_t before = 0;
  for (const std::int64_t now : {1, 2, 3}) {
    const FsckReport report = read_share(1, now);
    EXPECT_GT(report.coverage.bytes_checked, before) << "another pack each time";
    EXPECT_EQ(report.coverage.oldest_ns, 1);
    EXPECT_FALSE(report.coverage.all_data_ns);
    before = report.coverage.bytes_checked;
  }
  EXPECT_EQ(before, read_share(1, 4).coverage.bytes);
  EXPECT_EQ(read_share(1, 5).coverage.oldest_ns, 3);
  EXPECT_EQ(read_share(100, 6).coverage.all_data_ns, 6);
}

TEST_F(FsckShares, ReadWhatIsDamagedAgainUntilItIsMended) {
  flip(open_pack(*open(), pack_)->find(small_id_)->offset);
  EXPECT_FALSE(read_share(100, 1).ok());
  const FsckReport again = read_share(0.001, 2);
  EXPECT_EQ(again.damaged.size(), 1U);
  EXPECT_LT(again.coverage.bytes_checked, again.coverage.bytes);
}

TEST_F(FsckShares, ReadWhatWasWrittenToEvenWhenOnlyStructureIsAsked) {
  EXPECT_TRUE(read_share(100, 1).ok());
  EXPECT_EQ(check(FsckDepth::Structure).bytes_read, 0U);
  flip(open_pack(*open(), pack_)->find(small_id_)->offset);
  EXPECT_EQ(check(FsckDepth::Structure).damaged.size(), 1U);
}

TEST_F(FsckShares, CanBeReadWithoutTheLog) {
  read_share(100, 1);
  write_file_atomically(join_path(directory(), "checks.log"), "lost");
  const FsckReport report = check(FsckDepth::Structure);
  EXPECT_TRUE(report.ok());
  EXPECT_FALSE(report.coverage.oldest_ns);
}

TEST_F(Fsck, MendsADamagedFrameFromElsewhere) {
  flip(open_pack(*open(), pack_)->find(small_id_)->offset);
  const RepairReport report = repair(from_elsewhere());
  EXPECT_EQ(report.fetched, std::vector{small_id_});
  EXPECT_TRUE(report.lost.empty());
  EXPECT_EQ(quarantined(), 1U);
  EXPECT_TRUE(check().ok());
  EXPECT_EQ(open()->read_bytes(small_id_), "small");
  EXPECT_TRUE(open()->read_bytes(big_id_) == big_);
}

TEST_F(Fsck, KeepsTheGoodFramesWhenNothingCanBeFetched) {
  flip(open_pack(*open(), pack_)->find(small_id_)->offset);
  const RepairReport report = repair(from_nowhere);
  EXPECT_EQ(report.lost, std::vector{small_id_});
  EXPECT_EQ(quarantined(), 1U) << "the damaged bytes are kept";
  EXPECT_FALSE(open()->contains(small_id_));
  EXPECT_TRUE(open()->read_bytes(big_id_) == big_);
}

TEST_F(Fsck, RefusesAWrongFrameFromElsewhere) {
  flip(open_pack(*open(), pack_)->find(small_id_)->offset);
  elsewhere_[small_id_].bytes = "snall";
  EXPECT_EQ(repair(from_elsewhere()).lost, std::vector{small_id_});
}

struct Region {
  const char* name;
  std::int64_t from_end;  // negative: from the end; else from the start
};

class DamagedRegion : public Fsck, public testing::WithParamInterface<Region> {};

TEST_P(DamagedRegion, IsFoundAndMended) {
  const auto size = static_cast<std::int64_t>(stat_if_exists(pack_path())->st_size);
  flip(
      static_cast<std::uint64_t>(GetParam().from_end < 0 ? size + GetParam().from_end : GetParam().from_end));
  EXPECT_FALSE(check(FsckDepth::Structure).ok());
  EXPECT_TRUE(repair(from_elsewhere()).lost.empty());
  EXPECT_TRUE(check().ok());
  EXPECT_EQ(open()->read_bytes(small_id_), "small");
  EXPECT_TRUE(open()->read_bytes(big_id_) == big_);
}

INSTANTIATE_TEST_SUITE_P(Regions, DamagedRegion,
                         testing::Values(Region{"magic", 0}, Region{"version", 8}, Region{"index", -80},
                                         Region{"index offset", -64}, Region{"entry count", -56},
                                         Region{"pack id", -40}, Region{"trailer version", -16},
                                         Region{"end magic", -1}),
                         [](const auto& region) {
                           std::string name = region.param.name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST_F(Fsck, MendsATruncatedPack) {
  const std::string bytes = read_file(pack_path());
  write_file_atomically(pack_path(), bytes.substr(0, bytes.size() / 2), 0444);
  SilentProgress progress;
  const auto store = open();
  FsckReport report = fsck_store(*store, {}, progress);
  EXPECT_FALSE(report.ok());
  // The index went with the end of the pack: what was in it is known to those who need it.
  report.lost_objects = {small_id_, big_id_};
  EXPECT_TRUE(repair_store(*store, report, from_elsewhere(), progress).lost.empty());
  EXPECT_TRUE(open()->read_bytes(big_id_) == big_);
}

TEST_F(Fsck, MissesAChunkOfARecipe) {
  const Frame recipe = elsewhere_.at(big_id_);
  const Recipe chunks = read_recipe(*open(), *locate_frame(*open(), big_id_));
  remove_tree(join_path(directory(), "packs"));
  const auto store = open();
  FrameWriter writer(*store);
  writer.add(recipe.info, as_bytes(recipe.bytes));
  writer.commit();
  const FsckReport report = check(FsckDepth::Structure);
  EXPECT_EQ(report.lost_objects, std::vector{big_id_});
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].reason.find(chunks.chunks[0].id.to_hex()), std::string::npos);
  EXPECT_TRUE(repair(from_elsewhere()).lost.empty());
  EXPECT_TRUE(open()->read_bytes(big_id_) == big_);
}

TEST_F(Fsck, FindsAndReplacesADamagedIndex) {
  for (int i = 0; i < 20; ++i) open()->put(std::to_string(i));
  for (const auto& entry : std::filesystem::directory_iterator(join_path(directory(), "index"))) {
    if (entry.path().extension() != ".seg") continue;
    std::string bytes = read_file(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_file_atomically(entry.path(), bytes);
  }
  EXPECT_FALSE(check().ok());
  EXPECT_TRUE(repair(from_nowhere).lost.empty());
  EXPECT_TRUE(check().ok());
}

TEST_F(Fsck, MendsADamagedWholeFile) {
  const auto store = ObjectStore::open(directory(), {.encoding = Encoding::Whole});
  const std::string file = join_path(scratch_.path(), "f");
  write_file_atomically(file, "whole");
  const auto ingest = store->begin_ingest({});
  ingest->add_file(file, 5, 1);
  ingest->collect();
  ingest->finish();
  const ObjectId id = ObjectId::of("whole");
  write_file_atomically(*store->whole_file(id), "wh0le", 0444);
  const FsckReport report = check();
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_EQ(report.damaged[0].id, id);
  Encoder encoder;
  const EncodedFrame frame = encoder.encode(id, FrameKind::Chunk, as_bytes(std::string_view("whole")));
  elsewhere_[id] = {frame.info, std::string(as_text(frame.stored))};
  EXPECT_TRUE(repair(from_elsewhere()).lost.empty());
  EXPECT_EQ(open()->read_bytes(id), "whole");
}

// Does something once, in the middle of a check.
class Meanwhile final : public Progress {
 public:
  enum class Moment { Begin, Advance };
  Meanwhile(Moment moment, std::function<void()> act) : moment_(moment), act_(std::move(act)) {}
  void begin(std::string_view, std::uint64_t, std::uint64_t) override { at(Moment::Begin); }
  void advance(std::uint64_t, std::uint64_t) override { at(Moment::Advance); }
  void current(std::string_view) override {}
  void line(std::string_view) override {}
  void warning(std::string_view) override {}
  void end() override {}

 private:
  void at(Moment moment) {
    if (moment == moment_) std::call_once(done_, act_);
  }
  Moment moment_;
  std::function<void()> act_;
  std::once_flag done_;
};

TEST_F(Fsck, TakesAPackThatComesMeanwhileForNoDamage) {
  const auto store = open();
  Meanwhile progress(Meanwhile::Moment::Begin, [this] { open()->put("from another process"); });
  const FsckReport report = fsck_store(*store, {}, progress);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.packs, 2U);
}

TEST_F(Fsck, TakesAPackThatACollectionMovesMeanwhileForNoDamage) {
  const auto store = open();
  Meanwhile progress(Meanwhile::Moment::Advance, [this] { std::filesystem::remove(pack_path()); });
  EXPECT_TRUE(fsck_store(*store, {}, progress).ok());
}

}  // namespace
}  // namespace dvx
