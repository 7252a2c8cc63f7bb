"""Hostile repositories. Each is an honest repository with one thing in it that an attacker would put there.

Each kind of attack is a generator here that yields many repositories. An attacker chooses the content of a
clone and of its remote. `outside` is the directory that he would like to reach, and `touch <outside>/PWNED`
is the command that he would like to run.
"""

import dataclasses
import json

from hostile import formats
from hostile.formats import DIRECTORY, EXECUTABLE, FILE, LINK, Frame, sha

TEXT = b"one\ntwo\n"
EVIL = b"#!/bin/sh\ntouch PWNED\n"

BAD_NAMES = (
    "..", ".", "", "../outside", "a/../../outside", "/etc/dvx-was-here", ".git", ".GIT", ".git/hooks/pre-commit",
    "sub/.git/config", "git~1", "GIT~1/hooks/post-checkout", ".git ", ".git.", ".git::$INDEX_ALLOCATION", ".g\u200cit/hooks/x",
    ".dvx", ".dvx/config.local", ".DVX/store", "a/.dvx/index.db", "dvx~1", "a\x00b", "a\nerror: b", "\x1b[31mred\x1b]0;t\x07",
    "\u009b31mred", "exe\u202egpj.txt", "\u2066x\u2069", "a\rb", "n" * 256, "d/" * 300 + "x", "slash/", "a//b", "-rf",
    "$(touch PWNED)", "`touch PWNED`", "x;touch PWNED", "<script>alert(1)</script>", "*", "~", "~/x", "a\\b", "\x7f", "\t",
)


@dataclasses.dataclass
class Repository:
    kind: str
    title: str
    files: dict = dataclasses.field(default_factory=dict)  # all committed
    links: dict = dataclasses.field(default_factory=dict)  # committed too; they replace files of the same name
    remote: dict = dataclasses.field(default_factory=dict)
    git_config: str = ""
    only_looking: bool = False  # leaves out commands that may run programs which git is told to run


class Maker:
    """Makes the parts that all repositories have, and has methods to change them."""

    def __init__(self, outside):
        self.outside = outside
        self.canary = f"touch {outside}/PWNED"

    def honest(self, kind, title):
        inner = formats.tree((FILE, "b", len(TEXT), 1, sha(TEXT)))
        outer = formats.tree((FILE, "a", len(TEXT), 1, sha(TEXT)), (DIRECTORY, "sub", len(TEXT), 1, sha(inner)))
        record = self.record()
        self.frames = [Frame(each) for each in (TEXT, EVIL, inner, outer, record)]
        repository = Repository(kind, title)
        repository.files = {
            ".dvx/config": "[core]\n\tproject = p\n",
            "x.dvx": formats.pointer("x", sha(TEXT), len(TEXT)),
            "d/t.dvx": formats.pointer("t", sha(outer), 2 * len(TEXT), files=2),
            "dvx.yaml": self.pipeline(),
            "params.yaml": "p: 1\n",
            "script.py": "import helper\nprint(helper.value)\n",
            "helper.py": "value = 1\n",
            "dvx.lock": self.lock(sha(record)),
        }
        repository.remote = formats.remote([formats.pack(self.frames)], roots=[formats.root(runs=[formats.name(sha(record))])],
                                           runs=[formats.run_list([[formats.name(sha(b"key")), formats.name(sha(record))]])])
        return repository

    def pipeline(self, stage="made", **fields):
        return json.dumps({"stages": {stage: self.stage(**fields)}}, ensure_ascii=False)

    def stage(self, **fields):
        honest = {"cmd": f"{self.canary}; python3 script.py > o", "deps": ["x", "script.py"], "outs": ["o"], "params": ["p"],
                  "tools": [self.canary]}
        return {key: value for key, value in (honest | fields).items() if value is not None}

    def lock(self, run=sha(b"run"), stage="made", outs=("o",), **fields):
        recorded = {path: {"file": formats.name(sha(TEXT)), "size": len(TEXT)} for path in outs}
        return formats.lock({stage: formats.locked_stage(run=run, outs=recorded, **fields)})

    def record(self, stage="made", outs=("o",), **fields):
        made = [{"path": path, "file": formats.name(sha(TEXT)), "size": len(TEXT), "cached": True} for path in outs]
        return formats.run_record(stage, made, **fields)

    def with_objects(self, repository, *contents):
        """Adds the contents to the objects of the remote."""
        repository.remote |= formats.remote([formats.pack([Frame(each) for each in contents])])
        return repository


