#!/usr/bin/env python3
"""Checks that everything shown on a terminal went through one type, Shown (cli/ui/shown.h).

Only cli/ writes to a terminal, and only in the files named here. Our own escape sequences come from the
files that are made for them. Text of several lines, and the unchanged output of a user's program, are
allowed in few places, each for a reason. Prints every line that breaks this, and then exits with status 1.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ("base", "objects", "core", "hooks", "cli")

# Each pattern may occur only in the files named with it.
RULES = [
    ("prints", re.compile(r"std::cout|std::cerr|std::clog|\bv?f?printf\s*\(|\bf?puts\s*\(|fmt::print|\bputchar\s*\("), ()),
    ("writes to a descriptor of the terminal", re.compile(r"write_all\(\s*[12]\b|::write\(\s*[12]\b|FdSink\s+\w+\(\s*[12]\b|STD(?:OUT|ERR)_FILENO"),
     ("cli/run.cc", "cli/ui/terminal_progress.cc")),
    ("makes an escape sequence", re.compile(r"\\x1b|\\033|\\e\["), ("cli/ui/text.cc", "cli/ui/live_view.cc", "cli/ui/display_width.cc", "base/display.h")),
    # These are graphs, help, a schema, a diff, the content of a log, and the list of things that were not
    # asked.
    ("shows text of several lines", re.compile(r"Shown::lines\("),
     ("cli/ui/shown_sink.cc", "cli/run.cc", "cli/commands/lineage.cc", "cli/commands/schema.cc", "cli/commands/stage_fix.cc",
      "cli/ui/unasked_text.cc")),
    ("shows what a program printed", re.compile(r"Shown::output\("), ("cli/ui/terminal_progress.cc",)),
    ("takes text out of Shown", re.compile(r"\.string\(\)(?! ?\+)"),
     ("cli/run.cc", "cli/ui/shown.h", "cli/ui/shown_sink.cc", "cli/ui/text.cc", "cli/ui/terminal_progress.cc", "cli/commands/logs.cc",
      "cli/commands/schema.cc")),
]
# These are separate programs, which run in other processes than dvx.
ELSEWHERE = ("core/execution/trace/preload",)
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
