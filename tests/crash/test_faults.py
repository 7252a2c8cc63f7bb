#!/usr/bin/env python3
"""Makes commands fail at every call that touches files: test_faults.py <dvx> <preload library>
[--points N | --full] [--seed N] [--only COMMAND] [--fault FAULT].

Each mutating command runs on a fresh copy of a repository, with one fault at the n-th call that changes (or
reads) a file: the process is killed, also in the middle of a write; the call fails with an error, once or
from then on; it is interrupted; or it writes or reads less than it was asked to. Afterwards this must hold:

- When the command reports success, the files are those that it makes without a fault.
- When it fails, it gives a status of docs/exit-codes.md other than 70 and a message.
- Files of the user have their old content or their new one.
- Every object that was in the store is there, byte for byte, and so is everything that pointers, the lock
  and the roots of a remote name (store_reader.py, which shares no code with dvx).
- `dvx fsck --read-data` finds nothing, the command works when it is typed again, and then the files are as
  they should be.

Nothing is unlocked or cleaned up in between. Each state that a command leaves is examined once: when a point
leaves the same files, the same store and the same git (restored.py) as an earlier one, only its status and
message are checked. Without --full a sample of the points is tried, which is the same for the same seed.
"""

import argparse
import concurrent.futures
import dataclasses
import hashlib
import multiprocessing
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import store_reader
import workplace
from orphans import adopt_orphans, wait_for_orphans
from restored import Restored

GROW = ("for i in 03 11; do echo more >> data/images/$i.bin; done; cp data/images/05.bin data/images/new.bin; "
        "rm data/images/07.bin")
SHRINK = "rm -r data/images data/words.txt out"


@dataclasses.dataclass
class Command:
    name: str
    run: str
    before: str = "true"
    whole_before: bool = True  # whether the store has everything before the command


# A new command needs only a line here.
COMMANDS = [
    Command("add", "dvx add data/images", before=GROW),
    Command("add-new", "dvx add data/big.bin data/more", before="mkdir data/more; cp data/images/0* data/more; "
            "for i in 1 2 3 4 5 6 7 8; do cat data/images/*; done > data/big.bin"),
    Command("commit", "dvx commit", before=GROW),
    Command("commit-m", "dvx commit -m grown", before=GROW),
    Command("repro", "dvx repro -j1", before="echo plum >> data/words.txt"),
    Command("checkout", "dvx checkout", before=SHRINK),
    Command("restore", "dvx restore --source HEAD data/images", before=GROW + "; dvx add -q data/images"),
    Command("push", "dvx push", before=GROW + "; dvx add -q data/images"),
    Command("push-runs", "dvx push --run-cache", before="for w in plum pear; do echo $w >> data/words.txt; "
            "dvx repro -q; done"),
    Command("fetch", "dvx fetch", before=SHRINK + "; rm -rf .dvx/store .dvx/index*", whole_before=False),
    Command("pull", "dvx pull", before=SHRINK + "; rm -rf .dvx/store .dvx/index*", whole_before=False),
    Command("rm", "dvx rm data/words.txt"),
    Command("rm-data", "dvx rm --data data/images"),
    Command("mv", "dvx mv data/images data/pictures"),
    Command("repair", "dvx fsck --repair", whole_before=False,
            before="for p in .dvx/store/packs/*; do chmod u+w $p; printf X | dd of=$p bs=1 seek=40 conv=notrunc "
                   "status=none; done"),
    Command("init", "dvx init", before="rm -rf .dvx data dvx.yaml dvx.lock out .git; git init -q", whole_before=False),
]

CHANGES = ["kill", "torn", "EIO", "EIO+", "ENOSPC", "ENOSPC+", "EINTR", "EINTR+", "short", "short+"]
READS = ["EIO", "EIO+", "EINTR", "EINTR+", "EMFILE", "EMFILE+", "short", "short+"]
FAULTS = [("change", fault) for fault in CHANGES] + [("read", fault) for fault in READS]
# Some faults can only happen at certain calls. At any other call, a short write is no fault and a torn write
# is the same as `kill`; no read gives EMFILE and no rename gives EINTR; and with '+' the next call that can
# fail counts.
MOVES = {"write", "pwrite", "pwrite64", "writev", "read", "pread", "pread64"}
OPENS = {"open", "open64", "openat", "openat64"}
SLEEPS = MOVES | OPENS | {"flock", "fsync", "fdatasync", "syncfs", "ftruncate", "ftruncate64", "fallocate", "fallocate64",
                          "ioctl"}
POSSIBLE = {"torn": MOVES, "short": MOVES, "EMFILE": OPENS, "EINTR": SLEEPS}
KNOWN_STATUS = {1, 2, 3, 5, 6, 7, 8, 10, 74}


