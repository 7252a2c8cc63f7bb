#include "objects/store/check_log.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"
#include "tests/support/golden.h"

namespace dvx {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Check pack_check(std::string_view name, std::int64_t when_ns) {
  return {.of = CheckOf::Pack,
          .id = ObjectId::of(name),
          .when_ns = when_ns,
          .size = 1000,
          .inode = 17,
          .mtime_ns = kSecond,
          .ctime_ns = 2 * kSecond};
}

class CheckLogs : public testing::Test {
 protected:
  std::string directory() const { return scratch_.path(); }
  std::string file() const { return join_path(directory(), "checks.log"); }
  CheckLog log() const { return CheckLog(directory()); }
  void append(const Check& check) const { log().append({&check, 1}); }

  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(CheckLogs, KeepsTheLatestOfEachFile) {
  EXPECT_EQ(log().find(CheckOf::Pack, ObjectId::of("a")), nullptr);
  append(pack_check("a", 10 * kSecond));
  append(pack_check("b", 20 * kSecond));
  append(pack_check("a", 30 * kSecond));
  const CheckLog read = log();
  ASSERT_EQ(read.all().size(), 2U);
  EXPECT_EQ(*read.find(CheckOf::Pack, ObjectId::of("a")), pack_check("a", 30 * kSecond));
  EXPECT_EQ(*read.find(CheckOf::Pack, ObjectId::of("b")), pack_check("b", 20 * kSecond));
  EXPECT_EQ(read.find(CheckOf::WholeFile, ObjectId::of("a")), nullptr);
}

TEST_F(CheckLogs, IsWrittenAsItAlwaysWas) {
  Check whole_file = pack_check("w", 3), all_data;
  whole_file.of = CheckOf::WholeFile;
  all_data.of = CheckOf::AllData;
  all_data.when_ns = 11 * kSecond;
  const Check checks[] = {pack_check("a", 10 * kSecond), whole_file, all_data};
  log().append(checks);
  expect_golden("checks/v1.log", read_file(file()));
}

TEST_F(CheckLogs, IgnoresARecordThatWasNotFinishedAndGoesOnBehindIt) {
  append(pack_check("a", 10 * kSecond));
  write_file_atomically(file(), read_file(file()) + std::string(50, 'x'));
  EXPECT_EQ(log().all().size(), 1U);
  append(pack_check("b", 20 * kSecond));
  EXPECT_EQ(log().all().size(), 2U);
}

TEST_F(CheckLogs, IgnoresWhatIsNoLog) {
  write_file_atomically(file(), "something else altogether");
  EXPECT_TRUE(log().all().empty());
  append(pack_check("a", 10 * kSecond));
  EXPECT_EQ(log().all().size(), 1U);
}

TEST_F(CheckLogs, EveryFlippedBitCostsOneRecordAtMost) {
  append(pack_check("a", 10 * kSecond));
  append(pack_check("b", 20 * kSecond));
  const std::string good = read_file(file());
  for (std::size_t at = 8; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write_file_atomically(file(), bad, 0666, Durability::Relaxed);
    const CheckLog read = log();
    ASSERT_EQ(read.all().size(), 1U) << at;
    ASSERT_EQ(read.all()[0], at < 8 + 88 ? pack_check("b", 20 * kSecond) : pack_check("a", 10 * kSecond));
  }
}

TEST_F(CheckLogs, IsWrittenAnewWhenMostOfItIsOutOfDate) {
  const std::vector<Check> many(3000, pack_check("a", 10 * kSecond));
  log().append(many);
  append(pack_check("b", 20 * kSecond));  // of a log that has 1 record in 3000
  EXPECT_LT(stat_if_exists(file())->st_size, 1000);
  EXPECT_EQ(log().all().size(), 2U);
}

TEST_F(CheckLogs, AStoreThatIsNotThereStaysAway) {
  const Check check = pack_check("a", 1);
  CheckLog(join_path(directory(), "none")).append({&check, 1});
  EXPECT_FALSE(exists(join_path(directory(), "none")));
}

TEST(SameFile, TellsWritingFromLinkingAndMistrustsWhatWasTooYoung) {
  const Check then = pack_check("a", 10 * kSecond);
  Check now = then;
  EXPECT_TRUE(same_file(then, now));
  now.ctime_ns += 1;  // linked, or another mode
  EXPECT_TRUE(same_bytes(then, now));
  EXPECT_FALSE(same_file(then, now));
  now.mtime_ns += 1;
  EXPECT_FALSE(same_bytes(then, now));
  Check young = then;
  young.when_ns = young.ctime_ns + 1'000'000;
  EXPECT_FALSE(same_file(young, young));
}

}  // namespace
}  // namespace dvx
