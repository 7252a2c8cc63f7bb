#include "core/lineage/label_text.h"

#include <gtest/gtest.h>

#include "core/formats/text/yaml.h"
#include "core/lineage/lineage_drawing.h"

namespace dvx {
namespace {

TEST(LabelText, StaysInsideOfItsQuotes) {
  EXPECT_EQ(dot_text("a\"];b\\"), "a\\\"];b\\\\");
  EXPECT_EQ(mermaid_text("\"]<b>&lt;#quot;"), "#quot;]#lt;b#gt;#amp;lt;#35;quot;");
  EXPECT_EQ(html_text("</title><script a='\"&"), "&lt;/title&gt;&lt;script a=&#39;&quot;&amp;");
}

TEST(LabelText, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(dot_text("a\n\x1b"), "a\\\\x0a\\\\x1b");
  EXPECT_EQ(mermaid_text("\u009b\xff"), "\\u{9b}\\xff");
  EXPECT_EQ(html_text("\u202e\x1b"), "\\u{202e}\\x1b");
}

TEST(LabelText, YamlThatIsWrittenHasEscapesOfItsOwn) {
  for (const std::string text : {"a\u202eb", "\u009b", "\x7f", "a\nb"}) {
    const std::string scalar = yaml_scalar(text);
    EXPECT_EQ(scalar.find_first_not_of("abcdefu0123456789\\n\""), std::string::npos) << scalar;
    EXPECT_EQ(parse_yaml("- " + scalar + "\n", "").items()[0].scalar(), text);
  }
}

}  // namespace
}  // namespace dvx
