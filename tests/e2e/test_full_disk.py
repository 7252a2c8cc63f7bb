#!/usr/bin/env python3
"""Fills the disk during add, repro, pull, checkout and gc, and checks the state after it has room again:
test_full_disk.py <dvx>. Needs root for a small tmpfs.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace

DVX = None
MEGABYTE = 1 << 20


class Disk:
    """A tmpfs of a few megabytes."""

    def __init__(self, place, megabytes):
        self.path = pathlib.Path(place)
        self.path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.path)], check=True)

    def resize(self, megabytes):
        subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(self.path)], check=True)

    def close(self):
        subprocess.run(["umount", "-l", str(self.path)], check=True)


def noise(size):
    return b"".join(hashlib.sha256(i.to_bytes(8, "big")).digest() for i in range(size // 32))


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-full-")
        place = pathlib.Path(self.scratch.name)
        self.environment = workplace.environment(place, DVX)
        self.place = place
        self.disk = Disk(place / "disk", 64)
        self.root = place / "disk/project"
        self.root.mkdir()
        self.sh("git init -q && dvx init -q && git commit -qm start")

    def tearDown(self):
        self.disk.close()
        self.scratch.cleanup()

    def sh(self, script, status=0, cwd=None):
        done = subprocess.run(["bash", "-c", script], cwd=cwd or self.root, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def fill(self, keep):
        """Leaves `keep` megabytes free."""
        used = sum(f.stat().st_blocks * 512 for f in self.disk.path.rglob("*") if f.is_file() and not f.is_symlink())
        self.disk.resize(used // MEGABYTE + 1 + keep)

    def test_add_records_nothing_and_works_once_there_is_room(self):
        data = noise(6 * MEGABYTE)
        (self.root / "data.bin").write_bytes(data)
        self.fill(2)
        said = self.sh("dvx add data.bin", 74)
        self.assertIn("No space left on device", said)
        self.assertIn("hint:", said)
        self.assertFalse((self.root / "data.bin.dvx").exists())
        self.assertEqual((self.root / "data.bin").read_bytes(), data)
        self.disk.resize(64)
        self.sh("dvx add data.bin && dvx fsck --read-data && dvx status")

    def test_repro_fails_the_stage_and_records_nothing(self):
        (self.root / "in.bin").write_bytes(noise(4 * MEGABYTE))
        (self.root / "dvx.yaml").write_text("stages:\n  copy:\n    cmd: cp in.bin out.bin\n    deps: [in.bin]\n    outs: [out.bin]\n")
        self.sh("dvx add -q in.bin")
        (self.root / "dvx.yaml").write_text("stages:\n  copy:\n    cmd: tr a b < in.bin > out.bin\n    deps: [in.bin]\n    outs: [out.bin]\n")
        self.fill(6)
        said = self.sh("dvx repro; test $? = 1 -o $? = 74")
        self.assertIn("No space left on device", said)
        self.assertFalse((self.root / "dvx.lock").exists())
        self.disk.resize(64)
        self.sh("dvx repro && dvx fsck --read-data")

    def test_pull_and_checkout_leave_what_was_there(self):
        (self.root / "data").mkdir()
        (self.root / "data/a.bin").write_bytes(noise(6 * MEGABYTE))
        remote = self.place / "remote"
        self.sh(f"dvx add -q data && dvx commit -q -m data && dvx remote add -d there {remote} && git commit -qam remote && dvx push -q")
        wanted = (self.root / "data/a.bin").read_bytes()
        self.sh("rm -r data .dvx/store")
        self.fill(3)
        self.assertIn("No space left on device", self.sh("dvx pull", 74))
        self.fill(8)
        self.sh("dvx fetch")
        self.fill(2)
        self.assertIn("No space left on device", self.sh("dvx checkout", 74))
        self.assertFalse((self.root / "data/a.bin").exists())
        self.disk.resize(64)
        self.sh("dvx pull && dvx fsck --read-data && dvx status")
        self.assertEqual((self.root / "data/a.bin").read_bytes(), wanted)

    def forget_history(self):
        self.sh("git checkout -q --orphan fresh && git commit -qm fresh && git branch -q -D main && "
                "git reflog expire --expire=now --all && rm -f .git/ORIG_HEAD")

    def test_gc_drops_whole_packs_without_room_and_rewrites_once_there_is(self):
        (self.root / "data").mkdir()
        (self.root / "data/kept.bin").write_bytes(noise(4 * MEGABYTE))
        (self.root / "data/gone.bin").write_bytes(bytes(reversed(noise(6 * MEGABYTE))))
        (self.root / "alone.bin").write_bytes(bytes(255 - b for b in noise(5 * MEGABYTE)))
        self.sh("dvx add -q data && dvx add -q alone.bin && git add -A && git commit -qm data")
        self.sh("rm data/gone.bin && dvx add -q data && dvx rm -q alone.bin && rm -f alone.bin && git add -A && git commit -qm less")
        self.forget_history()
        packs = self.root / ".dvx/store/packs"
        self.fill(1)
        said = self.sh("dvx gc --apply --no-grace --prune-now")
        self.assertIn("not rewritten", said)
        self.assertIn("purged", said)
        self.sh("dvx fsck --read-data && dvx status")
        self.disk.resize(64)
        self.assertIn("rewrote", self.sh("dvx gc --apply --no-grace --prune-now"))
        self.sh("dvx fsck --read-data && dvx status && rm -r data && dvx checkout")
        self.assertEqual((self.root / "data/kept.bin").read_bytes(), noise(4 * MEGABYTE))
        self.assertLess(sum(f.stat().st_size for f in packs.iterdir()), 5 * MEGABYTE)


if __name__ == "__main__":
    DVX = os.path.realpath(sys.argv.pop(1))
    if os.geteuid() != 0:
        sys.exit("this test mounts a tmpfs and needs root")
    unittest.main()
