#include "core/formats/pipeline/bash_syntax.h"

#include <gtest/gtest.h>

#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {
namespace {

TEST(BashSyntax, FindsWhatOnlyBashKnows) {
  for (const char* command : {"[[ -f a ]] && echo",
                              "if [[ $x == y ]]; then echo; fi",
                              "diff <(sort a) <(sort b)",
                              "tee >(wc) < a",
                              "cat <<< \"$x\"",
                              "make &> log",
                              "make |& tee log",
                              "mkdir -p out/{train,test}",
                              "echo {1..3}",
                              "for ((i = 0; i < 3; i++)); do echo; done",
                              "((i++))",
                              "echo $'a\\tb'",
                              "a=(1 2 3)",
                              "[ a == b ]",
                              "echo ${x//a/b}",
                              "echo \"${x/a/b}\"",
                              "echo ${x:1:2}",
                              "echo ${x^^}",
                              "echo ${x,,}",
                              "echo ${!x}",
                              "echo \"${files[@]}\"",
                              "source venv/bin/activate && python a.py",
                              "A=1 source b",
                              "set -euo pipefail\nls",
                              "echo -e 'a\\tb' > f",
                              "true; pushd sub",
                              "x=$(pushd sub)",
                              "shopt -s globstar; ls **",
                              "function f { ls; }",
                              "while read l; do [[ $l ]]; done < f"}) {
    EXPECT_TRUE(needs_bash(command)) << command;
  }
}

TEST(BashSyntax, LeavesTheRestToSh) {
  for (const char* command : {"",
                              "python a.py --x=1 > log 2>&1",
                              "[ -f a ] && echo yes",
                              "echo $((1 + 2))",
                              "(cd a && ls)",
                              "awk '{ if ($1 == \"[[\") print {a,b} }' f",
                              "echo \"[[ a ]] <( b ) {1..3}\"",
                              "ls [[:upper:]]*",
                              "echo ${x:-y} ${x:=y} ${x:?y} ${x:+y} ${x%.*} ${x##*/} ${#x}",
                              "find . -exec ls {} \\;",
                              "a() { ls; }; a",
                              "echo \\{1..3\\} a\\&\\>b",
                              "cat < a >> b",
                              "x=$(ls | wc -l); echo $x",
                              "echo -n a",
                              "ls # source [[ a ]]",
                              "jq '.a == 1' f",
                              "echo source",
                              "git stash show stash@{0}",
                              "case $x in a) ls;; esac",
                              "cat <<'E'\n[[ a ]]\nE\n[[ b ]]",
                              "python -c 'import json; print(json.dumps({}))' >&2",
                              "echo `date`",
                              "sort a | uniq & wait",
                              "{ ls; } > a",
                              "echo '",
                              "echo \"",
                              "echo ${",
                              "$",
                              "\\",
                              "echo $(",
                              "<"}) {
    EXPECT_FALSE(needs_bash(command)) << command;
  }
}

std::string shell_of(const std::string& text) {
  return parse_pipeline(text, "dvx.yaml").stages.at(0).execution.shell;
}

TEST(BashSyntax, AStageSaysWhichShellItMeans) {
  EXPECT_EQ(shell_of("stages:\n  a: {cmd: ls}\n"), "");
  EXPECT_EQ(shell_of("stages:\n  a: {cmd: 'ls &> log'}\n"), "bash");
  EXPECT_EQ(shell_of("stages:\n  a: {cmd: [ls, 'ls &> log']}\n"), "bash");
  EXPECT_EQ(shell_of("shell: sh\nstages:\n  a: {cmd: 'ls &> log'}\n"), "");
  EXPECT_EQ(shell_of("shell: zsh\nstages:\n  a: {cmd: 'ls &> log'}\n"), "zsh");
  EXPECT_EQ(shell_of("shell: zsh\nstages:\n  a: {cmd: ls, shell: bash}\n"), "bash");
  EXPECT_EQ(shell_of("vars: [{s: bash}]\nshell: ${s}\nstages:\n  a: {cmd: ls}\n"), "bash");
  EXPECT_ANY_THROW(shell_of("shell: /bin/bash\nstages:\n  a: {cmd: ls}\n"));
  EXPECT_ANY_THROW(shell_of("stages:\n  a: {cmd: ls, shell: [bash]}\n"));
}

}  // namespace
}  // namespace dvx
