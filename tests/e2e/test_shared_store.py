#!/usr/bin/env python3
"""Tests a store that several users share: test_shared_store.py <dvx>.

Ada and Bob are members of a group, and Eve is not. They are user and group numbers without accounts, and
root is needed to become them. Every umask is 077, the strictest there is.
"""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

DVX = None
GROUP = 6100
ADA, BOB, EVE = 6101, 6102, 6103
NAMES = {ADA: "ada", BOB: "bob", EVE: "eve"}


class SharedStore(unittest.TestCase):
    def setUp(self):
        self.assertEqual(os.geteuid(), 0, "only root can become several users")
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-shared-")
        self.place = pathlib.Path(self.scratch.name)
        self.place.chmod(0o755)
        (self.place / "bin").mkdir()
        shutil.copy(DVX, self.place / "bin/dvx")
        for user in (ADA, BOB, EVE):
            home = self.place / NAMES[user]
            home.mkdir()
            (home / ".gitconfig").write_text(f"[user]\n\tname = {NAMES[user]}\n\temail = {NAMES[user]}@example.org\n"
                                             "[init]\n\tdefaultBranch = main\n[safe]\n" +
                                             "".join(f"\tdirectory = {self.place}/{NAMES[other]}/project\n" for other in (ADA, BOB)))
            for path in (home, home / ".gitconfig"):
                os.chown(path, user, GROUP if user != EVE else EVE)
            home.chmod(0o750)
        (self.place / "srv").mkdir()
        os.chown(self.place / "srv", ADA, GROUP)
        self.store = self.place / "srv/store"

    def tearDown(self):
        self.scratch.cleanup()

    def run_as(self, user, script, cwd=None, umask=0o077):
        def become():
            os.setgroups([GROUP] if user != EVE else [])
            os.setgid(user)
            os.setuid(user)
            os.umask(umask)

        home = self.place / NAMES[user]
        environment = {"HOME": str(home), "PATH": f"{self.place}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        return subprocess.run(["bash", "-c", script], cwd=cwd or home / "project", env=environment, capture_output=True,
                              text=True, preexec_fn=become)

    def sh(self, user, script, **where):
        done = self.run_as(user, script, **where)
        self.assertEqual(done.returncode, 0, f"{NAMES[user]}: {script}\n{done.stdout}{done.stderr}")
        return done.stdout

    def project(self, user, shared="group", link="auto"):
        home = self.place / NAMES[user]
        (home / "project").mkdir()
        os.chown(home / "project", user, GROUP if user != EVE else EVE)
        (home / "project").chmod(0o2750)
        # The group must be able to read everything that a collection asks of a project.
        self.sh(user, f"umask 027 && git init -q && dvx init -q && dvx config core.store {self.store} && "
                      f"dvx config core.shared {shared} && dvx config core.link {link} && git commit -qam start")

    def give(self, giver, taker, name="data.dvx"):
        """Copies a file from one user to another, as git would."""
        target = self.place / NAMES[taker] / "project" / name
        shutil.copy(self.place / NAMES[giver] / "project" / name, target)
        os.chown(target, taker, taker)

    def make_store(self):
        self.store.mkdir()
        os.chown(self.store, ADA, GROUP)
        self.store.chmod(0o755)  # the store is only Ada's so far; `core.shared` gives it to the group

    def assert_everything_is_the_groups(self, others):
        for path in [self.store, *self.store.rglob("*")]:
            status = path.stat()
            said = f"{path.relative_to(self.place)}: {stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}"
            self.assertEqual(status.st_gid, GROUP, said)
            needed = 0o2070 if path.is_dir() else 0o040
            self.assertEqual(status.st_mode & needed, needed, said)
            self.assertEqual(bool(status.st_mode & 0o004), others, said)

    def test_members_can_do_everything_and_others_nothing(self):
        self.make_store()
        self.project(ADA)
        self.sh(ADA, "mkdir data && seq 1 40000 > data/numbers && echo ada > data/name && umask 027 && dvx add -q data &&"
                     " git commit -qm data && dvx fsck --read-data -q")
        self.project(BOB)
        self.give(ADA, BOB)
        self.sh(BOB, "dvx checkout && cmp data/numbers <(seq 1 40000)")
        for turn in range(4):  # each user meets the sessions, packs, locks and index of the other
            for user in (ADA, BOB):
                self.sh(user, f"umask 077 && echo {turn} {user} > data/mine && dvx add -q data && umask 027 && git add -A &&"
                              f" git commit -qm {turn} && dvx status")
        for user in (ADA, BOB):
            self.sh(user, "dvx add -q data && dvx fsck --read-data && rm -r data && dvx checkout -q && dvx doctor")
            self.assertIn("with the group", self.sh(user, "dvx doctor | grep sharing"))
        self.assert_everything_is_the_groups(others=False)

        self.sh(BOB, "chmod -R g+rX . && seq 5 > data/five && dvx add -q data && rm data/five && dvx add -q data")
        self.sh(ADA, "chmod -R g+rX .")
        self.sh(BOB, "chmod -R g+rX . && dvx gc --apply --no-grace")
        self.assertTrue(any((self.store / "trash").iterdir()), "nothing was thrown away: this tested nothing")
        self.sh(ADA, "dvx gc --apply --no-grace --prune-now && dvx fsck --read-data && dvx status")
        self.assert_everything_is_the_groups(others=False)

        self.project(EVE)
        (self.place / "eve/project/x").write_text("x")
        refused = self.run_as(EVE, "dvx add x")
        self.assertEqual(refused.returncode, 74, refused.stdout + refused.stderr)
        self.assertIn("you may not use the store", refused.stderr)
        self.assertIn("become a member of its group", refused.stderr)

    def test_damage_is_mended_by_whoever_finds_it(self):
        self.make_store()
        self.project(ADA)
        remote = self.place / "srv/remote"
        remote.mkdir()
        os.chown(remote, ADA, GROUP)
        remote.chmod(0o2770)
        self.sh(ADA, f"seq 1 40000 > data && dvx add -q data && dvx remote add -d origin {remote} && dvx push -q")
        self.project(BOB)
        self.give(ADA, BOB)
        self.sh(BOB, f"dvx remote add -d origin {remote}")
        pack = max((self.store / "packs").glob("*.pack"), key=lambda path: path.stat().st_size)
        with open(pack, "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        self.assertEqual(self.run_as(BOB, "dvx fsck --read-data").returncode, 6)
        self.sh(BOB, "dvx fsck --repair && dvx checkout && cmp data <(seq 1 40000)")
        self.sh(ADA, "dvx fsck --read-data && dvx status")
        self.sh(BOB, "echo more >> data && dvx add -q data && dvx push -q")
        self.sh(ADA, "dvx push -q")
        self.assert_everything_is_the_groups(others=False)

    def test_others_read_when_it_is_shared_with_all(self):
        self.make_store()
        self.project(ADA, shared="all")
        self.sh(ADA, "seq 1 40000 > data && dvx add -q data")
        self.assert_everything_is_the_groups(others=True)
        self.project(EVE, shared="false")
        self.give(ADA, EVE)
        self.sh(EVE, "dvx checkout && cmp data <(seq 1 40000)")
        refused = self.run_as(EVE, "echo x > x && dvx add x")
        self.assertEqual(refused.returncode, 74)
        self.assertIn("may not write to the store", refused.stderr)
        self.assertIn("hint:", refused.stderr)

    def test_whole_files_linked_by_two_users(self):
        self.make_store()
        self.project(ADA, link="symlink")
        self.sh(ADA, "mkdir data && seq 9 > data/a && seq 8 > data/b && dvx add -q data && rm -r data && dvx checkout -q")
        self.project(BOB, link="symlink")
        self.give(ADA, BOB)
        self.sh(BOB, "dvx checkout -q && test -L data/a && cmp data/a <(seq 9)")
        self.sh(BOB, "dvx unprotect data && echo more >> data/a && dvx add -q data && dvx fsck --read-data -q")
        self.sh(ADA, "dvx status && dvx fsck --read-data -q")
        self.assert_everything_is_the_groups(others=False)

    def test_what_is_not_shared_is_said_with_what_to_do(self):
        self.make_store()
        self.project(ADA, shared="false")
        self.sh(ADA, "seq 5 > data && dvx add -q data", umask=0o022)
        self.project(BOB, shared="false")
        refused = self.run_as(BOB, "seq 7 > other && dvx add other")
        self.assertEqual(refused.returncode, 74, refused.stderr)
        self.assertIn("may not write to the store", refused.stderr)
        self.assertIn("dvx config core.shared group", refused.stderr)
        # The owner follows the hint.
        self.sh(ADA, "dvx config core.shared group")
        told = self.run_as(ADA, "dvx doctor")
        self.assertIn("core.shared is set, but", told.stdout)
        self.sh(ADA, f"chgrp -R {GROUP} {self.store} && chmod -R g=u,o= {self.store} && "
                     f"find {self.store} -type d -exec chmod g+s {{}} + && dvx doctor")
        self.sh(BOB, "dvx add -q other && dvx fsck --read-data -q")


if __name__ == "__main__":
    DVX = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
