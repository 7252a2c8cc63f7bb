#include "core/workspace/walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class WalkTest : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return join_path(place.path(), name); }
  Walk walk() const {
    ThreadPool pool(4);
    return walk_directory(place.path(), "data", IgnoreRules(), pool);
  }
  static std::vector<std::string> names(const WalkedDirectory& directory) {
    std::vector<std::string> found;
    for (const WalkedEntry& entry : directory.entries) {
      found.emplace_back(directory.name(entry));
      if (entry.kind == WalkedKind::Directory) found.back() += '/';
    }
    return found;
  }

  TemporaryDirectory place{testing::TempDir(), "walk"};
};

// Bytewise, what is a directory as if its name ended in '/'; whatever the names have in common.
TEST_F(WalkTest, EntriesAreInTheOrderOfPaths) {
  std::mt19937 random(11);
  const std::string letters("ab.-0\x01\xff", 7);
  for (const std::string beginning : {"", "x", "image-2026-"}) {
    std::set<std::string> used, expected;
    const TemporaryDirectory below(place.path(), "order");
    for (int i = 0; i < 600; ++i) {
      std::string name = beginning + "n";
      for (auto left = random() % 14; left > 0; --left) name += letters[random() % letters.size()];
      if (!used.insert(name).second) continue;
      const std::string path = join_path(below.path(), name);
      if (random() % 3 == 0) {
        ASSERT_EQ(::mkdir(path.c_str(), 0777), 0);
        name += '/';
      } else {
        write_file_atomically(path, "", 0666, Durability::Relaxed);
      }
      expected.insert(name);
    }
    ThreadPool pool(2);
    const Walk found = walk_directory(below.path(), "data", IgnoreRules(), pool);
    EXPECT_TRUE(found.failed.empty());
    EXPECT_EQ(names(*found.top), std::vector<std::string>(expected.begin(), expected.end()));
    for (const WalkedEntry& entry : found.top->entries) {
      if (entry.kind != WalkedKind::Directory) continue;
      const std::string name(found.top->name(entry));
      EXPECT_EQ(found.top->children.at(entry.child)->path, "data/" + name);
    }
  }
}

// By several threads: each entry has the stat of its own file, and what is no data is left out.
TEST_F(WalkTest, ManyFilesInOneDirectory) {
  constexpr std::size_t kFiles = 20'000;
  for (std::size_t i = 0; i < kFiles; ++i)
    write_file_atomically(at(std::to_string(i)), std::string(i % 7, 'x'), 0666, Durability::Relaxed);
  write_file_atomically(at(".dvxignore"), "*7\n", 0666, Durability::Relaxed);
  const Walk found = walk();
  EXPECT_TRUE(found.failed.empty());
  std::size_t files = 0;
  for (const WalkedEntry& entry : found.top->entries) {
    const std::string name(found.top->name(entry));
    if (name == ".dvxignore") continue;
    ++files;
    EXPECT_NE(name.back(), '7');
    EXPECT_EQ(entry.stamp.size, std::stoul(name) % 7) << name;
  }
  EXPECT_EQ(files, kFiles - kFiles / 10);
}

TEST_F(WalkTest, AnEmptyDirectoryHasNothing) {
  EXPECT_TRUE(walk().top->entries.empty());
}

}  // namespace
}  // namespace dvx
