#!/usr/bin/env python3
"""Runs pipelines of DVC with DVC and with dvx: test_dvc_conformance.py <dvx> [case...].

Each file in conformance/ is a project with its files and with steps that change them. After every step both
programs must have run the same stages, restored the same stages, ended alike, and left the same files. After
a step that fails they need only end alike, unless it is meant to fail `partly`. DVC comes from
build/deps/dvc (./dev deps) or from DVX_DVC_PYTHON.
"""

import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import yaml

HERE = pathlib.Path(__file__).resolve().parent
OWN = (".git", ".dvc", ".dvx", ".gitignore", ".dvcignore", "dvc.yaml", "dvx.yaml", "dvc.lock", "dvx.lock")


class Server:
    """A DVC process that is started once."""

    def __init__(self, environment):
        python = os.environ.get("DVX_DVC_PYTHON", HERE.parents[1] / "build/deps/dvc/bin/python")
        self.process = subprocess.Popen([python, HERE / "dvc_server.py"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, arguments, directory, shell="/bin/sh"):
        self.process.stdin.write(json.dumps({"arguments": arguments, "directory": str(directory), "shell": shell}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Web(http.server.BaseHTTPRequestHandler):
    """Serves the URLs of a case, which are written WEB/name."""

    pages = {}

    def do_HEAD(self):
        text = self.pages.get(self.path[1:])
        self.send_response(404 if text is None else 200)
        if text is not None:
            self.send_header("ETag", f'"{hashlib.md5(text.encode()).hexdigest()}"')
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        return text or ""

    def do_GET(self):
        self.wfile.write(self.do_HEAD().encode())

    def log_message(self, *_):
        pass


class Project:
    """A copy of the files of a case, and the program that runs it."""

    web = ""  # the address of WEB/

    def __init__(self, root, template):
        self.root = root
        shutil.copytree(template, root)

    def write(self, files):
        for name, text in files.items():
            path = self.root / self.rename(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text.replace("WEB", self.web))

    def lose(self, paths):
        """Removes the files and everything that was cached."""
        shutil.rmtree(self.root / self.cache)
        for path in paths:
            (self.root / path).unlink()

    def files(self):
        """Returns the files in the project without those of either program."""
        found = {}
        for directory, inner, names in os.walk(self.root):
            inner[:] = [name for name in inner if name not in OWN]
            for name in names:
                path = pathlib.Path(directory, name)
                if name not in OWN:
                    found[str(path.relative_to(self.root))] = path.read_text()
        return found


class WithDvc(Project):
    cache = ".dvc/cache"

    def __init__(self, root, template, server, shell="/bin/sh"):
        super().__init__(root, template)
        self.server = server
        self.shell = shell

    def rename(self, name):
        return name

    def ask(self, arguments, directory="."):
        return self.server.ask(arguments, self.root / directory, self.shell)

    def configure(self, key, value):
        self.ask(["config", "-q", key, value])

    def push(self):
        self.ask(["remote", "add", "-q", "-d", "-f", "origin", str(self.root) + "-remote"])
        assert self.ask(["push", "-q", "--run-cache"])["exit"] == 0

    def repro(self, arguments, directory):
        whole = [] if [a for a in arguments if not a.startswith("-")] else ["--all-pipelines"]
        answer = self.ask(["repro", *whole, *arguments], directory)

        def stages(pattern):
            return sorted(self.address(name, directory) for name in re.findall(pattern, answer["output"]))

        failed = set(stages(r"failed to reproduce '(.+?)'"))
        return {
            "ok": answer["exit"] == 0,
            "ran": [name for name in stages(r"Running stage '(.+?)':") if name not in failed],
            "restored": sorted({*stages(r"Stage '(.+?)' is cached - skipping run"),
                                *stages(r"Pulling data for stage: '(.+?)'")}),
        }, answer["output"]

    @staticmethod
    def address(name, directory):
        """Turns 'sub/dvc.yaml:train' into 'sub:train'. The names are relative to the directory in which DVC
        was started.
        """
        file, colon, stage = name.partition("dvc.yaml:")
        if not colon:
            file, stage = "", name
        path = os.path.normpath(os.path.join(directory, file))
        return stage if path == "." else f"{path}:{stage}"


class WithDvx(Project):
    cache = ".dvx/store"

    def __init__(self, root, template, dvx):
        super().__init__(root, template)
        self.dvx = dvx

    def rename(self, name):
        return name.replace("dvc.yaml", "dvx.yaml")

    def configure(self, key, value):
        subprocess.run([self.dvx, "config", key, value], cwd=self.root, check=True)

    def push(self):
        self.configure("remote.origin.url", str(self.root) + "-remote")
        subprocess.run([self.dvx, "push", "-q", "--run-cache"], cwd=self.root, check=True)

    def repro(self, arguments, directory):
        words = [self.rename(argument) for argument in arguments]
        process = subprocess.run([self.dvx, "repro", "--json", *words], cwd=self.root / directory,
                                 capture_output=True, text=True)
        answer = json.loads(process.stdout)
        stages = answer["data"].get("stages", []) if answer["data"] else []

        def named(outcome):
            return sorted(stage["stage"] for stage in stages if stage["outcome"] == outcome)

        return {"ok": process.returncode == 0, "ran": named("ran"),
                "restored": named("restored")}, process.stdout + process.stderr


def check(case, path, projects):
    """Returns lines that describe the differences."""
    for project in projects:
        project.write(case["files"])
        for key, value in case.get("config", {}).items():
            project.configure(key, value)
    for number, step in enumerate(case.get("steps") or [{}]):
        Web.pages |= step.get("web", {})
        results, outputs = [], []
        for project in projects:
            project.write(step.get("change", {}))
            if "push_and_lose" in step:
                project.push()
                project.lose(step["push_and_lose"])
            result, output = project.repro(step.get("repro", []), step.get("in", "."))
            if step.get("fails") is True:  # the programs may differ in how far they came before they noticed
                result = {"ok": result["ok"]}
            else:
                result["files"] = project.files()
            results.append(result)
            outputs.append(output)
        expected = {"ok": not step.get("fails")}
        if "ran" in step:
            expected["ran"] = sorted(step["ran"])
        bad = [f"{key}: DVC {a}, dvx {results[1][key]}" for key, a in results[0].items() if results[1][key] != a]
        bad += [f"{key}: {results[0][key]} of DVC is not what the case says: {value}"
                for key, value in expected.items() if results[0][key] != value]
        if bad:
            return [f"{path.name}, step {number + 1}", *bad, "--- DVC", outputs[0], "--- dvx", outputs[1]]
    return []


def make_templates(place, server, dvx):
    """Makes an empty project for each program, to be copied for each case."""
    for name in ("dvc", "dvx"):
        (place / name).mkdir()
    server.ask(["init", "-q", "--no-scm"], place / "dvc")
    subprocess.run(["git", "init", "-q"], cwd=place / "dvx", check=True)
    subprocess.run([dvx, "init", "-q"], cwd=place / "dvx", check=True)


def main():
    dvx = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = sys.argv[2:]
    cases = [path for path in sorted((HERE / "conformance").glob("*.yaml")) if not wanted or path.stem in wanted]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="dvx-conformance-") as name:
        place = pathlib.Path(name)
        os.environ.update(HOME=name, SHELL="/bin/sh", no_proxy="127.0.0.1")
        server = Server({**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": name,
                         "DVC_SITE_CACHE_DIR": name, "PYTHONDONTWRITEBYTECODE": "1"})
        make_templates(place, server, dvx)
        web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        Project.web = f"http://127.0.0.1:{web.server_port}"
        for path in cases:
            root = place / "cases" / path.stem
            case = yaml.safe_load(path.read_text())
            with_dvc = WithDvc(root / "dvc", place / "dvc", server, case.get("shell", "/bin/sh"))
            lines = check(case, path, (with_dvc, WithDvx(root / "dvx", place / "dvx", dvx)))
            failures += bool(lines)
            print("\n".join(lines) if lines else f"{path.stem}: the same", flush=True)
        server.end()
    print(f"{len(cases) - failures} passed, {failures} failed")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
