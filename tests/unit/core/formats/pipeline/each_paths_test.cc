#include "core/formats/pipeline/each_paths.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(EachPaths, DirectoryOfInputsEndsBeforeTheFirstWildcard) {
  EXPECT_EQ(each_input_directory("data/raw/*.jpg"), "data/raw");
  EXPECT_EQ(each_input_directory("data/**/x/*.jpg"), "data");
  EXPECT_EQ(each_input_directory("data/a?/b"), "data");
  EXPECT_EQ(each_input_directory("*.jpg"), "");
  EXPECT_EQ(each_input_directory("data/one"), "data");
}

TEST(EachPaths, DirectoryWithWildcardsInItsNameIsEscaped) {
  EXPECT_EQ(escaped_pattern("a[1]/b*"), "a\\[1]/b\\*");
  EXPECT_EQ(each_input_directory(escaped_pattern("a[1]") + "/*.jpg"), "a[1]");
}

TEST(EachPaths, DirectoryOfOutputsEndsBeforeTheFirstPlaceholder) {
  EXPECT_EQ(each_output_directory("data/thumbs/{stem}.png"), "data/thumbs");
  EXPECT_EQ(each_output_directory("data/{dir}/x/{stem}"), "data");
  EXPECT_EQ(each_output_directory("{stem}/x"), "");
  EXPECT_EQ(each_output_directory("data/{other}/{stem}"), "data/{other}");
}

std::string words(std::string_view text) {
  std::string found;
  for (auto next = find_each_placeholder(text); next; next = find_each_placeholder(text, next->end))
    found += (next->is_escaped ? "!" : "") + std::string(next->word) + " ";
  return found;
}

TEST(EachPaths, PlaceholdersAreTheKnownWordsInBraces) {
  EXPECT_EQ(words("cp {in} {out}"), "in out ");
  EXPECT_EQ(words("awk '{print}' {in}"), "in ");
  EXPECT_EQ(words("echo ${in} ${name}"), "");
  EXPECT_EQ(words("jq '{{name}}' {{{in}"), "!name in ");
  EXPECT_EQ(words("{in"), "");
  EXPECT_EQ(words("{ {in}"), "in ");
}

TEST(EachPaths, WordsSayWhatTheInputIsCalled) {
  const auto word = [](std::string_view name, std::string_view input) {
    return each_word(name, input, "data/raw");
  };
  EXPECT_EQ(word("name", "data/raw/x/a.tar.gz"), "a.tar.gz");
  EXPECT_EQ(word("stem", "data/raw/x/a.tar.gz"), "a.tar");
  EXPECT_EQ(word("ext", "data/raw/x/a.tar.gz"), "gz");
  EXPECT_EQ(word("dir", "data/raw/x/a.tar.gz"), "x");
  EXPECT_EQ(word("dir", "data/raw/a"), ".");
  EXPECT_EQ(word("stem", "data/raw/.hidden"), ".hidden");
  EXPECT_EQ(word("ext", "data/raw/.hidden"), "");
  EXPECT_EQ(word("stem", "data/raw/Makefile"), "Makefile");
}

TEST(EachPaths, HintsAtQuotesThatAreMissing) {
  EXPECT_EQ(unquoted_placeholder_hint("a:\n  each: {in: a/*, out: b/{stem}.png}\n"),
            "put it in quotes: \"b/{stem}.png\"");
  EXPECT_EQ(unquoted_placeholder_hint("out: {stem}.png"), "put it in quotes: \"{stem}.png\"");
  EXPECT_EQ(unquoted_placeholder_hint("cmd: cp {in} {out}\n"), "");
  EXPECT_EQ(unquoted_placeholder_hint("each: {in: 'a/*', out: \"b/{stem}.png\"}"), "");
  EXPECT_EQ(unquoted_placeholder_hint("# {in: {stem}"), "");
}

}  // namespace
}  // namespace dvx
