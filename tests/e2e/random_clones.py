"""Random steps in a clone of a project, for test_two_clones.py.

A step changes the work tree or calls dvx, and tells the model (`Model`) what it did: which data was added,
and which bytes are where. The model knows only bytes, and nothing of pointers or ids.
"""

import os
import shutil

DIRECTORIES = ["", "data", "data/deep", "ignored", "ignored/deep", "other"]
NAMES = ["a.csv", "b.csv", "c.txt", "d.bin"]
TREES = ["data/tree", "ignored/tree", "images"]
# Each rule may hide the directories above from a walk. The last one allows names only.
IGNORE_RULES = [("gitignore", "ignored/\n"), ("gitignore", "/data/\n"), ("gitignore", "*.csv\n"),
                ("gitignore", "*\n!*/\n!*.dvx\n!dvx.*\n!.gitignore\n"), ("dvxignore", "ignored/\n"),
                ("dvxignore", "*\n!*/\n!*.csv\n"), ("dvxignore", "*.log\n"), ("exclude", "ignored/\n"),
                ("exclude", "*.dvx\n"), ("nested", "deep/\n!deep/\n")]
# Unusual settings of git, used in one clone.
SETTINGS = [[], ["core.fileMode=false"], ["core.splitIndex=true"], ["index.version=4"], ["feature.manyFiles=true"],
            ["index.skipHash=true"], ["core.untrackedCache=true"], ["core.ignoreCase=true"],
            ["core.symlinks=false"], ["core.autocrlf=input"]]
CLONES = [[], ["--depth", "1"], ["--filter=blob:none"], ["--filter=tree:0"]]


class Work:
    """The knowledge of the test about the work tree of one clone."""

    def __init__(self, root):
        self.root = root
        self.links, self.submodules = set(), set()

    def path(self, path):
        return self.root / path

    def files(self):
        """Maps each path to the bytes of the file, for every regular file that belongs to neither git nor
        dvx.
        """
        found = {}
        for directory, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in (".git", ".dvx")]
            for name in files:
                path = os.path.join(directory, name)
                if name.endswith(".dvx") or name in ("dvx.yaml", "dvx.lock", ".gitignore", ".dvxignore"):
                    continue
                if not os.path.islink(path):
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, self.root)] = file.read()
        return found


