#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/schema/schema.h"
#include "duckdb_for_tests.h"

namespace dvx {
namespace {

class CheckSchemas : public testing::Test {
 protected:
  void SetUp() override {
    DVX_NEEDS_DUCKDB();
    ASSERT_TRUE(run_process({"git", "init", "-q", directory_.path()}).ok());
    make_directories(directory_.path() + "/.dvx");
    write("x.schema.yaml", "fields:\n  - {name: x, type: integer, constraints: {maximum: 9}}\n");
    write(".dvx/config", "[core]\n\tproject = 0123456789abcdef\n");
    surroundings_.cwd = directory_.path();
    surroundings_.duckdb = duckdb_for_tests();
    surroundings_.jobs = 2;
  }

  void write(const std::string& path, const std::string& text) {
    make_directories(parent_path(directory_.path() + "/" + path));
    write_file_atomically(directory_.path() + "/" + path, text, 0666, Durability::Relaxed);
  }

  std::vector<SchemaVerdict> check(const std::vector<std::string>& paths,
                                   const std::optional<ObjectId>& id = std::nullopt) {
    Repository repository = Repository::open(surroundings_);
    std::vector<SchemaCheckRequest> requests;
    for (const std::string& path : paths)
      requests.push_back({.path = path, .schema = "x.schema.yaml", .id = id});
    return check_schemas(repository, requests);
  }

  TemporaryDirectory directory_{testing::TempDir()};
  Surroundings surroundings_;
};

TEST_F(CheckSchemas, GivesAVerdictForEachRequestInOrder) {
  write("good.csv", "x\n1\n");
  write("bad.csv", "x\n10\n");
  const auto verdicts = check({"bad.csv", "good.csv"});
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_FALSE(verdicts[0].valid);
  ASSERT_EQ(verdicts[0].violations.size(), 1U);
  EXPECT_EQ(describe(verdicts[0].violations[0]), "bad.csv:2: column 'x': maximum: 10 must be at most 9");
  EXPECT_TRUE(verdicts[1].valid);
}

TEST_F(CheckSchemas, UnchangedDataIsJudgedFromTheCache) {
  write("bad.csv", "x\n10\n");
  EXPECT_FALSE(check({"bad.csv"})[0].from_cache);
  const auto again = check({"bad.csv"});
  EXPECT_TRUE(again[0].from_cache);
  EXPECT_FALSE(again[0].valid);
  EXPECT_EQ(describe(again[0].violations.at(0)), "bad.csv:2: column 'x': maximum: 10 must be at most 9");
  write("bad.csv", "x\n9\n");
  EXPECT_TRUE(check({"bad.csv"})[0].valid);
}

TEST_F(CheckSchemas, ACachedVerdictHoldsForTheSameContentUnderAnotherName) {
  write("bad.csv", "x\n10\n");
  check({"bad.csv"});
  write("sub/copy.csv", "x\n10\n");
  const auto verdict = check({"sub/copy.csv"})[0];
  EXPECT_TRUE(verdict.from_cache);
  EXPECT_EQ(verdict.violations.at(0).path, "sub/copy.csv");
}

TEST_F(CheckSchemas, AnotherSchemaOrALostOrDamagedCacheMeansAnotherCheck) {
  write("a.csv", "x\n10\n");
  check({"a.csv"});
  write("x.schema.yaml", "fields:\n  - {name: x, type: integer, constraints: {maximum: 10}}\n");
  EXPECT_TRUE(check({"a.csv"})[0].valid);
  remove_tree(directory_.path() + "/.dvx/cache");
  EXPECT_FALSE(check({"a.csv"})[0].from_cache);
  const ProcessResult damaged = run_process({"sh", "-c",
                                             "find " + shell_quote(directory_.path() + "/.dvx/cache") +
                                                 " -name '*.json' -exec truncate -s 5 {} +"});
  ASSERT_TRUE(damaged.ok());
  EXPECT_FALSE(check({"a.csv"})[0].from_cache);
}

TEST_F(CheckSchemas, AVerdictOnOtherBytesThanTheIdSaysIsNotKept) {
  write("a.csv", "x\n10\n");
  const ObjectId other = ObjectId::of("x\n1\n");
  EXPECT_FALSE(check({"a.csv"}, other)[0].valid);
  write("b.csv", "x\n1\n");
  const auto verdict = check({"b.csv"}, other)[0];
  EXPECT_FALSE(verdict.from_cache);
  EXPECT_TRUE(verdict.valid);
}

TEST_F(CheckSchemas, FilesInsideOfADirectoryAreCheckedEach) {
  write("d/1.csv", "x\n1\n");
  write("d/sub/2.csv", "x\n10\n");
  write("d/readme.md", "hello\n");
  const auto verdict = check({"d"})[0];
  EXPECT_EQ(verdict.path, "d");
  EXPECT_EQ(verdict.violation_count, 1U);
  EXPECT_EQ(verdict.violations.at(0).path, "d/sub/2.csv");
  write("x.schema.yaml", "files: '1.*'\nfields:\n  - {name: x}\n");
  EXPECT_TRUE(check({"d"})[0].valid);
  write("x.schema.yaml", "files: 'sub/*.tsv'\nfields:\n  - {name: x}\n");
  EXPECT_EQ(describe(check({"d"})[0].violations.at(0)), "d: files: no file inside matches sub/*.tsv");
}

TEST_F(CheckSchemas, WithoutTheEngineThereIsNoVerdictEvenFromTheCache) {
  write("a.csv", "x\n1\n");
  EXPECT_TRUE(check({"a.csv"})[0].valid);
  surroundings_.duckdb = "/nowhere/libduckdb.so";
  try {
    check({"a.csv"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(CheckSchemas, DataThatIsNotThereIsAnError) {
  EXPECT_THROW(check({"none.csv"}), Error);
}

}  // namespace
}  // namespace dvx
