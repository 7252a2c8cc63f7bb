#include "core/code/imported_code.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

using Paths = std::vector<std::string>;

class ImportedCodeTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::string path = join_path(place.path(), name);
    make_directories(parent_path(path));
    write_file_atomically(path, text, 0644, Durability::Relaxed);
  }
  static Stage stage(const std::string& command) {
    Stage result;
    result.name = command;
    result.commands = {command};
    return result;
  }
  Paths imports(const Stage& stage) const { return ImportedCode(place.path()).of(stage).files; }
  Paths imports(const std::string& command) const { return imports(stage(command)); }

  TemporaryDirectory place{testing::TempDir()};
};

TEST_F(ImportedCodeTest, FollowsImportsFromTheScript) {
  write("src/train.py", "import features\nimport numpy, json\n");
  write("src/features.py", "def f():\n  from lib.text import clean as c\n");
  write("src/lib/text.py", "import lib.text, train\n");
  write("src/unused.py", "");
  write("features.py", "another one");
  EXPECT_EQ(imports("python3 src/train.py --x"),
            (Paths{"src/features.py", "src/lib/text.py", "src/train.py"}));
}

TEST_F(ImportedCodeTest, CountsEachPackageOnTheWay) {
  write("train.py", "import a.b.c\nfrom p import sub, NAME\n");
  write("a/__init__.py", "from .near import x\n");
  write("a/near.py", "");
  write("a/b/__init__.py", "");
  write("a/b/c.py", "from .. import far\nfrom ..near import y\n");
  write("a/far/__init__.py", "");
  write("p/__init__.py", "from . import *\n__all__ = ['shown']\n");
  write("p/sub.py", "");
  write("p/shown.py", "");
  write("p/hidden.py", "");
  EXPECT_EQ(imports("python3 train.py"),
            (Paths{"a/__init__.py", "a/b/__init__.py", "a/b/c.py", "a/far/__init__.py", "a/near.py",
                   "p/__init__.py", "p/shown.py", "p/sub.py", "train.py"}));
}

TEST_F(ImportedCodeTest, ChoosesAsPythonDoes) {
  write("train.py", "import one, two, three\n");
  write("one/data.txt", "");  // a namespace gives way to a module
  write("one.py", "");
  write("two/__init__.py", "");  // a package does not
  write("two.py", "");
  write("three.cpython-311-x86_64-linux-gnu.so", "\x7f");
  write("three.py", "");
  write("__pycache__/one.cpython-311.pyc", "");
  EXPECT_EQ(imports("python3 train.py"),
            (Paths{"one.py", "three.cpython-311-x86_64-linux-gnu.so", "train.py", "two/__init__.py"}));
}

TEST_F(ImportedCodeTest, LooksWhereTheProgramWill) {
  write("lib/pkg/__init__.py", "");
  write("lib/pkg/mod.py", "from pkg import other\n");
  write("lib/pkg/other.py", "");
  write("lib/pkg/__main__.py", "");
  write("tools/run.py", "import pkg.mod\n");
  write("tools/added.py", "import sys\nsys.path.append('lib')\nimport pkg.other\n");
  const Paths package = {"lib/pkg/__init__.py", "lib/pkg/mod.py", "lib/pkg/other.py"};
  EXPECT_EQ(imports("cd lib && python3 -m pkg.mod"), package);
  EXPECT_EQ(imports("PYTHONPATH=lib python3 -m pkg.mod"), package);
  EXPECT_EQ(imports("PYTHONPATH=lib python3 -c 'import pkg.mod'"), package);
  EXPECT_EQ(imports("PYTHONPATH=lib python3 -m pkg"), (Paths{"lib/pkg/__init__.py", "lib/pkg/__main__.py"}));
  EXPECT_EQ(imports("python3 -m pkg.mod"), Paths{});
  EXPECT_EQ(imports("python3 tools/run.py"), Paths{"tools/run.py"});
  EXPECT_EQ(imports("python3 tools/added.py"),
            (Paths{"lib/pkg/__init__.py", "lib/pkg/other.py", "tools/added.py"}));
  Stage by_env = stage("python3 $HERE/tools/run.py");
  by_env.env = {{"PYTHONPATH", "lib"}, {"HERE", "."}};
  EXPECT_EQ(imports(by_env),
            (Paths{"lib/pkg/__init__.py", "lib/pkg/mod.py", "lib/pkg/other.py", "tools/run.py"}));
  Stage inside = stage("python3 ../tools/run.py");
  inside.wdir = "lib";
  inside.env = {{"PYTHONPATH", "."}};
  EXPECT_EQ(imports(inside), imports(by_env));
}

