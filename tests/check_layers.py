#!/usr/bin/env python3
"""Checks that includes go only downward, between layers and between the rooms of core and objects, and that only the
layers named here include a third-party header (docs/architecture.md). The rooms of core are listed in cmake/rooms.txt.

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
# The rooms of objects, from the bottom up, and which of the others each may include. Those of core are in rooms.txt.
OBJECTS = {
    "objects/model": set(),
    "objects/pack": {"objects/model"},
    "objects/backend": {"objects/pack"},
    "objects/store": {"objects/model", "objects/pack"},
    "objects/upkeep": {"objects/model", "objects/pack", "objects/store"},
    "objects/transfer": {"objects/model", "objects/pack", "objects/backend", "objects/store"},
}
# The layers that may include a library: a path prefix for each header pattern.
LIBRARIES = [
    (r"^(openssl/|zstd)", ("objects/",)),
    (r"^git2", ("core/git/", "core/repo/", "core/workspace/", "core/commands/doctor")),
    (r"^sqlite3", ("core/index/",)),
    (r"^libfyaml", ("core/formats/text/",)),
    (r"^simdjson", ("core/formats/",)),
    (r"^toml\+\+/", ("core/formats/text/",)),
    (r"^CLI/", ("cli/",)),
    (r"^nlohmann/", ("core/", "hooks/", "cli/")),
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
    "core/execution/trace/preload.cc": "stands in for the calls of traced programs",
    "core/execution/trace/call_reader.cc": "reads /proc",
    "core/execution/trace/file_path.cc": "reads /proc",
    "core/execution/trace/traced_process.cc": "reads /proc",
    "core/execution/sandbox/sandbox.cc": "copies into a directory that it has just made",
    "core/execution/sandbox/moved_output.cc": "copies into a directory that it has just made",
    "core/verify/clean_copy.cc": "copies into a directory that it has just made",
    "core/verify/rebuilt_outputs.cc": "copies where it has removed every link",
    "objects/store/block_reader.cc": "opens a handle once more",
    "hooks/hook_files.cc": "git's own directory of hooks",
    "core/git/dead_locks.cc": "git's own directory",
    "cli/main.cc": "reads /proc/self/exe",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]', re.M)


def read_rooms():
    """Room → the rooms it may include. A row names rooms of earlier rows alone, so there is no cycle."""
    rooms, mistakes = dict(OBJECTS), []
    for line in (ROOT / "cmake/rooms.txt").read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        room, *others = [f"core/{word}" for word in line.split()]
        mistakes += [f"cmake/rooms.txt: {room} names {other}, which does not stand before it"
                     for other in others if other not in rooms]
        rooms[room] = set(others)
    return rooms, mistakes


def room_violations(files, rooms):
    used = {room: set() for room in rooms}
    page = (ROOT / "docs/architecture.md").read_text()
    for path in files:
        room = path.parent.relative_to(ROOT).as_posix()
        if room.split("/")[0] not in ("core", "objects"):
            continue
        if room not in rooms:
            yield f"{path.relative_to(ROOT)}: its folder is no room of cmake/rooms.txt"
            continue
        for header in INCLUDE.findall(path.read_text(errors="replace")):
            other = header.rpartition("/")[0]
            if other in rooms and other != room and other.split("/")[0] == room.split("/")[0]:
                used[room].add(other)
                if other not in rooms[room]:
                    yield f"{path.relative_to(ROOT)}: {room} may not include {header}"
    for room, others in rooms.items():
        yield from (f"{room} need not see {other}: no file includes it" for other in sorted(others - used[room]))
        if f"`{room}/`" not in page:
            yield f"docs/architecture.md: it does not tell what `{room}/` holds"


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
    rooms, found = read_rooms()
    found += [v for f in files for v in (*violations(f), *calls_by_path(f))]
    found += room_violations(files, rooms)
    print("\n".join(found) or f"{len(files)} files keep the layers and {len(rooms)} rooms")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
