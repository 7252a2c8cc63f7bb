"""Random edits such as people make between two runs of a pipeline. Each edit changes a Project or the
outputs on disk.
"""

import os
import posixpath
import shutil

from random_pipeline import Project, Stage, address

WORDS = ("one", "two", "three", "four", "five")


class Editor:
    """Edits one project. `step` describes the edits, and `root` is the place of the project on disk."""

    def __init__(self, random, root):
        self.random = random
        self.root = root
        self.project = Project()
        self.count = 0
        self.closed = set()  # folders that a stage reads whole: no further output goes there
        self.retired = []  # output paths of removed stages
        self.old = {}  # maps a path or name to its earlier contents

    def new(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def text(self):
        """Returns a short text, often of the same length as others, and sometimes the same as before."""
        return f"{self.random.choice(WORDS)[:3]} {self.random.randrange(100):02}\n"

    # --- the beginning

    def begin(self):
        project, random = self.project, self.random
        for number in range(random.randint(2, 4)):
            project.files[f"src/{self.new('f')}.txt"] = self.text()
        for number in range(random.randint(1, 2)):
            folder = f"data/{self.new('d')}"
            for name in ("a", "b", "in/c")[:random.randint(1, 3)]:
                project.files[f"{folder}/{name}"] = self.text()
        for item in ("p", "q", "r"):
            project.files[f"src/item-{item}.txt"] = self.text()
        project.files["version"] = "1.0\n"
        project.files["sub/own.txt"] = self.text()
        project.params = {"params.yaml": {"lr_a": 1, "depth_b": 2}, "conf.json": {"width_c": 3, "kind_d": "relu"},
                          "conf.toml": {"rate_e": 4, "name_f": "adam"}, "sub/params.yaml": {"beta_g": 5}}
        project.code = {path: [self.text().strip(), []] for path in
                        ("code/r1.py", "code/r2.py", "code/m1.py", "code/m2.py", "code/lib/m3.py", "code/lib/m4.py")}
        for path in project.code:
            self.change_imports(path)
        project.variables = {"": {"v1": 1, "v2": "x"}, "sub": {"v3": 7}}
        for number in range(random.randint(2, 7)):
            self.add_stage()

    # --- stages

    def outputs(self):
        """Returns (path, kind, stage) of the outputs of all stages, those of groups for each item."""
        found = []
        for name, stage, item in self.project.runs():
            for out in stage.outs:
                found.append((self.project.for_item(stage, out["path"], item), out["kind"], stage))
        return found

    def read(self, stage):
        """Returns one thing that a stage may read, or None."""
        random, project = self.random, self.project
        kind = random.choice(("file", "file", "tree", "out", "out", "out", "out", "param", "param", "env", "var", "tool",
                              "stage", "item", "pool", "code"))
        if kind == "file":
            return ["file", random.choice([path for path in project.files if not path.startswith("src/item-")])]
        if kind == "item":
            return ["file", f"src/item-{project.item_word(stage)}.txt"] if stage.items else None
        if kind == "tree":
            return ["tree", random.choice(sorted({"/".join(p.split("/")[:2]) for p in project.files if p.startswith("data/")}))]
        if kind == "out":
            outputs = self.outputs()
            if not outputs:
                return None
            path, what, _ = random.choice(outputs)
            if what in ("file", "each"):
                return ["file" if what == "file" else "tree", path]
            return random.choice((["tree", path], ["part", path + "/x"], ["part", path + "/s/f"]))
        if kind == "pool":
            inside = [path for path, _, _ in self.outputs() if path.startswith("pool/")]
            if not inside:
                return None
            self.closed.add("pool")
            return ["tree", "pool"]
        if kind == "param":
            path = random.choice(sorted(project.params))
            return ["param", path, random.choice(sorted(project.params[path]))]
        if kind == "env":
            name = self.new("E")
            stage.env[name] = self.random.choice(WORDS)
            return ["env", name]
        if kind == "var":
            names = sorted(project.variables.get(stage.folder, {}))
            return ["var", random.choice(names)] if names else None
        if kind == "tool":
            return ["tool", "version"]
        if kind == "code":
            return ["code", random.choice(("code/r1.py", "code/r2.py"))]
        others = [other for other in project.stages if other.folder == stage.folder and other.items is None
                  and any(out["kind"] == "file" for out in other.outs)]
        if not others:
            return None
        other = random.choice(others)
        return ["stage", other.name, [out["path"] for out in other.outs if out["kind"] == "file"]]

    def add_stage(self):
        random = self.random
        stage = Stage(self.new("s"), random.choice(("", "", "", "sub", "sub/deep")),
                      random.choice((None, None, None, "src", "sub", "")))
        if stage.wdir == stage.folder:
            stage.wdir = None
        stage.listed = random.random() < 0.2
        stage.sleep = random.choice((0, 0, 0, 0, 0.02))
        stage.sandbox = random.random() < 0.15
        if random.random() < 0.2:
            return self.add_stage_per_input(stage)
        if random.random() < 0.25:
            stage.items = random.sample(("p", "q", "r"), random.randint(1, 3))
            stage.matrix = random.random() < 0.4
        for number in range(random.randint(1, 4)):
            one = self.read(stage)
            if one and one not in stage.reads and not self.overlaps(stage, one):
                stage.reads.append(one)
        for number in range(random.choice((1, 1, 1, 2, 3))):
            stage.outs.append(self.new_output(stage))
        self.project.stages.append(stage)
        return f"add stage {stage.name}"

    def add_stage_per_input(self, stage):
        """Adds a stage that runs for each file of a folder, which is tracked or made by a stage."""
        random = self.random
        folders = sorted({"/".join(path.split("/")[:2]) for path in self.project.files if path.startswith("data/")})
        folders += [path for path, kind, _ in self.outputs() if kind in ("tree", "each")]
        stage.batch = random.choice((1, 1, 2, 5))
        stage.reads.append(["each", random.choice(folders)])
        for number in range(random.randint(0, 2)):
            one = self.read(stage)
            if one and one not in stage.reads and not self.overlaps(stage, one) and \
                    (one[0] != "tree" or one[1] != stage.inputs()):
                stage.reads.append(one)
        stage.outs.append({"path": posixpath.join(random.choice(("out", "out/in")), self.new("o")), "kind": "each",
                           "field": "outs", "may_persist": False, "flags": {}})
        self.project.stages.append(stage)
        return f"add stage {stage.name}"

    @staticmethod
    def overlaps(stage, read):
        return read[0] == "stage" and any(other[0] == "stage" and other[1] == read[1] for other in stage.reads)

    def new_output(self, stage):
        random = self.random
        kind = random.choice(("file", "file", "tree"))
        field = random.choice(("outs", "outs", "outs", "metrics", "plots")) if kind == "file" else "outs"
        item = "-" + self.project.item_word(stage) if stage.items else ""
        taken = {path for path, _, _ in self.outputs()} | {out["path"] for out in stage.outs}
        free = [path for path in self.retired
                if path not in taken and not path.startswith(tuple(one + "/" for one in self.closed))]
        is_reused = bool(free) and not item and random.random() < 0.3
        if is_reused:
            path = random.choice(free)
            self.retired.remove(path)
        else:
            folder = random.choice([f for f in ("out", "out/in", "pool", stage.base()) if f not in self.closed])
            path = posixpath.join(folder, self.new("o") + item)
        out = {"path": path, "kind": kind, "field": field, "may_persist": kind == "file" and not is_reused, "flags": {}}
        out["flags"] = self.flags(out)
        return out

    def flags(self, out):
        """Returns the flags of an output. The old content of an output that persists is present when the
        command runs, so only outputs that the command overwrites may have that flag.
        """
        random = self.random
        if out["field"] != "outs":
            return {"cache": False} if random.random() < 0.7 else {}
        chosen = random.choice(({}, {}, {}, {}, {"cache": False}, {"persist": True}, {"push": False}))
        if "persist" not in chosen:
            return chosen
        if not out["may_persist"]:
            return {}
        out["persisted"] = True
        return chosen

    def is_read(self, stage):
        """Says whether another stage reads or names an output of this one."""
        own = [path for path, _, writer in self.outputs() if writer is stage]
        for other in self.project.stages:
            for kind, *what in other.reads:
                if kind == "stage" and what[0] == stage.name and other.folder == stage.folder:
                    return True
                reads = [self.project.for_item(other, what[0], item) for item in other.items or [None]]
                if other is not stage and kind in ("file", "tree", "part", "each") and \
                        any(path == read or path.startswith(read + "/") or read.startswith(path + "/")
                            for path in own for read in reads):
                    return True
        return False

    def remove_stage(self):
        free = [stage for stage in self.project.stages if not self.is_read(stage)]
        if len(self.project.stages) < 3 or not free:
            return None
        stage = self.random.choice(free)
        self.project.stages.remove(stage)
        if not stage.items:
            self.retired += [out["path"] for out in stage.outs if not out.get("persisted")]
        return f"remove stage {stage.name}"

    def rename_stage(self):
        stage = self.random.choice(self.project.stages)
        before, stage.name = stage.name, self.new("renamed")
        for other in self.project.stages:
            for read in other.reads:
                if read[0] == "stage" and read[1] == before and other.folder == stage.folder:
                    read[1] = stage.name
        return f"rename stage {before} to {stage.name}"

    def change_command(self):
        stage = self.random.choice(self.project.stages)
        stage.tag = self.random.randrange(3)
        stage.listed = self.random.random() < 0.2
        return f"change the command of {stage.name}"

    def change_env(self):
        stages = [stage for stage in self.project.stages if stage.env]
        if not stages:
            return None
        stage = self.random.choice(stages)
        stage.env[self.random.choice(sorted(stage.env))] = self.random.choice(WORDS)
        return f"change the variables of {stage.name}"

    def change_flags(self):
        stage = self.random.choice([stage for stage in self.project.stages if stage.batch is None] or [None])
        if stage is None:
            return None
        out = self.random.choice(stage.outs)
        lying = [self.root / path for item in stage.items or [None]
                 for path in [self.project.for_item(stage, out["path"], item)] if os.path.lexists(self.root / path)]
        if any(path.is_symlink() or not path.is_file() or path.stat().st_mode & 0o100 for path in lying):
            return None
        out["flags"] = self.flags(out)
        return f"flags of {out['path']}: {out['flags']}"

    def change_items(self):
        groups = [stage for stage in self.project.stages if stage.items]
        if not groups:
            return None
        stage = self.random.choice(groups)
        used = {read[1] for other in self.project.stages for read in other.reads
                if read[0] in ("file", "tree", "part", "each")}
        needed = [item for item in stage.items for path in self.project.out_paths(stage, item)
                  if any(one == path or one.startswith(path + "/") for one in used)]
        if any(path.startswith(tuple(folder + "/" for folder in self.closed)) for path in
               self.project.out_paths(stage, "p")):
            return None
        stage.items = sorted(set(needed) | set(self.random.sample(("p", "q", "r"), self.random.randint(1, 2))))
        return f"items of {stage.name}: {stage.items}"

    def toggle_sandbox(self):
        stage = self.random.choice(self.project.stages)
        stage.sandbox = not stage.sandbox and self.random.random() < 0.7
        return f"sandbox of {stage.name}: {stage.sandbox}"

    def toggle_always(self):
        stage = self.random.choice(self.project.stages)
        stage.always = not stage.always and self.random.random() < 0.5
        return f"always_changed of {stage.name}: {stage.always}"

    def toggle_anchors(self):
        self.project.anchors = not self.project.anchors
        return f"anchors: {self.project.anchors}"

    # --- sources

    def source(self):
        return self.random.choice(sorted(self.project.files))

    def change_file(self):
        path = self.source()
        self.old.setdefault(path, []).append(self.project.files[path])
        self.project.files[path] = self.text()
        return f"change {path}"

    def revert_file(self):
        known = sorted(path for path in self.old if path in self.project.files)
        if not known:
            return None
        path = self.random.choice(known)
        self.project.files[path] = self.random.choice(self.old[path])
        return f"revert {path}"

    def touch_file(self):
        path = self.source()
        os.utime(self.root / path)
        return f"touch {path}"

    def make_executable(self):
        path = self.source()
        self.project.executable ^= {path}
        return f"chmod {path}"

    def add_file(self):
        folder = posixpath.dirname(self.random.choice([p for p in self.project.files if p.startswith("data/")]))
        path = f"{folder}/{self.new('n')}"
        self.project.files[path] = self.text()
        return f"add {path}"

    def is_named(self, path):
        return any(read[1] == path for stage in self.project.stages for read in stage.reads)

    def drop_file(self, path):
        del self.project.files[path]
        self.project.executable.discard(path)

    def data_file(self):
        """Returns a file that can be removed: it is not the last of its directory and is named nowhere."""
        def siblings(path):
            return [one for one in self.project.files if posixpath.dirname(one) == posixpath.dirname(path)]
        free = [path for path in self.project.files
                if path.startswith("data/") and len(siblings(path)) > 1 and not self.is_named(path)]
        return self.random.choice(free) if free else None

    def remove_file(self):
        path = self.data_file()
        if path is None:
            return None
        self.drop_file(path)
        return f"remove {path}"

    def rename_file(self):
        path = self.data_file()
        if path is None:
            return None
        new = posixpath.join(posixpath.dirname(path), self.new("m"))
        self.project.files[new] = self.project.files[path]
        self.drop_file(path)
        return f"rename {path} to {new}"

    def move_source(self):
        """Moves a file that stages name, and changes its name there too."""
        path = self.random.choice([p for p in self.project.files if p.startswith("src/f")])
        new = f"src/{self.new('f')}.txt"
        self.project.files[new] = self.project.files[path]
        self.drop_file(path)
        for stage in self.project.stages:
            for read in stage.reads:
                if read[0] == "file" and read[1] == path:
                    read[1] = new
        return f"move {path} to {new}"

    def change_param(self):
        values = self.project.params[self.random.choice(sorted(self.project.params))]
        name = self.random.choice(sorted(values))
        values[name] = self.random.choice(WORDS) if isinstance(values[name], str) else self.random.randrange(4)
        return f"param {name}: {values[name]}"

    def reorder_params(self):
        path = self.random.choice(sorted(self.project.params))
        values = self.project.params[path]
        self.project.params[path] = dict(reversed(values.items()))
        return f"reorder {path}"

    def change_variable(self):
        values = self.project.variables[self.random.choice(sorted(self.project.variables))]
        name = self.random.choice(sorted(values))
        values[name] = self.random.randrange(4)
        return f"variable {name}: {values[name]}"

    # --- code

    def change_imports(self, path):
        """Changes the imports of a module. Modules may import each other in a circle."""
        modules = [one[len("code/"):-len(".py")].replace("/", ".") for one in self.project.code
                   if not one.startswith("code/r") and not one.endswith("__init__.py") and one != path]
        self.project.code[path][1] = self.random.sample(modules, self.random.choice((0, 1, 1, 2)))

    def change_code(self):
        path = self.random.choice(sorted(self.project.code))
        if self.random.random() < 0.5:
            self.change_imports(path)
        else:
            self.project.code[path][0] = self.text().strip()
        return f"change {path}: {self.project.code[path]}"

    def toggle_package(self):
        """Adds to a directory of modules the file that runs when one of them is imported, or removes it."""
        path = "code/lib/__init__.py"
        if self.project.code.pop(path, None):
            return f"remove {path}"
        self.project.code[path] = [self.text().strip(), []]
        self.change_imports(path)
        return f"add {path}"

    # --- what lies on disk

    def tamper(self):
        lying = [(self.root / path, kind, stage) for path, kind, stage in self.outputs()
                 if os.path.lexists(self.root / path) and not stage.frozen
                 and not any(out["flags"].get("persist") for out in stage.outs)]
        if not lying:
            return None
        path, kind, _ = self.random.choice(lying)
        name = path.relative_to(self.root)
        if self.random.random() < 0.3:
            remove(path)
            return f"delete {name}"
        if path.is_dir():
            inner = sorted(p for p in path.rglob("*") if p.is_file())
            how = self.random.choice(("add", "delete", "change", "chmod"))
            if how == "add" or not inner:
                (path / "stray").write_text("stray\n")
            else:
                one = self.random.choice(inner)
                self.spoil(one) if how == "change" else one.chmod(0o755) if how == "chmod" else one.unlink()
            return f"{how} in {name}"
        how = self.random.choice(("change", "change", "touch", "directory", "link"))
        if how == "change":
            self.spoil(path)
        elif how == "touch":
            os.utime(path)
        else:
            remove(path)
            path.mkdir() if how == "directory" else path.symlink_to("nowhere")
        return f"{how} {name}"

    def spoil(self, path):
        """Replaces the bytes of a file and keeps its length, so that only its content or times show the
        change.
        """
        size = path.lstat().st_size  # an earlier edit may have left a dangling link
        path.unlink()  # so that nothing is written through a link into the store
        path.write_text("z" * size)

    def any(self):
        """Makes one edit and returns its description."""
        while True:
            edit = self.random.choice((
                self.change_file, self.change_file, self.change_file, self.revert_file, self.revert_file, self.touch_file,
                self.make_executable, self.add_file, self.remove_file, self.rename_file, self.move_source,
                self.change_param, self.change_param, self.reorder_params, self.change_code, self.change_code,
                self.toggle_package, self.change_variable, self.change_command,
                self.change_env, self.change_flags, self.add_stage, self.remove_stage, self.rename_stage,
                self.change_items, self.toggle_always, self.toggle_sandbox, self.toggle_anchors, self.tamper,
                self.tamper, self.tamper))
            said = edit()
            if said:
                return said


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
