#!/usr/bin/env python3
"""Runs eight processes at once and compares them with a model: test_together.py <dvx> [--seed N] [--rounds N]
[--steps N] [--full].

Three clones and a linked work tree share one store, a fourth clone has a store of its own, and all share a
directory as remote. Eight processes work in them side by side, two of them in the same work tree as another
one. At random they add, commit, restore, check out, run stages, remove, push, pull, give commits up and
collect garbage without grace, and some commands are killed. Contents come from a small pool, so a content
that one process gives up is stored again by another.

Each process keeps a model of the content of every pointer, stage and commit, as bytes. The effect of a
command that succeeded enters the model at once; a killed command may leave the old or the new state. After
each round, store_reader.py (which shares no code with dvx) must find every pointer, output and commit of
every model in the store, byte for byte, and the pushed data on the remote. `dvx fsck` must find nothing, and
a checkout of each work tree must give exactly what its model says. A command that ended with status 8 must
have changed no pointer and no commit. Nothing is unlocked or cleaned up by hand.
"""

import argparse
import collections
import dataclasses
import hashlib
import json
import multiprocessing
import os
import pathlib
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import store_reader
import workplace
from orphans import adopt_orphans, wait_for_orphans

GIT_SETTINGS = "[gc]\n\tauto = 0\n"
# Messages of commands that another command in the same place may stop, besides a lock. Such a command reports
# it and does nothing.
DISTURBED = re.compile(r"index\.lock|changed while|No such file|cannot lock ref|was made by no run|dvx repro")


class Wrong(Exception):
    pass


