"""Compares the files of a work tree with what is recorded of them, and checks whether dvx reports the
differences. It is written from docs/formats/.
"""

import hashlib
import json
import os
import sqlite3
import struct

import store_reader


def recorded(project):
    """Yields (path, kind, id) of all data that pointers and the lock file record."""
    for path, (kind, object_id) in store_reader.pointers(project).items():
        yield path, kind, object_id
    for stage in store_reader.lock_stages(project).values():
        for path, out in stage["outs"].items():
            kind = "tree" if "tree" in out else "file"
            yield path, kind, store_reader.plain(out[kind])


def hash_of(path):
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def tree_files(store, tree, prefix=""):
    found = {}
    for name, (kind, _, _, content) in store.tree(tree).items():
        path = f"{prefix}/{os.fsdecode(name)}" if prefix else os.fsdecode(name)
        found |= tree_files(store, content, path) if kind == "directory" else {path: content}
    return found


def differing(project, store):
    """Returns the recorded files whose bytes in the work tree differ from the recorded ones."""
    found = set()
    for path, kind, object_id in recorded(project):
        files = {path: object_id}
        if kind == "tree":
            if object_id not in store.ids():
                continue
            files = {f"{path}/{name}": content for name, content in tree_files(store, object_id).items()}
        found |= {name for name, content in files.items() if hash_of(project / name) != content}
    return found


def is_told(path, status, project):
    for data in status["data"]:
        if path != data["path"] and not path.startswith(data["path"] + "/"):
            continue
        if data["state"] == "unchanged":
            return False
        return not data["changes"] or path in {change["path"] for change in data["changes"]}
    stale = {stage["name"] for stage in status["stages"] if stage["stale"]}
    return any(name in stale and any(path == out or path.startswith(out + "/") for out in stage["outs"])
               for name, stage in store_reader.lock_stages(project).items())


def untold(project, store, status):
    """Returns those differing files that `status`, the JSON of `dvx status`, does not mention."""
    told = json.loads(status)["data"]
    return sorted(path for path in differing(project, store) if not is_told(path, told, project))


def stamp(path):
    """Returns the stamp that docs/formats/index.md defines, or None when there is no file."""
    try:
        st = os.lstat(path)
    except OSError:
        return None
    return (st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_mode)


def stamps(directory, project):
    return {path.relative_to(project).as_posix(): stamp(path) for path in directory.rglob("*")}


def wrong_rows(project):
    """Returns the paths whose row in the workspace index has the stamp of the file but not its content.
    After a status, which either trusts a row or reads the file again, there must be none.
    """
    found = []
    database = sqlite3.connect(project / ".dvx/index.db")
    try:
        for path, row_stamp, object_id in database.execute("SELECT path, stamp, id FROM entries WHERE mark <> 1"):
            file = project / os.fsdecode(path)
            if struct.unpack("=6Q", row_stamp)[1:] == stamp(file) and hash_of(file) != object_id.hex():
                found.append(os.fsdecode(path))
    finally:
        database.close()
    return found


def wrong_outputs(project):
    """Returns the outputs of the stages in the power-loss test that have wrong bytes."""
    words = (project / "data/words.txt").read_text().splitlines(keepends=True)
    shape = bytearray(300000)
    count = f"{len(words)}\n".encode()
    shape[150000:150000 + len(count)] = count
    wanted = {"sorted.txt": "".join(sorted(words)).encode(), "count.txt": count, "shape.bin": bytes(shape)}
    return [name for name, data in wanted.items() if hash_of(project / name) != hashlib.sha256(data).hexdigest()]
