#include "core/formats/pipeline/template_text.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

using Words = std::vector<std::string>;

Words inner_texts(std::string_view text) {
  Words found;
  for (const TemplateExpression& expression : find_expressions(text)) {
    EXPECT_EQ(text.substr(expression.begin, 2), "${");
    EXPECT_EQ(text[expression.end - 1], '}');
    found.emplace_back(expression.inner);
  }
  return found;
}

TEST(TemplateText, FindsExpressions) {
  EXPECT_EQ(inner_texts("run ${a} --x=${b.c[0]}$d {e}"), (Words{"a", "b.c[0]"}));
  EXPECT_EQ(inner_texts("${}"), (Words{""}));
  EXPECT_EQ(inner_texts("${a${b}"), (Words{"a${b"}));
  EXPECT_TRUE(inner_texts("").empty());
}

TEST(TemplateText, LeavesEscapesAndOpenOnesAlone) {
  EXPECT_EQ(inner_texts("\\${a} ${b}"), (Words{"b"}));
  EXPECT_TRUE(inner_texts("\\\\${a}").empty());
  EXPECT_TRUE(inner_texts("${a").empty());
  EXPECT_EQ(inner_texts("${a\n} ${b}"), (Words{"b"}));
  EXPECT_EQ(without_escapes("\\${a} \\\\${b} \\$ ${c}"), "${a} \\${b} \\$ ${c}");
}

TEST(TemplateText, ParsesExpressions) {
  EXPECT_EQ(parse_expression("a"), (Words{"a"}));
  EXPECT_EQ(parse_expression(" a . b "), (Words{"a", "b"}));
  EXPECT_EQ(parse_expression("a.b[0][1].c"), (Words{"a", "b", "0", "1", "c"}));
  EXPECT_EQ(parse_expression("a[b c]"), (Words{"a", "b c"}));
  for (const char* bad : {"", " ", ".", "a.", ".a", "a..b", "a[", "a[]", "a]", "a[0", "a[0]b", "[0]"})
    EXPECT_FALSE(parse_expression(bad)) << bad;
}

}  // namespace
}  // namespace dvx
