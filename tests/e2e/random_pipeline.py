"""Random pipelines for test_differential.py: the content of a project, its edits, and the outputs that its
stages must make.

A Project is the model. It knows every source file, parameter and stage, and writes them out as a user would.
It also computes the content of each output without running anything, because the commands are shell scripts
over sha256sum that Python can follow.
"""

import copy
import hashlib
import json
import posixpath

import yaml

KEEP = "dvx.yaml"
TAG_LENGTH = 40


def mixed(lines):
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:TAG_LENGTH]


def under(files, folder):
    return {path[len(folder) + 1:]: text for path, text in files.items() if path.startswith(folder + "/")}


class Missing(Exception):
    """A stage reads something that does not exist."""


class Stage:
    """One stage of dvx.yaml, or the stage of one item of a group."""

    def __init__(self, name, folder="", wdir=None):
        self.name = name
        self.folder = folder  # the folder of its dvx.yaml
        self.wdir = wdir  # relative to the root; None means the folder
        self.tag = 0  # an additional part of the command
        self.reads = []               # [kind, …]: see `parts`
        self.outs = []                # {"path", "kind": file | tree, "field": outs | metrics | plots, flags}
        self.env = {}
        self.items = None  # the items of a group
        self.matrix = False
        self.always = self.frozen = self.broken = False
        self.sleep = 0
        self.listed = False  # whether cmd is a list
        self.sandbox = False
        self.batch = None  # for a stage that runs once for each input and then reads an ["each", folder]

    def inputs(self):
        """Returns the folder with the inputs of a stage that runs once for each input."""
        return next(what for kind, what, *_ in self.reads if kind == "each")

    def is_sandboxed(self):
        """Says whether the stage can run in a sandbox. The answer of a tool belongs to the key, but the
        sandbox hides the file from which the tool takes it.
        """
        return self.sandbox and all(read[0] != "tool" for read in self.reads)

    def base(self):
        return self.folder if self.wdir is None else self.wdir

    def names(self):
        return [self.name] if self.items is None else [f"{self.name}@{item}" for item in self.items]