@dataclasses.dataclass
class Point:
    command: Command
    calls: str
    fault: str
    at: int

    def variable(self):
        action, sticky = (self.fault[:-1], "+") if self.fault.endswith("+") else (self.fault, "")
        return f"{action}@{self.at}{sticky}"

    def __str__(self):
        return f"{self.command.name} {self.calls} {self.variable()}"


class Failure(Exception):
    pass


class Harness:
    """Lives in one process. try_point() runs in other processes that were forked from it."""

    def __init__(self, dvx, library, place, thorough):
        self.place, self.library, self.thorough = place, library, thorough
        # The dates are fixed, so that the same commit has the same id.
        self.environment = workplace.environment(place, dvx) | {
            "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"}
        os.environ["PATH"] = self.environment["PATH"]  # the programs are looked for there
        options = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
        self.preload = {"LD_PRELOAD": library, "ASAN_OPTIONS": options}
        self.environment["ASAN_OPTIONS"] = options + ":detect_leaks=0"  # only in the command with the fault
        self.base = self.repository()
        self.wanted, self.bases = {}, {}
        self.bench_of, self.bench, self.examined, self.ends = None, None, set(), set()

    def run(self, command, cwd, **environment):
        return subprocess.run(command, cwd=cwd, env=self.environment | environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=300)

    def dvx(self, line, root):
        return self.run(shlex.split(line), root)

    def spoil(self, command, root, **variables):
        """Runs the command itself, without a shell, because the library would count the calls of the shell
        instead.
        """
        return self.run(shlex.split(command.run), root, **self.preload, **variables)

    def must(self, script, cwd):
        done = self.run(["bash", "-ec", script], cwd)
        if done.returncode != 0:
            raise AssertionError(f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def repository(self):
        """Makes a repository with tracked data in two versions, a pipeline that ran, and a remote that has
        it all.
        """
        root = self.place / "base/project"
        (root / "data/images").mkdir(parents=True)
        for i in range(12):
            (root / f"data/images/{i:02}.bin").write_bytes(b"".join(
                hashlib.sha256(b"%d %d" % (i, j)).digest() for j in range(200 if i else 5000)))
        (root / "data/words.txt").write_text("pear\napple\n" * 500)
        (root / "dvx.yaml").write_text(workplace.PIPELINE)
        self.must("git init -q && dvx init -q && dvx add -q data/images data/words.txt && git add -A && dvx commit -q -m first"
                  " && echo fig >> data/words.txt && dvx commit -q -m second && dvx repro -q && git add -A && dvx commit -q"
                  " -m run && dvx remote add -d there ../remote && git commit -qam remote && dvx push -q && dvx status", root)
        return root.parent

    def copy(self, source, name):
        target = self.place / name
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)
        return target / "project"

    def prepare(self, command):
        """Determines the state before and after the command, and the names of the calls of each group that
        it makes.
        """
        root = self.copy(self.base, f"{command.name}-base")
        self.must(command.before, root)
        before = self.state(root)
        done = self.copy(root.parent, f"{command.name}-wanted")
        self.must(command.run, done)
        calls = {group: self.traced(command, root.parent, group) for group in ("change", "read")}
        return root.parent, (before, self.state(done)), calls

    def traced(self, command, base, calls):
        log = self.place / f"{command.name}-{calls}.log"
        root = self.copy(base, f"{command.name}-{calls}")
        done = self.spoil(command, root, FAULT_LOG=str(log), FAULT_CALLS=calls)
        if done.returncode != 0:
            raise AssertionError(f"{command.run}\n{done.stdout}{done.stderr}")
        shutil.rmtree(root.parent)
        return [line.split(" ", 2)[1] for line in log.read_text(errors="replace").splitlines()] if log.exists() else []

    def state(self, root):
        """Returns what a person sees: files and their bytes, and the output of git. Run ids and times are
        left out.
        """
        found = {}
        for file in sorted(root.rglob("*")):
            relative = file.relative_to(root)
            if relative.parts[0] in (".git", ".dvx") or not file.is_file():
                continue
            content = file.read_bytes()
            if relative.name == "dvx.lock":
                content = re.sub(rb'"run": "sha256:[0-9a-f]{64}"', b'"run"', content)
            # The order in which an interrupted command wrote the lines of this file does not matter.
            if relative.name == ".gitignore":
                content = b"".join(sorted(lines(content)))
            found[relative.as_posix()] = content
        git = (self.run(["git", "status", "--porcelain", "-uall"], root).stdout
               + self.run(["git", "log", "--format=%s"], root).stdout)
        # repro stages the lock as a service, which may fail with a warning. commit stages it in any case.
        return {"files": found, "git": git.replace("M  dvx.lock", " M dvx.lock")}

    def bench_for(self, command):
        """Returns the repository before the command, in a place of this process."""
        if self.bench_of == command.name:
            self.bench.restore()
        else:
            place = self.place / f"bench-{os.getpid()}"
            shutil.rmtree(place, ignore_errors=True)
            self.bench_of, self.bench = command.name, Restored(self.bases[command.name], place)
            self.examined, self.ends = set(), set()
        return self.bench.place / "project"

    def try_point(self, point):
        """Returns None when the point was not reached. Otherwise returns whether its state was examined, and
        the failure or ''.
        """
        root = self.bench_for(point.command)
        log = self.place / f"bench-{os.getpid()}.log"
        log.unlink(missing_ok=True)
        try:
            done = self.spoil(point.command, root, FAULT=point.variable(), FAULT_CALLS=point.calls,
                              FAULT_LOG=str(log))
            wait_for_orphans()
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            hits = [line for line in lines if line.startswith("hit ")]
            if not hits:
                return None
            try:
                self.check_outcome(point, done)
                return self.examine_once(point.command, root, done), ""
            except (Failure, store_reader.Damaged, subprocess.TimeoutExpired) as wrong:
                keep = os.environ.get("FAULTS_KEEP")
                if keep:
                    label = re.sub(r"[^\w+-]", "-", str(point))
                    shutil.copytree(root.parent, pathlib.Path(keep) / label, symlinks=True, dirs_exist_ok=True)
                return True, (f"{point}\n  {hits[0]}\n  ended with {done.returncode}: "
                              f"{(done.stdout + done.stderr).strip()[:800]}\n  {wrong}")
        except subprocess.TimeoutExpired:
            return True, f"{point}: did not end"

    def examine_once(self, command, root, done):
        """Examines the state unless it was examined before. Returns whether it did so."""
        state = (done.returncode == 0, self.bench.fingerprint(root))
        if state in self.examined:
            return False
        self.check(command, root, done)
        self.examined.add(state)
        return True

    def check(self, command, root, done):
        before, wanted = self.wanted[command.name]
        self.check_files(before["files"], wanted["files"], root)
        self.check_store(command, root)
        if self.thorough and command.whole_before:
            fsck = self.dvx("dvx fsck --read-data", root)
            if fsck.returncode != 0:
                raise Failure(f"dvx fsck at once: {fsck.stdout}{fsck.stderr}")
        state = self.state(root)
        if done.returncode == 0 and state != wanted:
            raise Failure("said that it succeeded: " + difference(state, wanted))
        # The files that a person sees may be complete before those that the store needs.
        if not command.whole_before or state != wanted:
            again = self.dvx(command.run, root)
            if again.returncode != 0:
                raise Failure(f"typed again it ended with {again.returncode}: {again.stdout}{again.stderr}")
        end = self.bench.fingerprint(root)
        if end in self.ends:
            return
        self.check_end(root, wanted)
        self.ends.add(end)

    def check_end(self, root, wanted):
        """Checks the state after the command was typed again, or when it had nothing left to do."""
        state = self.state(root)
        if state != wanted:
            raise Failure("typed again: " + difference(state, wanted))
        store_reader.check_remote(root.parent / "remote")
        for line in ["dvx fsck --read-data", "dvx status"] if self.thorough else ["dvx fsck --read-data"]:
            ended = self.dvx(line, root)
            if ended.returncode != 0:
                raise Failure(f"{line} after it: {ended.stdout}{ended.stderr}")

    @staticmethod
    def check_outcome(point, done):
        if point.fault in ("kill", "torn"):
            if done.returncode != -9:
                raise Failure(f"was killed, and ended with {done.returncode}")
        elif done.returncode != 0:
            if done.returncode not in KNOWN_STATUS:
                raise Failure(f"status {done.returncode} says nothing about a machine that failed")
            if not re.search(r"(?m)^(error: .|.*(failed|cannot|could not))", done.stderr + done.stdout):
                raise Failure("did not say what failed")

    @staticmethod
    def check_files(before, wanted, root):
        for name, content in before.items():
            path = root / name
            allowed = {content, wanted.get(name)}
            now = path.read_bytes() if path.exists() else None
            if path.name == "dvx.lock" and now is not None:
                now = re.sub(rb'"run": "sha256:[0-9a-f]{64}"', b'"run"', now)
                if now.startswith(b"{") and now.endswith(b"}\n"):
                    continue
            # dvx writes the lines of this file one after the other, each time as a whole file.
            if path.name == ".gitignore" and set(lines(now)) <= set(lines(content) + lines(wanted.get(name))):
                continue
            # Outputs are removed before their stage makes them again, and their bytes are in the store.
            if now not in allowed and not (now is None or name.startswith("out/")):
                raise Failure(f"'{name}' is torn: {len(now)} bytes")
            if now is None and name in wanted and not name.startswith("out/"):
                raise Failure(f"'{name}' is gone")
        for name in set(wanted) - set(before):
            path = root / name
            if path.name == ".gitignore" and path.exists() and set(lines(path.read_bytes())) <= set(lines(wanted[name])):
                continue
            if path.exists() and path.name != "dvx.lock" and path.read_bytes() != wanted[name]:
                raise Failure(f"'{name}' is torn: {len(path.read_bytes())} bytes of {len(wanted[name])}")

    def check_store(self, command, root):
        if command.whole_before:
            store = store_reader.Store(root / ".dvx/store")
            old = store_reader.Store(self.bases[command.name] / "project/.dvx/store")
            lost = old.ids() - store.ids()
            if lost:
                raise Failure(f"the store lost {len(lost)} objects, such as {min(lost)}")
            store.read_all()
            store_reader.check_names(root, store)
        store_reader.check_remote(root.parent / "remote")


