#include "objects/store/tree_watch.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "base/error.h"
#include "base/limits.h"

namespace dvx {
namespace {

// Trees by id, as a store has them.
struct Trees {
  std::unordered_map<ObjectId, Tree> known;

  TreeEntry add(const std::string& name, std::vector<TreeEntry> entries) {
    Tree tree(std::move(entries));
    TreeEntry entry{name, EntryKind::Directory, tree.total_size(), tree.total_files(), tree.id()};
    known.emplace(entry.id, std::move(tree));
    return entry;
  }
  TreeWatch::ReadTree reader() const {
    return [this](const ObjectId& id) -> std::optional<Tree> {
      const auto found = known.find(id);
      return found == known.end() ? std::nullopt : std::optional(found->second);
    };
  }
};

TreeEntry file(const std::string& name, std::uint64_t size) {
  return {name, EntryKind::File, size, 1, ObjectId::of(name)};
}

// `levels` trees, each of which names the one below twice.
TreeEntry doubled(Trees& trees, std::vector<TreeEntry> bottom, int levels) {
  TreeEntry below = trees.add("a", std::move(bottom));
  for (int i = 0; i < levels; ++i) {
    TreeEntry twin = below;
    twin.name = "b";
    below = trees.add("a", {below, twin});
  }
  return below;
}

std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Corruption);
    return error.message();
  }
  return "";
}

TEST(TreeExpansion, CountsEachTreeOnceAndRefusesWhatStandsForTooMuch) {
  Trees trees;
  const TreeEntry harmless = doubled(trees, {file("f", 5)}, 20);
  EXPECT_NO_THROW(check_tree_expansion(harmless.id, trees.reader()));
  const TreeEntry absurd = doubled(trees, {file("f", 5)}, 40);
  const std::string message = failure([&] { check_tree_expansion(absurd.id, trees.reader()); });
  EXPECT_NE(message.find("stand for"), std::string::npos) << message;
  constexpr std::uint64_t kStored = 122;  // entries of its trees
  const std::string limit = std::to_string(limits::kTreeEntries + kStored * limits::kTreeEntriesForStored);
  EXPECT_NE(message.find("dvx goes up to " + limit), std::string::npos) << message;
}

TEST(TreeExpansion, RefusesEmptyDirectoriesThatMultiply) {
  Trees trees;
  EXPECT_NE(failure([&] { check_tree_expansion(doubled(trees, {}, 40).id, trees.reader()); }), "");
}

TEST(TreeExpansion, DoesNotOverflow) {
  Trees trees;
  TreeEntry below = trees.add("a", {});
  for (int i = 0; i < 100; ++i) {
    TreeEntry twin = below;
    twin.name = "b";
    below = trees.add("a", {below, twin});
  }
  EXPECT_NE(failure([&] { check_tree_expansion(below.id, trees.reader()); }), "");
}

TEST(TreeWatch, EndsAWalkOverTreesThatNameEachOtherTwice) {
  Trees trees;
  const TreeEntry top = doubled(trees, {}, 40);
  TreeWatch watch;
  const std::function<void(const ObjectId&)> walk = [&](const ObjectId& id) {
    const Tree& tree = trees.known.at(id);
    watch.note(id, tree, trees.reader());
    for (const TreeEntry& entry : tree.entries()) walk(entry.id);
  };
  EXPECT_NE(failure([&] { walk(top.id); }), "");
}

TEST(TreeWatch, LetsATreeBeReadAgainAndAgain) {
  Trees trees;
  const TreeEntry top = trees.add("top", {file("f", 5)});
  TreeWatch watch;
  for (int i = 0; i < 100'000; ++i) watch.note(top.id, trees.known.at(top.id), trees.reader());
  SUCCEED();
}

TEST(TreeWatch, RefusesATreeThatIsNotWhatTheOneAboveSays) {
  Trees trees;
  TreeEntry inner = trees.add("inner", {file("f", 5), file("g", 7)});
  inner.files = 1;
  const Tree top({inner});
  TreeWatch watch;
  watch.note(top.id(), top, trees.reader());
  EXPECT_EQ(failure([&] { watch.note(inner.id, trees.known.at(inner.id), trees.reader()); }),
            "the tree " + inner.id.to_hex() +
                " has 2 files of 12 bytes together, where the tree above it says 1 files of 12 bytes");
}

TEST(TreeWatch, RefusesPathsLongerThanThereAre) {
  TreeWatch watch;
  const TreeWatch::ReadTree none = [](const ObjectId&) { return std::nullopt; };
  const auto directory = [](std::size_t length) {
    return Tree({TreeEntry{std::string(length, 'd'), EntryKind::Directory, 0, 0, ObjectId::of("")}});
  };
  const Tree fits = directory(limits::kTreePath - 1), too_long = directory(limits::kTreePath);
  EXPECT_NO_THROW(watch.note(fits.id(), fits, none));
  EXPECT_NE(failure([&] { watch.note(too_long.id(), too_long, none); }).find("goes up to 4096"),
            std::string::npos);
}

}  // namespace
}  // namespace dvx
