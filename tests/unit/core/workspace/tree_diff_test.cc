#include "core/workspace/tree_diff.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace dvx {
namespace {

// Trees by id, counting how often one is opened.
class Trees {
 public:
  DataRef add(std::vector<TreeEntry> entries) {
    const Tree tree(std::move(entries));
    trees_[tree.id()] = tree;
    return {.kind = DataKind::Tree, .id = tree.id(), .size = tree.total_size(), .files = tree.total_files()};
  }
  TreeReader reader() {
    return [this](const ObjectId& id) {
      ++opened;
      return trees_.at(id);
    };
  }
  int opened = 0;

 private:
  std::map<ObjectId, Tree> trees_;
};

TreeEntry file(const std::string& name, const std::string& content) {
  return {
      .name = name, .kind = EntryKind::File, .size = content.size(), .files = 1, .id = ObjectId::of(content)};
}

TreeEntry directory(const std::string& name, const DataRef& data) {
  return {.name = name, .kind = EntryKind::Directory, .size = data.size, .files = data.files, .id = data.id};
}

DataRef single(const std::string& content) {
  return {.kind = DataKind::File, .id = ObjectId::of(content), .size = content.size(), .files = 1};
}

std::string summary(const std::vector<FileChange>& changes) {
  std::string text;
  for (const FileChange& change : changes)
    text += std::string(change_name(change.kind())) + " " + change.path + "\n";
  return text;
}

TEST(TreeDiff, EqualDataDoesNotDiffer) {
  Trees trees;
  const DataRef data = trees.add({file("a", "1")});
  EXPECT_EQ(summary(diff_data("d", data, data, trees.reader())), "");
  EXPECT_EQ(trees.opened, 0);
}

TEST(TreeDiff, NamesFilesAddedRemovedAndModified) {
  Trees trees;
  const DataRef before = trees.add({file("a", "1"), file("b", "1"), file("c", "1")});
  const DataRef after = trees.add({file("b", "2"), file("c", "1"), file("d", "1")});
  EXPECT_EQ(summary(diff_data("d", before, after, trees.reader())), "removed d/a\nmodified d/b\nadded d/d\n");
}

TEST(TreeDiff, DoesNotOpenEqualSubtrees) {
  Trees trees;
  const DataRef same = trees.add({file("x", "1")});
  const DataRef before = trees.add({directory("same", same), file("a", "1")});
  const DataRef after = trees.add({directory("same", same), file("a", "2")});
  EXPECT_EQ(summary(diff_data("d", before, after, trees.reader())), "modified d/a\n");
  EXPECT_EQ(trees.opened, 2);
}

TEST(TreeDiff, DescendsIntoDirectoriesThatDiffer) {
  Trees trees;
  const DataRef before = trees.add({directory("sub", trees.add({file("x", "1")}))});
  const DataRef after = trees.add({directory("sub", trees.add({file("x", "2")}))});
  const auto changes = diff_data("d", before, after, trees.reader());
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].path, "d/sub/x");
  EXPECT_EQ(changes[0].before.value().id, ObjectId::of("1"));
  EXPECT_EQ(changes[0].after.value().size, 1U);
}

TEST(TreeDiff, AFileThatBecameADirectoryIsRemovedAndItsFilesAdded) {
  Trees trees;
  const DataRef before = trees.add({file("x", "1")});
  const DataRef after = trees.add({directory("x", trees.add({file("y", "1")}))});
  EXPECT_EQ(summary(diff_data("d", before, after, trees.reader())), "removed d/x\nadded d/x/y\n");
}

TEST(TreeDiff, TellsAnEmptyDirectory) {
  Trees trees;
  const DataRef before = trees.add({});
  const DataRef after = trees.add({directory("empty", trees.add({}))});
  EXPECT_EQ(summary(diff_data("d", before, after, trees.reader())), "added d/empty\n");
}

TEST(TreeDiff, DataThatIsNewListsAllItsFiles) {
  Trees trees;
  const DataRef after = trees.add({file("a", "1"), directory("s", trees.add({file("b", "1")}))});
  EXPECT_EQ(summary(diff_data("d", std::nullopt, after, trees.reader())), "added d/a\nadded d/s/b\n");
  EXPECT_EQ(summary(diff_data("d", after, std::nullopt, trees.reader())), "removed d/a\nremoved d/s/b\n");
}

TEST(TreeDiff, AModeAloneIsAModification) {
  Trees trees;
  DataRef after = single("1");
  after.executable = true;
  EXPECT_EQ(summary(diff_data("f", single("1"), after, trees.reader())), "modified f\n");
}

}  // namespace
}  // namespace dvx