def short(text):
    return text if len(text) <= 30 else text[:30] + "…"


# Links in place of files and directories that dvx reads, writes or removes.


def links(make, everything):
    own = ("", "/tmp", "/lock", "/index.db", "/index.db-wal", "/index.db-shm", "/index.db-journal", "/config", "/config.local",
           "/.gitignore", "/checkout", "/runs", "/jobs", "/cache", "/failed", "/logs", "/store", "/store/format", "/store/packs",
           "/store/index", "/store/index/lock", "/store/tmp", "/store/tmp/lock", "/store/tmp/session-1", "/store/whole",
           f"/store/whole/{sha(TEXT).hex()[:2]}", f"/store/whole/{sha(TEXT).hex()[:2]}/{sha(TEXT).hex()[2:]}", "/store/users",
           "/store/trash", "/store/use.lock", "/store/gc.lock", "/store/quarantine", "/store/checks.log", "/store/runs",
           "/store/runs/index", "/store/remotes", "/store/linked")
    places = [".dvx" + place for place in own]
    places += ["x", "x.dvx", "d", "d/t", "d/t.dvx", "d/t/sub", "d/t/a", "d/.gitignore", ".gitignore", ".dvxignore", ".gitattributes",
               "dvx.yaml", "dvx.lock", "params.yaml", "script.py", "helper.py", "o", "new.txt", "out", "each", "each/in", "each/out"]
    targets = (("directory", make.outside + "/directory"), ("file", make.outside + "/file"), ("nothing", make.outside + "/absent"))
    for number, place in enumerate(places):
        for title, target in targets if everything else (targets[number % 3], targets[(number + 1) % 3]):
            repository = make.honest("links", f"{place} to a {title} outside")
            if place.startswith(".dvx/store/"):
                repository.files |= {f".dvx/store/{name}": data for name, data in formats.store().items()}
            if place in ("out", "each", "each/in", "each/out"):
                repository.files["dvx.yaml"] = json.dumps({"stages": {
                    "made": make.stage(outs=["out/o"], wdir=None),
                    "many": {"cmd": "cp ${in} ${out}", "each": {"in": "each/in/*.txt", "out": "each/out/{name}.up"}}}})
                repository.files["each/in/a.txt"] = "a"
                repository.files["dvx.lock"] = make.lock(outs=("out/o",))
            repository.links[place] = target
            yield repository
    for target in ("/dev/zero", "/dev/tty", "/proc/self/mem", "/", "..", "../../outside/directory"):
        for place in ("x", "o", "x.dvx", "dvx.lock", ".dvx/store"):
            repository = make.honest("links", f"{place} to {target}")
            repository.links[place] = target
            yield repository


# Names that lead elsewhere, in every field that takes a name.


