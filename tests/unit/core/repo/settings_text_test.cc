#include "core/repo/settings_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

using Values = std::map<std::string, std::string>;

Values parse(std::string_view text) {
  return parse_settings(text, "config");
}

std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "";
}

TEST(SettingsText, IsSectionsWithNamesAndValues) {
  EXPECT_EQ(
      parse("[core]\n\tlink = copy\n  Remote=r \n[remote \"My \\\"R\\\"\"]\nurl = ../x y  # a comment\n"),
      (Values{{"core.link", "copy"}, {"core.remote", "r"}, {"remote.My \"R\".url", "../x y"}}));
  EXPECT_EQ(parse("[remote.Origin] url = a ; note\n"), (Values{{"remote.origin.url", "a"}}));
  EXPECT_EQ(parse(""), Values{});
}

TEST(SettingsText, ValuesAreQuotedEscapedAndContinuedAsInGit) {
  EXPECT_EQ(parse("[a]\nb = \" x # y \" ; z\n"), (Values{{"a.b", " x # y "}}));
  EXPECT_EQ(parse("[a]\nb = one \\\n two\n"), (Values{{"a.b", "one  two"}}));
  EXPECT_EQ(parse("[a]\nb = \"q\\\"\\\\\\n\\t\"\n"), (Values{{"a.b", "q\"\\\n\t"}}));
  EXPECT_EQ(parse("[a]\nb\nc = \n"), (Values{{"a.b", "true"}, {"a.c", ""}}));
  EXPECT_EQ(parse("[a]\nb = 1\nb = 2\n"), (Values{{"a.b", "2"}}));
}

TEST(SettingsText, LinesMayEndAsOnWindowsAndBeginWithAByteOrderMark) {
  EXPECT_EQ(parse("\xef\xbb\xbf[a]\r\nb = c \r\n"), (Values{{"a.b", "c"}}));
}

TEST(SettingsText, IncludesAreNotFollowed) {
  EXPECT_EQ(parse("[include]\n\tpath = /dev/zero\n[includeIf \"gitdir:/\"] path = /etc/passwd\n"),
            (Values{{"include.path", "/dev/zero"}, {"includeif.gitdir:/.path", "/etc/passwd"}}));
}

TEST(SettingsText, SaysInWhichLineItIsWrong) {
  EXPECT_EQ(refusal("[a]\n[b\nc = d\n"),
            "cannot read settings 'config': a section header without its ']' in line 2");
  EXPECT_NE(refusal("a = b\n"), "");
  EXPECT_NE(refusal("[a]\nb = \"open\n"), "");
  EXPECT_NE(refusal("[a]\nb = \\x\n"), "");
  EXPECT_NE(refusal("[a]\nb = \\"), "");
  EXPECT_NE(refusal("[a \"b]\n"), "");
  EXPECT_NE(refusal("[]\n"), "");
  EXPECT_NE(refusal("[a]\n\x01\n"), "");
  EXPECT_NE(refusal(std::string(kMostSettingsBytes + 1, '\n')), "");
}

}  // namespace
}  // namespace dvx
