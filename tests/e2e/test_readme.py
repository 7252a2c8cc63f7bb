#!/usr/bin/env python3
"""Types the tour of the README and compares the output: test_readme.py <dvx>.

Every ```console block below the heading "Five minutes" becomes one transcript. A `…` in the text stands for
text that differs between machines.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def transcript(readme: str) -> str:
    tour = readme.split("\n## Five minutes\n")[1].split("\n## ")[0]
    lines = []
    for block in re.findall(r"```console\n(.*?)```", tour, re.S):
        for line in block.splitlines():
            if "…" in line:
                line = line.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
                # Cram escapes characters that are not ASCII.
                line = re.sub(r"[^\x00-\x7f]+", "*", line) + " (glob)"
            lines.append("  " + line)
        lines.append("")
    return "\n".join(lines) + "\n"


def main() -> int:
    text = transcript((ROOT / "README.md").read_text())
    if text.count("  $ ") < 10:
        print("the README has no tour")
        return 1
    with tempfile.TemporaryDirectory(prefix="dvx-readme-") as place:
        file = pathlib.Path(place, "readme.t")
        file.write_text(text)
        return subprocess.run([sys.executable, ROOT / "tests/run_transcripts.py", sys.argv[1], file]).returncode


if __name__ == "__main__":
    sys.exit(main())
