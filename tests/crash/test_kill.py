#!/usr/bin/env python3
"""Kills commands at system calls that change something: test_kill.py <dvx> [points per command and call].

Each mutating command is run once under strace to count its calls. Then it is run repeatedly on a fresh copy
and killed at the n-th write, rename, sync, link, unlink or mkdir of any of its threads. After each kill,
`dvx fsck` must find no damage, the same command must succeed when it is typed again, and the work tree must
be the same as without the kill.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace

CALLS = ("write", "pwrite64", "rename", "renameat", "renameat2", "link", "linkat", "symlinkat", "unlink", "unlinkat",
         "mkdir", "mkdirat", "ftruncate", "fsync", "fdatasync", "syncfs")


class Harness:
    def __init__(self, dvx, place, points):
        self.dvx, self.place, self.points = dvx, place, points
        # A leak checker does not work under strace.
        self.environment = workplace.environment(place, dvx) | {"ASAN_OPTIONS": "detect_leaks=0"}
        self.count = 0

    def sh(self, script, cwd, check=True):
        done = subprocess.run(["bash", "-ec", script], cwd=cwd, env=self.environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise AssertionError(f"{script}\n{done.stdout}{done.stderr}")
        return done

    def repository(self):
        """Makes a repository with tracked data, a pipeline that ran, and a remote that has it all."""
        root = self.place / "base"
        (root / "data/images").mkdir(parents=True)
        for i in range(20):
            (root / f"data/images/{i:02}.bin").write_bytes(hashlib.sha256(bytes([i])).digest() * 200)
        (root / "data/words.txt").write_text("pear\napple\nfig\n" * 500)
        (root / "dvx.yaml").write_text(workplace.PIPELINE)
        self.sh("git init -q && dvx init -q && dvx add -q data/images data/words.txt && dvx repro -q && git add -A "
                "&& dvx commit -q -m base && dvx remote add -d there ../remote && git commit -qam remote && dvx push -q",
                root)
        return root

    def copy(self, base, name):
        """Copies the repository and the remote beside it."""
        target = self.place / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        subprocess.run(["cp", "-a", str(base), str(target / "base")], check=True)
        subprocess.run(["cp", "-a", str(self.place / "remote"), str(target / "remote")], check=True)
        return target / "base"

    def calls(self, command, base):
        """Counts how often the busiest thread makes each call."""
        root = self.copy(base, "counting")
        log = self.place / "trace"
        trace = f"strace -f -qq -e trace={','.join(CALLS)} -o {log} {command}"
        self.sh(trace, root)
        highest = {}
        for line in log.read_text(errors="replace").splitlines():
            match = re.match(r"(\d+)\s+(\w+)\(", line)
            if match:
                highest.setdefault(match[2], {}).setdefault(match[1], 0)
                highest[match[2]][match[1]] += 1
        return {call: max(threads.values()) for call, threads in highest.items()}

    def chosen(self, count):
        if self.points == 1 and count > 0:
            return [1 + count // 2]
        if count <= self.points:
            return range(1, count + 1)
        return sorted({1 + i * (count - 1) // (self.points - 1) for i in range(self.points)})

    def check(self, name, prepare, command, after=""):
        base = self.copy(self.base, f"{name}-base")
        self.sh(prepare, base)
        wanted_root = self.copy(base, f"{name}-wanted")
        self.sh(f"{command}\n{after}", wanted_root)
        wanted = contents(wanted_root)
        jobs = [(call, n) for call, count in sorted(self.calls(command, base).items()) for n in self.chosen(count)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            failures = [f for f in pool.map(lambda job: self.kill(name, base, command, after, wanted, *job), jobs) if f]
        self.count += len(jobs)
        print(f"{name}: killed at {len(jobs)} points, {len(failures)} failures", flush=True)
        return failures

    def kill(self, name, base, command, after, wanted, call, n):
        label = f"{name}-{call}-{n}"
        root = self.copy(base, label)
        inject = f"strace -f -qq -o /dev/null -e trace={call} -e inject={call}:signal=SIGKILL:when={n} {command}"
        self.sh(inject, root, check=False)
        # A git that was killed leaves its own lock behind; explaining that lock is the task of git.
        (root / ".git/index.lock").unlink(missing_ok=True)
        # Objects may be missing until the command is typed again, but they must never be damaged.
        for step in ("dvx fsck --read-data || test $? = 1", command, after, "dvx fsck --read-data", "dvx status"):
            done = self.sh(step, root, check=False)
            if done.returncode != 0:
                return f"{label}: '{step}' ended with {done.returncode}\n{done.stdout}{done.stderr}"
        if contents(root) != wanted:
            return f"{label}: the work tree differs"
        shutil.rmtree(root.parent)
        return None


def contents(root):
    """Returns the path and the bytes of every file that does not belong to git or dvx itself."""
    found = {}
    for file in sorted(root.rglob("*")):
        relative = file.relative_to(root).as_posix()
        if file.is_file() and not relative.startswith((".git/", ".dvx/")) and relative != "dvx.lock":
            found[relative] = file.read_bytes()
    return found


def main():
    points = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory(prefix="dvx-kill-") as place:
        harness = Harness(os.path.realpath(sys.argv[1]), pathlib.Path(place), points)
        harness.base = harness.repository()
        grow = "for i in 03 11; do echo more >> data/images/$i.bin; done; cp data/images/05.bin data/images/new.bin"
        shrink = "rm -r data/images data/words.txt out"
        failures = []
        failures += harness.check("add", grow, "dvx add data/images")
        failures += harness.check("commit", grow, "dvx commit")
        failures += harness.check("repro", "echo plum >> data/words.txt", "dvx repro -j1")
        failures += harness.check("checkout", shrink, "dvx checkout")
        # There is a pack of which nothing is wanted, one of which little is wanted, many small packs, and
        # something in the trash.
        garbage = (f"{grow}; head -c 300000 /dev/urandom > data/images/big.bin; dvx add -q data/images; git commit -qam idea; "
                   "git reset -q --hard HEAD~1; dvx checkout -q --force; "
                   "for i in 1 2 3 4 5 6 7 8 9; do echo $i > data/small$i; dvx add -q data/small$i; done; echo gone > data/gone; "
                   "dvx add -q data/gone; dvx rm -q data/gone; rm -f data/gone; git add -A; git commit -qm small; "
                   "git reflog expire --expire=now --all; rm -f .git/ORIG_HEAD; dvx gc --apply --no-grace -q; "
                   "head -c 100000 /dev/urandom > data/later; dvx add -q data/later; dvx rm -q data/later; rm -f data/later; "
                   "for i in 1 2 3 4 5 6 7 8 9; do echo $i$i > data/small$i; dvx add -q data/small$i; done; git add -A; git commit -qm small; "
                   "git reflog expire --expire=now --all")
        whole = "git checkout -q HEAD~1 && dvx checkout -q && git checkout -q main && dvx checkout -q"
        failures += harness.check("gc", garbage, "dvx gc --apply --no-grace", whole)
        failures += harness.check("gc-purge", garbage, "dvx gc --apply --no-grace --prune-now", whole)
        failures += harness.check("push", f"{grow}; dvx add -q data/images", "dvx push")
        failures += harness.check("pull", f"{shrink}; rm -rf .dvx/store .dvx/*.db*", "dvx pull")
    for failure in failures:
        print(failure)
    print(f"killed at {harness.count} points, {len(failures)} failures")
    return 1 if failures or harness.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
