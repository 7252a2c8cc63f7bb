#!/usr/bin/env python3
"""Tests data of unusual shape: test_shapes.py <dvx> [--full].

The shapes are a file of more than 4 GiB with holes, many files in one directory, very deep directories, and
paths that the system refuses. With --full there are also files of exactly 4 GiB and of a byte less, a
million files in the directory, and a sparse file of 5 TiB, which takes hours.
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

DVX = os.path.abspath(sys.argv[1])
FULL = "--full" in sys.argv
GIB = 1 << 30


class Shapes(unittest.TestCase):
    def setUp(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="dvx-shapes-", dir="/var/tmp"))
        # Shutil is recursive and fails on such depth.
        self.addCleanup(subprocess.run, ["rm", "-rf", place], check=True)
        self.environment = workplace.environment(place, DVX)
        self.root = place / "project"
        self.root.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=self.root, check=True)
        self.dvx("init", "-q")

    def dvx(self, *arguments, expect=0):
        done = subprocess.run([DVX, *arguments], cwd=self.root, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, expect, f"{arguments}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def sparse(self, name, size):
        """Writes bytes at both ends and in the middle, with holes between."""
        with open(self.root / name, "wb") as out:
            for at in (0, size // 2, size - 5):
                out.seek(at)
                out.write(b"bytes")
        self.assertEqual(os.path.getsize(self.root / name), size)

    def check_sparse(self, name, size):
        self.sparse(name, size)
        self.dvx("add", "-q", name)
        store = int(subprocess.check_output(["du", "-s", "--block-size=1", ".dvx/store"], cwd=self.root).split()[0])
        self.assertLess(store, 1 << 20 if size < GIB << 4 else 1 << 30)
        self.assertIn(str(size), (self.root / f"{name}.dvx").read_text())
        os.rename(self.root / name, self.root / "before")
        self.dvx("checkout", "-q", name)
        self.assertLess((self.root / name).stat().st_blocks * 512, 1 << 20)
        self.assertEqual(subprocess.run(["cmp", name, "before"], cwd=self.root).returncode, 0)
        os.remove(self.root / "before")

    def test_files_around_four_gibibytes(self):
        for size in (4 * GIB - 1, 4 * GIB, 4 * GIB + 1) if FULL else (4 * GIB + 1,):
            with self.subTest(size):
                self.check_sparse(f"{size}.bin", size)

    if FULL:

        def test_five_tebibytes(self):
            self.check_sparse("huge.bin", 5 << 40)

    def test_many_files_in_one_directory(self):
        count = 1_000_000 if FULL else 20_000
        folder = self.root / "many"
        folder.mkdir()
        for i in range(count):
            (folder / f"{i:07}").write_bytes(b"%d" % i)
        self.dvx("add", "-q", "many")
        self.assertIn(f"files: {count}", (self.root / "many.dvx").read_text())
        (folder / "0000007").write_bytes(b"other")
        subprocess.run(["git", "commit", "-qm", "many"], cwd=self.root, env=self.environment, check=True)
        self.assertIn("1 modified", self.dvx("status"))
        self.dvx("checkout", "-q", "--force", "many")
        self.assertEqual((folder / "0000007").read_bytes(), b"7")

    def test_a_thousand_directories_deep(self):
        path = os.path.join("deep", *["d"] * 1000)
        subprocess.run(["mkdir", "-p", path], cwd=self.root, check=True)
        file = pathlib.Path(f"{self.root}/{path}/file")
        file.write_bytes(b"at the bottom")
        self.dvx("add", "-q", "deep")
        subprocess.run(["rm", "-r", "deep"], cwd=self.root, check=True)
        self.dvx("checkout", "-q", "deep")
        self.assertEqual(file.read_bytes(), b"at the bottom")
        self.assertIn("everything is as recorded", self.dvx("status"))
        self.dvx("fsck", "--read-data", "-q")

    def test_a_path_that_is_too_long_is_refused_by_name(self):
        os.mkdir(self.root / "long")
        at = os.open(self.root / "long", os.O_RDONLY)
        for _ in range(40):
            os.mkdir("d" * 200, dir_fd=at)
            below = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
        os.close(at)
        self.assertIn("too long", self.dvx("add", "long", expect=74))
        self.assertFalse((self.root / "long.dvx").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