# A content is {b"": bytes} for a file, or a map from path to bytes for a directory. store_reader uses the
# same form.
def pool(number):
    """Returns one of the few blobs from which all contents are made: empty, small, one chunk, or several
    chunks.
    """
    size = (0, 1, 12, 500, 6000, 40000, 120000, 300000)[number % 8]
    return b"".join(hashlib.sha256(b"%d %d" % (number, i)).digest() for i in range(size // 32 + 1))[:size]


def new_content(dice, is_directory):
    def blob():
        data = pool(dice.randrange(40))
        return data + b"and more\n" * dice.randrange(3) if dice.random() < 0.3 else data
    if not is_directory:
        return {b"": blob()}
    names = dice.sample([b"a", b"b.bin", b"deep/c", b"deep/er/d", b"e", b"f/g", b"f/h"], dice.randrange(1, 7))
    return {name: blob() for name in names}


def read_content(path):
    if path.is_dir():
        return {os.fsencode(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    return {b"": path.read_bytes()} if path.exists() else None


def describe(content):
    if content is None:
        return "nothing"
    return ", ".join(f"{name.decode() or 'file'}: {len(data)} bytes {store_reader.sha256(data)[:8]}"
                     for name, data in sorted(content.items()))


@dataclasses.dataclass
class Person:
    """One of the eight processes: where it works, what belongs to it there, and what it knows."""
    name: str
    tree: str  # work tree
    owner: bool = True  # it commits
    alone: bool = True  # nobody else works in the same work tree
    habits: tuple = ()
    # Path: possible contents, where None means not tracked.
    paths: dict = dataclasses.field(default_factory=dict)
    output: tuple = (None,)  # possible contents of its stage's output in the lock, where None means absent
    head: str = ""
    commits: dict = dataclasses.field(default_factory=dict)  # commit: (path: content, contents of the output)
    pushed: list = dataclasses.field(default_factory=list)   # contents

    @property
    def stage(self):
        return f"sort-{self.name}"

    def settled(self):
        """Returns the tracked paths that can have only one content."""
        return [path for path, contents in self.paths.items() if len(contents) == 1 and contents[0] is not None]

    def snapshot(self):
        return {path: self.paths[path][0] for path in self.settled()}, self.output


WORK = ("add", "add", "checkout", "restore", "repro", "rm", "push", "pull_own", "status", "gc")
OWN = ("commit", "commit", "publish")
PEOPLE = [
    Person("ada", "one", alone=False, habits=WORK + OWN),
    Person("ben", "one", owner=False, alone=False, habits=WORK),
    Person("cleo", "linked", habits=WORK + OWN + ("travel", "forget", "pull")),
    Person("dan", "two", alone=False, habits=WORK + OWN),
    Person("eve", "two", owner=False, alone=False, habits=WORK),
    Person("fay", "three", habits=WORK + OWN + ("travel", "forget", "pull")),
    Person("gus", "far", owner=False, habits=("visit", "visit", "visit", "clear")),
    Person("hal", "three", owner=False, alone=False, habits=("gc", "gc", "fsck", "status")),
]


class Worker:
    """Performs the actions of a person for one round."""

    def __init__(self, place, environment, person, seed, kills):
        self.place, self.environment, self.person, self.kills = place, environment, person, kills
        self.root = place / person.tree
        self.dice = random.Random(seed)
        self.counts, self.times, self.log = collections.Counter(), {}, []

    def work(self, steps):
        for _ in range(steps):
            habit = self.dice.choice(self.person.habits)
            getattr(self, habit)()

    # Programs.

    def dvx(self, *words, may_be_killed=True, nothing=""):
        """Returns True when the command succeeded, and False when it was killed, found a lock or was
        disturbed.
        """
        before = self.names()
        verb = words[0]
        begun = time.monotonic()
        program = subprocess.Popen(["dvx", *words], cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        killing = may_be_killed and self.dice.random() < self.kills
        try:
            out, err = program.communicate(timeout=self.dice.random() * self.times.get(verb, 0.1) if killing else 200)
        except subprocess.TimeoutExpired:
            program.kill()
            out, err = program.communicate()
            if not killing:
                raise Wrong(f"dvx {' '.join(words)} did not end: {out}{err}") from None
        self.times[verb] = time.monotonic() - begun
        status = program.returncode
        self.log.append(f"{time.time():.3f} {self.person.name}: dvx {' '.join(words)} -> {status} {err.strip()[:200]}")
        self.counts["commands"] += 1
        if status == 0 or (status == 1 and nothing and re.search(nothing, out + err)):
            if verb == "gc" and status == 0:
                self.count_removed(json.loads(out))
            return True
        if status == -9 and killing:
            self.counts["killed"] += 1
            wait_for_orphans()  # git may still be running
            return False
        if status == 8:
            self.counts["locked"] += 1
            if self.names() != before:
                raise Wrong(f"dvx {' '.join(words)} ended with 8 and changed something: {out}{err}")
            return False
        if DISTURBED.search(out + err) and status in (1, 2, 3, 5, 74, 128):
            self.counts["disturbed"] += 1
            return False
        raise Wrong(f"dvx {' '.join(words)} ended with {status}: {out}{err}")

    def git(self, *words, check=True):
        for attempt in range(100):
            done = subprocess.run(["git", *words], cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, errors="replace")
            if done.returncode == 0 or not check:
                return done.stdout.strip()
            if ".lock" not in done.stderr:
                break
            time.sleep(0.05 * attempt)
        raise Wrong(f"git {' '.join(words)}: {done.stdout}{done.stderr}")

    def count_removed(self, envelope):
        self.counts["collections"] += 1
        outcome = envelope["data"]["done"]
        self.counts["collections that removed"] += bool(outcome.get("packs") or outcome.get("whole_files"))

    def names(self):
        """Returns what only the commands of this person change: its pointer files and, in a work tree of its
        own, the commit. Returns None where another person commits, because that records whatever differs in
        the work tree.
        """
        if not self.person.owner and not self.person.alone:
            return None
        pointers = {path: (self.root / f"{path}.dvx").read_bytes() if (self.root / f"{path}.dvx").exists() else None
                    for path in self.person.paths}
        return pointers, self.git("rev-parse", "HEAD") if self.person.owner else ""

    # Files of the person, each replaced in one step.

    def put(self, path, content):
        target, aside = self.root / path, pathlib.Path(tempfile.mkdtemp(dir=self.place / "aside"))
        target.parent.mkdir(exist_ok=True)
        fresh = aside / "new"
        if content is not None:
            for name, data in content.items():
                file = fresh / os.fsdecode(name) if name else fresh
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
        if os.path.lexists(target):
            target.rename(aside / "old")
        if content is not None:
            fresh.rename(target)
        shutil.rmtree(aside)

    def holds(self, path, content):
        found = read_content(self.root / path)
        if found != content:
            raise Wrong(f"'{path}' in {self.person.tree} is {describe(found)}, not {describe(content)}")

    def settle(self, path):
        """Finds out from the pointer file what a killed command left: whether the path is tracked."""
        tracked = (self.root / f"{path}.dvx").exists()
        if [None, not None][tracked] is None and None in self.person.paths[path]:
            self.person.paths[path] = [None]

    def remote_is_there(self):
        return (self.place / "remote/dvx-remote.json").exists()

    # Habits.

    def add(self):
        path = self.dice.choice(list(self.person.paths))
        content = new_content(self.dice, path.endswith("-d"))
        self.put(path, content)
        self.person.paths[path] = self.person.paths[path] + [content]
        self.record(path, content)

    def record(self, path, content):
        """Repeats the command where another person commits, because that person may record what is in the
        work tree and not recorded yet.
        """
        for attempt in range(200):
            if self.dvx("add", path):
                break
            if self.person.owner or self.person.alone:
                return
        else:
            raise Wrong(f"dvx add {path} does not come through")
        self.person.paths[path] = [content]

    def commit(self):
        """Commits, which records every tracked path as it is in the work tree."""
        person = self.person
        tracked = [path for path in person.paths if (self.root / f"{path}.dvx").exists()]
        on_disk = {path: read_content(self.root / path) for path in tracked}
        for path in tracked[:self.dice.randrange(3)]:
            on_disk[path] = new_content(self.dice, path.endswith("-d"))
            self.put(path, on_disk[path])
            person.paths[path] = person.paths[path] + [on_disk[path]]
        before = self.git("rev-parse", "HEAD")
        done = self.dvx("commit", "-m", f"by {person.name}", nothing="nothing (to commit|added)")
        person.head = self.git("rev-parse", "HEAD")
        if not done and person.head == before:
            return
        for path in person.paths:
            if path not in tracked:
                person.paths[path] = [None]
            elif on_disk[path] is not None:
                person.paths[path] = [on_disk[path]]
        if person.head != before:
            person.commits[person.head] = person.snapshot()

    def publish(self):
        """Publishes a commit for others: first the data, then git."""
        person = self.person
        if not person.commits or person.head not in person.commits or person.commits[person.head] != person.snapshot():
            return
        if not self.dvx("push", *self.sometimes("--run-cache")):
            return
        person.pushed += person.commits[person.head][0].values()
        self.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{person.name}")
        board = self.place / "board" / person.head
        board.with_suffix(".new").write_bytes(pickle.dumps(person.commits[person.head]))
        board.with_suffix(".new").rename(board)

    def push(self):
        data = [self.person.paths[path][0] for path in self.person.settled()]
        if data and self.dvx("push", *self.person.settled()):
            self.person.pushed += data

    def checkout(self):
        for path in self.person.settled()[:2]:
            self.put(path, None)
            if self.dvx("checkout", path):
                self.holds(path, self.person.paths[path][0])

    def pull_own(self):
        paths = self.person.settled() if self.remote_is_there() else []
        if paths and self.dvx("pull", "--force", *paths):
            for path in paths:
                self.holds(path, self.person.paths[path][0])

    def pull(self):
        if self.remote_is_there() and self.dvx("pull", "--force"):
            for path in self.person.settled():
                self.holds(path, self.person.paths[path][0])

    def restore(self):
        if not self.person.commits or not self.person.settled():
            return
        commit = self.dice.choice(list(self.person.commits))
        path = self.dice.choice(self.person.settled())
        old = self.person.commits[commit][0].get(path)
        if old is None:
            return
        self.person.paths[path] = self.person.paths[path] + [old]
        if self.dvx("restore", "--source", commit, "--force", path):
            self.holds(path, old)
        else:
            self.put(path, old)
        self.record(path, old)

    def rm(self):
        if not self.person.settled():
            return
        path = self.dice.choice(self.person.settled())
        data = ["--data"] if self.dice.random() < 0.5 and read_content(self.root / path) == self.person.paths[path][0] else []
        self.person.paths[path] = self.person.paths[path] + [None]
        if self.dvx("rm", *data, path):
            self.person.paths[path] = [None]
        else:
            self.settle(path)

    def repro(self):
        person = self.person
        words = [f"{self.dice.randrange(50)} word" for _ in range(self.dice.randrange(1, 30))]
        self.put(f"words/{person.name}", {b"": "".join(f"{word}\n" for word in words).encode()})
        output = {b"": "".join(f"{word}\n" for word in sorted(words)).encode()}
        person.output += (output,)
        if self.dvx("repro", person.stage, *self.sometimes("--pull")):
            person.output = (output,)
            self.holds(f"out/{person.name}", output)

    def sometimes(self, flag):
        return [flag] if self.dice.random() < 0.5 else []

    def status(self):
        self.dvx("status")

    def gc(self):
        prune = ["--prune-now"] if self.dice.random() < 0.5 else []
        self.dvx("gc", "--apply", "--no-grace", "--json", *prune)

    def fsck(self):
        self.dvx("fsck", "--read-data")

    def travel(self):
        """Goes to an own earlier commit and back."""
        person = self.person
        if not person.commits or person.head not in person.commits or person.commits[person.head] != person.snapshot():
            return
        if any(len(contents) > 1 for contents in person.paths.values()):
            return  # `git checkout -f` discards what was staged and is in no commit
        commit = self.dice.choice(list(person.commits))
        for target, data in ((commit, person.commits[commit]), (person.name, person.commits[person.head])):
            self.git("checkout", "-q", "-f", target)
            while not self.dvx("checkout", "--force"):
                pass
            for path, content in data[0].items():
                self.holds(path, content)
            if len(data[1]) == 1 and data[1][0] is not None:
                self.holds(f"out/{person.name}", data[1][0])

    def forget(self):
        """Gives up the last commit and its data, unless others have it."""
        person = self.person
        parent = self.git("rev-parse", "HEAD~1", check=False)
        if parent not in person.commits or (self.place / "board" / person.head).exists():
            return
        self.git("reset", "-q", "--hard", "HEAD~1")
        self.git("reflog", "expire", "--expire=now", "--all")
        del person.commits[person.head]
        person.head = parent
        data, person.output = person.commits[parent]
        person.paths = {path: [data.get(path)] for path in person.paths}
        while not self.dvx("checkout", "--force"):
            pass

    def visit(self):
        """Visits a published commit in another clone with its own store. The data must come out as it was."""
        found = sorted(path for path in (self.place / "board").iterdir() if not path.suffix)
        if not found:
            return
        board = self.dice.choice(found)
        self.git("fetch", "-q", "origin")
        if self.git("cat-file", "-t", board.name, check=False) != "commit":
            return  # the branch was replaced by force
        self.git("checkout", "-q", "-f", "--detach", board.name)
        # Nobody reported that the data of others in the same commit is on the remote.
        data, _ = pickle.loads(board.read_bytes())
        while data and not self.dvx("pull", "--force", *data):
            pass
        for path, content in data.items():
            self.holds(path, content)
        self.counts["visits"] += 1

    def clear(self):
        """Collects garbage where nothing was visited yet. Nothing is named there, so dvx refuses to remove
        everything.
        """
        self.git("reflog", "expire", "--expire=now", "--all")
        self.dvx("gc", "--apply", "--no-grace", "--prune-now", "--json", nothing="so nothing was removed")


class Together:
    def __init__(self, options, place):
        self.options, self.place = options, place
        self.environment = workplace.environment(place, os.path.realpath(options.dvx), GIT_SETTINGS)
        os.environ["PATH"] = self.environment["PATH"]
        self.counts, self.log, self.failures = collections.Counter(), [], []
        self.people = [dataclasses.replace(person, paths={}, commits={}, pushed=[]) for person in PEOPLE]

    def must(self, script, cwd):
        done = subprocess.run(["bash", "-ec", script], cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            raise Wrong(f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def begin(self):
        for name in ("aside", "board", "one/data", "one/words"):
            (self.place / name).mkdir(parents=True)
        one = self.place / "one"
        stages = "".join(f"  {p.stage}:\n    cmd: mkdir -p out && sort words/{p.name} > out/{p.name}\n"
                         f"    deps: [words/{p.name}]\n    outs: [out/{p.name}]\n" for p in self.people)
        (one / "dvx.yaml").write_text("stages:\n" + stages)
        (one / ".gitignore").write_text("words\n")
        (one / "data/.keep").write_text("")
        self.must("git init -q --bare ../origin; git init -q; dvx init -q; dvx config --local core.store ../store;"
                  "dvx remote add -d there ../remote; git add -A; git commit -qm begin; git remote add origin ../origin;"
                  "git push -q origin main; git worktree add -q ../linked; for c in two three far; do"
                  " git clone -q ../origin ../$c; done", one)
        for name in ("linked", "two", "three"):  # a setting that came with a clone would need trust
            self.must("dvx config --local core.store ../store", self.place / name)
        self.must("dvx config --local core.link hardlink", self.place / "two")
        for person in self.people:
            root = self.place / person.tree
            if person.owner:
                self.must(f"git checkout -q -b {person.name}", root)
                person.head = self.must("git rev-parse HEAD", root)
            if "add" in person.habits:
                person.paths = {f"data/{person.name}-{i}{'-d' * (i % 2)}": [None] for i in range(4)}

    def round(self, number):
        queue = multiprocessing.get_context("fork").SimpleQueue()
        workers = [multiprocessing.get_context("fork").Process(target=self.work, args=(queue, number, index))
                   for index in range(len(self.people))]
        for worker in workers:
            worker.start()
        for _ in workers:
            index, person, counts, log, wrong = queue.get()
            self.people[index] = person
            self.counts += counts
            self.log += log
            if wrong:
                self.failures.append(f"{person.name} in round {number}: {wrong}")
        for worker in workers:
            worker.join()
        wait_for_orphans()

    def work(self, queue, number, index):
        adopt_orphans()
        person = self.people[index]
        worker = Worker(self.place, self.environment, person, f"{self.options.seed} {number} {person.name}",
                        self.options.kills)
        wrong = ""
        try:
            worker.work(self.options.steps)
        except (Wrong, store_reader.Damaged) as error:
            wrong = str(error)
        except Exception:
            wrong = traceback.format_exc()
        queue.put((index, person, worker.counts, worker.log, wrong))

    # Checks that run when nobody is at work.

    def check(self):
        stores = {"far": store_reader.Store(self.place / "far/.dvx/store")}
        shared = store_reader.Store(self.place / "store")
        shared.read_all()
        for person in self.people:
            store = stores.get(person.tree, shared)
            self.check_person(person, store)
            if person.tree == "far":  # it has what was visited, but not everything else that the commit names
                self.must("dvx fsck --read-data || test $? = 1", self.place / person.tree)
                store.read_all()
            else:
                self.must("dvx fsck --read-data", self.place / person.tree)
                store_reader.check_names(self.place / person.tree, store)
        self.check_remote()

    def check_person(self, person, store):
        root = self.place / person.tree
        pointers = store_reader.pointers(root)
        for path, contents in person.paths.items():
            found = store.files(*pointers[path]) if path in pointers else None
            if found not in contents:
                raise Wrong(f"{path}.dvx of {person.name} holds {describe(found)}, not {' or '.join(map(describe, contents))}")
            person.paths[path] = [found]
        self.check_output(person, store_reader.lock_stages(root), store, person.output)
        if person.owner and self.must("git rev-parse HEAD", root) != person.head:
            raise Wrong(f"{person.tree} is not at {person.head}")
        for commit, (data, outputs) in person.commits.items():
            self.check_commit(person, commit, data, outputs, store)

    def check_output(self, person, stages, store, outputs):
        stage = stages.get(person.stage)
        found = store.files("file", store_reader.plain(stage["outs"][f"out/{person.name}"]["file"])) if stage else None
        if found not in outputs:
            raise Wrong(f"the stage of {person.name} made {describe(found)}, not {' or '.join(map(describe, outputs))}")

    def check_commit(self, person, commit, data, outputs, store):
        root = self.place / person.tree
        for path, content in data.items():
            text = self.must(f"git show {commit}:{path}.dvx", root)
            kind, object_id = re.search(r"(?m)^(file|tree): sha256:([0-9a-f]{64})$", text).groups()
            if store.files(kind, object_id) != content:
                raise Wrong(f"{path} at {commit} of {person.name} is not {describe(content)}")
        if any(output is not None for output in outputs):
            lock = self.must(f"git show {commit}:dvx.lock || echo '{{}}'", root)
            self.check_output(person, json.loads(lock).get("stages", {}), store, outputs)

    def check_remote(self):
        if not (self.place / "remote").exists():
            return
        store_reader.check_remote(self.place / "remote")
        ids = store_reader.Store(self.place / "remote").ids()
        for person in self.people:
            for content in person.pushed:
                lost = [name for name, data in content.items() if store_reader.sha256(data) not in ids]
                if lost:
                    raise Wrong(f"{lost} of {person.name} was pushed and is not on the remote")

    def check_out_everything(self):
        for person in self.people:
            root = self.place / person.tree
            for path in person.settled():
                subprocess.run(["rm", "-rf", str(root / path)], check=True)
        for tree in sorted({person.tree for person in self.people} - {"far"}):
            self.must("dvx checkout --force; dvx status", self.place / tree)
        for person in self.people:
            for path in person.settled():
                found = read_content(self.place / person.tree / path)
                if found != person.paths[path][0]:
                    raise Wrong(f"{path} of {person.name} was checked out as {describe(found)}")

    def check_leftovers(self):
        """Checks that the leftovers of killed commands are gone once others have worked there."""
        for tree in ("one", "two", "three", "linked", "far"):
            root = self.place / tree
            (root / "data/last").write_text(f"last of {tree}")
            self.must("dvx add data/last; dvx rm data/last; rm data/last", root)
        left = [path for path in self.place.rglob("tmp/session-*")] + list(self.place.rglob("quarantine/*"))
        if left:
            raise Wrong(f"left behind: {left}")


def run(together, options):
    together.begin()
    for number in range(options.rounds):
        together.round(number)
        if together.failures:
            return
        try:
            together.check()
            if number == options.rounds - 1:
                together.check_out_everything()
                together.check_leftovers()
                together.must("dvx gc --apply --no-grace --prune-now", together.place / "three")
                together.check()
                together.check_out_everything()
        except (Wrong, store_reader.Damaged) as wrong:
            together.failures.append(f"after round {number}: {wrong}")
            return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--full", action="store_true", help="forty rounds of twenty steps")
    parser.add_argument("--kills", type=float, default=0.12)
    parser.add_argument("--keep", help="where to move everything when something is wrong")
    options = parser.parse_args()
    if options.full:
        options.rounds, options.steps = 40, 20
    adopt_orphans()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="dvx-together-", dir=memory) as place:
        together = Together(options, pathlib.Path(place))
        run(together, options)
        if together.failures and options.keep:
            shutil.copytree(place, options.keep, symlinks=True)
    for failure in together.failures:
        print(f"FAILED {failure}")
    if together.failures:
        print("\n".join(sorted(together.log)[-200:]))
    print(f"seed {options.seed}: {dict(together.counts)}, {sum(len(p.commits) for p in together.people)} commits, "
          f"{len(together.failures)} failures")
    return 1 if together.failures else 0


if __name__ == "__main__":
    sys.exit(main())
