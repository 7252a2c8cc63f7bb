#!/usr/bin/env python3
"""Tests two clones of a project with one remote: test_two_clones.py <dvx> [--full] [--seed N] [--sequences N].

Each sequence (random_clones.py) gives the clones unusual settings of git, and lets them add, edit, commit,
push and pull in turns, among ignore rules, links, submodules, frozen stages and files at the paths of outputs.
Two things must hold:

- After `dvx push` in one clone and `dvx pull` in the other, both see the same recorded bytes: `dvx ls -R`
  prints the same, each file has the bytes of its id, and everything that was added is among them.
- No bytes are lost. The bytes that were in a work tree before a command of dvx are there after it, or are in
  the store.

A failure prints its seed: --seed N --sequences 1 --keep repeats it.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import traceback

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]
from random_clones import CLONES, SETTINGS, Steps, Work  # noqa: E402
from support.workplace import environment  # noqa: E402

QUICK_SEQUENCES, FULL_SEQUENCES = 200, 4000
TURNS, STEPS_A_TURN = (1, 1, 1, 2), 3
FINE = {0, 1, 2, 3, 5}  # done, findings, refused, in part, not found; anything else is never right here


class Difference(Exception):
    """dvx did not do what it promises."""


def expect(condition, message):
    if not condition:
        raise Difference(message)


def id_of(content):
    return hashlib.sha256(content).hexdigest()


class Clone:
    """A work tree, and the commands that were run in it."""

    def __init__(self, name, root, program, variables, said):
        self.name, self.program, self.variables, self.said = name, program, variables, said
        self.work = Work(root)
        self.tracked = set()  # paths that were added here, or that the other clone added and this one pulled
        self.gone = {}  # id → (bytes that a command removed from the work tree, their former place)

    def note(self, text):
        self.said.append(f"{self.name}: {text}")

    def run(self, command):
        done = subprocess.run(command, cwd=self.work.root, env=self.variables, capture_output=True, text=True,
                              errors="replace")
        self.note(f"$ {' '.join(map(str, command))} [{done.returncode}]")
        printed = done.stdout + done.stderr
        if printed.strip() and "--json" not in command:
            self.said.append(printed.rstrip())
        expect("Sanitizer" not in printed, printed)
        return done

    def git(self, *arguments):
        done = self.run(["git", *arguments])
        expect(done.returncode == 0, f"git {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def dvx(self, *arguments):
        """Returns the exit status. Files that disappeared are looked for in the store at the end."""
        before = self.work.files()
        done = self.run([self.program, *arguments])
        expect(done.returncode in FINE, f"dvx {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
        now = set(map(id_of, self.work.files().values()))
        for path, content in before.items():
            if id_of(content) not in now:
                self.gone[id_of(content)] = (content, f"'{path}' before dvx {' '.join(arguments)}")
        return done.returncode

    def refused(self, *arguments):
        """Runs a command that must be refused as a wrong use and must leave no trace."""
        look = ("status", "--porcelain", "--untracked-files=all", "--ignored", "--", ".", ":!.dvx")
        before = self.git(*look)
        status = self.dvx(*arguments)
        expect(status == 2, f"dvx {' '.join(arguments)} ended with {status}, not 2")
        after = self.git(*look)
        expect(before == after, f"refused, dvx {' '.join(arguments)} left a trace:\n{before}---\n{after}")

    def json(self, *arguments):
        done = self.run([self.program, "--json", *arguments])
        try:
            return json.loads(done.stdout)["data"]
        except (ValueError, KeyError):
            raise Difference(f"dvx --json {' '.join(arguments)} printed {done.stdout}{done.stderr}") from None

    def added(self, path):
        self.tracked.add(path)

    def forget_bytes(self, path):
        """Called when the test itself is going to remove the bytes."""

    def recorded(self):
        """Maps each recorded path to the id of its file."""
        return {entry["path"]: entry["id"] for entry in self.json("ls", "-R")["entries"]
                if entry.get("id") and entry["kind"] != "directory"}

    def check_nothing_is_lost(self):
        """Brings everything that is gone out of the store again, in another project with the same store."""
        if not self.gone:
            return
        probe = self.work.root.parent / f"probe-{self.name}"
        if not probe.exists():
            for command in (["git", "init", "-q", probe], [self.program, "-C", probe, "init", "-q"],
                            [self.program, "-C", probe, "config", "--local", "core.store",
                             self.work.root / ".dvx/store"]):
                subprocess.run(command, env=self.variables, check=True, capture_output=True)
        for key, (content, _) in self.gone.items():
            (probe / f"{key}.dvx").write_text(f"path: {key}\nfile: sha256:{key}\nsize: {len(content)}\n")
        done = subprocess.run([self.program, "-C", probe, "checkout"], env=self.variables, capture_output=True,
                              text=True)
        for key, (content, where) in self.gone.items():
            file = probe / key
            expect(file.exists() and file.read_bytes() == content,
                   f"the bytes of {where} are nowhere any more: {done.stdout}{done.stderr}")
            (probe / f"{key}.dvx").unlink()
        self.gone.clear()


class Sequence:
    """One project, its two clones and their turns."""

    def __init__(self, seed, place, template, program, variables, without):
        self.random = random.Random(seed)
        self.place, self.said, self.compared = place, [], 0
        shutil.copytree(template, place, symlinks=True, dirs_exist_ok=True)
        self.steps = Steps(self.random, without)
        how = self.random.choice(CLONES)
        subprocess.run(["git", "clone", "-q", *how, f"file://{place}/hub.git", place / "b"], env=variables, check=True,
                       capture_output=True)
        self.said.append(f"b: cloned with {how}")
        self.clones = [Clone(name, place / name, program, variables, self.said) for name in ("a", "b")]
        for clone in self.clones:
            for setting in self.random.choice(SETTINGS):
                clone.git("config", *setting.split("="))
                clone.git("update-index", "--force-write-index")

    def run(self):
        writer, reader = self.clones
        for _ in range(self.random.choice(TURNS)):
            for _ in range(STEPS_A_TURN):
                self.steps.take(writer)
            handed_over = self.hand_over(writer, reader)
            if handed_over:
                self.compare(writer, reader)
                self.compared += 1
            for clone in self.clones:
                clone.check_nothing_is_lost()
            if not handed_over:
                return
            writer, reader = reader, writer

    def hand_over(self, writer, reader):
        """Returns False when dvx or git refused, which leaves nothing to compare."""
        writer.git("add", "-A", "--", ":!module")
        if writer.dvx("commit", "-m", "a turn") not in (0, 1):
            return False
        if writer.git("status", "--porcelain", "--untracked-files=no").strip():
            return False
        pushed = writer.dvx("push")
        expect(pushed in (0, 2, 5), f"dvx push ended with {pushed}")
        if pushed != 0 or writer.run(["git", "push", "-q", "origin", "main"]).returncode != 0:
            return False
        return reader.run(["git", "pull", "-q", "--ff-only"]).returncode == 0 and reader.dvx("pull") == 0

    def compare(self, writer, reader):
        ours, theirs = writer.recorded(), reader.recorded()
        expect(ours == theirs, f"after push and pull, one sees {ours}\nthe other {theirs}")
        missing = [path for path in writer.tracked
                   if not any(file == path or file.startswith(path + "/") for file in ours)
                   and writer.work.path(path).exists() and self.has_files(writer, path)]
        expect(not missing, f"added, and not recorded: {missing}")
        lying = reader.work.files()
        for path, key in theirs.items():
            expect(path in lying, f"'{path}' is recorded, and pull has not brought it")
            expect(id_of(lying[path]) == key, f"'{path}' is not what is recorded")
        reader.tracked |= writer.tracked

    @staticmethod
    def has_files(clone, path):
        return any(file == path or file.startswith(path + "/") for file in clone.work.files())


def make_template(place, program, variables):
    """Makes a hub, a remote and the first clone, with dvx in it."""
    template = place / "template"
    template.mkdir()

    def run(*command, directory="."):
        subprocess.run(command, cwd=template / directory, env=variables, check=True, capture_output=True)

    run("git", "init", "-q", "--bare", "hub.git")
    run("git", "-C", "hub.git", "config", "uploadpack.allowFilter", "true")
    run("git", "init", "-q", "a")
    run(program, "init", directory="a")
    run("git", "remote", "add", "origin", "../hub.git", directory="a")
    run(program, "remote", "add", "-d", "r", "../remote", directory="a")
    run("git", "add", "-A", directory="a")
    run("git", "commit", "-qm", "begin", directory="a")
    run("git", "commit", "-qm", "second", "--allow-empty", directory="a")
    run("git", "push", "-q", "-u", "origin", "main", directory="a")
    for hooks in (template / "a/.git/hooks", template / "hub.git/hooks"):
        shutil.rmtree(hooks, ignore_errors=True)
    return template


def run_sequence(seed, place, template, program, variables, without, keep):
    """Returns the failure or None, and how many hand-overs were compared."""
    here = pathlib.Path(place, f"sequence-{seed}")
    sequence = None
    try:
        sequence = Sequence(seed, here, template, program, variables, without)
        sequence.run()
        if not keep:
            shutil.rmtree(here)
        return None, sequence.compared
    except Exception as error:  # noqa: B902 - a mistake of this program is a failure of its seed too
        what = str(error) if isinstance(error, Difference) else traceback.format_exc()
        said = "\n".join(sequence.said) if sequence else ""
        again = f"--seed {seed} --sequences 1 --keep"
        return f"seed {seed}: {what}\n--- what was done\n{said}\n--- again: {again}\n", 0


# --- do the checks see the defects that they are for?


def check_the_checks(place, template, program, variables):
    """Makes each of these defects by hand; each must be noticed."""
    def begun(number):
        sequence = Sequence(1, place / f"defect-{number}", template, program, variables, set())
        writer = sequence.clones[0]
        writer.work.path("f").write_bytes(b"first\n")
        expect(writer.dvx("add", "f") == 0, "dvx add failed")
        writer.added("f")
        return sequence

    def lose_bytes(sequence):
        writer = sequence.clones[0]
        writer.gone[id_of(b"never stored\n")] = (b"never stored\n", "a file")
        writer.check_nothing_is_lost()

    def spoil_what_was_pulled(sequence):
        writer, reader = sequence.clones
        expect(sequence.hand_over(writer, reader), "nothing to compare")
        reader.work.path("f").write_bytes(b"other\n")
        sequence.compare(writer, reader)

    def forget_what_was_added(sequence):
        writer, reader = sequence.clones
        writer.work.path("g").write_bytes(b"not added\n")
        writer.added("g")
        expect(sequence.hand_over(writer, reader), "nothing to compare")
        sequence.compare(writer, reader)

    def record_other_things(sequence):
        writer, reader = sequence.clones
        expect(sequence.hand_over(writer, reader), "nothing to compare")
        reader.work.path("h").write_bytes(b"more\n")
        reader.dvx("add", "h")
        sequence.compare(writer, reader)

    missed = []
    for number, defect in enumerate((lose_bytes, spoil_what_was_pulled, forget_what_was_added, record_other_things)):
        sequence = begun(number)
        try:
            defect(sequence)
            missed.append(defect.__name__)
        except Difference as seen:
            if "nothing to compare" in str(seen):
                missed.append(defect.__name__)
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("--full", action="store_true", help=f"{FULL_SEQUENCES} sequences instead of {QUICK_SEQUENCES}")
    parser.add_argument("--seed", type=int, default=1, help="of the first sequence")
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the work trees where they are")
    parser.add_argument("--without", action="append", default=[], metavar="STEP",
                        help="a kind of step to leave out (a method of Steps), to narrow a failure down")
    options = parser.parse_args()
    program = str(pathlib.Path(options.dvx).resolve())
    count = options.sequences or (FULL_SEQUENCES if options.full else QUICK_SEQUENCES)
    place = pathlib.Path(tempfile.mkdtemp(prefix="dvx-two-clones-"))
    variables = environment(place, program, "[protocol \"file\"]\n\tallow = always\n")
    template = make_template(place, program, variables)
    print(f"seeds {options.seed} to {options.seed + count - 1}", flush=True)
    failures = compared = 0
    if count > 1:
        missed = check_the_checks(place, template, program, variables)
        failures += len(missed)
        print(f"defects that the checks do not see: {', '.join(missed)}" if missed else "the checks see defects")
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        tasks = [pool.submit(run_sequence, seed, place, template, program, variables, set(options.without),
                             options.keep) for seed in range(options.seed, options.seed + count)]
        for task in concurrent.futures.as_completed(tasks):
            failure, hand_overs = task.result()
            compared += hand_overs
            if failure:
                failures += 1
                print(failure, flush=True)
    if options.keep:
        print(place)
    else:
        shutil.rmtree(place, ignore_errors=True)
    print(f"{count - min(failures, count)} of {count} sequences passed, {failures} failed; "
          f"{compared} times both clones were compared")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
