#!/usr/bin/env python3
"""Runs every example of docs/pipelines.md and docs/pipelines-reference.md: test_pipelines_doc.py <dvx>.

A heading begins a new repository. A block whose first line is "# name" is a file. The lines of a ```console
block are typed and their output is compared; `…` stands for text that differs between machines. A pipeline
without a console block after it must at least be read without error.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = {"pipelines": 10, "pipelines-reference": 15}  # page -> how many headings with examples it has at least
START = ["  $ git init -q && dvx init -q"]


def typed(block):
    for line in block.splitlines():
        if "…" in line:
            # Cram escapes characters that are not ASCII.
            line = re.sub(r"[^\x00-\x7f]+", "*", line) + " (glob)"
        yield "  " + line


def file_lines(name, text):
    folder = pathlib.PurePath(name).parent
    yield f"  $ mkdir -p {folder} && cat > {name} <<'EOF'"
    yield from ("  > " + line for line in text.splitlines())
    yield "  > EOF"


def transcripts(page):
    """Returns pairs of a heading and its transcript, for the headings that have examples."""
    found = []
    for heading, body in re.findall(r"^##+ (.+)\n((?:(?!^##+ ).*\n?)*)", page, re.M):
        lines = list(START)
        for language, block in re.findall(r"```(\w+)\n(.*?)```", body, re.S):
            named = re.match(r"# (\S+)\n", block)
            if language == "console":
                lines += typed(block)
            elif named:
                lines += file_lines(named[1], block[named.end():])
                if named[1] == "dvx.yaml":
                    lines.append("  $ dvx stage list > /dev/null 2> wrong || grep variable wrong > /dev/null || cat wrong")
                    lines.append("  $ rm wrong")
        if len(lines) > 1:
            found.append((heading, "\n".join(lines) + "\n"))
    return found


def main():
    with tempfile.TemporaryDirectory(prefix="dvx-pipelines-") as place:
        files = []
        for page, least in PAGES.items():
            found = transcripts((ROOT / f"docs/{page}.md").read_text())
            if len(found) < least:
                print(f"docs/{page}.md has {len(found)} headings with examples, of at least {least}")
                return 1
            for number, (heading, text) in enumerate(found):
                name = re.sub("[^a-z]+", "-", heading.lower())
                files.append(pathlib.Path(place, f"{page}-{number:02}-{name}.t"))
                files[-1].write_text(text)
        runner = [sys.executable, ROOT / "tests/run_transcripts.py", sys.argv[1]]
        return max(subprocess.run([*runner, file]).returncode for file in files)


if __name__ == "__main__":
    sys.exit(main())
