#include "core/formats/text/merge_conflict.h"

#include <gtest/gtest.h>

#include "core/formats/pointer_file.h"

namespace dvx {
namespace {

TEST(MergeConflict, IsThreeMarksInOrderAtTheStartOfLines) {
  const auto found = find_merge_conflict("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> their side\nd\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->line, 2U);
  EXPECT_EQ(found->ours, "HEAD");
  EXPECT_EQ(found->theirs, "their side");
}

TEST(MergeConflict, IsFoundWithLineEndsOfWindowsAndWithTheCommonAncestor) {
  const auto found =
      find_merge_conflict("<<<<<<< ours\r\n1\r\n||||||| base\r\n0\r\n=======\r\n2\r\n>>>>>>> theirs\r\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ours, "ours");
  EXPECT_EQ(found->theirs, "theirs");
}

TEST(MergeConflict, IsStillOneWhenSomeMarksWereEditedAway) {
  const auto found = find_merge_conflict("a\n<<<<<<< HEAD\nb\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ours, "HEAD");
  EXPECT_EQ(found->theirs, "");
}

TEST(MergeConflict, IsNothingElse) {
  for (const char* text : {"", "a: 1\n", "  <<<<<<< HEAD\n=======\n>>>>>>> x\n", "=======\n>>>>>>> x\n",
                           "<<<<<<<HEAD\n=======\n>>>>>>> x\n", "<<<<<<<< HEAD\n=======\n>>>>>>> x\n"}) {
    EXPECT_FALSE(find_merge_conflict(text)) << text;
  }
}

TEST(MergeConflict, LeavesOurSide) {
  EXPECT_EQ(our_side_of("a\n<<<<<<< HEAD\nb\n||||||| base\n0\n=======\nc\n>>>>>>> x\nd\n"), "a\nb\nd\n");
  EXPECT_EQ(our_side_of("no marks\nat all"), "no marks\nat all");
}

TEST(MergeConflict, IsToldOfAPointerWithBothSidesAndTheWayOut) {
  try {
    parse_pointer("path: f\n<<<<<<< HEAD\nsize: 1\n=======\nsize: 2\n>>>>>>> other\n", "data/f.dvx");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_EQ(error.message(), "data/f.dvx:2: this file has a merge conflict, between 'HEAD' and 'other'");
    EXPECT_TRUE(error.hint().starts_with("dvx add data/f ")) << error.hint();
  }
}

}  // namespace
}  // namespace dvx
