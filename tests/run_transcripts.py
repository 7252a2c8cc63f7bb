#!/usr/bin/env python3
"""Runs transcripts (*.t, the format of cram) against a dvx: run_transcripts.py [--accept] <dvx> <file.t> ...

Each transcript runs in a directory of its own with a clean HOME, a git identity, no colours and UTC. With
--accept, the output is written into the transcript.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

GIT_CONFIG = """[user]
\tname = Ada
\temail = ada@example.org
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
[commit]
\tgpgsign = false
[protocol "file"]
\tallow = always
"""


def environment(dvx: pathlib.Path, home: pathlib.Path) -> dict:
    (home / ".gitconfig").write_text(GIT_CONFIG)
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    duckdb = os.environ.get("DVX_DUCKDB", str(ROOT / "build/deps/duckdb/libduckdb.so"))
    return kept | {
        "PATH": f"{dvx.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home),
        "DVX_DUCKDB": duckdb,
        "DVX_SOURCE": str(ROOT),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def main() -> int:
    arguments = sys.argv[1:]
    accept = "--accept" in arguments
    arguments = [a for a in arguments if a != "--accept"]
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    dvx, files = pathlib.Path(arguments[0]).resolve(), arguments[1:]
    with tempfile.TemporaryDirectory(prefix="dvx-transcript-") as home:
        command = ["/usr/bin/python3", "-m", "cram", "--shell=/bin/bash", "--indent=2"]
        if accept:
            command += ["--interactive", "--yes"]
        variables = environment(dvx, pathlib.Path(home))
        variables["TMPDIR"] = home
        # cram resets TZ, LANG, LC_ALL and similar variables unless it is told to keep them.
        return subprocess.run(command + ["--preserve-env"] + files, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
