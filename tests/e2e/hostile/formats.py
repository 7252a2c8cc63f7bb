"""Writes the files that dvx reads, following only the pages in docs/formats.

Every field can be set separately, so the files may contain lies: counts that are too large, ids that do not
match, offsets that point elsewhere. Without such settings the files are correct.
"""

import dataclasses
import hashlib
import json
import struct

CHUNK, RECIPE = 0, 1
FILE, EXECUTABLE, LINK, DIRECTORY = range(4)


def sha(data):
    return hashlib.sha256(data).digest()


def u32(number):
    return struct.pack("<I", number & 0xFFFFFFFF)


def u64(number):
    return struct.pack("<Q", number & 0xFFFFFFFFFFFFFFFF)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogateescape")


def name(identity):
    return "sha256:" + identity.hex()


@dataclasses.dataclass
class Frame:
    """An object as it is stored in a pack."""

    content: bytes
    kind: int = CHUNK
    identity: bytes = None
    codec: int = 0
    stored: bytes = None  # set when it is not the content itself
    stored_length: int = None
    raw_length: int = None
    offset: int = None

    def __post_init__(self):
        self.identity = self.identity or sha(self.content)
        self.stored = self.content if self.stored is None else self.stored


def recipe(chunks, identity, total=None, count=None):
    """Returns the frame of a recipe; `chunks` are pairs of an id and a length."""
    body = b"DVXRCP1\n" + u64(sum(length for _, length in chunks) if total is None else total)
    body += u64(len(chunks) if count is None else count)
    body += b"".join(chunk + u32(length) for chunk, length in chunks)
    return Frame(body + sha(body), RECIPE, identity)


@dataclasses.dataclass
class Pack:
    identity: bytes
    data: bytes
    entries: list  # (id, the 16 bytes that follow it), sorted


def pack(frames, version=1, index_offset=None, entry_count=None, identity=None, damage=None):
    data = b"DVXPACK\n" + u32(version) + u32(0)
    entries = []
    for frame in frames:
        offset = len(data) if frame.offset is None else frame.offset
        lengths = (len(frame.stored) if frame.stored_length is None else frame.stored_length,
                   len(frame.content) if frame.raw_length is None else frame.raw_length)
        place = u64(offset)[:6] + bytes([frame.kind, frame.codec]) + u32(lengths[0]) + u32(lengths[1])
        entries.append((frame.identity, place))
        data += frame.stored
    entries.sort()
    index = b"".join(identity + place for identity, place in entries)
    identity = identity or sha(index)
    trailer = u64(len(data) if index_offset is None else index_offset)
    trailer += u64(len(entries) if entry_count is None else entry_count) + identity + u32(version) + u32(0) + b"\nKCAPXVD"
    whole = data + index + trailer
    return Pack(identity, damage(whole) if damage else whole, entries)


def segment(packs, filter_blocks=0, entry_count=None, pack_count=None, version=2, checksum=None):
    digit = str(version).encode()
    names = sorted(each.identity for each in packs)
    rows = sorted((identity, place, names.index(each.identity)) for each in packs for identity, place in each.entries)
    count = len(names) if pack_count is None else pack_count
    data = b"DVXSEG" + digit + b"\n" + u32(count) + u32(filter_blocks) + b"".join(names)
    data += b"".join(identity + place + u32(position) for identity, place, position in rows)
    data += b"\xff" * (32 * filter_blocks if filter_blocks < 1000 else 0)
    data += u64(len(rows) if entry_count is None else entry_count) + u64(count)
    return data + (checksum or sha(data)) + b"\n" + digit + b"GESXVD"


def tree(*entries):
    """Returns a tree. Each entry is (kind, name, size, number of files, id)."""
    rows = [b"dvx tree 1\n"]
    for kind, label, size, files, identity in entries:
        label = label if isinstance(label, bytes) else label.encode("utf-8", "surrogateescape")
        rows.append(bytes([kind]) + struct.pack("<H", len(label)) + label + u64(size) + u64(files) + identity)
    return b"".join(rows)


def scalar(text):
    """Returns a double-quoted YAML scalar, which is also valid JSON."""
    return json.dumps(text)


def pointer(path, identity, size=1, files=None, extra=""):
    kind = "file" if files is None else "tree"
    text = f"path: {scalar(path)}\n{kind}: {name(identity)}\nsize: {size}\n"
    return text + (f"files: {files}\n" if files is not None else "") + extra


def lock(stages, version=1):
    return json.dumps({"version": version, "stages": stages}, indent=1) + "\n"


def locked_stage(run=sha(b"run"), key=sha(b"key"), cmd=("true",), deps=None, outs=None, params=None, environment=None):
    stage = {"key": name(key), "run": name(run), "cmd": list(cmd), "deps": deps or {}, "outs": outs or {}}
    return stage | ({"params": params} if params else {}) | ({"environment": environment} if environment else {})


def run_record(stage="made", outs=(), deps=(), **fields):
    key_fields = {"version": 1, "commands": ["true"]}
    record = {"dvx_run": 1, "stage": stage, "key": name(sha(canonical(key_fields))), "key_fields": key_fields,
              "commands": ["true"], "wdir": "", "deps": list(deps), "outs": list(outs), "params": {},
              "environment": {"env": {}, "tools": {}}, "git_commit": "", "git_dirty": False, "schemas": [],
              "started": "2026-01-01T00:00:00.000Z", "wall_ms": 1, "cpu_ms": 1, "peak_memory_bytes": 1,
              "exit_status": 0, "machine": "m", "executor": "local", "dvx_version": "0.1.0"}
    return canonical(record | fields)


def root(data=(), runs=(), project="p", **fields):
    return canonical({"commit": "", "data": list(data), "dvx-root": 1, "project": project, "runs": list(runs)} | fields) + b"\n"


def run_list(pairs):
    return canonical({"dvx-runs": 1, "runs": sorted(pairs)}) + b"\n"


def remote(packs=(), segments=None, roots=(), runs=(), version=1):
    """Returns the files of a remote as a map from name to content."""
    files = {"dvx-remote.json": canonical({"dvx-remote": version}) + b"\n"}
    for each in packs:
        files[f"packs/{each.identity.hex()[:2]}/{each.identity.hex()}.pack"] = each.data
    for data in [segment([each]) for each in packs] if segments is None else segments:
        files[f"index/{sha(data).hex()}.seg"] = data
    for folder, documents in (("roots", roots), ("runs", runs)):
        for data in documents:
            files[f"{folder}/p/{sha(data).hex()}.json"] = data
    return files


STORE_FORMAT = canonical({"dvx": "store", "version": 1,
                          "chunker": {"algorithm": "fastcdc", "min": 16384, "mean": 65536, "max": 262144}}) + b"\n"


def store(packs=()):
    """Returns the files of a store as a map from name to content."""
    return {"format": STORE_FORMAT} | {f"packs/{each.identity.hex()}.pack": each.data for each in packs}


def zstd_of_zeros(size):
    """Returns a zstd frame that does not state its size and decodes to `size` zeros (RFC 8878: RLE blocks).
    """
    data, most = b"\x28\xb5\x2f\xfd\x00\x58", 1 << 17
    while True:
        length = min(size, most)
        size -= length
        data += struct.pack("<I", (size == 0) | 1 << 1 | length << 3)[:3] + b"\0"
        if size == 0:
            return data
