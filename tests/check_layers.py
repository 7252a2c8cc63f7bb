#!/usr/bin/env python3
"""Includes go downward only, and a third-party header is seen by its layer alone (docs/architecture.md).

Exit status 1 names every include that points the wrong way."""

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
# Where a library may be seen: a path prefix for each header pattern.
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


def main() -> int:
    files = [f for layer in MAY_INCLUDE for f in sorted((ROOT / layer).rglob("*")) if f.suffix in (".h", ".cc")]
    found = [v for f in files for v in violations(f)]
    print("\n".join(found) or f"{len(files)} files keep the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
