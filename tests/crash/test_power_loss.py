#!/usr/bin/env python3
"""Cuts the power at every write: test_power_loss.py <dvx> <fault_preload> <recorded_disk> [--full] [--seed N]
[--points N] [--only FS] [--step NAME] [--mutants] [--same-boot]. Needs root, /dev/fuse and loop devices.

A file system is on a loop device, and the loop device is on a file of recorded_disk, which logs every write
and every flush. dvx works there: add, commit, repro, push. When a command has reported success, a mark goes
into the log. Then the disk is rebuilt in the states in which a power cut could have left it:

- after every write, in the order in which the writes came, and
- at every flush, with some of the writes before the next flush on it and others not, as disks may order them.

Each state is mounted, and store_reader.py, which shares no code with dvx, checks the following. Every object
that was in the store at the last mark is there, byte for byte. Every pointer, the lock and git's HEAD are
those of the last mark or of the command that was running. Everything that they name is there, and everything
that a root of the remote names is there. At some points the interrupted command is typed again: it must work,
and `dvx fsck` must find nothing, without anything being unlocked or removed by hand.

The user's files have holes, are changed in place, cut off and appended to, and nobody syncs them. After each
cut the machine has a different boot id, and `dvx status` must report every recorded file whose bytes differ
from the recorded ones. Where the command is typed again, `dvx checkout --force` and `dvx repro` must restore
all of them, and the outputs of a repro that reported success must come back without a run. --same-boot shows
that this test sees the fault that boot ids prevent: the machine then seems not to have been restarted, and
the test must fail.

Mutants show that the test would notice a fault: each leaves out one sync of dvx, and each must be caught on at
least one file system.
"""

import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import store_reader
import work_tree_truth
import workplace

GIT_SETTINGS = "[gc]\n\tauto = 0\n[safe]\n\tdirectory = *\n"
PIPELINE = """stages:
  sort:
    cmd: sort data/words.txt > sorted.txt
    deps: [data/words.txt]
    outs: [sorted.txt]
  count:
    cmd: wc -l < sorted.txt > count.txt
    deps: [sorted.txt]
    outs: [count.txt]
  shape:
    cmd: |-
      truncate -s 300000 shape.bin
      dd if=count.txt of=shape.bin bs=1 seek=150000 conv=notrunc status=none
    deps: [count.txt]
    outs: [shape.bin]
"""
SHAPES = """mkdir data/shapes && cd data/shapes
truncate -s 200000 hole && printf middle | dd of=hole bs=1 seek=100000 conv=notrunc status=none
fallocate -l 60000 reserved && seq 2000 | dd of=reserved conv=notrunc status=none
seq 9000 > place && seq 100 > longer && seq 3000 > shorter && seq 500 > other"""
IN_PLACE = """cd data/shapes
seq 70000 72000 | dd of=place bs=1000 seek=12 conv=notrunc status=none
seq 8000 9000 | dd of=hole bs=1000 seek=150 conv=notrunc status=none
fallocate -p -o 4096 -l 8192 reserved
seq 100 900 >> longer && truncate -s 5000 shorter && truncate -s 3000 other && truncate -s 6000 other"""
# Each file system has a size in megabytes, options of mkfs and options of mount. Journals are not written out
# after a time, only when somebody asks for it.
FILE_SYSTEMS = {
    "ext4": (48, ["mkfs.ext4", "-q", "-F", "-O", "^resize_inode"], "commit=300"),
    "xfs": (304, ["mkfs.xfs", "-q", "-f"], "nouuid"),
    "btrfs": (112, ["mkfs.btrfs", "-q", "-f", "-m", "single"], "commit=300"),
}
# These are for mutants only. A journal is written in order, so any sync makes all earlier renames durable.
# Without a journal, each directory is in the state of its own last sync, as POSIX describes it. Data that was
# not reported safe, and git's files, are not examined, because the repair after a cut may put anything in
# their place. Git's directory is elsewhere, because otherwise the sync of the file system that holds it would
# sync everything.
WITHOUT_JOURNAL = "ext4 without a journal"
LINKED = WITHOUT_JOURNAL + ", linked"  # the store then keeps whole files, which elsewhere are reflinked
STRICT = dict.fromkeys((WITHOUT_JOURNAL, LINKED),
                       (48, ["mkfs.ext4", "-q", "-F", "-O", "^resize_inode,^has_journal"], "nodelalloc"))


