#include "core/git/index_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/git/git_repository.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

constexpr std::size_t kSha1 = 20;

// Names in the index of a repository, told from its bytes; nullopt when they do not tell.
class IndexNames : public testing::Test {
 protected:
  void add(const std::string& path) const {
    place.write(path, "x");
    place.git({"add", "-f", path});
  }
  std::string index() const { return place.read(".git/index"); }
  std::optional<std::vector<std::string>> names(const std::string& directory) const {
    const auto found = names_in_index(index(), directory, kSha1);
    if (!found) return std::nullopt;
    std::vector<std::string> paths;
    for (const IndexName& name : *found) paths.push_back(name.path);
    return paths;
  }

  using Names = std::vector<std::string>;
  TestRepository place;
};

TEST_F(IndexNames, AreThoseBelowADirectoryAlone) {
  for (const char* path : {"a", ".dvxignore", ".dvx-not/x", ".dvx/tmp/y", "z/.dvx/config"}) add(path);
  EXPECT_EQ(names(".dvx"), (Names{".dvx/.gitignore", ".dvx/config", ".dvx/tmp/y"}));
  EXPECT_EQ(names("z/.dvx"), Names{"z/.dvx/config"});
  EXPECT_EQ(names("nowhere/.dvx"), Names{});
}

TEST_F(IndexNames, AreFoundWhateverTheCaseOfTheDirectory) {
  add(".DVX/config.local");
  add(".Dvx/store");
  EXPECT_EQ(names(".dvx"), (Names{".DVX/config.local", ".Dvx/store", ".dvx/.gitignore", ".dvx/config"}));
}

TEST_F(IndexNames, AreFoundInEachVersionOfTheFormat) {
  add("a/very/long/name");
  add("a/very/long/namesake");
  add("b/.dvx/config.local");
  place.write("c", "x");
  place.git({"add", "-N", "c"});  // an entry with the further flags of version 3
  for (const char* version : {"2", "3", "4"}) {
    place.git({"update-index", "--index-version", version});
    EXPECT_EQ(names("b/.dvx"), Names{"b/.dvx/config.local"}) << version;
  }
}

TEST_F(IndexNames, TellALinkByItsMode) {
  ASSERT_EQ(::symlink("/elsewhere", place.path(".dvx/link").c_str()), 0);
  place.git({"add", "-f", ".dvx/link"});
  const auto found = names_in_index(index(), ".dvx", kSha1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->back(), (IndexName{".dvx/link", 0120000}));
}

TEST_F(IndexNames, AreNotToldFromBytesThatAreNoIndex) {
  EXPECT_EQ(names_in_index("", ".dvx", kSha1), std::nullopt);
  EXPECT_EQ(names_in_index("DIRC", ".dvx", kSha1), std::nullopt);
  EXPECT_EQ(names_in_index(std::string("DIRC\0\0\0\5\0\0\0\1", 12), ".dvx", kSha1), std::nullopt);
  const std::string whole = index();
  for (std::size_t length = 0; length < 90; ++length)  // within the first two entries
    EXPECT_EQ(names_in_index(whole.substr(0, length), ".dvx", kSha1), std::nullopt) << length;
}

TEST_F(IndexNames, OfASplitIndexAreAskedOfGit) {
  add(".dvx/config.local");
  place.git({"update-index", "--split-index"});
  add("more");
  const auto git = GitRepository::discover(place.root());
  const std::vector<IndexName> found = git->indexed_beneath(".dvx");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found.back(), (IndexName{".dvx/config.local", 0100644}));
}

}  // namespace
}  // namespace dvx
