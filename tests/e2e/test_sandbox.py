#!/usr/bin/env python3
"""Runs sandboxed stages whose commands try to escape: test_sandbox.py <dvx>. Runs as root and as an ordinary
user.
"""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = pwd.getpwnam("nobody")
STAGE = """stages:
  escape:
    sandbox: true
    cmd: python3 sandbox_attempts.py
    deps: [sandbox_attempts.py, sandbox_attempts.json, data]
    outs: [made]
"""
checks = 0


def check(holds, what):
    global checks
    checks += 1
    assert holds, what


class Project:
    """A repository of one user."""

    def __init__(self, dvx, base, user):
        self.dvx, self.user = dvx, user
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="project-", dir=base))
        self.ids = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        if user:
            os.chown(self.place, user.pw_uid, user.pw_gid)
        self.environment = os.environ | {"HOME": str(self.place / "home"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        self.environment.pop("XDG_CONFIG_HOME", None)
        self.work = self.place / "work"
        for argv in (["mkdir", "home", "work"], ["git", "init", "-q", "work"], [dvx, "-C", "work", "init", "-q"]):
            self.run(argv, cwd=self.place, check=True)

    def run(self, argv, **options):
        return subprocess.run(argv, **({"cwd": self.work} | options), env=self.environment, capture_output=True, text=True, **self.ids)

    def start(self, *arguments, **options):
        return subprocess.Popen([self.dvx, *arguments], cwd=self.work, env=self.environment, **self.ids, **options)

    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for each in (path.parent, path):
            if self.user and each != self.work:
                os.chown(each, self.user.pw_uid, self.user.pw_gid)
        return path

    def repro(self, *arguments):
        process = self.run([self.dvx, "repro", "--json", *arguments])
        assert process.stdout.startswith("{"), process.stdout + process.stderr
        return json.loads(process.stdout)


def is_running(marker):
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker in path.read_bytes().decode(errors="replace").replace("\0", " "):
                return True
        except OSError:
            pass
    return False


def soon(condition):
    for _ in range(2000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def try_to_escape(project):
    listener = socket.create_server(("127.0.0.1", 0))
    name = f"dvx-sandbox-{os.getpid()}"
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0" + name)
    abstract.listen()
    secret = project.write("secret/b", "not declared")
    project.write("data/a", "declared")
    setuid = project.work / "data/setuid"
    shutil.copy("/usr/bin/id", setuid)
    setuid.chmod(0o4755)
    shutil.copy(HERE / "sandbox_attempts.py", project.work)
    marker = project.place / "marker"
    marker.write_text("outside")
    outside = {"pid": os.getpid(), "port": listener.getsockname()[1], "abstract": name, "marker": str(marker),
               "secrets": [str(secret), "/etc/shadow", str(project.work / ".dvx/config"), str(project.work / "dvx.yaml")]}
    project.write("sandbox_attempts.json", json.dumps(outside))
    project.write("dvx.yaml", STAGE)
    root = os.open("/", os.O_RDONLY)  # a descriptor that dvx inherits and must not pass on
    process = project.start("repro", "--json", stdout=subprocess.PIPE, text=True, pass_fds=[root])
    answer = json.loads(process.communicate()[0])
    assert answer["ok"], answer
    made = project.work / "made/results.json"
    results = json.loads(made.read_text())
    for attempt, came in results["attempts"].items():
        check(came.isupper() and came.startswith("E"), f"{attempt}: {came}")
    check(len(results["attempts"]) > 70, len(results["attempts"]))
    seen = results["seen"]
    check(seen["ids"] == [1000, 1000, 1000], seen)
    check(all(int(value, 16) == 0 for value in seen["capabilities"]), seen)
    check(seen["no_new_privs"] == "1" and seen["seccomp"] == "2", seen)
    check(seen["descriptors"] == [0, 1, 2, 3], seen)  # 3 is the listing itself
    check(seen["processes"] <= 4, seen)
    way_there = {pathlib.Path(project.work).parts[2]} if str(project.work).startswith("/tmp/") else set()
    check(seen["home"] == ["/home/dvx", []] and set(seen["tmp"]) <= way_there, seen)
    check(seen["repository"] == ["data", "data/a", "data/setuid", "sandbox_attempts.json", "sandbox_attempts.py"], seen)
    owner = project.user.pw_uid if project.user else os.getuid()
    check(made.stat().st_uid == owner and made.parent.stat().st_uid == owner, made.stat())
    check(not pathlib.Path("/tmp/inside").exists(), "/tmp is shared")
    check(soon(lambda: not is_running("sleep 86399")), "a process outlived its stage")
    check((project.work / "data/a").read_text() == "declared", "an input was written to")
    check(os.listdir(project.work / ".dvx/tmp") == [], "the sandbox is still there")
    os.close(root)


# A command that is asked to stop may end in its own way. When dvx is killed, the command is killed too.
def stop(project):
    project.write("kept/f", "")
    project.write("dvx.yaml", """stages:
  slow:
    sandbox: true
    cmd: "trap 'echo bye > kept/bye; exit 1' TERM; echo > kept/begun; sleep 86398 & wait"
    outs: [kept: {persist: true}]
""")
    for number, kill in enumerate((signal.SIGINT, signal.SIGKILL)):
        for name in ("begun", "bye"):
            (project.work / "kept" / name).unlink(missing_ok=True)
        process = project.start("repro", "-q", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        check(soon((project.work / "kept/begun").exists), "the stage did not begin")
        process.send_signal(kill)
        process.wait()
        check((project.work / "kept/bye").exists() == (kill == signal.SIGINT), f"{kill.name}: good-bye")
        check(soon(lambda: not is_running("sleep 86398")), f"{kill.name}: a process outlived dvx")
    project.write("dvx.yaml", "stages: {slow: {sandbox: true, cmd: sleep 86397, timeout: 0.3s, outs: [o]}}\n")
    answer = project.repro()
    check("timeout" in answer["errors"][0]["message"], answer)
    project.write("dvx.yaml", "stages: {dead: {sandbox: true, cmd: kill -SEGV $$, outs: [o]}}\n")
    check("signal 11" in project.repro()["errors"][0]["message"], answer)


# The reported cost of a run must be the cost of its commands.
def account(project):
    project.write("dvx.yaml", """stages:
  busy:
    sandbox: true
    cmd: python3 -c "x = bytearray(150 * 2**20); s = sum(range(5000000)); open('o', 'w')"
    outs: [o]
""")
    run = project.repro()["data"]["stages"][0]["run"]
    record = json.loads(project.run([project.dvx, "lineage", run, "--json"]).stdout)
    cost = next(node for node in [*walk(record)] if "cpu_ms" in node)
    check(cost["peak_memory_bytes"] > 150 * 2**20 and cost["cpu_ms"] > 20, record)


def walk(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


# With links into the store, a stage can see the objects but not the rest of the store.
def linked(project):
    project.write("tree/a", "one")
    project.write("tree/b", "two")
    project.write("other/c", "three")
    for argv in (["config", "core.link", "symlink"], ["add", "-q", "tree"], ["add", "-q", "other"], ["checkout", "-q", "--force"]):
        project.run([project.dvx, *argv], check=True)
    check((project.work / "tree/a").is_symlink() or project.run([project.dvx, "checkout", "--relink"]), "links")
    store = project.work / ".dvx/store"
    project.write("dvx.yaml", f"""stages:
  read:
    sandbox: true
    cmd: cat tree/* > o && find {store} -type f | wc -l >> o
    deps: [tree]
    outs: [o]
""")
    answer = project.repro()
    check(answer["ok"], answer)
    links = sum(path.is_symlink() for path in (project.work / "tree").iterdir())
    check((project.work / "o").read_text() == f"onetwo{links}\n", (project.work / "o").read_text())


# A stage can use programs of an installation outside /usr that is on PATH, and the paths of `sandbox.paths`.
def tools(project):
    tool = project.write("../env/bin/tool", f"#!/bin/sh\ncat {project.place}/env/lib/text")
    tool.chmod(0o755)
    for path in ("env/lib/text", "extra/text"):
        (project.place / path).parent.mkdir(exist_ok=True)
        (project.place / path).write_text("said\n")
    project.environment["PATH"] = f"{project.place}/env/bin:" + project.environment["PATH"]
    project.write("dvx.yaml", f"stages: {{s: {{sandbox: true, cmd: tool > o; cat {project.place}/extra/text >> o, outs: [o]}}}}\n")
    check(not project.repro()["ok"], "it sees what nobody named")
    project.run([project.dvx, "config", "--local", "sandbox.paths", "../extra"], check=True)
    answer = project.repro()
    check(answer["ok"] and (project.work / "o").read_text() == "said\nsaid\n", answer)


def main():
    dvx = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="dvx-sandbox-") as base:
        os.chmod(base, 0o755)
        users = [None]
        if os.getuid() == 0:
            copy = pathlib.Path(base, "dvx")  # a place where anybody may run it
            shutil.copy(dvx, copy)
            dvx, users = str(copy), [None, NOBODY]
        for user in users:
            for part in (try_to_escape, stop):
                part(Project(dvx, base, user))
        for part in (account, linked, tools):
            part(Project(dvx, base, users[-1]))
    print(f"{checks} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
