#include "core/code/python_commands.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

using Kind = PythonProgram::Kind;

std::vector<PythonProgram> programs(const std::string& command,
                                    const std::map<std::string, std::string>& env = {}) {
  return find_python_programs({command}, "/w", env);
}

// "S /w/a.py", "M pkg.mod", "C import a" of each.
std::vector<std::string> found(const std::string& command,
                               const std::map<std::string, std::string>& env = {}) {
  std::vector<std::string> result;
  for (const PythonProgram& program : programs(command, env)) {
    const char* kind = program.kind == Kind::Script ? "S " : program.kind == Kind::Module ? "M " : "C ";
    result.push_back(kind + program.text);
  }
  return result;
}

using Found = std::vector<std::string>;

TEST(PythonCommands, FindScriptsModulesAndCode) {
  EXPECT_EQ(found("python3 src/train.py --x"), Found{"S /w/src/train.py"});
  EXPECT_EQ(found("/usr/bin/python3.11 -u -W ignore -X dev train"), Found{"S /w/train"});
  EXPECT_EQ(found("python -m pkg.mod --x"), Found{"M pkg.mod"});
  EXPECT_EQ(found("python -um pkg.mod"), Found{"M pkg.mod"});
  EXPECT_EQ(found("python3 -c 'import a; print(1)' x.py"), Found{"C import a; print(1)"});
  EXPECT_EQ(found("python3 --version"), Found{});
  EXPECT_EQ(found("python3 - <<'END'\nimport a\nEND\npython3 b.py"), (Found{"C import a\n", "S /w/b.py"}));
}

TEST(PythonCommands, AreSoughtInWhateverIsNotPlain) {
  EXPECT_EQ(found("cp in/0.txt out/1.txt"), Found{});
  EXPECT_EQ(found("cat a b > c/d"), Found{});
  EXPECT_EQ(found("./run in/0.txt"), Found{"S /w/run"});
  EXPECT_EQ(found("> log bin/run"), Found{"S /w/bin/run"});
  EXPECT_EQ(found("A=b bin/run"), Found{"S /w/bin/run"});
  EXPECT_EQ(found("true\nbin/run"), Found{"S /w/bin/run"});
  EXPECT_EQ(found("sh -c bin/run"), Found{"S /w/bin/run"});
  EXPECT_EQ(found("time a.py"), Found{"S /w/a.py"});
}

TEST(PythonCommands, ReadShellWords) {
  EXPECT_EQ(found("python3 \"a b.py\" && python3 'c d'.py; python3 e\\ f.py | python3 g.py & (python3 h.py)"),
            (Found{"S /w/a b.py", "S /w/c d.py", "S /w/e f.py", "S /w/g.py", "S /w/h.py"}));
  EXPECT_EQ(found("python3 \\\n  a.py # python3 b.py\n"), Found{"S /w/a.py"});
  EXPECT_EQ(found("echo 'python3 a.py x' \"python3 b.py y\" > python3"), Found{});
  EXPECT_EQ(found("if test -f x; then A=1 python3 a.py 2>log; fi"), Found{"S /w/a.py"});
  EXPECT_EQ(found("x=$(python3 a.py) python3 b.py `python3 c.py`"),
            (Found{"S /w/a.py", "S /w/c.py", "S /w/b.py"}));
  EXPECT_EQ(found("python3 $1 ; python3 *.py; python3 x$(date).py"), Found{});
}

TEST(PythonCommands, FollowDirectoriesAndVariables) {
  EXPECT_EQ(found("cd src && python3 a.py"), Found{"S /w/src/a.py"});
  EXPECT_EQ(found("(cd src; python3 a.py); python3 b.py"), (Found{"S /w/src/a.py", "S /w/b.py"}));
  EXPECT_EQ(found("python3 $PWD/a.py"), Found{"S /w/a.py"});
  EXPECT_EQ(found("S=a.py; python3 ${S}"), Found{"S /w/a.py"});
  EXPECT_EQ(found("${PYTHON:-python3} $WHAT", {{"WHAT", "a.py"}}), Found{"S /w/a.py"});
  EXPECT_EQ(found("$PYTHON a.py"), Found{"S /w/a.py"}) << "whatever starts it";
}

TEST(PythonCommands, LookThroughOtherPrograms) {
  EXPECT_EQ(found("env A=b nice python3 a.py"), Found{"S /w/a.py"});
  EXPECT_EQ(found("uv run --quiet python a.py"), Found{"S /w/a.py"});
  EXPECT_EQ(found("torchrun --nproc 2 a.py"), Found{"S /w/a.py"});
  EXPECT_EQ(found("bash -lc 'cd src && python3 a.py'"), Found{"S /w/src/a.py"});
  EXPECT_EQ(found("./a.py"), Found{"S /w/a.py"});
  EXPECT_EQ(found("./run --all"), Found{"S /w/run"});
  const auto module = programs("python3 -m torch.distributed.run --n 2 a.py");
  ASSERT_EQ(module.size(), 1U);
  EXPECT_EQ(module[0].other_scripts, Found{"/w/a.py"});
  EXPECT_FALSE(programs("torchrun a.py")[0].is_certain);
  EXPECT_TRUE(programs("python3 a.py")[0].is_certain);
}

TEST(PythonCommands, TakePythonPathFromCommandAndEnv) {
  EXPECT_EQ(programs("PYTHONPATH=src:lib python3 a.py")[0].python_path, (Found{"/w/src", "/w/lib"}));
  EXPECT_EQ(programs("python3 a.py", {{"PYTHONPATH", "src"}})[0].python_path, Found{"/w/src"});
  EXPECT_EQ(programs("PYTHONPATH=\"$PWD/src\" python3 a.py")[0].python_path, Found{"/w/src"});
  EXPECT_EQ(programs("export PYTHONPATH=src; cd x; python3 a.py")[0].python_path, Found{"/w/x/src"});
  EXPECT_EQ(programs("env PYTHONPATH=src python3 a.py")[0].python_path, Found{"/w/src"});
  EXPECT_EQ(programs("PYTHONPATH=$X:src python3 a.py")[0].python_path, Found{"/w/src"});
  EXPECT_TRUE(programs("PYTHONPATH=src python3 x.py; python3 a.py")[1].python_path.empty());
  EXPECT_TRUE(programs("PYTHONPATH=src python3 -I a.py")[0].python_path.empty());
  EXPECT_FALSE(programs("python3 -P a.py")[0].looks_beside_itself);
  EXPECT_FALSE(programs("PYTHONSAFEPATH=1 python3 a.py")[0].looks_beside_itself);
}

TEST(PythonCommands, TakeAnyText) {
  for (const char* text : {"",   "(",     ")",  "$(",       "${",      "`",          "'",
                           "\"", "\\",    "<<", "<<E",      "python3", "python3 -m", "python3 -c",
                           "cd", "sh -c", "a=", "$((1+2))", "((((",    "\"$(\"",     "${a:-${b}}"}) {
    programs(text);
  }
}

}  // namespace
}  // namespace dvx
