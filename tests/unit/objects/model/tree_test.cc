#include "objects/model/tree.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/golden.h"

namespace dvx {
namespace {

Tree example() {
  return Tree({{"train.csv", EntryKind::File, 1234, 1, ObjectId::of("train")},
               {"images", EntryKind::Directory, 99, 7, ObjectId::of("images")},
               {"run.sh", EntryKind::Executable, 3, 1, ObjectId::of("run")},
               {"latest", EntryKind::Symlink, 6, 1, ObjectId::of("images")},
               {"empty", EntryKind::Directory, 0, 0, Tree().id()},
               {std::string("caf\xe9\n"), EntryKind::File, 0, 1, ObjectId::of("")}});
}

std::string reason_of(const std::string& bytes) {
  try {
    Tree::parse(bytes);
    return "";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Corruption);
    return e.message();
  }
}

TEST(Tree, IsWrittenAsTheGoldenFile) {
  expect_golden("tree/v1.tree", example().serialize());
}

TEST(Tree, ReadsTheGoldenFile) {
  const Tree tree = Tree::parse(read_golden("tree/v1.tree"));
  EXPECT_EQ(tree.entries(), example().entries());
  EXPECT_EQ(tree.total_size(), 1342U);
  EXPECT_EQ(tree.total_files(), 11U);
}

TEST(Tree, SortsByBytes) {
  const Tree tree({{"b", EntryKind::File, 0, 1, {}},
                   {"\xff", EntryKind::File, 0, 1, {}},
                   {"B", EntryKind::File, 0, 1, {}}});
  EXPECT_EQ(tree.entries()[0].name, "B");
  EXPECT_EQ(tree.entries()[2].name, "\xff");
}

TEST(Tree, OfNothingHasAnId) {
  EXPECT_EQ(Tree::parse(Tree().serialize()).entries().size(), 0U);
}

TEST(Tree, FindsByName) {
  const Tree tree = example();
  ASSERT_NE(tree.find("run.sh"), nullptr);
  EXPECT_EQ(tree.find("run.sh")->kind, EntryKind::Executable);
  EXPECT_EQ(tree.find("run"), nullptr);
}

TEST(Tree, RefusesTheSameNameTwice) {
  EXPECT_THROW(Tree({{"a", EntryKind::File, 0, 1, {}}, {"a", EntryKind::File, 1, 1, {}}}), Error);
}

class RefusedName : public testing::TestWithParam<std::string> {};

TEST_P(RefusedName, IsNeitherMadeNorRead) {
  EXPECT_TRUE(refused_entry_name(GetParam()));
  EXPECT_THROW(Tree({{GetParam(), EntryKind::File, 0, 1, {}}}), Error);
  std::string bytes = Tree({{std::string(GetParam().size(), 'x'), EntryKind::File, 0, 1, {}}}).serialize();
  bytes.replace(bytes.find('x', 14), GetParam().size(), GetParam());
  EXPECT_NE(reason_of(bytes).find("refused name"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Names, RefusedName,
                         testing::Values(".", "..", "a/b", "../x", std::string("a\0b", 3), ".git", ".GIT",
                                         ".Git ", ".git.", ".git...", "GIT~1", ".git::$INDEX_ALLOCATION",
                                         ".g\xe2\x80\x8cit", "\xef\xbb\xbf.git", ".git\\x", ".dvx", ".DVX"));

TEST(Tree, KeepsNamesThatOnlyLookLikeGit) {
  EXPECT_FALSE(refused_entry_name(".gitignore"));
  EXPECT_FALSE(refused_entry_name("git"));
  EXPECT_FALSE(refused_entry_name(".dvxignore"));
  EXPECT_FALSE(
      refused_entry_name("control\x01"
                         "and\xff"
                         "invalid"));
  EXPECT_TRUE(refused_entry_name(""));
}

TEST(Tree, RefusesWhatItWouldNotHaveWritten) {
  const std::string good = example().serialize();
  EXPECT_NE(reason_of(good.substr(0, good.size() - 1)), "");
  EXPECT_NE(reason_of(good + "x"), "");
  EXPECT_NE(reason_of("dvx tree 2\n"), "");
  EXPECT_NE(reason_of(""), "");
  const Tree pair({{"a", EntryKind::File, 0, 1, {}}, {"b", EntryKind::File, 0, 1, {}}});
  std::string swapped = pair.serialize();
  std::swap(swapped[swapped.find('a', 11)], swapped[swapped.rfind('b')]);
  EXPECT_NE(reason_of(swapped).find("out of order"), std::string::npos);
  std::string kind = Tree({{"a", EntryKind::File, 0, 1, {}}}).serialize();
  kind[11] = 4;
  EXPECT_NE(reason_of(kind).find("unknown entry kind"), std::string::npos);
}

}  // namespace
}  // namespace dvx