TEST_F(ImportedCodeTest, KnowsOtherWaysToStartPython) {
  write("src/train.py", "import lib\n");
  write("src/lib.py", "");
  write("bin/go", "#!/usr/bin/env python3\nimport near\n");
  write("bin/near.py", "");
  write("bin/shell", "#!/bin/sh\nimport near\n");
  write("app/__main__.py", "import lib\n");
  write("app/lib.py", "");
  const Paths both = {"src/lib.py", "src/train.py"};
  EXPECT_EQ(imports("torchrun --n 2 src/train.py"), both);
  EXPECT_EQ(imports("python3 -m torch.distributed.run src/train.py"), both);
  EXPECT_EQ(imports("bash -c 'python3 src/train.py'"), both);
  EXPECT_EQ(imports("bin/go"), (Paths{"bin/go", "bin/near.py"}));
  EXPECT_EQ(imports("bin/shell; ./missing; /bin/true"), Paths{});
  EXPECT_EQ(imports("python3 app"), (Paths{"app/__main__.py", "app/lib.py"}));
  ASSERT_EQ(::symlink("../src/train.py", join_path(place.path(), "bin/linked.py").c_str()), 0);
  EXPECT_EQ(imports("python3 bin/linked.py"), (Paths{"bin/linked.py", "src/lib.py"}));
}

TEST_F(ImportedCodeTest, LeavesOutWhatTheStageNames) {
  write("src/train.py", "import config, lib.a\n");
  write("src/config.py", "import deep\n");
  write("src/deep.py", "");
  write("src/lib/a.py", "");
  Stage named = stage("python3 src/train.py");
  named.deps = {{"src/train.py", ""}, {"src/lib", ""}};
  named.params = {{"src/config.py", {"RATE"}}};
  EXPECT_EQ(imports(named), Paths{"src/deep.py"});
  named.execution.imports = false;
  EXPECT_EQ(imports(named), Paths{});
  Stage by_dep = stage("make all");
  by_dep.deps = {{"src/train.py", ""}};
  EXPECT_EQ(imports(by_dep), (Paths{"src/config.py", "src/deep.py", "src/lib/a.py"}));
}

TEST_F(ImportedCodeTest, AwaitsModulesThatStagesMake) {
  write("use.py", "import made, gen.part\n");
  Stage use = stage("python3 use.py");
  Stage make = stage("true");
  make.outs = {{.path = "made.py"}, {.path = "gen"}, {.path = "data.csv"}};
  ImportedCode code(place.path());
  code.expect_outputs_of({use, make});
  EXPECT_EQ(code.of(use).files, Paths{"use.py"});
  EXPECT_EQ(code.of(use).awaited, (Paths{"gen", "made.py"}));
  write("made.py", "import deep\n");
  write("deep.py", "");
  write("gen/part.py", "");
  code.forget("made.py");
  code.forget("gen");
  EXPECT_EQ(code.of(use).files, (Paths{"deep.py", "gen/part.py", "made.py", "use.py"}));
  EXPECT_EQ(code.of(use).awaited, Paths{});
  write("made.py", "\n");
  code.forget("data.csv");
  EXPECT_EQ(code.of(use).files.size(), 4U) << "nothing that matters was written";
  code.forget("made.py");
  EXPECT_EQ(code.of(use).files, (Paths{"gen/part.py", "made.py", "use.py"}));
}

TEST_F(ImportedCodeTest, DoesNotMindWhatCannotBeRead) {
  write("a.py", "import b\nfrom .... import c\nimport .\n(((\n");
  write("b.py", std::string("\0\xff", 2));
  make_directories(join_path(place.path(), "c.py"));
  EXPECT_EQ(imports("python3 a.py && python3 c.py && python3 /etc/passwd && python3 ../x.py"),
            (Paths{"a.py", "b.py"}));
}

}  // namespace
}  // namespace dvx