def lines(content):
    return (content or b"").splitlines(keepends=True)


def difference(state, wanted):
    found, files = state["files"], wanted["files"]
    parts = [f"'{name}' is there" for name in sorted(set(found) - set(files))]
    parts += [f"'{name}' is not there" for name in sorted(set(files) - set(found))]
    parts += [f"'{name}' is {found[name][-300:]!r}, not {files[name][-300:]!r}" for name in sorted(set(found) & set(files)) if found[name] != files[name]]
    if state["git"] != wanted["git"]:
        parts.append(f"git says {state['git']!r}, not {wanted['git']!r}")
    return "; ".join(parts)


def all_points(harness, commands, faults, pool):
    points = []
    for command, (base, wanted, calls) in zip(commands, pool.map(prepare, commands)):
        harness.bases[command.name], harness.wanted[command.name] = base, wanted
        if not calls["change"]:
            raise AssertionError(f"{command.run}: no call was seen: is the library loaded?")
        print(f"{command.name}: {len(calls['change'])} calls that change files, {len(calls['read'])} that read", flush=True)
        for group, fault in faults:
            points += [Point(command, group, fault, at) for at, call in enumerate(calls[group], 1)
                       if call in POSSIBLE.get(fault.rstrip("+"), {call})]
    return points


# The processes of a pool use this harness, which they inherit when they are forked.
HARNESS = None


