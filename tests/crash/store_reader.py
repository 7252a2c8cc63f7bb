"""Reads stores, remotes and the files that name their objects. It is written from docs/formats/ alone and
shares no code with dvx.

Anything that differs from those pages raises Damaged.
"""

import ctypes
import ctypes.util
import hashlib
import json
import pathlib
import re
import struct

CHUNK, RECIPE = 0, 1
RAW, ZSTD = 0, 1
KINDS = {0: "file", 1: "executable", 2: "link", 3: "directory"}


class Damaged(Exception):
    pass


def require(claim, message):
    if not claim:
        raise Damaged(message)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Zstd:
    """The zstd decoder of the system's library."""

    def __init__(self):
        self.library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
        self.library.ZSTD_decompress.restype = ctypes.c_size_t
        self.library.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]

    def decode(self, data, length):
        out = ctypes.create_string_buffer(max(1, length))
        size = self.library.ZSTD_decompress(out, length, data, len(data))
        require(size == length, "a compressed frame does not decode to its length")
        return out.raw[:length]


ZSTD_LIBRARY = Zstd()


class Pack:
    """A pack as in pack.md."""

    def __init__(self, path):
        self.path = path
        data = self.data = path.read_bytes()
        require(len(data) >= 128, f"{path}: shorter than any pack")
        require(data[:16] == b"DVXPACK\n" + struct.pack("<II", 1, 0), f"{path}: header")
        at, count, pack_id, version, zero, magic = struct.unpack("<QQ32sII8s", data[-64:])
        require((version, zero, magic) == (1, 0, b"\nKCAPXVD"), f"{path}: trailer")
        require(at + 48 * count + 64 == len(data) and count > 0, f"{path}: does not end where its trailer says")
        index = data[at:at + 48 * count]
        require(hashlib.sha256(index).digest() == pack_id, f"{path}: index is not the one that its trailer names")
        require(path.name == pack_id.hex() + ".pack", f"{path}: bears another name than its trailer")
        self.entries = {}
        previous = b""
        for i in range(count):
            entry = index[48 * i:48 * i + 48]
            require(entry[:32] > previous, f"{path}: index is not sorted")
            previous = entry[:32]
            offset = int.from_bytes(entry[32:38], "little")
            kind, codec, stored, raw = struct.unpack("<BBII", entry[38:])
            require(16 <= offset and offset + stored <= at, f"{path}: a frame lies outside")
            self.entries[entry[:32].hex()] = (offset, kind, codec, stored, raw)

    def frame(self, object_id):
        offset, kind, codec, stored, raw = self.entries[object_id]
        data = self.data[offset:offset + stored]
        if codec == ZSTD:
            data = ZSTD_LIBRARY.decode(data, raw)
        require(codec in (RAW, ZSTD) and len(data) == raw, f"{self.path}: frame {object_id}")
        if kind == CHUNK:
            require(sha256(data) == object_id, f"{self.path}: chunk {object_id} is not what its id says")
        return kind, data


def recipe_chunks(data):
    require(data[:8] == b"DVXRCP1\n" and hashlib.sha256(data[:-32]).digest() == data[-32:], "a recipe is damaged")
    total, count = struct.unpack("<QQ", data[8:24])
    require(len(data) == 24 + 36 * count + 32 and count >= 2, "a recipe has another length than it says")
    chunks = [(data[at:at + 32].hex(), *struct.unpack("<I", data[at + 32:at + 36]))
              for at in range(24, 24 + 36 * count, 36)]
    require(sum(length for _, length in chunks) == total, "lengths of a recipe do not add up")
    return chunks


