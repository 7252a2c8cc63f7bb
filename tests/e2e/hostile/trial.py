"""Places a hostile repository on disk, runs a command in it, and finds out what that did elsewhere."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess
import time

TIMEOUT = 60  # seconds: what ends does so in one, on a machine that is not loaded and without sanitizers
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
CRASHES = (70, 126, 127)
GIT_NAME = re.compile(r"\.git[. ]*$|git~1$", re.IGNORECASE)


def is_sanitized(program):
    return b"__asan_init" in pathlib.Path(program).read_bytes()


def fingerprint(path):
    status = os.lstat(path)
    facts = [stat.S_IFMT(status.st_mode) | status.st_mode & 0o7777]
    if stat.S_ISLNK(status.st_mode):
        facts.append(os.readlink(path))
    elif stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            facts += [status.st_mtime_ns, hashlib.sha256(file.read()).digest()]
    else:
        facts.append(status.st_mtime_ns)
    return facts


def snapshot(*places):
    found = {}
    for place in places:
        if not os.path.lexists(place):
            continue
        found[str(place)] = fingerprint(place)
        for directory, directories, files in os.walk(place):
            for each in directories + files:
                path = os.path.join(directory, each)
                found[path] = fingerprint(path)
    return found


def git_directories(tree):
    """Returns everything in the work tree that some system takes for a git directory, except the one at its
    top.
    """
    found = set()
    for directory, directories, files in os.walk(tree):
        inside = {each for each in directories + files if GIT_NAME.match(each)}
        found |= {os.path.join(directory, each) for each in inside if (directory, each) != (str(tree), ".git")}
        directories[:] = [each for each in directories if each not in inside]
    return found


@dataclasses.dataclass
class Run:
    status: int
    output: bytes
    errors: bytes
    megabytes: float
    seconds: float
    hung: bool


class Place:
    """A directory with a clone, its remote, a home, and precious files outside them all."""

    def __init__(self, path, dvx, environment):
        self.path, self.dvx, self.environment = pathlib.Path(path), dvx, environment
        self.sanitized = is_sanitized(dvx)
        self.outside, self.home = self.path / "outside", self.path / "home"
        self.clone, self.remote = self.path / "clone", self.path / "remote"
        settings = self.home / ".config/dvx/config"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'[core]\n\tremote = r\n[remote "r"]\n\turl = {self.remote}\n')
        self.template = self.path / "template"
        subprocess.run(["git", "init", "-q", "-b", "main", self.template], env=environment, check=True)
        self.lay_out()

    def lay_out(self):
        """Puts the precious files back as they were."""
        remove(self.outside)
        for name, text in {"file": "precious\n", "directory/a": "a\n", "directory/sub/b": "b\n", "directory/tmp/session-1/c": "c\n",
                           "directory/packs/x.pack": "p\n", "directory/whole/ab/cd": "w\n", "program": "#!/bin/sh\ntouch PWNED\n"}.items():
            path = self.outside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.outside / "directory/empty").mkdir()
        (self.outside / "program").chmod(0o755)

    def clone_of(self, repository):
        remove(self.clone)
        remove(self.remote)
        shutil.copytree(self.template, self.clone)
        write_files(self.clone, repository.files)
        for place, target in repository.links.items():
            path = self.clone / place
            remove(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(target, path)
        write_files(self.remote, repository.remote)
        quiet = {"cwd": self.clone, "env": self.environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["git", "add", "-A", "-f"], **quiet)
        subprocess.run(["git", "commit", "-q", "-m", "Message \x1b[31mof a\u202e stranger", "--author=\u009b31mA <a@b>"], **quiet)
        (self.clone / "new.txt").write_text("new\n") if not os.path.lexists(self.clone / "new.txt") else None
        with open(self.clone / ".git/config", "a") as config:
            config.write(repository.git_config)

    def guarded(self, hooks):
        git = self.clone / ".git"
        return snapshot(self.outside, self.home, *([] if hooks else [git / "hooks", git / "config"]))

    def run(self, arguments):
        with open(self.path / "stdout", "w+b") as output, open(self.path / "stderr", "w+b") as errors:
            began = time.monotonic()
            process = subprocess.Popen([self.dvx, *arguments], cwd=self.clone, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=errors, start_new_session=True, preexec_fn=no_core)
            waited, status, usage = wait(process, TIMEOUT)
            seconds = time.monotonic() - began
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read(8 << 20))
        return Run(status, *texts, usage.ru_maxrss / 1024, seconds, not waited)


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


def wait(process, timeout):
    """Returns whether the process ended by itself, its status and the resources that it used."""
    until = time.monotonic() + timeout
    pause = 0.001
    while time.monotonic() < until:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            process.returncode = os.waitstatus_to_exitcode(status)
            return True, process.returncode, usage
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return False, process.returncode, usage


def remove(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.isdir(path):
        subprocess.run(["rm", "-rf", path], check=True)


def write_files(top, files):
    for name, content in files.items():
        path = os.path.join(top, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
        except OSError:
            pass  # this system does not support the name


def faults(run, place, raw, json_wanted, before, after, git_before):
    """Yields the faults of a run, one sentence for each."""
    if run.hung:
        yield f"did not end in {TIMEOUT} s"
    elif run.status < 0 or run.status in CRASHES or run.status >= 128:
        yield f"ended with {run.status}"
    limit = 3072 if place.sanitized else 1024
    if run.megabytes > limit:
        yield f"took {run.megabytes:.0f} MB"
    for text in (run.errors,) if raw else (run.output, run.errors):
        if found := CONTROL.search(text):
            yield f"printed {found.group()!r} in {text[max(0, found.start() - 40):found.end() + 20]!r}"
    for marker in (b"terminate called", b"AddressSanitizer", b"runtime error:", b"std::", b"out of memory"):
        if marker in run.errors:
            yield f"said {run.errors[run.errors.index(marker):][:300]!r}"
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if changed:
        yield f"changed {', '.join(changed[:3])}"
    if made := git_directories(place.clone) - git_before:
        yield f"made {', '.join(sorted(made)[:3])}"
    if json_wanted and not run.hung:
        yield from json_faults(run.output)


def json_faults(output):
    if output.count(b"\n") != 1:
        yield f"printed {output.count(chr(10).encode())} lines of JSON"
    try:
        json.loads(output)
    except ValueError as error:
        yield f"printed no JSON: {error}"