def name_fields(make):
    """Yields, for each field, a function that sets a name in an honest repository."""

    def in_file(path, text):
        return lambda repository, name: repository.files.__setitem__(path, text(name))

    def pipeline(**fields):
        return in_file("dvx.yaml", lambda name: make.pipeline(**{key: value(name) for key, value in fields.items()}))

    def in_tree(kind):
        def change(repository, name):
            listing = formats.tree((kind, name, len(TEXT), 1, sha(TEXT)))
            repository.files["d/t.dvx"] = formats.pointer("t", sha(listing), len(TEXT), files=1)
            make.with_objects(repository, listing)
        return change

    def nested_tree(repository, name):
        inner = formats.tree((EXECUTABLE, "pre-commit", len(EVIL), 1, sha(EVIL)))
        listing = formats.tree((DIRECTORY, name, len(EVIL), 1, sha(inner)))
        repository.files["d/t.dvx"] = formats.pointer("t", sha(listing), len(EVIL), files=1)
        make.with_objects(repository, inner, listing)

    def link_target(repository, name):
        target = name.encode("utf-8", "surrogateescape") or b"x"
        listing = formats.tree((LINK, "link", len(target), 1, sha(target)), (FILE, "link2", len(TEXT), 1, sha(TEXT)))
        repository.files["d/t.dvx"] = formats.pointer("t", sha(listing), len(TEXT) + len(target), files=2)
        make.with_objects(repository, target, listing)

    def record(**fields):
        def change(repository, name):
            data = make.record(**{key: value(name) for key, value in fields.items()})
            repository.files["dvx.lock"] = make.lock(sha(data))
            make.with_objects(repository, data)
        return change

    def in_root(repository, name):
        data = formats.root([{"path": name, "kind": "file", "id": formats.name(sha(TEXT)), "size": len(TEXT), "files": 1}])
        repository.remote |= formats.remote(roots=[data])

    def config(text):
        return in_file(".dvx/config", lambda name: "[core]\n\tproject = p\n" + text(json.dumps(name, ensure_ascii=False)))

    one = lambda name: [name]
    return {
        "path of a pointer": in_file("x.dvx", lambda name: formats.pointer(name, sha(EVIL), len(EVIL), extra="executable: true\n")),
        "path of a pointer to a tree": in_file("d/t.dvx", lambda name: formats.pointer(name, sha(TEXT), 1, files=1)),
        "schema of a pointer": in_file("x.dvx", lambda name: formats.pointer("x", sha(TEXT), extra=f"schema: {json.dumps(name)}\n")),
        "remote of a pointer": in_file("x.dvx", lambda name: formats.pointer("x", sha(TEXT), extra=f"remote: {json.dumps(name)}\n")),
        "desc of a pointer": in_file("x.dvx", lambda name: formats.pointer("x", sha(TEXT), extra=f"desc: {json.dumps(name)}\n")),
        "file in a tree": in_tree(FILE), "program in a tree": in_tree(EXECUTABLE), "link in a tree": in_tree(LINK),
        "directory in a tree": nested_tree, "target of a link in a tree": link_target,
        "output": pipeline(outs=one), "output with flags": pipeline(outs=lambda name: [{name: {"persist": True, "cache": False}}]),
        "dependency": pipeline(deps=one), "wdir": pipeline(wdir=str), "metrics": pipeline(metrics=one), "plots": pipeline(plots=one),
        "params file": pipeline(params=lambda name: [{name: ["p"]}]), "param": pipeline(params=one), "stage": pipeline(stage=str),
        "desc of a stage": pipeline(desc=str), "tool": pipeline(tools=one), "mutex": pipeline(mutex=str), "shell": pipeline(shell=str),
        "env": pipeline(env=lambda name: {name: name}), "schema of an output": pipeline(outs=lambda name: [{"o": {"schema": name}}]),
        "remote of an output": pipeline(outs=lambda name: [{"o": {"remote": name}}]), "command": pipeline(cmd=str),
        "expression": pipeline(cmd=lambda name: "echo ${" + name + "}"), "field of a stage": pipeline(**{"outs": lambda name: [name, "o"]}),
        "each in": pipeline(each=lambda name: {"in": name, "out": "each/{name}"}, outs=lambda name: None),
        "each out": pipeline(each=lambda name: {"in": "*.py", "out": name}, outs=lambda name: None),
        "output in the lock": in_file("dvx.lock", lambda name: make.lock(outs=(name,))),
        "dependency in the lock": in_file("dvx.lock", lambda name: make.lock(deps={name: {"file": formats.name(sha(TEXT)), "size": 8}})),
        "params in the lock": in_file("dvx.lock", lambda name: make.lock(params={name: {name: 1}})),
        "stage in the lock": in_file("dvx.lock", lambda name: make.lock(stage=name)),
        "command in the lock": in_file("dvx.lock", lambda name: make.lock(cmd=[name])),
        "output of a record": record(outs=one), "stage of a record": record(stage=str), "wdir of a record": record(wdir=str),
        "command of a record": record(commands=one), "machine of a record": record(machine=str),
        "tool of a record": record(environment=lambda name: {"env": {name: name}, "tools": {name: name}}),
        "path in a root": in_root, "remote in the settings": config(lambda name: f"[remote {name}]\n\turl = {name}\n"),
        "url of a remote": config(lambda name: f"[remote \"r\"]\n\turl = {name}\n"), "project": config(lambda name: f"\tproject = {name}\n"),
    }