def prepare(command):
    return HARNESS.prepare(command)


def try_point(point):
    return HARNESS.try_point(point)


def processes():
    return concurrent.futures.ProcessPoolExecutor(
        os.cpu_count(), multiprocessing.get_context("fork"),
        initializer=adopt_orphans)


def sample(points, count, seed):
    """Returns up to `count` points of every command, chosen at random."""
    dice = random.Random(seed)
    by_command = {}
    for point in points:
        by_command.setdefault(point.command.name, []).append(point)
    each = max(1, count // len(by_command))
    return [point for group in by_command.values() for point in dice.sample(group, min(each, len(group)))]


def place_for_tests():
    """Uses memory when it has enough space. The tests are about the order of calls, not about the disk."""
    memory = pathlib.Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    return str(memory) if usable else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("library")
    parser.add_argument("--points", type=int, default=120)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append")
    parser.add_argument("--fault", action="append")
    options = parser.parse_args()
    commands = [c for c in COMMANDS if not options.only or c.name in options.only]
    faults = [f for f in FAULTS if not options.fault or f[1] in options.fault]
    with tempfile.TemporaryDirectory(prefix="dvx-faults-", dir=place_for_tests()) as place:
        global HARNESS
        harness = HARNESS = Harness(os.path.realpath(options.dvx), os.path.realpath(options.library), pathlib.Path(place),
                                    options.full)
        with processes() as pool:
            everything = all_points(harness, commands, faults, pool)
        points = everything if options.full else sample(everything, options.points, options.seed)
        print(f"{len(points)} of {len(everything)} points, seed {options.seed}", flush=True)
        reached, failures, examined = {}, [], 0
        with processes() as pool:
            for point, found in zip(points, pool.map(try_point, points, chunksize=max(1, min(32, len(points) // 64)))):
                if found is None:
                    continue
                key = (point.command.name, point.calls, point.fault)
                reached[key] = reached.get(key, 0) + 1
                examined += found[0]
                if found[1]:
                    failures.append(found[1])
                    print("FAILED " + found[1], flush=True)
                if sum(reached.values()) % 1000 == 0:
                    print(f"{sum(reached.values())} points, {examined} states examined", file=sys.stderr, flush=True)
    for group, fault in faults:
        count = sum(n for (_, g, f), n in reached.items() if (g, f) == (group, fault))
        print(f"{fault} at calls that {group} files: {count} points")
    total = sum(reached.values())
    print(f"{total} points, {examined} states left by them, {len(failures)} failures")
    return 1 if failures or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
