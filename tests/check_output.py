#!/usr/bin/env python3
"""What reaches a terminal went through one type, Shown (cli/ui/shown.h).

No layer writes to a terminal but cli/, and cli/ does in the places named here alone. Escape sequences of our own come
from the files that are made for them. What is text of several lines, and what is printed as a user's program printed it,
is said in few places, each for a reason. Exit status 1 names what breaks this."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ("base", "objects", "core", "hooks", "cli")

# Each pattern may stand only in the files that are named with it.
RULES = [
    ("prints", re.compile(r"std::cout|std::cerr|std::clog|\bv?f?printf\s*\(|\bf?puts\s*\(|fmt::print|\bputchar\s*\("), ()),
    ("writes to a descriptor of the terminal", re.compile(r"write_all\(\s*[12]\b|::write\(\s*[12]\b|FdSink\s+\w+\(\s*[12]\b|STD(?:OUT|ERR)_FILENO"),
     ("cli/run.cc", "cli/ui/terminal_progress.cc")),
    ("makes an escape sequence", re.compile(r"\\x1b|\\033|\\e\["), ("cli/ui/text.cc", "cli/ui/live_view.cc", "cli/ui/display_width.cc", "base/display.h")),
    # Graphs, help, a schema, a diff, what a log holds, what was not asked.
    ("shows text of several lines", re.compile(r"Shown::lines\("),
     ("cli/ui/shown_sink.cc", "cli/run.cc", "cli/commands/lineage.cc", "cli/commands/schema.cc", "cli/commands/stage_fix.cc",
      "cli/ui/unasked_text.cc")),
    ("shows what a program printed", re.compile(r"Shown::output\("), ("cli/ui/terminal_progress.cc",)),
    ("takes text out of Shown", re.compile(r"\.string\(\)(?! ?\+)"),
     ("cli/run.cc", "cli/ui/shown.h", "cli/ui/shown_sink.cc", "cli/ui/text.cc", "cli/ui/terminal_progress.cc", "cli/commands/logs.cc",
      "cli/commands/schema.cc")),
]
# Programs of their own, which run in other processes than dvx.
ELSEWHERE = ("core/trace/preload",)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def violations(path):
    relative = path.relative_to(ROOT).as_posix()
    text = COMMENT.sub("", path.read_text(errors="replace"))
    for what, pattern, places in RULES:
        if what == "takes text out of Shown" and not relative.startswith("cli/"):
            continue
        if relative not in places and (found := pattern.search(text)):
            yield f"{relative}: {what} ({found.group().strip()})"


def main():
    files = [file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*")) if file.suffix in (".h", ".cc")]
    files = [file for file in files if not file.relative_to(ROOT).as_posix().startswith(ELSEWHERE)]
    found = [each for file in files for each in violations(file)]
    print("\n".join(found) or f"{len(files)} files print through one type")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
