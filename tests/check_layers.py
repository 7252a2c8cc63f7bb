#!/usr/bin/env python3
"""Checks that includes go only downward, and that only the layers named here include a third-party header
(docs/architecture.md).

Prints every include that breaks this, and then exits with status 1.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

MAY_INCLUDE = {
    "base": {"base"},
    "objects": {"objects", "base"},
    "remotes": {"remotes", "objects", "base"},
    "core": {"core", "objects", "base"},
    "hooks": {"hooks", "core", "objects", "base"},
    "cli": {"cli", "hooks", "core", "objects", "base", "remotes"},
}
# The layers that may include a library: a path prefix for each header pattern.
LIBRARIES = [
    (r"^(openssl/|zstd)", ("objects/",)),
    (r"^git2", ("core/git/", "core/repo/", "core/workspace/", "core/commands/doctor")),
    (r"^sqlite3", ("core/",)),
    (r"^libfyaml", ("core/metafile/",)),
    (r"^simdjson", ("core/metafile/",)),
    (r"^toml\+\+/", ("core/metafile/", "core/pipeline/")),
    (r"^CLI/", ("cli/",)),
    (r"^nlohmann/", ("core/", "hooks/", "cli/", "objects/store/store_format", "objects/store/transfer")),
]
# Calls that change files by path must go through base/beneath.h, which follows no link. Calls with a handle
# of a directory (openat, unlinkat, ...) cannot be led astray, so they are allowed everywhere.
BY_PATH = re.compile(
    r"(?<![\w:.>])(?:::|std::)(?:open|creat|mkdir|unlink|rename|renameat2|rmdir|link|symlink|chmod|truncate|remove|mknod"
    r"|chown|utimes|opendir|readlink)\("
    r"|\bfs::(?:remove|remove_all|rename|create_\w+|copy\w*|permissions|resize_file)\("
    r"|std::filesystem::(?:remove|remove_all|rename|create_\w+|copy\w*|permissions|resize_file)\("
)
MAY_CALL_BY_PATH = {
    "base/beneath.cc": "it is the one place",
    "base/subprocess.cc": "opens /dev/null",
    "core/trace/preload.cc": "stands in for the calls of traced programs",
    "core/trace/call_reader.cc": "reads /proc",
    "core/trace/file_path.cc": "reads /proc",
    "core/trace/traced_process.cc": "reads /proc",
    "core/sandbox/sandbox.cc": "copies into a directory that it has just made",
    "core/sandbox/moved_output.cc": "copies into a directory that it has just made",
    "core/lineage/clean_copy.cc": "copies into a directory that it has just made",
    "core/lineage/rebuilt_outputs.cc": "copies where it has removed every link",
    "objects/store/block_reader.cc": "opens a handle once more",
    "hooks/hook_files.cc": "git's own directory of hooks",
    "core/git/dead_locks.cc": "git's own directory",
    "cli/main.cc": "reads /proc/self/exe",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]', re.M)


def violations(path: pathlib.Path):
    relative = path.relative_to(ROOT).as_posix()
    layer = relative.split("/")[0]
    for header in INCLUDE.findall(path.read_text(errors="replace")):
        target = header.split("/")[0]
        if target in MAY_INCLUDE and "/" in header and target not in MAY_INCLUDE[layer]:
            yield f"{relative}: {layer} may not include {header}"
        for pattern, places in LIBRARIES:
            if re.match(pattern, header) and not relative.startswith(places):
                yield f"{relative}: {header} belongs to {', '.join(places)}"


def calls_by_path(path: pathlib.Path):
    relative = path.relative_to(ROOT).as_posix()
    if relative in MAY_CALL_BY_PATH:
        return
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if not line.lstrip().startswith("//") and BY_PATH.search(line):
            yield f"{relative}:{number}: {line.strip()}: call it through base/beneath.h"


def main() -> int:
    files = [f for layer in MAY_INCLUDE for f in sorted((ROOT / layer).rglob("*")) if f.suffix in (".h", ".cc")]
    found = [v for f in files for v in (*violations(f), *calls_by_path(f))]
    print("\n".join(found) or f"{len(files)} files keep the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
