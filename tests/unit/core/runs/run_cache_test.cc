#include "core/runs/run_cache.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"
#include "objects/store/object_store.h"

namespace dvx {
namespace {

class RunCacheTest : public testing::Test {
 protected:
  TemporaryDirectory place{testing::TempDir()};
  std::unique_ptr<ObjectStore> store = ObjectStore::open(join_path(place.path(), "store"));
  RunCache cache{*store};
};

TEST_F(RunCacheTest, IsEmptyBeforeTheFirstRun) {
  EXPECT_TRUE(cache.all().empty());
  EXPECT_TRUE(cache.find(ObjectId::of("key")).empty());
}

TEST_F(RunCacheTest, FindsEveryRunOfAKeyAndNoOther) {
  const ObjectId key = ObjectId::of("key");
  cache.add(key, ObjectId::of("run 1"));
  cache.add(key, ObjectId::of("run 2"));
  cache.add(key, ObjectId::of("run 2"));
  cache.add(ObjectId::of("other"), ObjectId::of("run 3"));
  const auto runs = cache.find(key);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_LT(runs[0], runs[1]);
  EXPECT_EQ(cache.all().size(), 3U);
}

TEST_F(RunCacheTest, PassesOverForeignFiles) {
  const ObjectId key = ObjectId::of("key");
  cache.add(key, ObjectId::of("run"));
  const std::string bucket = join_path(store->directory(), "runs/" + key.to_hex().substr(0, 2));
  write_file_atomically(join_path(bucket, "notes.txt"), "x");
  EXPECT_EQ(cache.all().size(), 1U);
  EXPECT_EQ(cache.find(key).size(), 1U);
}

}  // namespace
}  // namespace dvx