def names(make, everything):
    fields = name_fields(make)
    step = 1 if everything else 20
    for number, (field, change) in enumerate(fields.items()):
        for bad in BAD_NAMES[0 if everything else number % step::step]:
            repository = make.honest("names", f"{field}: {short(bad)!r}")
            try:
                change(repository, bad)
            except (ValueError, UnicodeError):
                continue  # the format cannot express this name
            yield repository


# Excessive depth and size, for every parser.


def sizes(make):
    deep, wide = 100_000, 300_000
    texts = {
        "deep lists": ("[" * deep + "]" * deep), "open lists": "[" * deep, "deep maps": '{"a":' * deep + "1" + "}" * deep,
        "a long line": "a" * 5_000_000, "many lines": "a\n" * wide, "a long number": "9" * wide, "zero bytes": "\0" * 1000,
        "nothing": "", "no text": b"\xff\xfe\xfd" * 100, "an open string": '"' + "x" * 100_000,
        "many keys": "{" + ",".join(f'"k{i}":{i}' for i in range(50_000)) + "}",
    }
    parsed = ("dvx.lock", "dvx.yaml", "x.dvx", "params.json", "params.toml", "params.py", "script.py", ".dvx/config", "s.schema.yaml",
              ".dvxignore", ".gitignore", "m.json", "m.yaml")

    def with_file(path, text, title):
        repository = make.honest("sizes", f"{path}: {title}")
        file = path if isinstance(text, bytes) else path
        repository.files[file] = text
        if path.startswith("params."):
            repository.files["dvx.yaml"] = make.pipeline(params=[{path: ["a"]}])
        if path.startswith("m."):
            repository.files["dvx.yaml"] = make.pipeline(metrics=[{path: {"cache": False}}])
        if path.startswith("s."):
            repository.files["x.dvx"] = formats.pointer("x", sha(TEXT), len(TEXT), extra=f"schema: {path}\n")
        return repository

    for number, path in enumerate(parsed):
        for position, (title, text) in enumerate(texts.items()):
            if (number + position) % 3 == 0:
                yield with_file(path, text, title)
    anchors = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    yield with_file("dvx.yaml", anchors + "stages: *a11\n", "anchors of anchors")
    yield with_file("params.yaml", anchors, "anchors of anchors")
    yield with_file("dvx.yaml", "stages: &s\n  a: *s\n", "an anchor in itself")
    yield with_file("params.toml", "a" + ".a" * deep + " = 1\n", "a deep dotted key")
    yield with_file("params.toml", "a = " + "{a = " * deep + "1" + "}" * deep + "\n", "deep inline tables")
    yield with_file("params.py", "a = " + "(" * deep + ")" * deep, "deep parentheses")
    yield with_file("params.py", "a = " + "-" * deep + "1", "many signs")
    yield with_file("script.py", "".join(" " * i + "if 1:\n" for i in range(3000)), "deep indentation")
    yield with_file("script.py", "import script\n" + "import helper\n" * 50_000, "many imports")
    matrix = {f"k{i}": list(range(100)) for i in range(8)}
    yield with_file("dvx.yaml", json.dumps({"stages": {"a": {"cmd": "x", "matrix": matrix}}}), "a matrix of 10^16")
    yield with_file("dvx.yaml", json.dumps({"vars": [{"a": "${a}"}], "stages": {"a": {"cmd": "${a}"}}}), "a variable in itself")
    yield with_file("dvx.yaml", "stages:\n" + "".join(f"  s{i}: {{cmd: x, deps: [o{i}], outs: [o{i + 1}]}}\n" for i in range(20_000)),
                    "a chain of 20,000 stages")
    yield with_file("dvx.yaml", "stages:\n  a: {cmd: x, deps: [o], outs: [p]}\n  b: {cmd: x, deps: [p], outs: [o]}\n", "a cycle")
    yield from tree_sizes(make)


