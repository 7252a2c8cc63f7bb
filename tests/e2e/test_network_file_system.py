#!/usr/bin/env python3
"""Tests a workspace and a store on a file system that other machines may seem to use:
test_network_file_system.py <dvx> <foreign_mount>. A FUSE mount plays this part. Needs root.
"""

import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace

DVX = FOREIGN_MOUNT = None


class NetworkFileSystem(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-network-")
        self.place = pathlib.Path(self.scratch.name)
        self.environment = workplace.environment(self.place, DVX)
        self.behind, self.mount = self.place / "behind", self.place / "mount"
        self.behind.mkdir()
        self.mount.mkdir()
        self.server = subprocess.Popen([FOREIGN_MOUNT, str(self.behind), str(self.mount)])
        while not self.mount.is_mount():
            self.assertIsNone(self.server.poll(), "FUSE does not work here")
            time.sleep(0.01)

    def tearDown(self):
        subprocess.run(["umount", "-l", str(self.mount)], check=True)
        self.server.wait()
        self.scratch.cleanup()

    def sh(self, script, cwd):
        done = subprocess.run(["bash", "-c", script], cwd=cwd, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def repository(self, root):
        (root / "data").mkdir(parents=True)
        (root / "data/words.txt").write_text("b\na\n" * 20_000)
        (root / "dvx.yaml").write_text(workplace.PIPELINE)
        self.sh("git init -q && dvx init -q && dvx add -q data/words.txt && dvx repro -q && git add -A && git commit -qm all",
                root)

    def test_everything_works_and_the_index_shares_no_memory(self):
        root = self.mount / "project"
        self.repository(root)
        seen = set()
        done = threading.Event()

        def watch():
            while not done.is_set():
                seen.update(path.name for path in (self.behind / "project/.dvx").iterdir())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self.sh("for i in 1 2 3 4 5 6 7 8; do (seq $i 3000 > data/$i && dvx add -q data/$i) & done; wait && "
                    "for i in 1 2 3 4 5 6 7 8; do test -e data/$i.dvx || exit 1; done && dvx repro -q && dvx status && "
                    "rm -r data/[1-8] out && dvx checkout && dvx fsck --read-data && dvx status", root)
        finally:
            done.set()
            watcher.join()
        self.assertIn("index.db", seen)
        self.assertFalse({"index.db-shm", "index.db-wal"} & seen)

    def test_it_is_said(self):
        root = self.mount / "project"
        self.repository(root)
        self.assertRegex(self.sh("dvx doctor || true", root), r"warn file system: workspace on FUSE.*, store on FUSE")
        said = self.sh("dvx -v status", root)
        self.assertEqual(said.count("workspace on FUSE"), 1)
        self.assertNotIn("FUSE", self.sh("dvx status", root))

    def test_only_the_store_may_be_there(self):
        root = self.place / "local"
        root.mkdir()
        self.sh("git init -q && dvx init -q && dvx config core.store ../mount/store && seq 50000 > data && dvx add -q data &&"
                " rm data && dvx checkout -q && dvx fsck --read-data && test -e ../behind/store/packs", root)
        self.assertRegex(self.sh("dvx doctor || true", root), r"file system: workspace on (?!FUSE).*, store on FUSE")


if __name__ == "__main__":
    FOREIGN_MOUNT = str(pathlib.Path(sys.argv.pop(2)).resolve())
    DVX = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