@dataclasses.dataclass
class Step:
    name: str
    run: str
    before: str = "true"  # what a person does before the command; it is on the disk when the command begins
    unsynced: str = "true"  # what a person does then; it is on the disk when something brings it there
    whole_before: bool = True  # whether the store has everything before the command


STEPS = [
    Step("add", "dvx add data/images data/words.txt"),
    Step("commit", "dvx commit -m images", before="git add -A"),
    Step("repro", "dvx repro -j1"),
    Step("push", "dvx push", before="git add -A; git commit -qm run"),
    Step("add-again", "dvx add data/images", before="echo more >> data/images/03.bin; cp data/words.txt data/images/w"),
    Step("commit-again", "dvx commit -m more", before="echo fig >> data/words.txt"),
    Step("push-again", "dvx push"),
    Step("add-many", "dvx add data/many", before="mkdir data/many; for i in $(seq 70); do echo $i > data/many/$i; done"),
    Step("mv", "dvx mv data/many data/much"),
    Step("rm", "dvx rm data/much"),
    Step("fetch", "dvx fetch", before="rm -rf .dvx/store", whole_before=False),
    Step("add-shapes", "dvx add data/shapes", unsynced=SHAPES),
    Step("commit-shapes", "dvx commit -m shapes", before="git add -A"),
    Step("add-in-place", "dvx add data/shapes", unsynced=IN_PLACE),
    Step("repro-again", "dvx repro -j1", before="dvx repro -q -j1",
         unsynced="printf melon | dd of=data/words.txt conv=notrunc status=none"),
    Step("checkout", "dvx checkout", before="dvx add -q data/words.txt; rm -r data/shapes data/images shape.bin"),
]
# git is told to sync nothing, as a user may do. The syncs of dvx itself then come last and must be enough.
WITHOUT_GIT = "git config core.fsync none"


class Failure(Exception):
    pass


