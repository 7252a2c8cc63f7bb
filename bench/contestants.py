"""dvx and its peers: for each tool, the command that it needs for each row. A method that returns None means
that the tool has no such command.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "build/peers"


class Contestant:
    """Commands that run in `repository`. `data` is the tracked path in it, and `remote` is a directory
    beside it.
    """

    name = ""
    kept_in = (".git",)  # the directories that hold the stored bytes

    def __init__(self, dvx):
        self.dvx = dvx

    def install(self):
        """Makes the tool available. It is called once."""

    def start(self):
        return "git init -q"

    def add(self, data):
        raise NotImplementedError

    def seal(self, version):
        """Makes a version after add. This is not timed."""
        return f"git add -A . && git commit -qm {version} && git tag {version}"

    def status(self):
        return None

    def diff(self, old, new):
        return None

    def restore(self, data):
        """Brings back `data` after it was removed."""
        return None

    def switch(self, version, data):
        """Switches the work tree from one version to another."""
        return None

    def prepare_push(self, remote):
        """Prepares a push. This is not timed."""
        return None

    def push(self):
        return None

    def prepare_pull(self, source, remote):
        """Prepares a pull in an empty directory. This is not timed."""
        return None

    def pull(self):
        return None

    def gc(self):
        return None

    def fsck(self):
        return None


class Dvx(Contestant):
    name, kept_in = "dvx", (".git", ".dvx/store")

    def start(self):
        return f"git init -q && {self.dvx} init -q"

    def add(self, data):
        return [self.dvx, "add", "-q", data]

    def seal(self, version):
        return f"git commit -qm {version} && git tag {version}"

    def status(self):
        return [self.dvx, "status"]

    def diff(self, old, new):
        return [self.dvx, "diff", old, new]

    def restore(self, data):
        return [self.dvx, "checkout", "-q", data]

    def switch(self, version, data):
        return f"git checkout -q {version} && {self.dvx} checkout -q"

    def prepare_push(self, remote):
        return f"{self.dvx} remote add -q origin {remote}"

    def push(self):
        return [self.dvx, "push", "-q"]

    def prepare_pull(self, source, remote):
        return f"git clone -q {source} . && {self.dvx} remote add -q origin {remote} --force"

    def pull(self):
        return [self.dvx, "pull", "-q"]

    def gc(self):
        return [self.dvx, "gc", "--apply", "-q"]

    def fsck(self):
        return [self.dvx, "fsck", "--read-data", "-q"]


class Git(Contestant):
    name = "git"

    def add(self, data):
        return ["git", "-c", "core.bigFileThreshold=512m", "add", data]

    def status(self):
        return ["git", "status", "--short"]

    def diff(self, old, new):
        return ["git", "diff", "--name-status", old, new]

    def restore(self, data):
        return ["git", "checkout-index", "-a"]

    def switch(self, version, data):
        return ["git", "checkout", "-q", version]

    def prepare_push(self, remote):
        return f"git init -q --bare {remote}/git && git remote add origin {remote}/git"

    def push(self):
        return ["git", "push", "-q", "--all"]

    def prepare_pull(self, source, remote):
        return f"git init -q && git remote add origin {remote}/git"

    def pull(self):
        return "git pull -q origin $(git ls-remote --heads origin | sed 's|.*refs/heads/||')"

    def gc(self):
        return ["git", "gc", "-q"]

    def fsck(self):
        return ["git", "fsck", "--no-progress"]


class Lfs(Git):
    name = "lfs"

    def start(self):
        return "git init -q && git lfs install --local >/dev/null && git lfs track '*.bin' '*.csv' >/dev/null"

    def gc(self):
        return ["git", "lfs", "prune"]

    def fsck(self):
        return ["git", "lfs", "fsck"]


class Annex(Contestant):
    name = "annex"

    def install(self):
        install_packages("git-annex")

    def start(self):
        # The annex is unlocked, so that its files can be written to, as with all other tools.
        return "git init -q && git annex init -q bench && git config annex.addunlocked true"

    def add(self, data):
        return ["git", "annex", "add", "--quiet", data]

    def seal(self, version):
        return f"git commit -qm {version} --no-verify; git tag {version}"

    def status(self):
        return ["git", "annex", "status"]

    def diff(self, old, new):
        return ["git", "diff", "--name-status", old, new]

    def restore(self, data):
        return "git checkout-index -a && git annex smudge --update"  # without this there are only pointers

    def switch(self, version, data):
        return f"git checkout -q {version} && git annex smudge --update"

    def prepare_push(self, remote):
        return f"git annex initremote -q origin type=directory directory={remote} encryption=none"

    def push(self):
        return ["git", "annex", "copy", "--quiet", "--to", "origin"]

    def fsck(self):
        return ["git", "annex", "fsck", "--quiet"]


class Dvc(Contestant):
    name, kept_in = "dvc", (".git", ".dvc")
    program = PEERS / "dvc/bin/dvc"

    def install(self):
        install_python("dvc", "dvc")

    def start(self):
        return f"git init -q && {self.program} init -q && {self.program} config core.analytics false"

    def add(self, data):
        return [self.program, "add", "-q", data]

    def status(self):
        return [self.program, "status", "-q"]

    def diff(self, old, new):
        return [self.program, "diff", old, new]

    def restore(self, data):
        return [self.program, "checkout", "-q", "-f", data]

    def switch(self, version, data):
        return f"git checkout -q {version} && {self.program} checkout -q -f"

    def prepare_push(self, remote):
        return f"{self.program} remote add -q -d origin {remote}"

    def push(self):
        return [self.program, "push", "-q"]

    def prepare_pull(self, source, remote):
        return f"git clone -q {source} . && {self.program} remote add -q -d -f origin {remote}"

    def pull(self):
        return [self.program, "pull", "-q"]

    def gc(self):
        return [self.program, "gc", "-q", "-f", "--all-commits"]


class Oxen(Contestant):
    name, kept_in = "oxen", (".oxen",)

    def install(self):
        install_python("oxen", "oxenai")

    def python(self, code):
        return [PEERS / "oxen/bin/python", "-c", f"from oxen import Repo; repo = Repo('.'); {code}"]

    def start(self):
        return self.python("from oxen.user import config_user; config_user('Bench', 'bench@example.org'); repo.init()")

    def add(self, data):
        return self.python(f"repo.add('{data}')")

    def seal(self, version):
        return self.python(f"repo.commit('{version}')")

    def status(self):
        return self.python("repo.status()")

    def restore(self, data):
        return self.python(f"repo.restore('{data}')")


class Restic(Contestant):
    name, kept_in = "restic", ("../restic.store",)
    program = "RESTIC_PASSWORD=bench restic -q -r ../restic.store"

    def install(self):
        install_packages("restic")

    def start(self):
        return f"{self.program} init"

    def add(self, data):
        return f"{self.program} backup {data}"

    def seal(self, version):
        return f"{self.program} tag --add {version} latest"

    def restore(self, data):
        return f"{self.program} restore latest --target ."

    def gc(self):
        return f"{self.program} prune"

    def fsck(self):
        return f"{self.program} check --read-data"


class Borg(Contestant):
    name, kept_in = "borg", ("../borg.store",)
    program = "BORG_RELOCATED_REPO_ACCESS_IS_OK=yes BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes borg"

    def install(self):
        install_packages("borgbackup")

    def start(self):
        return f"{self.program} init -e none ../borg.store"

    def add(self, data):
        return f"{self.program} create -C zstd,1 ../borg.store::a$(date +%s%N) {data}"

    def seal(self, version):
        last = f"$({self.program} list --short --last 1 ../borg.store)"
        return f"{self.program} rename ../borg.store::{last} {version}"

    def diff(self, old, new):
        return f"{self.program} diff ../borg.store::{old} {new}"

    def restore(self, data):
        return f"{self.program} extract ../borg.store::v1"

    def gc(self):
        return f"{self.program} compact ../borg.store"

    def fsck(self):
        return f"{self.program} check --verify-data ../borg.store"


KNOWN = {c.name: c for c in (Git, Lfs, Annex, Dvc, Oxen, Restic, Borg)}


def install_packages(*names):
    if all(shutil.which({"borgbackup": "borg"}.get(n, n)) for n in names):
        return
    subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *names], check=True,
                   stdout=sys.stderr)


def install_python(folder, package):
    if (PEERS / folder / "bin/python").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", PEERS / folder], check=True)
    subprocess.run([PEERS / folder / "bin/pip", "install", "-q", package], check=True)
