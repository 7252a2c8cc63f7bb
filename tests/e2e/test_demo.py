#!/usr/bin/env python3
"""Runs the demo in a directory of its own and checks every step: test_demo.py <dvx>."""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="dvx-demo-") as place:
        variables = os.environ | {"HOME": place, "NO_COLOR": "1", "TMPDIR": place}
        demo = ROOT / "docs/examples/digits/demo.sh"
        status = subprocess.run([demo, sys.argv[1], f"{place}/demo"], env=variables).returncode
        page = pathlib.Path(place, "demo/lineage.html")
        return status or (0 if page.is_file() and "<svg" in page.read_text() else 1)


if __name__ == "__main__":
    sys.exit(main())
