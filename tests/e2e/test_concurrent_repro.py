#!/usr/bin/env python3
"""Runs several `dvx repro` at once in one work tree: test_concurrent_repro.py <dvx>.

Each command of the pipeline adds a line to a file of its own, waits for a moment, and writes its output in
two halves. With any number of processes, and also when one of them is killed, each command runs once,
dvx.lock is that of a single run, and nobody reads half of an output.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace
from orphans import adopt_orphans, wait_for_orphans

# There are seven stages: three that start at once, a diamond, and one that depends on everything through the
# directory that contains it.
STAGES = {
    "a": ["seed"], "b": ["seed"], "c": ["seed"], "ab": ["out/a", "out/b"], "bc": ["out/b", "out/c"],
    "top": ["out/ab", "out/bc"], "all": ["out"],
}


def command(name, deps, moment):
    output = "end" if name == "all" else f"out/{name}"
    read = "cat $(ls -d out/*)" if name == "all" else "cat " + " ".join(deps)
    return (f"echo $$ >> ran/{name} && {read} > half.{name} && mkdir -p out && echo {name} > {output} && "
            f"sleep {moment} && sort -u half.{name} >> {output} && rm half.{name}"), output


class Place:
    def __init__(self, dvx, place, moment):
        self.root = pathlib.Path(place) / "work"
        self.root.mkdir()
        self.environment = workplace.environment(place, os.path.realpath(dvx))
        self.must("git", "init", "-q")
        self.must("dvx", "init", "-q")
        (self.root / "seed").write_text("seed\n")
        (self.root / "ran").mkdir()
        stages = {}
        for name, deps in STAGES.items():
            cmd, output = command(name, deps, moment)
            stages[name] = {"cmd": cmd, "deps": deps, "outs": [output]}
        (self.root / "dvx.yaml").write_text(json.dumps({"stages": stages}))

    def start(self, *words):
        return subprocess.Popen(["dvx", *words], cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def must(self, *words):
        done = subprocess.run(words, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, f"{words}: {done.stdout}"
        return done.stdout

    def runs(self):
        return {name: len((self.root / "ran" / name).read_text().split()) if (self.root / "ran" / name).exists() else 0
                for name in STAGES}

    def results(self):
        """Returns the content of dvx.lock without run ids, which contain times."""
        lock = json.loads((self.root / "dvx.lock").read_text())
        return {name: {field: stage[field] for field in stage if field != "run"}
                for name, stage in lock["stages"].items()}

    def wait_until(self, condition):
        for _ in range(3000):
            if condition():
                return
            time.sleep(0.01)
        raise AssertionError("what was waited for did not happen")


def ended(program):
    text = program.communicate(timeout=120)[0]
    return program.returncode, text


def once_each(place, expected):
    """Starts four processes, one of them for a part of the pipeline only."""
    programs = [place.start("repro", "-j2") for _ in range(3)] + [place.start("repro", "-j1", "top")]
    texts = []
    for program in programs:
        status, text = ended(program)
        assert status == 0, text
        texts.append(text)
    assert place.runs() == dict.fromkeys(STAGES, 1), f"{place.runs()}\n" + "\n".join(texts)
    assert place.results() == expected, place.results()
    waits = re.findall(r"^(\w+): waiting for another dvx \(pid (\d+)\)$", "\n".join(texts), re.M)
    assert waits, "\n".join(texts)
    assert {int(pid) for _, pid in waits} <= {program.pid for program in programs}, waits
    assert "up to date" in place.must("dvx", "repro")
    place.must("dvx", "fsck", "--read-data")


def one_is_killed(place, expected):
    """Kills one process. Another one runs the stage that it was running, and children of the killed process
    do not disturb it.
    """
    first = place.start("repro", "-j1")
    place.wait_until(lambda: sum(place.runs().values()) > 0)
    others = [place.start("repro", "-j2") for _ in range(2)]
    others[0].stdout.readline()
    first.send_signal(signal.SIGKILL)
    assert ended(first)[0] == -signal.SIGKILL
    for program in others:
        status, text = ended(program)
        assert status == 0, text
    runs = place.runs()
    assert sum(runs.values()) == len(STAGES) + 1 and max(runs.values()) == 2, runs
    assert place.results() == expected, place.results()


def beside_others(place, _):
    """Tries other commands while stages run. Nothing half-made is recorded or overwritten."""
    program = place.start("repro", "-j2")
    place.wait_until(lambda: place.runs()["a"] == 1)
    place.must("dvx", "status")
    assert subprocess.run(["dvx", "gc", "--apply", "--no-grace"], cwd=place.root, env=place.environment,
                          capture_output=True).returncode in (0, 1)
    (place.root / "data").write_text("data\n")
    place.must("dvx", "add", "data")
    busy = subprocess.run(["dvx", "checkout", "--force", "out/a"], cwd=place.root, env=place.environment,
                          capture_output=True, text=True)
    assert busy.returncode in (0, 5, 8), busy
    status, text = ended(program)
    assert status == 0, text
    assert place.runs() == dict.fromkeys(STAGES, 1), text
    (place.root / "seed").write_text("another\n")
    program = place.start("repro", "-j1", "a")
    place.wait_until(lambda: place.runs()["a"] == 2)
    busy = subprocess.run(["dvx", "checkout", "--force"], cwd=place.root, env=place.environment,
                          capture_output=True, text=True)
    assert busy.returncode == 8 and "is being run by another dvx" in busy.stderr, busy
    place.must("dvx", "checkout", "data")
    status, text = ended(program)
    assert status == 0, text
    place.must("dvx", "checkout")


def main():
    dvx = sys.argv[1]
    adopt_orphans()
    for case in (once_each, one_is_killed, beside_others):
        with tempfile.TemporaryDirectory(prefix="dvx-concurrent-") as scratch:
            place = Place(dvx, scratch, 0.3)
            (pathlib.Path(scratch) / "alone").mkdir()
            model = Place(dvx, pathlib.Path(scratch) / "alone", 0.3)
            model.must("dvx", "repro", "-j4")
            case(place, model.results())
            wait_for_orphans()
        print(f"{case.__name__}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