def tree_sizes(make):
    def pointing_at(title, listings, size=1, files=1):
        repository = make.honest("sizes", title)
        repository.files["d/t.dvx"] = formats.pointer("t", sha(listings[-1]), size, files=files)
        return make.with_objects(repository, TEXT, *listings)

    doubled, chain = [formats.tree((FILE, "a", 1, 1, sha(TEXT)))], [formats.tree((FILE, "a", 8, 1, sha(TEXT)))]
    for level in range(1, 41):
        below = sha(doubled[-1])
        doubled.append(formats.tree((DIRECTORY, "a", 1 << level, 1 << level, below), (DIRECTORY, "b", 1 << level, 1 << level, below)))
    yield pointing_at("a tree of 2^40 files", doubled, 1 << 41, 1 << 40)
    for _ in range(5000):
        chain.append(formats.tree((DIRECTORY, "a", 8, 1, sha(chain[-1]))))
    yield pointing_at("a chain of 5,000 trees", chain, 8)
    yield pointing_at("a tree that claims 2^64 - 1 bytes", [formats.tree((FILE, "a", 2**64 - 1, 1, sha(TEXT)))], 2**63)
    yield pointing_at("sizes that overflow", [formats.tree(*((FILE, f"a{i}", 2**63, 2**63, sha(TEXT)) for i in range(4)))])
    yield pointing_at("a tree of 200,000 names", [formats.tree(*((FILE, f"{i:06}", 8, 1, sha(TEXT)) for i in range(200_000)))])
    yield pointing_at("a name of 65,535 bytes", [formats.tree((FILE, "n" * 65_535, 8, 1, sha(TEXT)))])
    yield pointing_at("a tree that breaks off", [formats.tree((FILE, "a", 8, 1, sha(TEXT)))[:-5]])


# Settings that came with the clone and name programs, places or numbers.


def settings(make, keys, everything):
    outside, canary = make.outside, make.canary
    values = {"a place": outside + "/directory", "a program": f"{outside}/program", "a shell": f"sh -c '{canary}'", "escapes": "\x1b[31m\u009b1m\u202e",
              "a number": "99999999999999999999", "minus one": "-1", "nothing": "", "home": "~", "parent": "../outside/directory"}
    for number, key in enumerate(keys):
        section, _, variable = key.partition(".")
        chosen = list(values.items())
        for title, value in chosen if everything else chosen[number % len(chosen):][:1]:
            repository = make.honest("settings", f"{key} is {title}")
            repository.files[".dvx/config"] = f"[core]\n\tproject = p\n[{section}]\n\t{variable} = {json.dumps(value, ensure_ascii=False)}\n"
            yield repository
    for title, url in {"outside": outside + "/directory", "the work tree": ".", "its git directory": ".git", "the store": ".dvx/store",
                       "a proxy command": f"ssh://-oProxyCommand={canary}/x", "an ext url": f"ext::{canary}", "a device": "/dev/zero",
                       "a file url": f"file://{outside}/directory", "home": "~/remote", "an http port": "http://127.0.0.1:1/x"}.items():
        for scope in ("config", "config.local"):
            repository = make.honest("settings", f"a remote at {title}, in {scope}")
            repository.files[f".dvx/{scope}"] = f'[core]\n\tproject = p\n\tremote = evil\n[remote "evil"]\n\turl = {url}\n'
            yield repository
    for title, text in {"an included file": f"[include]\n\tpath = {outside}/file\n", "no syntax": "[[[", "an escape": '[a"\x1b[31m"]\nx=\x1b[32m\n'}.items():
        repository = make.honest("settings", title)
        repository.files[".dvx/config"] = text
        yield repository


# Packs, segments, recipes and stores that are damaged or contain lies.