def run(*arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, errors="replace", **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def noise(name, size):
    return b"".join(hashlib.sha256(b"%s %d" % (name, i)).digest() for i in range(size // 32))


def unmount(place):
    """Unmounts, with retries. A child that another thread starts has our files open until it executes its
    program.
    """
    for _ in range(200):
        if subprocess.run(["umount", str(place)], capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    raise OSError(f"'{place}' cannot be unmounted")


class Mounted:
    """A mounted file that contains a file system."""

    def __init__(self, image, place, options):
        self.place = place
        place.mkdir(exist_ok=True)
        run("mount", "-o", f"loop,{options}", str(image), str(place))

    def __enter__(self):
        return self.place

    def __exit__(self, *_):
        unmount(self.place)


class Recorded:
    """A file system whose disk is recorded while it is mounted."""

    def __init__(self, program, image, place, options):
        self.log, self.beneath, self.place = place.with_suffix(".log"), place.with_suffix(".disk"), place
        self.beneath.mkdir()
        self.place.mkdir()
        self.disk = subprocess.Popen([program, str(image), str(self.log), str(self.beneath)])
        for _ in range(1000):
            if (self.beneath / "disk").exists():
                break
            time.sleep(0.01)
        self.loop = run("losetup", "--find", "--show", str(self.beneath / "disk")).strip()
        run("mount", "-o", options, self.loop, str(place))

    def mark(self, text):
        with open(self.beneath / "mark", "w") as file:
            file.write(text)

    def close(self):
        unmount(self.place)
        run("losetup", "-d", self.loop)
        unmount(self.beneath)
        self.disk.wait()
        self.beneath.rmdir()
        self.place.rmdir()


def records(log):
    """Returns the (kind, offset, bytes) of each record."""
    data, at, found = log.read_bytes(), 0, []
    while at < len(data):
        kind = chr(data[at])
        offset, length = struct.unpack_from("<QQ", data, at + 1)
        found.append((kind, offset, data[at + 17:at + 17 + length]))
        at += 17 + length
    return found


def apply(image, writes):
    with open(image, "r+b", buffering=0) as file:
        for _, offset, data in writes:
            os.pwrite(file.fileno(), data, offset)


def copy_image(source, target):
    run("cp", "--sparse=always", str(source), str(target))


@dataclasses.dataclass
class Known:
    """The state that was acknowledged at a mark."""
    ids: set
    pointers: dict
    stages: dict
    head: str
    roots: int
    kept: dict  # of the store, besides objects
    remote: dict  # of the remote, besides packs


class Disk:
    """One kind of file system: the images before each step, and the checks on images made from logs."""

    def __init__(self, harness, kind):
        self.harness, self.kind = harness, kind
        self.place = harness.place / re.sub("[ ,]+", "-", kind)
        self.place.mkdir()
        self.megabytes, self.make, self.options = (FILE_SYSTEMS | STRICT)[kind]
        self.is_strict = kind in STRICT
        self.git = self.place / "git"  # used by a strict file system
        self.gits = {}  # maps an image to the contents of git's directory at that time
        self.checked = self.tried = self.states = 0
        # Maps a path to its earlier stamp: the files that a person changed just before the command.
        self.changing = {}
        self.torn = 0  # how often such a file had other bytes with the same stamp
        # Cuts at which something was wrong that looked different when the cut was made again.
        self.unsteady = 0
        self.git_syncs = True
        self.seen = set()  # what was examined in this step and need not be examined again
        self.images, self.known = [], []

    def begin(self):
        image = self.place / "begin.img"
        with open(image, "wb") as file:
            file.truncate(self.megabytes << 20)
        run(*self.make, str(image))
        with Mounted(image, self.place / "m", self.options) as root:
            project = root / "project"
            (project / "data/images").mkdir(parents=True)
            for i in range(8):
                (project / f"data/images/{i:02}.bin").write_bytes(noise(b"%d" % i, 6000 if i else 150000))
            (project / "data/words.txt").write_text("pear\napple\n" * 50)
            (project / "dvx.yaml").write_text(PIPELINE)
            elsewhere = f"--separate-git-dir {self.git}" if self.is_strict else ""
            link = "hardlink" if self.kind == LINKED else "copy" if self.is_strict else "auto"
            self.harness.must(f"git init -q {elsewhere} && dvx init -q && dvx config core.link {link} && dvx remote add -d there ../remote && git add .dvx dvx.yaml && "
                              "git commit -qm begin && dvx status", project)
            self.known.append(self.look(root))
        self.keep_git(image)
        return image

    def keep_git(self, image):
        if self.is_strict:
            self.gits[image] = shutil.copytree(self.git, image.with_suffix(".git"), symlinks=True)

    def bring_git(self, image):
        if self.is_strict:
            shutil.rmtree(self.git)
            shutil.copytree(self.gits[image], self.git, symlinks=True)

    def look(self, root):
        project = root / "project"
        store = store_reader.Store(project / ".dvx/store")
        return Known(store.ids(), pointer_texts(project), store_reader.lock_stages(project),
                     self.harness.must("git rev-parse HEAD", project).strip(),
                     store_reader.check_remote(root / "remote"), store.kept(),
                     store_reader.remote_lists(root / "remote"))

    def record(self, image, name, step, inspect=None, **variables):
        """Runs one step on a copy of `image`. Returns what was recorded, and what was known before and
        after.
        """
        copy = self.place / f"{name}.img"
        copy_image(image, copy)
        self.bring_git(image)
        disk = Recorded(self.harness.recorder, copy, self.place / name, self.options)
        try:
            project = disk.place / "project"
            self.harness.must(step.before, project)
            run("sync", "-f", str(disk.place))
            stamps = work_tree_truth.stamps(project / "data", project)
            self.harness.must(step.unsynced, project)
            now = work_tree_truth.stamps(project / "data", project)
            self.changing = {path: stamp for path, stamp in stamps.items() if now.get(path) != stamp}
            disk.mark("begin")
            before = self.look(disk.place)
            done = self.harness.command(step.run, project, **variables)
            disk.mark("done")
            if done.returncode != 0:
                raise AssertionError(f"{step.run}: {done.stdout}{done.stderr}")
            known = self.look(disk.place)
            if inspect:
                inspect()
        finally:
            disk.close()
        found = records(disk.log)
        disk.log.unlink()
        return copy, found, before, known

    # A cut says how many records were certainly on the disk, and which of the later ones are on it too.
    def cuts(self, found, begin, done, dice, orders):
        flushes = [i for i in range(begin, done) if found[i][0] == "F"] + [done]
        for end in range(begin + 1, done + 1):
            if found[end - 1][0] == "W":
                yield end, ()
        at = begin
        for flush in flushes:
            writes = [i for i in range(at, flush) if found[i][0] == "W"]
            said = tuple(i for i in range(at, flush) if found[i][0] == "M" and i > begin)
            if writes:
                yield at, ()  # nothing that was not flushed
            if said:
                yield at, said  # the same, after everything was reported safe
            for _ in range(orders if len(writes) > 1 else 0):
                kept = tuple(i for i in writes if dice.random() < 0.5)
                yield at, kept + said
            at = flush + 1

    def check_cuts(self, image, found, step, before, known, cuts, retype_every, stop=0):
        """Returns the failures at the cuts, which come sorted by what is certainly on the disk."""
        current, failures, at = self.place / "current.img", [], 0
        copy_image(image, current)
        for certain, kept in sorted(cuts):
            apply(current, [r for r in found[at:certain] if r[0] == "W"])
            at = certain
            done = any(found[i][2] == b"done" for i in (*range(certain), *kept) if found[i][0] == "M")
            wrong, looks = "", []
            for _ in range(3):
                tried = self.place / "tried.img"
                copy_image(current, tried)
                apply(tried, [found[i] for i in kept if found[i][0] == "W"])
                here = self.check_image(tried, step, before, known, done, retype_every)
                looks.append(self.state)
                if not here:
                    break
                wrong = here
            # Occasionally a loop device shows the content of another one. The same disk then looks different
            # the next time.
            if wrong and not here and any(look != looks[0] for look in looks):
                wrong = ""
                self.unsteady += 1
            self.checked += 1
            if wrong:
                failures.append(f"{self.kind} {step.name}: {certain} records and {len(kept)} more: {wrong}")
                if len(failures) == stop:
                    break
        return failures

    def check_image(self, image, step, before, known, done, retype_every):
        self.state = None
        if self.is_strict:
            subprocess.run(["e2fsck", "-fy", str(image)], capture_output=True)
        try:
            with Mounted(image, self.place / "m", self.options) as root:
                try:
                    state = self.state = (done, fingerprint(root))
                    if state in self.seen:
                        return ""
                    self.check(root, step, before, known, done)
                    if retype_every and len(self.seen) % retype_every == 0:
                        self.retype(root, step, done)
                    self.seen.add(state)
                    self.states += 1
                except (Failure, store_reader.Damaged, OSError) as wrong:
                    return str(wrong).replace(str(root), "")
        except AssertionError as wrong:
            return f"cannot be mounted: {wrong}"
        return ""

    def check(self, root, step, before, known, done):
        project = root / "project"
        least = known if done else before
        store = store_reader.Store(project / ".dvx/store")
        lost = least.ids - store.ids()
        if lost:
            raise Failure(f"{len(lost)} acknowledged objects are gone")
        store.read_all()
        kept = store.kept()
        for name, data in least.kept.items():
            # Without a journal, an empty file is an inode that needs its own sync. A run that is not listed
            # is run again.
            if kept.get(name) != data and (data or not self.is_strict):
                raise Failure(f"{name} of the store is gone or damaged")
        if not self.is_strict:
            self.check_told(project, store)
        self.check_texts("pointer", pointer_texts(project), before.pointers, known.pointers, done)
        self.check_texts("stage", store_reader.lock_stages(project), before.stages, known.stages, done)
        if step.whole_before or done:
            store_reader.check_names(project, store)
        if store_reader.check_remote(root / "remote") < least.roots:
            raise Failure("a root of the remote is gone")
        if done and not known.remote.items() <= store_reader.remote_lists(root / "remote").items():
            raise Failure("a list of the remote is gone")
        # Even when git is told to sync nothing, committed data must be present.
        is_committed = done and step.run.startswith("dvx commit")
        if self.is_strict or not (self.git_syncs or is_committed):
            return
        head = self.harness.sh("git rev-parse HEAD && git fsck --no-dangling --no-progress && git ls-files -s", project)
        if head.returncode != 0:
            raise Failure(f"git: {head.stdout}{head.stderr}")
        if head.stdout.split("\n")[0] not in {least.head, known.head}:
            raise Failure("git's HEAD is neither old nor new")

    def check_told(self, project, store):
        """Checks that status reports everything that differs from what is recorded."""
        status = self.must_after_cut("dvx --json status", project)
        untold = self.not_torn(project, work_tree_truth.untold(project, store, status))
        if untold:
            raise Failure(f"status is silent about {untold}")
        if wrong := self.not_torn(project, work_tree_truth.wrong_rows(project)):
            raise Failure(f"the index takes other bytes for those of {wrong}")

    def not_torn(self, project, paths):
        """Returns the paths without those files that were being changed and whose bytes the kernel wrote
        before their times. Nothing can report such a change. For example, ext4 writes the zeros behind the
        new end of a file that is cut off in this way.
        """
        torn = [path for path in paths if path in self.changing
                and work_tree_truth.stamp(project / path) == self.changing[path]]
        self.torn += len(torn)
        return [path for path in paths if path not in torn]

    def check_restored(self, project, step, done):
        """Checks that everything that is recorded can be brought back, and recorded outputs without a run."""
        ran = self.repro_ran(project)
        if ran and done and step.run.startswith("dvx repro"):
            raise Failure(f"{ran} ran again")
        self.must_after_cut("dvx checkout --force", project)
        self.repro_ran(project)
        differing = work_tree_truth.differing(project, store_reader.Store(project / ".dvx/store"))
        wrong = self.not_torn(project, differing) or work_tree_truth.wrong_outputs(project)
        if wrong:
            raise Failure(f"{sorted(wrong)} could not be brought back")

    def repro_ran(self, project):
        stages = json.loads(self.must_after_cut("dvx --json repro -j1", project))["data"]["stages"]
        return [stage["stage"] for stage in stages if stage["outcome"] == "ran"]

    def must_after_cut(self, command, project):
        ended = self.harness.after_cut(command, project)
        if ended.returncode != 0:
            raise Failure(f"{command} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    @staticmethod
    def check_texts(what, found, before, known, done):
        for name in set(before) | set(known) | set(found):
            allowed = [known.get(name)] if done else [before.get(name), known.get(name)]
            if found.get(name) not in allowed:
                raise Failure(f"{what} {name} is {found.get(name)!r}, not one of {allowed}")

    def retype(self, root, step, done):
        self.tried += 1
        project = root / "project"
        # The machine starts again after a power cut, but the test machine was started earlier, so git's locks
        # are made old.
        for lock in (project / ".git").rglob("*.lock"):
            os.utime(lock, (1, 1))
        at_once = ["dvx fsck --read-data", "dvx status"] if step.whole_before or done else []
        for command in at_once + ([] if done else [step.run, "dvx fsck --read-data"]):
            ended = self.harness.after_cut(command, project)
            if ended.returncode != 0 and not (command == step.run and self.was_done(command, ended)):
                raise Failure(f"{command} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        self.check_restored(project, step, done)

    @staticmethod
    def was_done(command, ended):
        """Says whether the command had nothing left to do."""
        return bool(re.search("nothing to commit|is not tracked by dvx", ended.stdout + ended.stderr))


def fingerprint(root):
    """Returns a value that is the same for two disks between which no program could see a difference."""
    digest = hashlib.sha256()
    for directory, names, files in os.walk(root):
        names.sort()
        for name in sorted(files) + [path for path in names if os.path.islink(f"{directory}/{path}")]:
            path = pathlib.Path(directory, name)
            st = path.lstat()
            digest.update(f"{path} {st.st_mode} {st.st_ino} {st.st_size} {st.st_mtime_ns} {st.st_ctime_ns}\n".encode())
            digest.update(os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes())
        digest.update(f"{directory} {os.stat(directory).st_mode}\n".encode())
    return digest.digest()


def pointer_texts(project):
    return {path.relative_to(project).as_posix(): path.read_bytes()
            for path in sorted(project.rglob("*.dvx")) if path.is_file() and ".dvx" not in path.relative_to(project).parts[:-1]}


class Harness:
    def __init__(self, options, place):
        self.place = place
        self.library, self.recorder = os.path.realpath(options.library), os.path.realpath(options.recorder)
        self.environment = workplace.environment(place, os.path.realpath(options.dvx), GIT_SETTINGS) | {
            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
        os.environ["PATH"] = self.environment["PATH"]
        boot = place / "boot_id"
        boot.write_text("00000000-0000-4000-8000-000000000000\n")
        self.next_boot = {} if options.same_boot else {"LD_PRELOAD": self.library, "BOOT_ID_FILE": str(boot)}

    def sh(self, script, cwd, **variables):
        return subprocess.run(["bash", "-c", script], cwd=cwd, env=self.environment | variables, capture_output=True,
                              text=True, errors="replace", timeout=300)

    def after_cut(self, script, cwd):
        """Runs a script as on the machine after its restart."""
        return self.sh(script, cwd, **self.next_boot)

    def must(self, script, cwd):
        done = self.sh("set -e\n" + script, cwd)
        if done.returncode != 0:
            raise AssertionError(f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def command(self, line, cwd, **variables):
        spoilt = {"LD_PRELOAD": self.library} | variables if variables else {}
        return subprocess.run(shlex.split(line), cwd=cwd, env=self.environment | spoilt, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=300)


def replay(harness, kind, options):
    disk = Disk(harness, kind)
    dice = random.Random(f"{options.seed} {kind}")
    image, failures, all_cuts = disk.begin(), [], 0
    for step in STEPS:
        copy, found, before, known = disk.record(image, step.name, step)
        marks = [i for i, record in enumerate(found) if record[0] == "M"]
        cuts = list(disk.cuts(found, marks[0], marks[1] + 1, dice, options.orders)) if step.name in options.steps else []
        all_cuts += len(cuts)
        if options.points and cuts:
            share = max(2, options.points // (len(STEPS) * len(options.kinds)))
            last = [c for c in cuts if c[0] == max(certain for certain, _ in cuts)]
            cuts = dice.sample(cuts, min(share, len(cuts))) + last[:1]
        disk.seen.clear()
        wrong = disk.check_cuts(image, found, step, before, known, cuts, options.retype_every)
        print(f"{kind} {step.name}: {sum(r[0] == 'W' for r in found)} writes, {sum(r[0] == 'F' for r in found)} flushes,"
              f" {len(cuts)} cuts, {len(disk.seen)} states, {len(wrong)} failures", flush=True)
        for each in wrong[:3]:
            print("FAILED " + each[:2000], flush=True)
        failures += wrong
        disk.images.append(image)
        image = copy
    disk.all_cuts = all_cuts
    return disk, failures


@dataclasses.dataclass(frozen=True, order=True)
class Mutant:
    """Leaves out all syncs of one kind of file or directory, or delays those of a file until after the syncs
    that should follow them.
    """
    call: str
    pattern: str  # of paths relative to the root of the file system
    action: str

    def __str__(self):
        return f"{'no' if self.action == 'skip' else 'late'} {self.call} of {self.pattern}"


# The varying parts of names, which are replaced so that all syncs of one kind form one mutant.
VARYING = (r"[0-9a-f]{16,}", r"(?<=/)\d+$", r"(?<=/)\d+(?=\.pack$)", r"(?<=session-)[\w-]+", r"(?<=write-)[\w-]+",
           r"(?<=dvx-tmp-)[\w-]+", r"(?<=/whole/)..", r"(?<=/packs/)..(?=/|$)", r"(?<=/runs/)..$", r"(?<=/\.tmp/).*")


def mutants_of(harness, disk, image, step):
    """Returns the kinds of syncs that dvx makes in the step, except those of the index, which is a cache."""
    log = disk.place / "syncs"
    log.unlink(missing_ok=True)
    found, top = set(), str(disk.place / "counting")

    def read_log():
        for line in log.read_text().splitlines():
            _, call, path = line.split(" ", 2)
            if "/index.db" in path or path.endswith("/project/.dvx") or not path.startswith(top):
                continue
            kind = path.replace(top, "")
            for varying in VARYING:
                kind = re.sub(varying, "*", kind)
            found.add(Mutant(call, kind or "/", "skip"))
            if call != "syncfs" and not os.path.isdir(path):
                found.add(Mutant(call, kind, "late"))

    copy, *_ = disk.record(image, "counting", step, inspect=read_log, FAULT_CALLS="sync", FAULT_LOG=str(log))
    copy.unlink()
    return found


def is_caught(disk, image, step, dice, **variables):
    """Returns a failure at the cuts where one is most likely, or nothing."""
    copy, found, before, known = disk.record(image, "mutant", step, **variables)
    copy.unlink()
    marks = [i for i, record in enumerate(found) if record[0] == "M"]
    begin, done = marks[0], marks[1] + 1
    flushes = [i for i in range(begin, done) if found[i][0] == "F"]
    disk.seen.clear()
    # First try the cut where everything was reported safe and nothing unflushed is on the disk.
    wrong = disk.check_cuts(image, found, step, before, known, [(max(flushes, default=begin), (marks[1],))], 0)
    if wrong or disk.is_strict:
        return wrong[:1]
    # Then try the order: the state after each flush, and states in which the disk wrote more than it was told
    # to.
    between = [cut for cut in disk.cuts(found, begin, done, dice, 1) if cut[0] < done]
    cuts = [(flush, ()) for flush in flushes[::max(1, len(flushes) // 24)]] + dice.sample(between, min(len(between), 8))
    return disk.check_cuts(image, found, step, before, known, cuts, 0, stop=1)


class Score:
    """Counts which mutants are caught, at any step on any file system."""

    def __init__(self, harness, options):
        self.harness, self.options = harness, options
        self.until = time.monotonic() + options.mutant_minutes * 60
        self.caught, self.listed, self.tried, self.lock = {}, set(), {}, threading.Lock()

    def try_all(self, disk):
        dice = random.Random(f"{self.options.seed} {disk.kind}")
        disk.git_syncs = False
        for index, step in enumerate(STEPS):
            if step.name not in self.options.steps:
                continue
            step = dataclasses.replace(step, before=f"{step.before}; {WITHOUT_GIT}")
            if wrong := is_caught(disk, disk.images[index], step, dice):
                raise AssertionError(f"{step.name} on {disk.kind} fails without a mutant: {wrong[0]}")
            mutants = mutants_of(self.harness, disk, disk.images[index], step)
            with self.lock:
                self.listed |= mutants
            for mutant in sorted(mutants):
                if disk.is_strict and mutant.action == "late":
                    continue
                if mutant not in self.caught and time.monotonic() < self.until:
                    self.try_one(disk, disk.images[index], step, mutant, dice)

    def try_one(self, disk, image, step, mutant, dice):
        caught = is_caught(disk, image, step, dice, FAULT_CALLS="sync", FAULT=f"{mutant.action}@1+",
                           FAULT_PATH=f"{disk.place}/mutant{mutant.pattern}".rstrip("/"))
        with self.lock:
            self.tried[mutant] = self.tried.get(mutant, 0) + 1
            if caught:
                self.caught.setdefault(mutant, f"{step.name} on {disk.kind}")
                print(f"{mutant}: caught at {step.name} on {disk.kind}", file=sys.stderr, flush=True)

    def print(self):
        for mutant in sorted(self.listed):
            if mutant in self.caught:
                print(f"{mutant}: caught at {self.caught[mutant]}")
            else:
                print(f"{mutant}: SURVIVED {self.tried.get(mutant, 0)} steps")
        ended = "" if time.monotonic() < self.until else "; time was up before all were tried"
        print(f"{len(self.caught)} of {len(self.listed)} mutants caught{ended}")


def score(harness, disks, options):
    result = Score(harness, options)
    for kind in STRICT if not options.only else ():
        disk = Disk(harness, kind)
        image = disk.begin()
        for step in STEPS:
            disk.images.append(image)
            image, *_ = disk.record(image, step.name, step)
            disk.keep_git(image)
        result.try_all(disk)
    with concurrent.futures.ThreadPoolExecutor(max(1, len(disks))) as pool:
        list(pool.map(result.try_all, disks))
    result.print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("library")
    parser.add_argument("recorder")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=45)
    parser.add_argument("--orders", type=int, default=4)
    parser.add_argument("--retype-every", type=int, default=3, help="of the states")
    parser.add_argument("--only", action="append")
    parser.add_argument("--step", action="append", dest="steps")
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--same-boot", action="store_true")
    parser.add_argument("--mutant-minutes", type=float, default=240)
    options = parser.parse_args()
    if options.full:
        options.points = 0
    options.kinds = options.only or list(FILE_SYSTEMS)
    options.steps = options.steps or [step.name for step in STEPS]
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="dvx-power-", dir=memory) as place:
        harness = Harness(options, pathlib.Path(place))
        disks, failures = [], []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for disk, wrong in pool.map(lambda kind: replay(harness, kind, options), options.kinds):
                disks.append(disk)
                failures += wrong
        for disk in disks:
            print(f"{disk.kind}: {disk.checked} of {disk.all_cuts} cuts, {disk.states} states left by them, the command typed"
                  f" again at {disk.tried}, {disk.unsteady} that looked otherwise when made again, {disk.torn} times bytes before times")
        cuts = sum(disk.checked for disk in disks)
        if options.mutants or options.full:
            score(harness, disks, options)
    print(f"{cuts} power cuts, {len(failures)} failures, seed {options.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
