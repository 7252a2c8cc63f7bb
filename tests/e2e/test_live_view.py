#!/usr/bin/env python3
"""Checks what `dvx repro` draws on a terminal, using a small terminal emulator: test_live_view.py <dvx>.

Stages wait for files, so each picture lasts until it has been examined. No time is asserted.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata

DVX = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "dvx"
PATIENCE = 60  # seconds, on the busiest machine

WAIT = "while [ ! -e {0}.go ]; do sleep 0.02; done; echo {0} > {0}"


def width(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    """The lines of a terminal as cells. It wraps its lines again when it is resized."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[]]  # logical lines of characters; a wide one is followed by ""
        self.line, self.at = 0, 0
        self.has_put = False  # at the end of a full row the cursor stays on that row until more text comes
        self.raw = ""
        self.unknown = []

    def row_of_cursor(self):
        is_pending = self.has_put and self.at > 0 and self.at % self.columns == 0
        return self.at // self.columns - (1 if is_pending else 0)

    def put(self, text):
        line = self.lines[self.line]
        for cell in text:
            line.extend(" " * (self.at - len(line)))
            line[self.at:self.at + 1] = [cell]
            self.at += 1
        self.has_put = True

    def up(self, count):
        """Moves the cursor up by rows. A logical line has as many rows as it is wrapped into."""
        column = self.at % self.columns
        row = self.row_of_cursor()
        for _ in range(count):
            if row > 0:
                row -= 1
            else:
                self.line -= 1
                assert self.line >= 0, "the cursor left the top"
                row = max(0, (len(self.lines[self.line]) - 1) // self.columns)
        self.at = row * self.columns + column
        self.has_put = False

    def feed(self, text):
        self.raw += text
        for sequence, char in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z])|(.)", text, re.S):
            if sequence:
                self.control(sequence)
            elif char == "\n":
                self.line += 1
                if self.line == len(self.lines):
                    self.lines.append([])
                self.at, self.has_put = 0, False
            elif char == "\r":
                self.at, self.has_put = self.row_of_cursor() * self.columns, False
            elif width(char):
                self.put([char] + [""] * (width(char) - 1))

    def control(self, sequence):
        kind, number = sequence[-1], sequence[2:-1]
        if kind == "A":
            self.up(int(number or 1))
        elif kind == "J" and number in ("", "0"):
            del self.lines[self.line][self.at:]
            del self.lines[self.line + 1:]
        elif kind == "K" and number in ("", "0"):
            del self.lines[self.line][self.at:]
        elif kind != "m":
            self.unknown.append(sequence)

    def text(self):
        return ["".join(line).rstrip() for line in self.lines]

    def wrapped(self):
        return [line for line in self.lines if len(line) > self.columns]