class Steps:
    """Makes random steps. `do` runs dvx in a clone and returns its exit status."""

    def __init__(self, random, without):
        self.random, self.serial = random, 0
        kinds = [(self.add_file, 5), (self.add_tree, 3), (self.edit, 5), (self.edit_tree, 3), (self.remove, 2),
                 (self.add_ignore_rule, 4), (self.add_behind_link, 2), (self.add_into_submodule, 2),
                 (self.frozen_stage, 2), (self.foreign_output, 2), (self.run_stage, 2), (self.change_mode, 1),
                 (self.add_again, 3), (self.commit_only, 1)]
        self.kinds = [(step, weight) for step, weight in kinds if step.__name__ not in without]

    def fresh(self, what="bytes"):
        self.serial += 1
        return f"{what} {self.serial} {self.random.randrange(10**9)}\n".encode()

    def take(self, clone):
        steps, weights = zip(*self.kinds)
        return self.random.choices(steps, weights)[0](clone)

    # --- data

    def write(self, clone, path, content):
        file = clone.work.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        clone.note(f"write {path}: {content!r}")

    def add_file(self, clone):
        path = os.path.join(self.random.choice(DIRECTORIES), self.random.choice(NAMES))
        self.write(clone, path, self.fresh())
        if clone.dvx("add", path) == 0:
            clone.added(path)

    def add_tree(self, clone):
        tree = self.random.choice(TREES)
        for name in self.random.sample(["x", "y", "z", "in/w"], 2):
            self.write(clone, f"{tree}/{name}", self.fresh())
        if clone.dvx("add", tree) == 0:
            clone.added(tree)

    def one_of(self, clone, wanted):
        found = sorted(path for path in clone.tracked if wanted(clone.work.path(path)))
        return self.random.choice(found) if found else None

    def edit(self, clone):
        path = self.one_of(clone, lambda file: file.is_file())
        if path:
            self.write(clone, path, self.fresh("edited"))

    def edit_tree(self, clone):
        tree = self.one_of(clone, lambda file: file.is_dir())
        if tree:
            files = sorted(path for path in clone.work.files() if path.startswith(tree + "/"))
            path = self.random.choice(files) if files and self.random.random() < 0.5 else f"{tree}/new{self.serial}"
            self.write(clone, path, self.fresh("edited"))

    def remove(self, clone):
        path = self.one_of(clone, lambda file: file.exists())
        if path:
            clone.forget_bytes(path)
            file = clone.work.path(path)
            shutil.rmtree(file) if file.is_dir() else file.unlink()
            clone.note(f"rm -r {path}")

    def add_again(self, clone):
        path = self.one_of(clone, lambda file: file.exists())
        if path:
            clone.dvx("add", path)

    def change_mode(self, clone):
        path = self.one_of(clone, lambda file: file.is_file())
        if path:
            clone.work.path(path).chmod(0o755)
            clone.note(f"chmod +x {path}")

    def commit_only(self, clone):
        clone.dvx("commit", "-m", "in between")

    # --- rules, links, submodules

    def add_ignore_rule(self, clone):
        where, rule = self.random.choice(IGNORE_RULES)
        file = {"gitignore": ".gitignore", "dvxignore": ".dvxignore", "exclude": ".git/info/exclude",
                "nested": "data/.gitignore"}[where]
        path = clone.work.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as rules:
            rules.write(rule)
        clone.note(f"rule in {file}: {rule!r}")
        if where in ("gitignore", "dvxignore", "nested"):
            clone.git("add", "-f", file)

    def add_behind_link(self, clone):
        link = f"via{self.serial}"
        self.serial += 1
        directory = clone.work.path("other")
        directory.mkdir(exist_ok=True)
        (directory / "linked").write_bytes(self.fresh())
        clone.work.path(link).symlink_to("other")
        clone.refused("add", f"{link}/linked")
        clone.work.path(link).unlink()
        clone.forget_bytes("other/linked")
        (directory / "linked").unlink()

    def add_into_submodule(self, clone):
        module = clone.work.path("module")
        if not module.exists():
            module.mkdir()
            clone.git("init", "-q", "module")
        (module / "file").write_bytes(self.fresh())
        clone.refused("add", "module/file")
        clone.forget_bytes("module")
        shutil.rmtree(module)

    # --- stages

    def pipeline(self, clone, text, name):
        directory = clone.work.path(f"stages/{name}")
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "dvx.yaml").write_text(text)
        clone.git("add", "-f", f"stages/{name}/dvx.yaml")
        clone.note(f"stages/{name}/dvx.yaml: {text!r}")
        return f"stages/{name}"

    def run_stage(self, clone):
        word = self.fresh("made").decode().strip()
        place = self.pipeline(clone, f"stages:\n  make:\n    cmd: echo '{word}' > out\n    outs: [out]\n", "plain")
        if clone.dvx("repro", f"{place}/dvx.yaml") == 0:
            clone.added(f"{place}/out")

    def foreign_output(self, clone):
        """Writes bytes at the path of an output that no stage made."""
        word = self.fresh("made").decode().strip()
        place = self.pipeline(clone, f"stages:\n  make:\n    cmd: echo '{word}' > out\n    outs: [out]\n", "foreign")
        self.write(clone, f"{place}/out", self.fresh("foreign"))
        if clone.dvx("repro", f"{place}/dvx.yaml") == 0:
            clone.added(f"{place}/out")

    def frozen_stage(self, clone):
        """Adds a stage whose output is given by hand and is kept like that of any stage, unless a .dvxignore
        hides the pipeline.
        """
        place = self.pipeline(
            clone, "stages:\n  given:\n    cmd: exit 1\n    frozen: true\n    outs: [out]\n", "frozen")
        self.write(clone, f"{place}/out", self.fresh("given"))
        if clone.dvx("commit", "-m", "frozen") == 0 and not self.hides_pipelines(clone):
            clone.added(f"{place}/out")

    @staticmethod
    def hides_pipelines(clone):
        rules = clone.work.path(".dvxignore")
        return rules.exists() and "*" in rules.read_text().splitlines()