class Project:
    def __init__(self):
        self.files = {}  # sources: path relative to the root → text
        self.params = {}              # file → {name: value}
        self.code = {}  # Python file → [the text that it prints, the modules that it imports]
        self.variables = {}  # of each folder's dvx.yaml: {folder: {name: value}}
        self.stages = []
        self.anchors = False  # whether dvx.yaml uses aliases for repeated parts
        self.executable = set()
        self.tracked = set()  # folders of sources that dvx tracks and git does not

    def copy(self):
        return copy.deepcopy(self)

    def stage(self, name):
        return next(stage for stage in self.stages if stage.name == name)

    def folders(self):
        return sorted({stage.folder for stage in self.stages} | {""})

    # --- what is written

    def texts(self):
        """Returns all files except outputs: path → text."""
        texts = dict(self.files)
        for path, values in self.params.items():
            texts[path] = params_text(path, values)
        for path, (note, imports) in self.code.items():
            texts[path] = "".join(f"import {module}\n" for module in imports) + f"print({note!r})\n"
        for folder in self.folders():
            texts[posixpath.join(folder, KEEP)] = self.pipeline_text(folder)
        return texts

    def pipeline_text(self, folder):
        data = {}
        if self.variables.get(folder):
            data["vars"] = [dict(self.variables[folder])]
        data["stages"] = {stage.name: self.stage_entry(stage) for stage in self.stages if stage.folder == folder}
        if not self.anchors:
            data = json.loads(json.dumps(data))  # no object occurs twice, so PyYAML makes no aliases
        else:
            share(data["stages"])
        return yaml.safe_dump(data, sort_keys=False, width=1000)

    def stage_entry(self, stage):
        body = {}
        if stage.matrix:
            body["matrix"] = {"x": list(stage.items)}
        if stage.wdir is not None:
            body["wdir"] = posixpath.relpath(stage.wdir or ".", stage.folder or ".")
        command = self.command(stage, templated=True)
        body["cmd"] = ["echo begin", command] if stage.listed else command
        local = lambda path: posixpath.relpath(path, stage.base() or ".")
        deps, params, tools = [], {}, []
        for kind, *what in stage.reads:
            if kind in ("file", "tree", "part"):
                deps.append(local(what[0]))
            elif kind == "stage":
                deps.append({"stage": what[0]})
            elif kind == "param":
                params.setdefault(what[0], []).append(what[1])
            elif kind == "tool":
                tools.append(f"cat {what[0]}")  # run at the root
        if deps:
            body["deps"] = deps
        if params:
            body["params"] = [{local(path): names} for path, names in params.items()]
        if stage.batch is not None:
            body["each"] = {"in": local(stage.inputs()) + "/*", "out": local(stage.outs[0]["path"]) + "/{name}",
                            "batch": stage.batch}
        for field in ("outs", "metrics", "plots"):
            if stage.batch is not None:
                break
            entries = [{local(out["path"]): out["flags"]} if out["flags"] else local(out["path"])
                       for out in stage.outs if out["field"] == field]
            if entries:
                body[field] = entries
        if stage.env:
            body["env"] = dict(stage.env)
        if tools:
            body["tools"] = tools
        if stage.always:
            body["always_changed"] = True
        if stage.frozen:
            body["frozen"] = True
        if stage.is_sandboxed():
            body["sandbox"] = True
        if stage.items is not None and not stage.matrix:
            return {"foreach": list(stage.items), "do": body}
        return body

    # --- what a command is, and what it makes

    @staticmethod
    def item_word(stage):
        return "${item.x}" if stage.matrix else "${item}"

    def for_item(self, stage, text, item):
        return text.replace(self.item_word(stage), str(item)) if item is not None else text

    def resolved(self, stage, text, item=None):
        text = self.for_item(stage, text, item)
        for name, value in self.variables.get(stage.folder, {}).items():
            text = text.replace("${%s}" % name, str(value))
        return text

    def command(self, stage, templated=False, item=None):
        local = lambda path: posixpath.relpath(path, stage.base() or ".")
        words = [f"echo tag {stage.tag}"]
        if stage.items is not None:
            words.append(f"echo item {self.item_word(stage)}")
        for kind, *what in stage.reads:
            if kind in ("file", "part", "tool"):
                words.append(f"cat {local(what[0])}")
            elif kind == "tree":
                words.append(f"(cd {local(what[0])} && find . -type f ! -name .gitignore | sort | xargs -r sha256sum)")
            elif kind == "stage":
                words += [f"cat {local(path)}" for path in what[1]]
            elif kind == "param":
                words.append(f"awk -F'[:=,#]' '/{what[1]}/ {{gsub(/[ \"]/, \"\", $2); print $2}}' {local(what[0])}")
            elif kind == "env":
                words.append(f"echo ${what[0]}")
            elif kind == "var":
                words.append("echo ${%s}" % what[0])
            elif kind == "code":
                words.append(f"python3 -B {local(what[0])}")
        lines = ["set -e"]
        if stage.sleep:
            lines.append(f"sleep {stage.sleep}")
        if stage.batch is not None:
            fail = "exit 3; " if stage.broken else ""
            lines.append(f"for f in {{in}}; do H=$({{ {'; '.join(words + ['cat $f'])}; }} | sha256sum | "
                         f"cut -c1-{TAG_LENGTH}); {fail}echo $H > {local(stage.outs[0]['path'])}/$(basename $f); done")
            text = "\n".join(lines)
            return text if templated else self.resolved(stage, text, item)
        lines.append(f"H=$({{ {'; '.join(words)}; }} | sha256sum | cut -c1-{TAG_LENGTH})")
        if stage.broken:
            lines.append("exit 3")
        for number, out in enumerate(stage.outs):
            path = local(out["path"])
            if out["kind"] == "tree":
                lines.append(f"mkdir -p {path}/s; echo $H {number} > {path}/$(echo $H | cut -c1); "
                             f"echo $H {number} s > {path}/s/f; echo fixed > {path}/x")
            elif out["field"] == "metrics":
                lines.append(f"echo \"{{\\\"v\\\": \\\"$H {number}\\\"}}\" > {path}")
            else:
                lines.append(f"echo $H {number} > {path}")
        text = "\n".join(lines)
        return text if templated else self.resolved(stage, text, item)

    def outputs_of(self, stage, item, state):
        """Computes the outputs of one run from the files in `state`: path → text."""
        read = []
        for kind, *what in stage.reads:
            path = self.for_item(stage, what[0], item)
            if kind in ("file", "part", "tool"):
                if path not in state:
                    raise Missing(path)
                read.append(state[path])
            elif kind == "tree":
                inner = under(state, path)
                if not inner:
                    raise Missing(path)
                names = sorted("./" + name for name in inner)
                read += [f"{hashlib.sha256(inner[name[2:]].encode()).hexdigest()}  {name}\n" for name in names]
            elif kind == "stage":
                read += [state[one] for one in what[1]]
            elif kind == "param":
                read.append(f"{self.params[what[0]][what[1]]}\n")
            elif kind == "env":
                read.append(f"{stage.env[what[0]]}\n")
            elif kind == "var":
                read.append(f"{self.variables[stage.folder][what[0]]}\n")
            elif kind == "code":
                read += [f"{self.code[one][0]}\n" for one in self.imported_by(what[0])]
        said = [f"tag {stage.tag}\n"] + ([f"item {item}\n"] if item is not None else [])
        if stage.batch is not None:
            inputs = {name: text for name, text in under(state, stage.inputs()).items() if "/" not in name}
            return {f"{stage.outs[0]['path']}/{name}": mixed(said + read + [text]) + "\n" for name, text in inputs.items()}
        tag = mixed(said + read)
        made = {}
        for number, out in enumerate(stage.outs):
            path = self.for_item(stage, out["path"], item)
            if out["kind"] == "tree":
                made |= {f"{path}/{tag[0]}": f"{tag} {number}\n", f"{path}/s/f": f"{tag} {number} s\n",
                         f"{path}/x": "fixed\n"}
            elif out["field"] == "metrics":
                made[path] = '{"v": "%s %d"}\n' % (tag, number)
            else:
                made[path] = f"{tag} {number}\n"
        return made

    def runs(self):
        """Returns (full name, stage, item) in an order in which data flows."""
        return [(address(stage, name), stage, item) for stage in self.stages
                for name, item in zip(stage.names(), stage.items or [None])]

    def key(self, stage, item, state):
        """Returns a key such that two runs with equal keys must make the same. It stands for the key of dvx
        but is computed independently.
        """
        content = []
        for kind, *what in stage.reads:
            path = self.for_item(stage, what[0], item)
            if kind in ("file", "part"):
                content.append((path, state[path], path in self.executable))
            elif kind == "tool":
                content.append(("tool", state[path].strip()))
            elif kind in ("tree", "each"):
                content.append((path, tuple(sorted(under(state, path).items())),
                                tuple(sorted(p for p in self.executable if p.startswith(path + "/")))))
            elif kind == "stage":
                content.append(("stage", what[0], tuple(state[one] for one in what[1])))
            elif kind == "param":
                content.append((what[0], what[1], self.params[what[0]][what[1]]))
            elif kind == "code":
                content.append((path, tuple((one, *map(repr, self.code[one])) for one in self.imported_by(path))))
        outs = sorted((self.for_item(stage, out["path"], item), out["flags"].get("cache", True),
                       out["flags"].get("persist", False)) for out in stage.outs)
        return repr((stage.base(), stage.listed, stage.is_sandboxed(), self.command(stage, item=item), sorted(content, key=repr), outs,
                     sorted(stage.env.items())))

    def imported_by(self, script):
        """Returns the script and everything it imports, in the order in which they print: an imported module
        comes before its importer.
        """
        begun, ended = set(), []

        def load(path):
            if path not in begun and path in self.code:
                begun.add(path)
                for module in self.code[path][1]:
                    words = module.split(".")
                    for count in range(1, len(words)):
                        load("code/" + "/".join(words[:count]) + "/__init__.py")
                    load("code/" + "/".join(words) + ".py")
                ended.append(path)

        load(script)
        return ended

    def out_paths(self, stage, item):
        return [self.for_item(stage, out["path"], item) for out in stage.outs]

    def expected(self, before):
        """Returns the result of a complete repro: (path → text of all outputs, full name → key). `before`
        are the outputs that exist now, which frozen stages leave unchanged.
        """
        state = self.files | {path: params_text(path, values) for path, values in self.params.items()}
        outputs, keys = {}, {}
        for name, stage, item in self.runs():
            if stage.frozen:
                made = {path: text for one in self.out_paths(stage, item) for path, text in before.items()
                        if path == one or path.startswith(one + "/")}
            else:
                made = self.outputs_of(stage, item, state)
                keys[name] = self.key(stage, item, state)
            outputs |= made
            state |= made
        return outputs, keys


def address(stage, name):
    return f"{stage.folder}:{name}" if stage.folder else name


def share(stages):
    """Makes PyYAML write anchors and aliases by turning equal lists of stages into one object."""
    known = {}
    for body in stages.values():
        for field, value in body.items():
            if isinstance(value, list):
                body[field] = known.setdefault(json.dumps(value), value)


def params_text(path, values):
    if path.endswith(".json"):
        return json.dumps(values, indent=1) + "\n"
    if path.endswith(".toml"):
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in values.items()) or "{}\n"
