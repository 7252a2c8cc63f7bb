#!/usr/bin/env python3
"""Finds the programs that a selection of tests runs: ctest --show-only=json-v1 | needed_programs.py <root of
the clone>.

Prints a line "<preset> <target>" for each program of a build directory that appears in the command of a test
or is loaded by it, and "dvc" when a test runs DVC. A target has the name of its file without `lib` and
`.so`. The commands are read from the file that CMake writes for ctest, because ctest itself leaves out tests
whose program is not built yet.
"""

import json
import pathlib
import re
import sys


def commands(root):
    """Returns a map from the name of each test to the words of its command."""
    text = (root / "build/dev/tests/CTestTestfile.cmake").read_text()
    return {name: re.findall(r'"([^"]*)"', words) for name, words in re.findall(r"^add_test\(\[=\[(.*?)\]=\] (.*)\)$", text, re.M)}


def main():
    root = pathlib.Path(sys.argv[1])
    known, needed = commands(root), set()
    for name in (test["name"] for test in json.load(sys.stdin)["tests"]):
        for word in known[name]:
            path = pathlib.Path(word)
            if root / "build" in path.parents:
                preset = path.relative_to(root / "build").parts[0]
                needed.add(f"{preset} {re.sub(r'^lib|[.]so$', '', path.name)}")
        if "dvc_conformance" in name:
            needed.add("dvc")
    print("\n".join(sorted(needed)))


if __name__ == "__main__":
    main()
