#!/usr/bin/env python3
"""Compares garbage collection with a model, and runs it beside writers: test_gc.py <dvx> [seed] [steps].

A real repository is changed at random (data, commits, branches, tags, stashes, work trees, a pipeline) and
collected now and then. git's own commands, which share no code with dvx, determine which data must still be
readable.
"""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace

DVX, SEED, STEPS = None, 0, 60
GIT_SETTINGS = "[advice]\n\tdetachedHead = false\n"


def noise(seed, size):
    return random.Random(seed).randbytes(size)


class Place(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-gc-")
        self.place = pathlib.Path(self.scratch.name)
        self.environment = workplace.environment(self.place, DVX, GIT_SETTINGS)

    def tearDown(self):
        self.scratch.cleanup()

    def sh(self, script, cwd, status=(0,)):
        done = subprocess.run(["bash", "-c", script], cwd=cwd, env=self.environment, capture_output=True, text=True)
        self.assertIn(done.returncode, status, f"seed {SEED}: {script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def repository(self, name):
        root = self.place / name
        root.mkdir()
        self.sh("git init -q && dvx init -q && git commit -qm start", root)
        return root


class Model(Place):
    """Remembers beside the repository what was stored under which id."""

    def test_what_git_can_reach_can_be_read(self):
        print(f"seed {SEED}, {STEPS} steps", flush=True)
        self.random = random.Random(SEED)
        self.root = self.repository("project")
        (self.root / "data").mkdir()
        self.versions = {}  # id of a tracked directory -> {name: content hash}
        self.collections = self.removed = 0
        self.change()
        self.commit()
        steps = [self.change] * 6 + [self.commit] * 5 + [self.branch] * 3 + [self.drop_branch] * 4 + [self.switch] * 3 + [
            self.stash, self.pop, self.drop_stash, self.tag, self.forget_reflogs, self.forget_reflogs, self.work_tree, self.run_pipeline] + [self.collect] * 6
        for _ in range(STEPS):
            self.random.choice(steps)()
        self.commit()
        (self.root / "data/of-a-moment").write_bytes(noise(self.random.random(), 50_000))
        self.sh("dvx add -q data && git checkout -q -f HEAD . && dvx checkout -q --force", self.root)
        self.forget_reflogs()
        self.collect("--no-grace --prune-now")
        self.check_everything()
        self.assertGreater(self.removed, 0, "nothing was ever removed: this tested nothing")
        print(f"{self.collections} collections removed {self.removed} frames, {len(self.versions)} versions were stored", flush=True)

    def change(self):
        data = self.root / "data"
        data.mkdir(exist_ok=True)
        for _ in range(self.random.randint(1, 3)):
            name = f"f{self.random.randint(0, 5)}"
            # There are few contents, so that removed data comes again. Some have many chunks, and some are
            # alike.
            size = self.random.choice([10, 3000, 300_000, 900_000])
            content = noise(self.random.randint(0, 8), size)
            if self.random.random() < 0.3:
                content = content[:size // 2] + noise(99, 50) + content[size // 2:]
            (data / name).write_bytes(content)
        if self.random.random() < 0.3:
            for file in list(data.iterdir())[:1]:
                file.unlink()
        self.sh("dvx add -q data", self.root)
        self.remember()

    def remember(self):
        found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in (self.root / "data").iterdir()}
        self.versions[self.named_by((self.root / "data.dvx").read_text())] = found

    @staticmethod
    def named_by(pointer):
        return next(line.split("sha256:")[1].strip() for line in pointer.splitlines() if "sha256:" in line)

    def commit(self):
        self.sh("git add -A . && git commit -qm change || true", self.root)

    def branches(self):
        return self.sh("git branch --format='%(refname:short)' | grep -v HEAD", self.root, (0, 1)).split()

    def branch(self):
        self.commit()
        self.sh(f"git checkout -q -b b{self.random.randint(0, 10**6)}", self.root)

    def drop_branch(self):
        current = self.sh("git branch --show-current", self.root).strip()
        others = [b for b in self.branches() if b not in (current, "main") and b.startswith("b")]
        if others:
            self.sh(f"git branch -q -D {self.random.choice(others)}", self.root, (0, 1))

    def switch(self):
        self.commit()
        free = self.sh("git worktree list --porcelain", self.root)
        choices = [b for b in self.branches() if f"refs/heads/{b}\n" not in free]
        if choices:
            self.sh(f"git checkout -q {self.random.choice(choices)} && dvx checkout -q --force", self.root)

    def stash(self):
        self.change()
        self.sh("git stash -q && dvx checkout -q --force", self.root)

    def pop(self):
        self.commit()
        self.sh("git stash pop -q && dvx checkout -q --force || (git checkout -q -f HEAD; git reset -q --hard; dvx checkout -q --force)", self.root)

    def drop_stash(self):
        self.sh("git stash drop -q || true", self.root)

    def tag(self):
        self.sh(f"git tag -f -m t t{self.random.randint(0, 2)}", self.root)

    def forget_reflogs(self):
        # This expires everything but the stash, as git gc would in time.
        self.sh("git for-each-ref --format='%(refname)' refs/heads | xargs git reflog expire --expire=now; "
                "for w in . ../side; do [ -d $w ] && (cd $w && git reflog expire --expire=now HEAD; rm -f $(git rev-parse --git-dir)/ORIG_HEAD); done; true", self.root)

    def work_tree(self):
        side = self.place / "side"
        if side.exists():
            self.sh("git worktree remove --force ../side", self.root)
            return
        self.commit()
        self.sh(f"git worktree add -q --detach ../side && cd ../side && dvx checkout -q", self.root)
        (side / "data").mkdir(exist_ok=True)
        (side / "data/only-here").write_bytes(noise(self.random.randint(0, 8), 2000))
        self.sh("dvx add -q data", side)
        found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in (side / "data").iterdir()}
        self.versions[self.named_by((side / "data.dvx").read_text())] = found

    def run_pipeline(self):
        (self.root / "dvx.yaml").write_text(
            "stages:\n" + "".join(f"  s{i}:\n    cmd: (echo {self.random.randint(0, 3)}; ls data) > out{i}\n    deps: [data]\n    outs: [out{i}]\n" for i in range(3)))
        # A user who stashes .gitignore and adds everything gives outputs to git, which dvx refuses.
        self.sh("git rm -q --cached --ignore-unmatch out0 out1 out2 && dvx repro -q", self.root)

    def collect(self, options=None):
        if options is None:
            options = self.random.choice(["", "--no-grace", "--no-grace", "--no-grace --prune-now"])
        before = len(list((self.root / ".dvx/store/packs").iterdir()))
        self.sh(f"dvx gc {options}", self.root)
        self.assertEqual(before, len(list((self.root / ".dvx/store/packs").iterdir())), "a dry run changed something")
        said = json.loads(self.sh(f"dvx gc --json --apply {options}", self.root))
        self.collections += 1
        self.removed += said["data"]["done"]["frames"]
        self.check_some()

    def wanted(self):
        """Returns the texts of pointers and locks that git or a work tree has: {text: a description of the
        place}.
        """
        commits = self.sh("git rev-list --all --reflog HEAD; git -C ../side rev-list HEAD 2> /dev/null; true", self.root).split()
        stash = self.sh("git stash list --format=%H", self.root).split()
        texts = {}
        for commit in dict.fromkeys(commits + stash):
            for line in self.sh(f"git ls-tree -r {commit}", self.root).splitlines():
                head, path = line.split("\t")
                if path.endswith(".dvx"):
                    texts[head.split()[2]] = (commit, path)
        return {self.sh(f"git cat-file blob {blob}", self.root): place for blob, place in texts.items()}

    def check(self, wanted):
        for text, (commit, path) in wanted:
            for name, digest in self.versions[self.named_by(text)].items():
                said = self.sh(f"dvx cat {commit}:data/{name} | sha256sum", self.root)
                self.assertEqual(said.split()[0], digest, f"seed {SEED}: {commit}:{path} {name}")

    def check_some(self):
        self.sh("dvx fsck --read-data -q", self.root)
        wanted = sorted(self.wanted().items())
        self.check(self.random.sample(wanted, min(2, len(wanted))))
        for root in (self.root, self.place / "side"):
            if root.exists():
                self.check_work_tree(root)

    def check_everything(self):
        self.check(sorted(self.wanted().items()))

    def check_work_tree(self, root):
        pointer = root / "data.dvx"
        if not pointer.exists():
            return
        for name, digest in self.versions[self.named_by(pointer.read_text())].items():
            said = self.sh(f"dvx cat data/{name} | sha256sum", root)
            self.assertEqual(said.split()[0], digest, f"seed {SEED}: work tree {root} {name}")


class BesideWriters(Place):
    """Two clones share a store and add data that nobody names any more, while a third process collects
    without pause.
    """

    ROUNDS = 25

    def test_what_an_add_relied_on_is_there(self):
        store = self.place / "store"
        roots = [self.repository("one"), self.repository("two")]
        for root in roots:
            self.sh(f"dvx config --local core.store {store} && seq 3 > first && dvx add -q first && git add -A && git commit -qm first", root)
        failures, done = [], threading.Event()
        writers = [threading.Thread(target=self.write, args=(root, number, failures)) for number, root in enumerate(roots)]
        collector = threading.Thread(target=self.collect, args=(roots[0], done, failures))
        for thread in writers + [collector]:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        collector.join()
        self.assertEqual(failures, [])
        self.assertGreater(self.collections, 3)
        for root in roots:
            self.sh("dvx fsck --read-data && dvx status && rm -rf data && dvx checkout", root)
        print(f"{self.collections} collections beside {2 * self.ROUNDS} rounds of two writers", flush=True)

    def write(self, root, number, failures):
        mine = random.Random(number)
        try:
            for _ in range(self.ROUNDS):
                (root / "data").mkdir(exist_ok=True)
                # One of four contents: the other clone has just given it up.
                wanted = noise(mine.randint(0, 3), 1_500_000)
                (root / "data/big").write_bytes(wanted)
                self.sh("dvx add -q data", root)
                (root / "data/big").unlink()
                self.sh("dvx checkout -q data", root)
                if (root / "data/big").read_bytes() != wanted:
                    failures.append(f"{root.name}: other bytes")
                self.sh("dvx rm -q data; rm -rf data", root)
            (root / "data").mkdir(exist_ok=True)
            (root / "data/big").write_bytes(noise(1, 1_500_000))
            self.sh("dvx add -q data", root)
        except AssertionError as error:
            failures.append(str(error))

    def collect(self, root, done, failures):
        self.collections = 0
        try:
            while not done.is_set():
                self.sh("dvx gc -q --apply --no-grace --prune-now", root)
                self.collections += 1
        except AssertionError as error:
            failures.append(str(error))


class Locks(Place):
    def test_a_collection_waits_for_writers_and_a_second_one_is_refused(self):
        root = self.repository("project")
        (root / "data").mkdir()
        (root / "data/a").write_bytes(noise(1, 100_000))
        self.sh("dvx add -q data && git commit -qm data && dvx rm -q data && rm -rf data && git commit -qm gone -a && echo 1 > kept && dvx add -q kept && git add -A && git commit -qm kept", root)
        self.sh("git checkout -q --orphan new && git commit -qm new && git branch -q -D main && git reflog expire --expire=now --all && rm -f .git/ORIG_HEAD", root)
        store = root / ".dvx/store"
        writer = subprocess.Popen(["flock", "--shared", str(store / "use.lock"), "cat"], stdin=subprocess.PIPE)
        while subprocess.run(["flock", "-n", str(store / "use.lock"), "true"]).returncode == 0:
            time.sleep(0.01)
        collection = subprocess.Popen([DVX, "gc", "--apply", "--no-grace"], cwd=root, env=self.environment, stdout=subprocess.PIPE, text=True)
        while not (store / "gc.lock").exists() or subprocess.run(["flock", "-n", str(store / "gc.lock"), "true"]).returncode == 0:
            self.assertIsNone(collection.poll())
            time.sleep(0.01)
        self.sh("dvx gc --apply", root, (8,))
        self.assertEqual(len(list((store / "packs").iterdir())), 2)
        writer.stdin.close()
        writer.wait()
        self.assertIn("moved", collection.communicate()[0])
        self.assertEqual(len(list((store / "packs").iterdir())), 1)


if __name__ == "__main__":
    DVX = os.path.realpath(sys.argv.pop(1))
    SEED = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else random.SystemRandom().randrange(10**6)
    STEPS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else STEPS
    unittest.main()