def objects(make):
    big = b"z" * 70_000
    cut = [(sha(TEXT), len(TEXT)), (sha(EVIL), len(EVIL))]
    whole = sha(TEXT + EVIL)
    good = [Frame(TEXT), Frame(EVIL)]
    packs = {
        "a chunk that is another": [Frame(TEXT, identity=sha(EVIL)), Frame(EVIL, identity=sha(TEXT))],
        "a chunk that claims 4 GB": [Frame(TEXT, raw_length=0xFFFFFFFF)],
        "a chunk stored past the end": [Frame(TEXT, offset=1 << 46)],
        "a stored length past the end": [Frame(TEXT, stored_length=0xFFFFFFF0)],
        "chunks that lie over each other": [Frame(TEXT, offset=16), Frame(EVIL, offset=16)],
        "a chunk in the header": [Frame(TEXT, offset=0)],
        "a codec that there is not": [Frame(TEXT, codec=9)],
        "a kind that there is not": [Frame(TEXT, kind=9)],
        "zstd of 256 MB": [Frame(TEXT, codec=1, stored=formats.zstd_of_zeros(1 << 28))],
        "zstd that is none": [Frame(big, codec=1, stored=b"\x28\xb5\x2f\xfd" + b"\xff" * 100)],
        "zstd that breaks off": [Frame(big, codec=1, stored=formats.zstd_of_zeros(70_000)[:20])],
        "a recipe of a million chunks": good + [formats.recipe(cut, whole, count=1 << 20)],
        "a recipe of 2^60 chunks": good + [formats.recipe(cut, whole, count=1 << 60)],
        "a recipe of 10^12 bytes": good + [formats.recipe(cut, whole, total=10**12)],
        "a recipe of one chunk again and again": good + [formats.recipe([(sha(TEXT), 0xFFFFFFFF)] * 50_000, whole)],
        "a recipe of itself": good + [formats.recipe([(whole, 8), (whole, 8)], whole)],
        "a recipe in the place of a file": [formats.recipe(cut, sha(TEXT))] + [Frame(EVIL)],
        "a recipe of chunks that are not there": [formats.recipe([(sha(b"1"), 8), (sha(b"2"), 8)], whole)],
        "an empty recipe": [formats.recipe([], whole, count=0)],
        "ids that begin alike": [Frame(b"x", identity=b"\0" * 28 + number.to_bytes(4, "big")) for number in range(20_000)],
    }
    made = {title: formats.pack(frames) for title, frames in packs.items()}
    made |= {
        "an index past the end": formats.pack(good, index_offset=1 << 62), "2^60 entries": formats.pack(good, entry_count=1 << 60),
        "an id of its own": formats.pack(good, identity=sha(b"?")), "a newer version": formats.pack(good, version=2),
        "no entries": formats.pack([]), "half of it": formats.pack(good, damage=lambda data: data[: len(data) // 2]),
        "nothing": formats.pack(good, damage=lambda data: b""), "a flipped bit": formats.pack(good, damage=lambda d: d[:20] + b"!" + d[21:]),
    }
    for number, (title, pack) in enumerate(made.items()):
        repository = make.honest("objects", f"pack on the remote: {title}")
        repository.files["x.dvx"] = formats.pointer("x", whole if "recipe" in title else sha(TEXT), len(TEXT + EVIL))
        repository.remote = formats.remote([pack])
        yield repository
        if number % 3 == 0:
            repository = make.honest("objects", f"pack in a store that is committed: {title}")
            repository.files |= {f".dvx/store/{name}": data for name, data in formats.store([pack]).items()}
            yield repository
    right = formats.pack(good)
    segments = {
        "2^60 entries": formats.segment([right], entry_count=1 << 60), "2^32 packs": formats.segment([right], pack_count=0xFFFFFFFF),
        "a filter of 4 billion blocks": formats.segment([right], filter_blocks=0xFFFFFFFF), "a wrong checksum": formats.segment([right], checksum=sha(b"")),
        "a newer version": formats.segment([right], version=3), "a pack that is not there": formats.segment([formats.pack([Frame(big)])]),
        "nothing": b"", "half of it": formats.segment([right])[:60], "version 1": formats.segment([right], version=1),
    }
    for title, data in segments.items():
        repository = make.honest("objects", f"segment on the remote: {title}")
        repository.remote = formats.remote([right], segments=[data])
        yield repository
    documents = {
        "a newer remote": {"dvx-remote.json": b'{"dvx-remote":99}\n'}, "a remote without a format": {"dvx-remote.json": b"{}"},
        "a format that is deep": {"dvx-remote.json": b"[" * 100_000}, "a root that is deep": {f"roots/p/{sha(b'').hex()}.json": b"[" * 100_000},
        "a root that says nothing": {f"roots/p/{sha(b'').hex()}.json": b""}, "runs that are deep": {f"runs/p/{sha(b'').hex()}.json": b"[" * 100_000},
        "names that are strange": {"packs/\x1b[31m": b"", "index/\u202e.seg": b"", "roots/\x1b/\n.json": b"", "runs/../x": b""},
        "100,000 runs": {f"runs/p/{sha(b'').hex()}.json": formats.run_list([[formats.name(sha(str(i).encode()))] * 2 for i in range(100_000)])},
    }
    for title, files in documents.items():
        repository = make.honest("objects", title)
        repository.remote |= files
        yield repository
    for title, record in {"no record": b"{}", "a deep record": b"[" * 100_000, "no text": b"\xff", "a newer record": formats.run_record(dvx_run=9),
                          "a time far away": formats.run_record(started="99999-01-01T00:00:00.000Z", wall_ms=2**63),
                          "a record that made itself": make.record(deps=[{"path": "o", "file": formats.name(sha(TEXT)), "size": 8,
                                                                         "producer": formats.name(sha(b"run"))}])}.items():
        repository = make.honest("objects", f"run record: {title}")
        repository.files["dvx.lock"] = make.lock(sha(record))
        yield make.with_objects(repository, record)
    for title, note in {"an absolute path": {"dvx_checkout": 1, "paths": ["/"]}, "a path outside": {"dvx_checkout": 1, "paths": ["../outside"]},
                        "an empty path": {"dvx_checkout": 1, "paths": [""]}, "git's own": {"dvx_checkout": 1, "paths": [".git"]}}.items():
        repository = make.honest("objects", f"note of an unfinished checkout: {title}")
        repository.files[".dvx/checkout"] = formats.canonical(note)
        yield repository


# Texts that messages quote.


def quoted(make):
    evil = "\\u001b[31mred\\u009b2J\\u202e\\u000aerror: forged"
    raw = "\x1b[31mred\u009b2J\u202e"
    texts = {
        "unknown field of a pointer": ("x.dvx", f'path: x\n"{evil}": 1\n'), "unknown field of the pipeline": ("dvx.yaml", f'"{evil}": 1\n'),
        "unknown field of a stage": ("dvx.yaml", f'stages:\n  a: {{cmd: x, "{evil}": 1}}\n'),
        "unknown field of the lock": ("dvx.lock", f'{{"version":1,"stages":{{}},"{evil}":1}}'), "id in the lock": ("dvx.lock", make.lock().replace("sha256:", evil)),
        "key twice": ("dvx.yaml", f'stages:\n  "{evil}": {{cmd: x}}\n  "{evil}": {{cmd: x}}\n'), "broken yaml": ("dvx.yaml", f"stages: [{raw}\n"),
        "broken pointer": ("x.dvx", f"path: {{{raw}\n"), "broken lock": ("dvx.lock", f"{{{raw}"), "broken params": ("params.yaml", f"p: [{raw}\n"),
        "broken settings": (".dvx/config", f"[{raw}\n"), "setting": (".dvx/config", f"[core]\n\tlink = {raw}\n"), "unknown setting": (".dvx/config", f"[core]\n\tx{raw} = 1\n"),
        "value of a param": ("params.yaml", f'p: "{evil}"\n'), "schema": ("s.schema.yaml", f'fields:\n  - {{name: "{evil}", type: "{evil}"}}\n'),
        "pattern of a schema": ("s.schema.yaml", f'fields:\n  - {{name: a, type: string, constraints: {{pattern: "({evil}"}}}}\n'),
        "command": ("dvx.yaml", f'stages:\n  a: {{cmd: "echo {evil}", deps: [x], outs: [o]}}\n'), "mutex": ("dvx.yaml", f'stages:\n  a: {{cmd: x, mutex: "{evil}"}}\n'),
        "resources": ("dvx.yaml", f'stages:\n  a: {{cmd: x, resources: {{memory: "{evil}"}}}}\n'), "executor": ("dvx.yaml", f'stages:\n  a: {{cmd: x, executor: "{evil}"}}\n'),
        "expression": ("dvx.yaml", f'stages:\n  a: {{cmd: "${{{evil}}}"}}\n'), "vars": ("dvx.yaml", f'vars: ["{evil}"]\nstages:\n  a: {{cmd: x}}\n'),
        "matrix": ("dvx.yaml", f'stages:\n  a: {{matrix: {{k: ["{evil}"]}}, cmd: "x ${{item.k}}"}}\n'), "foreach": ("dvx.yaml", f'stages:\n  a: {{foreach: ["{evil}"], do: {{cmd: "x ${{item}}"}}}}\n'),
        "metric": ("m.json", f'{{"{evil}": "{evil}"}}'), "ignore rule": (".dvxignore", f"[{raw}\n"), "python": ("script.py", f"import {raw}\n"),
        "conflict": ("dvx.lock", f"<<<<<<< {raw}\n=======\n>>>>>>> x\n"), "artifacts": ("dvx.yaml", f'artifacts:\n  "{evil}": {{path: "{evil}"}}\nstages: {{}}\n'),
        "plots": ("dvx.yaml", f'plots:\n  - "{evil}": {{x: "{evil}"}}\nstages: {{}}\n'), "markup": ("dvx.yaml", make.pipeline(stage="</svg><script>\"]-->{{x}}")),
    }
    for title, (path, text) in texts.items():
        repository = make.honest("quoted", title)
        repository.files[path] = text
        if path.startswith("s."):
            repository.files["x.dvx"] = formats.pointer("x", sha(TEXT), len(TEXT), extra=f"schema: {path}\n")
        if path == "m.json":
            repository.files["dvx.yaml"] = make.pipeline(metrics=[{"m.json": {"cache": False}}])
        yield repository


# Files that git would run, and directories that it would take for repositories.


def git(make):
    canary = make.canary
    programs = {"fsmonitor": f"[core]\n\tfsmonitor = {canary}; false\n", "external diff": f"[diff]\n\texternal = {canary}\n",
                "textconv": f"[diff \"evil\"]\n\ttextconv = {canary}; cat\n", "pager": f"[core]\n\tpager = {canary}\n",
                "filter": f"[filter \"evil\"]\n\tclean = {canary}; cat\n\tsmudge = {canary}; cat\n\trequired = true\n",
                "filter process": f"[filter \"evil\"]\n\tprocess = {canary}\n\trequired = true\n", "editor": f"[core]\n\teditor = {canary}\n",
                "ssh command": f"[core]\n\tsshCommand = {canary}\n", "alias": f"[alias]\n\tstatus = !{canary}\n"}
    for title, text in programs.items():
        repository = make.honest("git", f"settings of git: {title}")
        repository.git_config, repository.only_looking = text, True
        repository.files[".gitattributes"] = "* filter=evil diff=evil\n"
        yield repository
    for title, files in {"a bare repository": {"b/HEAD": "ref: refs/heads/main\n", "b/config": f"[core]\n\tbare=true\n\tfsmonitor={canary}\n",
                                               "b/objects/x": "", "b/refs/x": ""},
                         "hooks": {"hooks/pre-commit": f"#!/bin/sh\n{canary}\n", "githooks/post-checkout": f"#!/bin/sh\n{canary}\n"},
                         "modules": {".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = -u{canary}\n\tupdate = !{canary}\n'},
                         "a tracked hook of python": {"sitecustomize.py": f"import os; os.system({canary!r})\n"}}.items():
        repository = make.honest("git", title)
        repository.files |= files
        yield repository


def repositories(outside, setting_keys, everything=False):
    make = Maker(outside)
    yield from links(make, everything)
    yield from names(make, everything)
    yield from sizes(make)
    yield from settings(make, setting_keys, everything)
    yield from objects(make)
    yield from quoted(make)
    yield from git(make)