class Store:
    """A store as in store.md, or a remote, which has the same packs in folders."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.packs = [Pack(path) for path in sorted(self.directory.glob("packs/**/*.pack"))]
        self.where = {}
        for pack in self.packs:
            for object_id in pack.entries:
                self.where.setdefault(object_id, pack)
        self.whole = {path.parent.name + path.name: path for path in self.directory.glob("whole/??/*")}

    def ids(self):
        return set(self.where) | set(self.whole)

    def read(self, object_id):
        if object_id in self.whole:
            data = self.whole[object_id].read_bytes()
        else:
            require(object_id in self.where, f"object {object_id} is not here")
            kind, data = self.where[object_id].frame(object_id)
            if kind == RECIPE:
                pieces = []
                for chunk, length in recipe_chunks(data):
                    pieces.append(self.read(chunk))
                    require(len(pieces[-1]) == length, f"a chunk of {object_id} has another length")
                data = b"".join(pieces)
        require(sha256(data) == object_id, f"object {object_id} is not what its id says")
        return data

    def kept(self):
        """Returns the files that are neither objects nor caches, as a map from path to bytes: the records of
        who uses the store, and of the runs it lists.
        """
        found = {path.relative_to(self.directory).as_posix(): path.read_bytes()
                 for name in ("format", "users/*.json", "runs/??/*") for path in self.directory.glob(name)}
        for name, data in found.items():
            require(name.startswith("runs/") or data.endswith(b"}\n"), f"{name} of the store is cut short")
        return found

    def read_all(self):
        for object_id in sorted(self.ids()):
            self.read(object_id)

    def tree(self, object_id):
        """Maps each name to (kind, size, files, id)."""
        data = self.read(object_id)
        require(data.startswith(b"dvx tree 1\n"), f"{object_id} is no tree")
        entries, at = {}, 11
        while at < len(data):
            kind, length = struct.unpack_from("<BH", data, at)
            name = data[at + 3:at + 3 + length]
            size, files, content = struct.unpack_from("<QQ32s", data, at + 3 + length)
            at += 3 + length + 48
            require(kind in KINDS and name and name not in entries, f"tree {object_id}: entry {name}")
            entries[name] = (KINDS[kind], size, files, content.hex())
        return entries

    def files(self, kind, object_id, prefix=b""):
        """Returns every file of the data as a map from path to bytes. Reads and verifies all of it."""
        if kind == "file":
            return {prefix: self.read(object_id)}
        found = {}
        for name, (entry_kind, size, _, content) in self.tree(object_id).items():
            path = prefix + b"/" + name if prefix else name
            if entry_kind == "directory":
                found |= self.files("tree", content, path)
            else:
                found[path] = self.read(content)
                require(len(found[path]) == size, f"{path} has another size than its tree says")
        return found


def pointers(root):
    """Reads all pointer files in the work tree (pointer.md) and maps the path of the data to (kind, id)."""
    found = {}
    for path in sorted(pathlib.Path(root).rglob("*.dvx")):
        if not path.is_file() or {".git", ".dvx"} & set(path.relative_to(root).parts[:-1]):
            continue
        text = path.read_text()
        match = re.fullmatch(r"path: (.+)\n(file|tree): sha256:([0-9a-f]{64})\nsize: \d+\n(?:[\s\S]*\n)?", text)
        require(match, f"{path}: {text!r} is no pointer")
        found[(path.parent / match[1]).relative_to(root).as_posix()] = (match[2], match[3])
    return found


def lock_stages(root):
    """Returns the stages of dvx.lock (lock.md), checked."""
    path = pathlib.Path(root) / "dvx.lock"
    if not path.exists():
        return {}
    try:
        lock = json.loads(path.read_text())
    except ValueError as error:
        raise Damaged(f"{path}: {error}") from error
    require(lock["version"] == 1, f"{path}: version")
    return lock["stages"]


def plain(sha):
    require(re.fullmatch(r"sha256:[0-9a-f]{64}", sha), f"'{sha}' is no id")
    return sha[7:]


def check_run(store, run):
    """Checks that the run record (run-record.md) and the log that it names are present."""
    record = json.loads(store.read(run))
    require(record["dvx_run"] == 1, f"run record {run}")
    if record.get("log"):
        store.read(plain(record["log"]))
    return record


def check_names(root, store, dependencies=False):
    """Checks that everything named by pointers and the lock file is in the store, byte for byte."""
    for kind, object_id in pointers(root).values():
        store.files(kind, object_id)
    for stage in lock_stages(root).values():
        check_run(store, plain(stage["run"]))
        for out in stage["outs"].values():
            if not out.get("git"):
                kind = "tree" if "tree" in out else "file"
                store.files(kind, plain(out[kind]))


def remote_lists(directory):
    """Returns the files of a remote that are no packs, as a map from path to bytes. Without them nobody can
    find the objects in the packs.
    """
    return {path.relative_to(directory).as_posix(): path.read_bytes()
            for name in ("dvx-remote.json", "index/*.seg", "roots/*/*.json", "runs/*/*.json")
            for path in pathlib.Path(directory).glob(name)}


def check_remote(directory):
    """Checks a remote (remote.md): everything that a root names is present, and names are hashes. Returns
    the number of roots.
    """
    directory = pathlib.Path(directory)
    if not directory.exists():
        return 0
    store = Store(directory)
    for name in ("index/*.seg", "roots/*/*.json", "runs/*/*.json"):
        for path in directory.glob(name):
            require(sha256(path.read_bytes()) == path.stem, f"{path} is not what its name says")
    marker = directory / "dvx-remote.json"
    if marker.exists():
        require(marker.read_bytes() == b'{"dvx-remote":1}\n', f"{marker} is damaged")
    roots = sorted(directory.glob("roots/*/*.json"))
    require(not roots or marker.exists(), f"{directory} has roots, and no {marker.name}")
    for path in roots:
        root = json.loads(path.read_text())
        for data in root["data"]:
            store.files(data["kind"], plain(data["id"]))
        for run in root["runs"]:
            check_run(store, plain(run))
    for path in directory.glob("runs/*/*.json"):
        runs = json.loads(path.read_text())
        for key, run in runs["runs"]:
            record = check_run(store, plain(run))
            require(record["key"] == key, f"{path} lists {run} under another key")
            for out in record["outs"] if runs.get("outputs") else []:
                if out["cached"]:
                    kind = "tree" if "tree" in out else "file"
                    store.files(kind, plain(out[kind]))
    return len(roots)
