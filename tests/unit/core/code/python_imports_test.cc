#include "core/code/python_imports.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

using Imports = std::vector<PythonImport>;

Imports imports_of(std::string_view text) {
  return read_python_source(text).imports;
}

TEST(PythonImports, ReadsEachForm) {
  EXPECT_EQ(imports_of("import a\n"), (Imports{{0, "a", {}}}));
  EXPECT_EQ(imports_of("import a.b as c, d\n"), (Imports{{0, "a.b", {}}, {0, "d", {}}}));
  EXPECT_EQ(imports_of("from a import b as c, d\n"), (Imports{{0, "a", {"b", "d"}}}));
  EXPECT_EQ(imports_of("from a.b import (c,\n  d as e,  # why\n)\n"), (Imports{{0, "a.b", {"c", "d"}}}));
  EXPECT_EQ(imports_of("from . import x\n"), (Imports{{1, "", {"x"}}}));
  EXPECT_EQ(imports_of("from .pkg import y\n"), (Imports{{1, "pkg", {"y"}}}));
  EXPECT_EQ(imports_of("from ...a.b import y\n"), (Imports{{3, "a.b", {"y"}}}));
  EXPECT_EQ(imports_of("from a import *\n"), (Imports{{0, "a", {"*"}}}));
  EXPECT_EQ(imports_of("from a \\\n  import b\n"), (Imports{{0, "a", {"b"}}}));
}

TEST(PythonImports, CountWhereverTheyStand) {
  EXPECT_EQ(
      imports_of("def f():\n  if x: import a; import b\n  try:\n    from c import d\n  except E: pass\n"),
      (Imports{{0, "a", {}}, {0, "b", {}}, {0, "c", {"d"}}}));
  EXPECT_EQ(imports_of("class A: import b\n"), (Imports{{0, "b", {}}}));
}

TEST(PythonImports, AreNotFooledByStringsCommentsAndNames) {
  EXPECT_EQ(imports_of("# import a\nx = 'import b'\ny = \"\"\"\nimport c\nfrom d import e\n\"\"\"\n"),
            Imports{});
  EXPECT_EQ(imports_of("r'\\''; import a"), (Imports{{0, "a", {}}})) << "the quote is part of the raw string";
  EXPECT_EQ(imports_of("important = 1\nx.importer()\nyield from a\nraise E from e\n"), Imports{});
  EXPECT_EQ(imports_of("f'{x!r:>10} import a'\n"), Imports{});
}

TEST(PythonImports, KnowImportModuleWithALiteral) {
  EXPECT_EQ(imports_of("importlib.import_module('a.b')\n"), (Imports{{0, "a.b", {}}}));
  EXPECT_EQ(imports_of("m = __import__(\"a\")\n"), (Imports{{0, "a", {}}}));
  EXPECT_EQ(imports_of("import_module('.b', package='p.q')\n"), (Imports{{0, "p.q.b", {}}}));
  EXPECT_EQ(imports_of("import_module('..b', 'p.q')\n"), (Imports{{0, "p.b", {}}}));
  EXPECT_EQ(imports_of("import_module('.b', __package__)\n"), (Imports{{1, "b", {}}}));
  EXPECT_EQ(imports_of("import_module(name)\nimport_module(f'a.{b}')\nimport_module('a' + b)\n"), Imports{});
}

TEST(PythonImports, TellWhatAPackageExportsAndWhereElseModulesAre) {
  const PythonSource source = read_python_source(
      "__all__ = ['a', \"b\"]\nsys.path.append('lib')\nsys.path.insert(0, "
      "'../x')\nsys.path.append(join('y'))\n");
  EXPECT_EQ(source.exports, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(source.search_paths, (std::vector<std::string>{"lib", "../x"}));
}

TEST(PythonImports, PassOverWhatCannotBeRead) {
  EXPECT_EQ(imports_of("x = 'not closed\nimport a\n"), (Imports{{0, "a", {}}}));
  EXPECT_EQ(imports_of("f((\nimport a\nimport b\n"), (Imports{{0, "a", {}}, {0, "b", {}}}));
  EXPECT_EQ(imports_of("x = ')' ) ]\nimport a\n"), (Imports{{0, "a", {}}}));
  EXPECT_EQ(imports_of("'\\x'\nimport a\n'\\"), (Imports{{0, "a", {}}}));
  EXPECT_EQ(imports_of("import\nfrom\nfrom import\nimport ,\nfrom . import\n"), (Imports{{1, "", {}}}));
  EXPECT_EQ(imports_of(std::string_view("\0\xff\xfe import a", 12)).size(), 1U);
}

TEST(PythonImports, KnowEncodingsAndByteOrderMarks) {
  EXPECT_EQ(imports_of("\xEF\xBB\xBFimport a\r\nimport b\r\n"), (Imports{{0, "a", {}}, {0, "b", {}}}));
  EXPECT_EQ(imports_of("import \xC3\xA4\n"), (Imports{{0, "\xC3\xA4", {}}}));
  EXPECT_EQ(imports_of("#!/usr/bin/python\n# -*- coding: latin-1 -*-\nimport \xE4\n"),
            (Imports{{0, "\xC3\xA4", {}}}));
}

}  // namespace
}  // namespace dvx