class Terminal:
    def __init__(self, folder, *arguments, columns=60, rows=20, term="xterm"):
        self.screen = Screen(columns, rows)
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.modes = termios.tcgetattr(slave)
        self.slave = slave
        environment = {**os.environ, "TERM": term}
        self.process = subprocess.Popen([DVX, *arguments], cwd=folder, stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, columns, rows=20):
        self.screen.columns, self.screen.rows = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.screen.feed(os.read(self.master, 65536).decode("utf-8", "replace").replace("\r\n", "\n"))
            return True
        return False

    def see(self, *wanted):
        """Reads until the last line matches the last of `wanted` and the others stand somewhere above it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.read(0.1)
            lines = self.screen.text()
            if re.fullmatch(wanted[-1], lines[-1]) and all(any(re.fullmatch(w, l) for l in lines) for w in wanted):
                return lines
        raise AssertionError(f"not seen: {wanted}\n" + "\n".join(self.screen.text()))

    def finish(self):
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        while self.read(0.1):
            pass
        assert self.process.poll() is not None, "it did not end\n" + "\n".join(self.screen.text())
        assert termios.tcgetattr(self.slave) == self.modes, "the terminal is in another mode"
        assert not self.screen.unknown, self.screen.unknown
        os.close(self.slave)
        os.close(self.master)
        left = [l for l in self.screen.text() if re.search(r"\d+ (running|waiting)|left$", l)]
        assert not left, f"left on the screen: {left}"
        return self.process.returncode, self.screen.text()


def repository(folder, stages):
    folder.mkdir()
    quiet = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["git", "init", "-q"], **quiet)
    subprocess.run([DVX, "init"], **quiet)
    (folder / "dvx.yaml").write_text("stages:\n" + stages)
    return folder


def waiting_stage(name, more=""):
    return f"  {name}:\n    cmd: {more}{WAIT.format(name)}\n    outs: [{name}]\n"


def go(folder, *names):
    for name in names:
        (folder / f"{name}.go").touch()


def shows_what_runs_and_waits(place):
    folder = repository(place / "runs", waiting_stage("one", "echo 起動 one; ") + waiting_stage("two") +
                        "  last:\n    cmd: cat one two > last\n    deps: [one, two]\n    outs: [last]\n")
    terminal = Terminal(folder, "repro", "-j2")
    lines = terminal.see(r"one \| 起動 one", r"  one  \d+ s", r"  two  \d+ s", "0 of 3 done, 2 running, 1 waiting")
    assert lines.index("one | 起動 one") < len(lines) - 3, "output scrolls above"
    go(folder, "one")
    terminal.see("  two  .*", "1 of 3 done, 1 running, 1 waiting")
    go(folder, "two")
    code, lines = terminal.finish()
    assert code == 0 and lines[-2].startswith("3 ran in"), lines
    assert sum(l.startswith("one | ") for l in lines) == 1, lines


def is_clean_after_failure(place):
    folder = repository(place / "fails", waiting_stage("slow") + "  bad:\n    cmd: echo no >&2; exit 3\n    outs: [bad]\n" +
                        "  after:\n    cmd: cp bad after\n    deps: [bad]\n    outs: [after]\n")
    terminal = Terminal(folder, "repro", "-j2", "-k")
    terminal.see("  slow  .*", "0 of 3 done, 1 failed, 1 running, 1 skipped")
    go(folder, "slow")
    code, lines = terminal.finish()
    assert code == 1 and "bad | no" in lines and any(l.startswith("error: stage 'bad' failed") for l in lines), lines


def is_clean_after_ctrl_c(place):
    folder = repository(place / "stops", waiting_stage("slow"))
    terminal = Terminal(folder, "repro")
    terminal.see("  slow  .*", "0 of 1 done, 1 running")
    os.write(terminal.master, b"\x03")
    code, lines = terminal.finish()
    assert code == 128 + signal.SIGINT, code
    assert not any("1 running" in l for l in lines), lines


def survives_a_resize(place):
    name = "stage-" + "x" * 30
    folder = repository(place / "resized", waiting_stage(name) + waiting_stage("end"))
    terminal = Terminal(folder, "repro", "-j2", columns=100)
    terminal.see(f"  {name}  .*", "0 of 2 done, 2 running")
    terminal.resize(16)  # the drawn lines now wrap into several rows
    terminal.see("  stage-xxxxxxx…|  stage-.*…", "0 of 2 done, 2…")
    assert not [l for l in terminal.screen.text() if l.startswith("  " + name)], "the old lines are gone"
    terminal.resize(100)
    terminal.see(f"  {name}  .*", "0 of 2 done, 2 running")
    go(folder, name, "end")
    code, lines = terminal.finish()
    assert code == 0 and lines[-2].startswith("2 ran in"), lines


def fits_into_few_rows(place):
    names = [f"n{i}" for i in range(12)]
    folder = repository(place / "few", "".join(map(waiting_stage, names)))
    terminal = Terminal(folder, "repro", "-j12", rows=10)
    lines = terminal.see("  n0  .*", "  and 9 more", "0 of 12 done, 12 running")
    assert len([l for l in lines if re.match(r"  n\d+  ", l)]) == 3, lines
    go(folder, *names)
    assert terminal.finish()[0] == 0


def is_not_torn_by_what_stages_print(place):
    folder = repository(place / "noisy", waiting_stage(
        "noisy", r"""printf '10%%\r50%%\r100%%\n\033[2J\033[H\033[31mred\033[0m\n\033]0;title\a'; """))
    terminal = Terminal(folder, "repro")
    lines = terminal.see(r"noisy \| 100%", r"noisy \| red", "  noisy  .*", "0 of 1 done, 1 running")
    assert lines[0].startswith("noisy: running"), lines
    go(folder, "noisy")
    assert terminal.finish()[0] == 0


def draws_nothing_where_it_should_not(place):
    for name, term, arguments in (("dumb", "dumb", ["repro"]), ("quiet", "xterm", ["repro", "-q"])):
        folder = repository(place / name, waiting_stage("slow"))
        terminal = Terminal(folder, *arguments, term=term)
        time.sleep(0.6)  # longer than it takes until something is drawn
        go(folder, "slow")
        assert terminal.finish()[0] == 0
        assert "\x1b" not in terminal.screen.raw, terminal.screen.raw


def main():
    with tempfile.TemporaryDirectory(prefix="dvx-live-") as name:
        place = pathlib.Path(name)
        for check in (shows_what_runs_and_waits, is_clean_after_failure, is_clean_after_ctrl_c, survives_a_resize,
                      fits_into_few_rows, is_not_torn_by_what_stages_print, draws_nothing_where_it_should_not):
            check(place)
            print("ok", check.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
