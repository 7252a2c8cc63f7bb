"""A directory that can be restored to an earlier state, which is far cheaper than copying it again. The
changes made in between are available as a value, so a state that was examined once need not be examined
again.
"""

import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import stat
import struct
import subprocess
import tempfile

RANDOM_NAMES = re.compile(r"(?<=session-)[\w-]+|(?<=dvx-tmp-)[\w-]+|(?<=/\.dvx/tmp/)[\w.-]+")


class Restored:
    def __init__(self, source, place):
        self.source, self.place = pathlib.Path(source), pathlib.Path(place)
        subprocess.run(["cp", "-a", str(source), str(place)], check=True)
        self.known = self.walk()

    def walk(self):
        """Maps each path to the values that every change alters; for a directory this is only its mode."""
        found, waiting = {}, [""]
        while waiting:
            directory = waiting.pop()
            with os.scandir(self.place / directory) as entries:
                for entry in entries:
                    path = f"{directory}/{entry.name}" if directory else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    found[path] = stamp(entry.stat(follow_symlinks=False))
        return found

    def changes(self):
        now = self.walk()
        return sorted(path for path in now.keys() | self.known.keys() if now.get(path) != self.known.get(path))

    def restore(self):
        changed = self.changes()
        for path in reversed(changed):
            self.remove(path)
        for path in changed:
            if path in self.known:
                self.bring_back(path)

    def remove(self, path):
        target = self.place / path
        if not os.path.lexists(target):
            return
        if target.is_symlink() or not target.is_dir():
            target.unlink()
        elif not isinstance(self.known.get(path), int):  # else only the mode differs
            shutil.rmtree(target)

    def bring_back(self, path):
        """Restores one path. Directories must be restored before the files in them."""
        source, target = self.source / path, self.place / path
        if isinstance(self.known[path], int):
            target.mkdir(exist_ok=True)
            shutil.copystat(source, target)
        else:
            shutil.copy2(source, target, follow_symlinks=False)
            self.known[path] = stamp(target.lstat())

    def fingerprint(self, root):
        """Returns a value that is the same for two states which no program could tell apart. It covers the
        changes without random names. For the indexes of dvx (below `root`) and of git, it uses whether they
        take a file for unchanged, instead of inodes and times.
        """
        digest = hashlib.sha256()
        for path in self.changes():
            file = self.place / path
            digest.update(f"\n{RANDOM_NAMES.sub('*', path)}\0".encode("utf-8", "surrogateescape"))
            if not os.path.lexists(file):
                continue
            digest.update(b"%o " % file.lstat().st_mode)
            if file.is_symlink():
                digest.update(os.fsencode(os.readlink(file)))
            elif file.is_file() and not path.endswith(("-shm", "-wal", "checks.log")):
                data = self.content(file, root)
                digest.update(b"%d " % len(data) + data)
        return digest.digest()

    @staticmethod
    def content(file, root):
        if file.name == "index.db":
            return workspace_index(file, root)
        data = file.read_bytes()
        if file.parent.name == ".git" and file.name == "index":
            return git_index(data, root)
        return data


def stamp(st):
    if stat.S_ISDIR(st.st_mode):
        return st.st_mode
    return (st.st_mode, st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns)


def workspace_index(file, root):
    """Reads the index of docs/formats/index.md. It reads a copy, because opening an index merges its log
    into it.
    """
    with tempfile.TemporaryDirectory(dir=root.parent.parent) as scratch:
        for part in (file, file.with_name("index.db-wal")):
            if part.exists():
                shutil.copy(part, scratch)
        database = sqlite3.connect(f"{scratch}/index.db")
        try:
            entries = [(path, is_unchanged(root, path, row_stamp), id, mark, running) for path, row_stamp, id, mark, running
                       in database.execute("SELECT path, stamp, id, mark, generation IN (SELECT number FROM generations)"
                                           " FROM entries ORDER BY path")]
            notes = database.execute("SELECT key, value FROM notes ORDER BY key").fetchall()
            return repr((file.with_name("index.db-wal").exists(), entries, notes)).encode()
        except sqlite3.Error:
            return b"".join(part.read_bytes() for part in sorted(file.parent.glob("index.db*")))
        finally:
            database.close()


def is_unchanged(root, path, row_stamp):
    _, inode, size, mtime, ctime, mode = struct.unpack("=6Q", row_stamp)
    try:
        st = os.lstat(os.fsencode(root) + b"/" + bytes(path))
    except OSError:
        return None
    return (inode, size, mtime, ctime, mode) == (st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_mode)


def git_index(data, root):
    """Reads an index as in git's index-format.txt, version 2. Any other data is returned unchanged."""
    if data[:8] != b"DIRC\0\0\0\2" or hashlib.sha1(data[:-20]).digest() != data[-20:]:
        return data
    entries, at = [], 12
    for _ in range(struct.unpack(">I", data[8:12])[0]):
        ctime, ctime_ns, mtime, mtime_ns, _, inode, mode, _, _, size = struct.unpack_from(">10I", data, at)
        end = data.index(b"\0", at + 62)
        path = data[at + 62:end]
        try:
            st = os.lstat(os.fsencode(root) + b"/" + path)
            unchanged = ((ctime * 10**9 + ctime_ns, mtime * 10**9 + mtime_ns, inode, size)
                         == (st.st_ctime_ns, st.st_mtime_ns, st.st_ino & 0xffffffff, st.st_size))
        except OSError:
            unchanged = None
        entries.append((path, data[at + 40:at + 62], mode, unchanged))
        at += (end - at) // 8 * 8 + 8
    return repr(entries).encode() + data[at:-20]
