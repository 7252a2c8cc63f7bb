#!/usr/bin/env python3
"""Runs commands under limits of the machine and of the account: test_limits.py <dvx>. Needs root for small
tmpfs.

Under each limit, a command either truly succeeds or says what failed. Nothing is recorded that is not
stored. Without the limit, the same command works and `dvx fsck` finds nothing.
"""

import hashlib
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import store_reader
import workplace

DVX = None
COMMANDS = {
    "add": ("true", "dvx add data/new"),
    "commit": ("echo more >> data/old/1", "dvx commit"),
    "repro": ("true", "dvx repro"),
    "push": ("dvx add -q data/new", "dvx push"),
    "pull": ("dvx add -q data/new && dvx push -q && rm -rf data/new data/old .dvx/store", "dvx pull"),
    "checkout": ("rm -r data/old", "dvx checkout"),
}


def noise(name, size):
    return b"".join(hashlib.sha256(b"%d %d" % (name, i)).digest() for i in range(size // 32 + 1))[:size]


class Limits(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-limits-")
        self.place = pathlib.Path(self.scratch.name)
        self.environment = workplace.environment(self.place, DVX)
        self.disk = self.place / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=4000", "tmpfs", str(self.disk)], check=True)

    def tearDown(self):
        subprocess.run(["umount", "-l", str(self.disk)], check=True)
        self.scratch.cleanup()

    def sh(self, script, root, limit=None):
        return subprocess.run(["bash", "-c", script], cwd=root, env=self.environment, capture_output=True, text=True,
                              preexec_fn=limit, timeout=120)

    def must(self, script, root):
        done = self.sh(script, root)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")

    def repository(self, name):
        root = self.disk / name / "project"
        (root / "data/old").mkdir(parents=True)
        (root / "data/new").mkdir()
        for i in range(8):
            (root / f"data/old/{i}").write_bytes(noise(i, 3000))
            (root / f"data/new/{i}").write_bytes(noise(100 + i, 60000))
        (root / "dvx.yaml").write_text("stages:\n  copy:\n    cmd: cat data/old/* > out\n    deps: [data/old]\n    outs: [out]\n")
        self.must("git init -q && dvx init -q && dvx add -q data/old && dvx remote add -d there ../remote && git add .dvx dvx.yaml"
                  " && git commit -qm start && dvx push -q", root)
        return root

    def try_all(self, limited, lift=lambda root: None):
        """Runs each command through `limited(script, root)`, which applies the limit. `lift` removes the
        limit again.
        """
        refused = 0
        for name, (before, command) in COMMANDS.items():
            with self.subTest(name):
                root = self.repository(name)
                self.must(before, root)
                done = limited(command, root)
                lift(root)
                self.assertIn(done.returncode, (0, 1, 2, 3, 5, 6, 7, 8, 74), f"{command}: {done.stdout}{done.stderr}")
                if done.returncode != 0:
                    refused += 1
                    self.assertRegex(done.stdout + done.stderr, "error: .|failed|cannot")
                if name != "pull":
                    store_reader.check_names(root, store_reader.Store(root / ".dvx/store"))
                store_reader.check_remote(root.parent / "remote")
                self.must(f"{command} && dvx fsck --read-data && dvx status", root)
                subprocess.run(["rm", "-rf", str(root.parent)], check=True)
        return refused

    def test_a_limit_on_the_size_of_files(self):
        def limited(command, root):
            return self.sh(command, root, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)))
        self.assertGreaterEqual(self.try_all(limited), 3)

    def test_limits_on_open_files(self):
        for files in (10, 16):
            def limited(command, root, files=files):
                return self.sh(f"ulimit -n {files}; {command}", root)
            self.try_all(limited)

    def test_no_inodes(self):
        def limited(command, root):
            fill = root.parent / "fill"
            fill.mkdir()
            try:
                for i in range(10000):
                    (fill / str(i)).touch()
            except OSError:
                (fill / "0").unlink()  # leaves one free
            return self.sh(command, root)
        self.assertGreaterEqual(self.try_all(limited, lambda root: subprocess.run(["rm", "-rf", str(root.parent / "fill")])), 3)

    def test_directories_that_cannot_be_written(self):
        """Makes the directories immutable even for root by mounting them read-only over themselves."""
        def limited(command, root):
            script = f"mount --bind .dvx .dvx && mount -o remount,bind,ro .dvx && {command}"
            return subprocess.run(["unshare", "--mount", "bash", "-c", script], cwd=root, env=self.environment,
                                  capture_output=True, text=True, timeout=120)
        self.assertEqual(self.try_all(limited), len(COMMANDS))


if __name__ == "__main__":
    DVX = os.path.realpath(sys.argv.pop(1))
    if os.geteuid() != 0:
        sys.exit("this test mounts a tmpfs and needs root")
    unittest.main()
