#!/usr/bin/env python3
"""Runs stages as jobs of a real Slurm cluster of two nodes: test_slurm.py <dvx> [name…].

Each story has a repository of its own. Several stories run at once, because most of the time is spent in the
scheduler.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import slurm_cluster  # noqa: E402
import workplace  # noqa: E402

SETTINGS = {"slurm.poll": "0.1s", "slurm.patience": "3s"}

# Each side of the diamond reads a directory in which the other side has an output.
DIAMOND = """stages:
  split:
    cmd: mkdir -p parts && head -n 2 words.txt > parts/a && tail -n 2 words.txt > parts/b
    deps: [words.txt]
    params: [share]
    outs: [parts]
  left: {cmd: sort parts/a > out/left, deps: [parts/a], outs: [out/left]}
  right: {cmd: sort -r parts/b > out/right; echo sorted, deps: [parts], outs: [out/right], env: {SIDE: right}}
  join:
    cmd: cat out/* > all && wc -l < all > lines
    deps: [out, {stage: split}]
    tools: [sort --version | head -n 1]
    outs: [all]
    metrics: [lines: {cache: false}]
"""


class Project:
    def __init__(self, cluster, dvx, place, pipeline, files=None):
        self.cluster, self.dvx, self.root = cluster, dvx, pathlib.Path(place)
        self.root.mkdir(parents=True)
        self.environment = cluster.environment
        self.started = []
        self.git("init", "-q")
        self.run("init", "-q")
        for key, value in SETTINGS.items():
            self.run("config", key, value)
        self.write("dvx.yaml", pipeline)
        for name, text in (files or {}).items():
            self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "begin")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.root / name).read_text()

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.root, env=self.environment, check=True, capture_output=True)

    def run(self, *arguments, **options):
        return subprocess.run([self.dvx, *arguments], cwd=self.root, env=self.environment | options,
                              capture_output=True, text=True)

    def answer(self, *arguments, **options):
        process = self.run(*arguments, "--json", **options)
        assert process.stdout, process.stderr
        return json.loads(process.stdout)

    def start(self, *arguments, **options):
        process = subprocess.Popen([self.dvx, *arguments], cwd=self.root, env=self.environment | options, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        return process

    def repro(self, *arguments, **options):
        """Maps each stage to its outcome."""
        answer = self.answer("repro", *arguments, **options)
        self.last = answer
        return {stage["stage"]: stage["outcome"] for stage in answer["data"].get("stages", [])}

    def messages(self):
        return {stage["stage"]: stage.get("message", "") for stage in self.last["data"]["stages"]}

    def queue(self):
        """Maps each stage to its job."""
        return {job["stage"]: job for job in self.answer("queue")["data"]["jobs"]}

    def wait_until(self, holds, seconds=120):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"in vain: {self.queue()}\n{self.cluster.logs()}"
            time.sleep(0.1)

    def wait_for(self, stage, state):
        self.wait_until(lambda: self.queue().get(stage, {}).get("state") == state)

    def lock(self):
        return json.loads(self.read("dvx.lock"))["stages"]

    def jobs_left(self):
        place = self.root / ".dvx/jobs"
        return sorted(place.iterdir()) if place.exists() else []

    def leave(self):
        """Ends the processes and jobs that a failed story left behind, because they would hinder the others.
        """
        for process in self.started:
            process.kill()
            process.wait()
        for line in self.cluster.run("squeue", "-h", "-o", "%A %Z", check=False).splitlines():
            job, directory = line.split(maxsplit=1)
            if pathlib.Path(directory).is_relative_to(self.root):
                self.cluster.run("scancel", job, check=False)


def without_runs(lock):
    return {name: {field: value for field, value in entry.items() if field != "run"} for name, entry in lock.items()}


def process_of(submission):
    """Returns the process that does the job on its node."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if submission.encode() in words and b"job" in words:
            return int(process.name)
    raise AssertionError(f"{submission} does not run")


class Stories:
    def __init__(self, cluster, dvx, place):
        self.cluster, self.dvx, self.place = cluster, dvx, pathlib.Path(place)
        self.projects = []

    def project(self, name, pipeline, files=None):
        self.projects.append(Project(self.cluster, self.dvx, self.place / name, pipeline, files))
        return self.projects[-1]

    def leave(self):
        for project in self.projects:
            project.leave()

    def as_on_this_machine(self):
        """The lock is the same as that of a local run, except for who ran the stages. Afterwards everything
        is up to date in both places.
        """
        files = {"words.txt": "d\nc\nb\na\n", "params.yaml": "share: 0.5\n"}
        here = self.project("here", DIAMOND, files)
        there = self.project("there", DIAMOND, files)
        stages = ["split", "left", "right", "join"]
        assert here.repro() == dict.fromkeys(stages, "ran"), here.last
        assert there.repro("--executor", "slurm") == dict.fromkeys(stages, "ran"), there.last
        assert without_runs(here.lock()) == without_runs(there.lock())
        assert there.read("all") == here.read("all") and there.read(".gitignore") == here.read(".gitignore")
        assert there.run("verify").returncode == 0
        record = there.answer("lineage", "all")
        assert '"slurm"' in json.dumps(record), record
        assert there.run("logs", "right").stdout == "sorted\n"
        assert there.repro("--executor", "slurm") == dict.fromkeys(stages, "up-to-date")
        assert there.repro() == dict.fromkeys(stages, "up-to-date")
        assert there.jobs_left() == [] and there.queue() == {}
        assert there.run("repro", "--attach").stdout == "there are no jobs to come back to\n"
        # This was run before, so its result comes back without a job.
        there.write("words.txt", "x\ny\nz\n")
        assert there.repro("--executor", "slurm") == dict.fromkeys(stages, "ran"), there.last
        there.write("words.txt", files["words.txt"])
        assert set(there.repro("--executor", "slurm").values()) == {"restored"}
        assert without_runs(here.lock()) == without_runs(there.lock())

    def early_cutoff(self):
        """A job whose inputs turn out to be unchanged does not run its stage again; a known result is
        restored there.
        """
        project = self.project("cutoff", """executor: slurm
stages:
  clean: {cmd: "grep -v '^#' raw > clean", deps: [raw], outs: [clean]}
  count: {cmd: echo counted >> ../count-ran; wc -l < clean > count, deps: [clean], outs: [count]}
""", {"raw": "a\nb\n"})
        ran = self.place / "count-ran"
        assert project.repro() == {"clean": "ran", "count": "ran"}, project.last
        project.write("raw", "# nothing new\na\nb\n")
        assert project.repro() == {"clean": "ran", "count": "up-to-date"}, project.last
        project.write("raw", "a\nb\nc\n")
        assert project.repro() == {"clean": "ran", "count": "ran"}
        project.write("raw", "a\nb\n# old\n")
        assert project.repro() == {"clean": "ran", "count": "restored"}, project.last
        assert project.read("count") == "2\n" and ran.read_text() == "counted\ncounted\n"
        assert project.run("verify").returncode == 0
        assert project.repro() == {"clean": "up-to-date", "count": "up-to-date"}

    def two_nodes(self):
        """Two stages that do not fit on one node together run at the same time."""
        meet = "touch {0}; while [ ! -e {1} ] || [ ! -e seen ]; do sleep 0.1; done"
        project = self.project("two", f"""executor: slurm
stages:
  one: {{cmd: '{meet.format("m1", "m2")} && echo 1 > one', outs: [one], resources: {{cpus: 3}}}}
  two: {{cmd: '{meet.format("m2", "m1")} && echo 2 > two', outs: [two], resources: {{cpus: 3}}}}
""")
        dvx = project.start("repro", "--json")
        for stage in ("one", "two"):
            project.wait_for(stage, "running")
        nodes = {stage: job["node"] for stage, job in project.queue().items()}
        project.write("seen", "")
        answer = json.loads(dvx.communicate()[0])
        assert [stage["outcome"] for stage in answer["data"]["stages"]] == ["ran", "ran"], answer
        assert sorted(nodes.values()) == ["n1", "n2"], nodes

    def resources(self):
        """The requested resources of a stage reach Slurm. Its commands see the environment of every stage,
        and their GPU.
        """
        project = self.project("resources", """stages:
  train:
    executor: slurm
    cmd: env > env.txt; while [ ! -e go ]; do sleep 0.1; done
    outs: [env.txt]
    env: {LEVEL: "3"}
    resources: {cpus: 2, memory: 100M, gpus: 1}
    timeout: 90s
""")
        project.run("config", "slurm.partition", "short")
        project.run("config", "slurm.options", "--", "--nice=5 --mail-type=NONE")
        dvx = project.start("repro", "--json")
        project.wait_for("train", "running")
        job = project.queue()["train"]
        shown = dict(re.findall(r"(\S+?)=(\S+)", self.cluster.run("scontrol", "show", "job", job["job"])))
        expected = {"JobName": "dvx:train", "Partition": "short", "NumCPUs": "2", "CPUs/Task": "2", "MinMemoryNode": "100M",
                    "TresPerJob": "gres:gpu:1", "TimeLimit": "00:12:00", "Nice": "5", "Comment": job["id"]}
        assert {name: shown.get(name) for name in expected} == expected, shown
        project.write("go", "")
        answer = json.loads(dvx.communicate()[0])
        assert answer["ok"], answer
        seen = dict(line.split("=", 1) for line in project.read("env.txt").splitlines())
        assert seen["LEVEL"] == "3" and seen["LANG"] == "C.UTF-8" and seen["CUDA_VISIBLE_DEVICES"] in ("0", "1")
        assert not [name for name in seen if name.startswith("SLURM")], seen
        assert seen["PATH"] == project.environment["PATH"] and seen["HOME"] == project.environment["HOME"]

    def failure(self):
        """A stage that needs a failed stage is skipped. The remaining jobs stay in the queue only with -k.
        Then the stage is corrected.
        """
        project = self.project("failure", """executor: slurm
stages:
  bad: {cmd: echo trouble; cat input > bad; exit $(cat code), deps: [input, code], outs: [bad]}
  after: {cmd: cp bad after, deps: [bad], outs: [after]}
  last: {cmd: cp after last, deps: [after], outs: [last]}
  other: {cmd: echo other > other, outs: [other]}
""", {"input": "x\n", "code": "3\n"})
        outcomes = project.repro("-k")
        assert outcomes == {"bad": "failed", "after": "skipped", "last": "skipped", "other": "ran"}, project.last
        assert "exited with status 3" in project.messages()["bad"], project.last
        assert project.messages()["last"] == "stage 'bad' before it failed"
        assert project.last["exit"] == 1 and set(project.lock()) == {"other"}
        assert project.run("logs", "bad").stdout == "trouble\n"
        assert project.jobs_left() == []
        project.write("code", "0\n")
        assert project.repro() == {"bad": "ran", "after": "ran", "last": "ran", "other": "up-to-date"}, project.last

    def retries_and_timeouts(self):
        project = self.project("retries", """executor: slurm
stages:
  shaky: {cmd: 'echo try >> tries; test $(wc -l < tries) -eq 2 && cp tries done', outs: [done], retries: 1}
  slow: {cmd: sleep 60, timeout: 0.3s}
""")
        assert project.repro("-k") == {"shaky": "ran", "slow": "failed"}, project.last
        assert project.messages()["slow"].endswith("was stopped: its timeout of 0.3 s was over")
        assert project.read("done") == "try\ntry\n"

    def killed_and_attached(self):
        """dvx is killed and its jobs go on. Another dvx attaches to them and records them. Nothing runs
        twice.
        """
        project = self.project("killed", """stages:
  first: {executor: slurm, cmd: 'while [ ! -e go ]; do sleep 0.1; done; echo 1 >> ../ran-first; echo 1 > first', outs: [first]}
  second: {executor: slurm, cmd: cat first first > second; echo 1 >> ../ran-second, deps: [first], outs: [second]}
  here: {cmd: cat second > here, deps: [second], outs: [here]}
  third: {executor: slurm, cmd: wc -l < here > third, deps: [here], outs: [third]}
""")
        dvx = project.start("repro")
        project.wait_for("first", "running")
        project.wait_for("second", "waiting")
        dvx.kill()
        dvx.communicate()
        assert set(project.queue()) == {"first", "second"}, project.queue()
        project.write("go", "")
        outcomes = project.repro("--attach")
        assert outcomes == dict.fromkeys(["first", "second", "here", "third"], "ran"), project.last
        assert (self.place / "ran-first").read_text() == (self.place / "ran-second").read_text() == "1\n"
        assert project.read("third") == "2\n" and project.jobs_left() == []
        assert project.repro() == dict.fromkeys(outcomes, "up-to-date")
        assert project.run("verify").returncode == 0

    def killed_at_submission(self):
        """dvx is killed right after sbatch, before it knows the id of the job, and also right before sbatch.
        """
        project = self.project("submission", """executor: slurm
stages:
  one: {cmd: echo 1 >> ../ran-one; cp input one, deps: [input], outs: [one]}
""", {"input": ""})
        real = subprocess.run(["which", "sbatch"], capture_output=True, text=True, check=True).stdout.strip()
        for name, body in (("late", f'{real} "$@"; kill -9 $PPID'), ("early", "kill -9 $PPID")):
            tools = self.place / f"bin-{name}"
            tools.mkdir()
            project.write("input", name)
            (tools / "sbatch").write_text(f"#!/bin/sh\n{body}\n")
            (tools / "sbatch").chmod(0o755)
            dvx = project.run("repro", PATH=f"{tools}:{project.environment['PATH']}")
            assert dvx.returncode == -signal.SIGKILL, dvx
            assert not list(project.root.glob(".dvx/jobs/*/submitted.json"))
            assert project.repro("--attach") == {"one": "ran"}, project.last
            assert project.jobs_left() == []
        assert (self.place / "ran-one").read_text() == "1\n1\n"

    def left_and_cancelled(self):
        """Ctrl-C leaves the jobs; `dvx queue cancel` ends them. A cancelled stage fails, and its dependents
        are skipped.
        """
        project = self.project("left", """executor: slurm
stages:
  long: {cmd: sleep 100, outs: [never]}
  next: {cmd: cp never next, deps: [never], outs: [next]}
""")
        dvx = project.start("repro")
        project.wait_for("long", "running")
        project.wait_until(lambda: project.queue().get("next", {}).get("reason") == "Dependency")
        dvx.send_signal(signal.SIGINT)
        text = dvx.communicate()[1]
        assert dvx.returncode == 128 + signal.SIGINT, (dvx.returncode, text)
        assert "2 jobs go on: 'dvx repro --attach'" in text, text
        assert project.queue()["long"]["state"] == "running" and project.queue()["next"]["reason"] == "Dependency"
        text = project.run("queue").stdout
        assert re.search(r"^long +\d+  running    on n[12]\n^next +\d+  waiting    Dependency$", text, re.M), text
        both = [project.start("repro", "--attach", "--json") for _ in range(2)]
        project.wait_until(lambda: any(one.poll() is not None for one in both))
        dvx, other = sorted(both, key=lambda one: one.poll() is not None)
        assert other.communicate() and other.returncode == 8, other  # one process is enough
        assert project.run("queue", "cancel", "long").returncode == 0
        answer = json.loads(dvx.communicate()[0])
        long, following = answer["data"]["stages"]
        assert long["outcome"] == "failed" and long["message"].endswith("was cancelled"), answer
        assert following["outcome"] == "skipped", answer
        dvx = project.start("repro")
        project.wait_for("long", "running")
        dvx.send_signal(signal.SIGINT)
        dvx.communicate()
        assert project.run("queue", "cancel").returncode == 0
        assert project.run("queue", "cancel", "nobody").returncode == 5
        project.wait_until(lambda: not self.cluster.run("squeue", "-h", "-n", "dvx:long", "-o", "%A"))
        # A cancelled stage runs again when asked for.
        project.write("dvx.yaml", "executor: slurm\nstages: {long: {cmd: echo > never, outs: [never]}}\n")
        assert project.repro() == {"long": "ran"}, project.last
        assert project.jobs_left() == [], project.jobs_left()

    def lost(self):
        """A job dies without a message, and a node has no dvx."""
        project = self.project("lost", "executor: slurm\nstages: {s: {cmd: sleep 100, outs: [o]}}\n")
        dvx = project.start("repro", "--json")
        project.wait_until(lambda: "started" in project.queue().get("s", {}))
        os.kill(process_of(project.queue()["s"]["id"]), signal.SIGKILL)
        answer = json.loads(dvx.communicate()[0])
        assert answer["exit"] == 1 and "without a result" in answer["errors"][0]["message"], answer
        project.run("config", "slurm.executable", "/nowhere/dvx")
        assert project.repro() == {"s": "failed"}
        assert "/nowhere/dvx: not found" in project.messages()["s"], project.last

    def out_of_memory(self):
        """The kernel ends one process of a stage that wants too much memory. The stage fails, and its job
        still reports it.
        """
        project = self.project("memory", """executor: slurm
stages:
  greedy:
    cmd: python3 -c "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"; exit $?
    outs: [never]
""")
        assert project.repro() == {"greedy": "failed"}, project.last
        assert "exited with status 137" in project.messages()["greedy"], project.last

    def node_lost(self):
        """A node is lost. Its jobs start again on another node where Slurm allows it; otherwise they fail
        and run when asked for.
        """
        project = self.project("node", """executor: slurm
stages:
  long: {cmd: 'echo >> begun; while [ ! -e go ]; do sleep 0.1; done; cp go long', outs: [long]}
  after: {cmd: cp long after, deps: [long], outs: [after]}
""")
        project.run("config", "slurm.partition", "fragile")
        dvx = project.start("repro", "--json")
        project.wait_until(lambda: (project.root / "begun").exists())
        assert project.queue()["long"]["node"] == "n3", project.queue()
        self.cluster.lose("n3")
        project.write("go", "first\n")
        project.wait_for("long", "waiting")
        job = project.queue()["long"]["job"]
        # Otherwise it would start in two minutes.
        self.cluster.run("scontrol", "update", f"JobId={job}", "StartTime=now")
        answer = json.loads(dvx.communicate()[0])
        assert [stage["outcome"] for stage in answer["data"]["stages"]] == ["ran", "ran"], answer
        assert project.read("after") == "first\n" and project.read("begun") == "\n\n"
        assert project.run("verify").returncode == 0 and project.jobs_left() == []
        # The node comes back and is lost again, now with jobs that must not start again.
        self.cluster.bring_back("n3")
        project.run("config", "slurm.options", "--", "--no-requeue")
        (project.root / "go").unlink()
        (project.root / "long").unlink()
        dvx = project.start("repro", "--json", "--force")
        project.wait_until(lambda: project.read("begun") == "\n\n\n")
        assert project.queue()["long"]["node"] == "n3", project.queue()
        self.cluster.lose("n3")
        answer = json.loads(dvx.communicate()[0])
        assert [stage["outcome"] for stage in answer["data"]["stages"]] == ["failed", "skipped"], answer
        assert re.fullmatch(r"the node of its job \d+ failed", answer["data"]["stages"][0]["message"]), answer
        assert project.jobs_left() == [], project.jobs_left()
        project.write("go", "second\n")
        assert project.repro("--force") == {"long": "ran", "after": "ran"}, project.last
        assert project.read("after") == "second\n"

    def input_changed(self):
        """An input changes while the job runs, so nobody could say what its outputs were made from. When it
        changes before the job runs, the new content counts.
        """
        project = self.project("changed", """executor: slurm
stages:
  hold: {cmd: 'while [ ! -e go ]; do sleep 0.1; done; echo > hold', outs: [hold]}
  read: {cmd: 'cat input > read; touch begun; while [ ! -e ready ]; do sleep 0.1; done', deps: [input], params: [p], outs: [read]}
  late: {cmd: cat second hold > late, deps: [second, hold], outs: [late]}
""", {"input": "old\n", "second": "old\n", "params.yaml": "p: 1\n"})
        dvx = project.start("repro", "-k", "--json")
        project.wait_until(lambda: (project.root / "begun").exists())
        project.write("input", "new\n")
        project.write("second", "new\n")
        project.write("ready", "")
        project.write("go", "")
        answer = json.loads(dvx.communicate()[0])
        stages = {stage["stage"]: stage for stage in answer["data"]["stages"]}
        assert stages["read"]["message"] == "input 'input' changed while the stage ran", answer
        assert stages["late"]["outcome"] == "ran" and project.read("late") == "new\n\n", answer
        assert project.repro("late") == {"hold": "up-to-date", "late": "up-to-date"}, project.last

    def mixed(self):
        """Local stages wait for stages on the cluster and the other way round. Stages with a mutex never run
        at the same time.
        """
        alone = "mkdir lock && sleep 0.3 && rmdir lock"
        project = self.project("mixed", f"""executor: slurm
stages:
  a: {{executor: local, cmd: echo a > a, outs: [a]}}
  b: {{cmd: '{alone} && cat a > b', deps: [a], outs: [b], mutex: m}}
  c: {{cmd: '{alone} && cat a > c', deps: [a], outs: [c], mutex: [m, n]}}
  d: {{executor: local, cmd: '{alone} && cat b c > d', deps: [b, c], outs: [d]}}
  e: {{executor: local, cmd: '{alone} && cat a > e', deps: [a], outs: [e], mutex: m}}
  f: {{cmd: cat d e > f, deps: [d, e], outs: [f]}}
""")
        assert set(project.repro().values()) == {"ran"}, project.last
        assert project.read("f") == "a\n" * 3
        assert project.repro("--executor", "local") == dict.fromkeys("abcdef", "up-to-date"), project.last

    def traced(self):
        """The undeclared files that a job uses are reported where dvx waits, and they fail the stage when
        that is asked for.
        """
        project = self.project("traced", """executor: slurm
stages:
  sum: {cmd: cat first second > sum, deps: [first], outs: [sum]}
""", {"first": "1\n", "second": "2\n"})
        assert project.repro("--trace") == {"sum": "ran"}, project.last
        trace = project.last["data"]["stages"][0]["trace"]
        assert [(one["kind"], one["path"]) for one in trace["findings"]] == [("undeclared-read", "second")], trace
        project.write("first", "one\n")
        assert project.repro("--trace=enforce") == {"sum": "failed"}, project.last
        assert "second" in project.messages()["sum"], project.last
        assert project.run("stage", "fix").returncode == 0 and "second" in project.read("dvx.yaml")
        assert project.repro("--trace=enforce") == {"sum": "ran"}, project.last

    def array(self):
        """A stage that runs once for each input is a job array. It gives the same lock as a local run, and
        only changed inputs are run again.
        """
        pipeline = """stages:
  upper:
    cmd: for f in {in}; do echo $f >> ../ran-NAME; tr a-z A-Z < $f > up/$(basename $f); done; echo done {pairs} | wc -w
    each: {in: "words/*", out: "up/{name}", batch: 4}
    retries: 1
  all: {cmd: cat up/* > all, deps: [up], outs: [all]}
"""
        files = {f"words/{i:02}.txt": f"word {i}\n" for i in range(30)}
        here = self.project("array-here", pipeline.replace("NAME", "here"), files)
        there = self.project("array-there", "executor: slurm\n" + pipeline.replace("NAME", "here"), files)
        assert here.repro() == {"upper": "ran", "all": "ran"}, here.last
        assert there.repro() == {"upper": "ran", "all": "ran"}, there.last
        assert without_runs(here.lock()) == without_runs(there.lock())
        assert there.read("all") == here.read("all") and there.run("verify").returncode == 0
        upper = next(stage for stage in there.last["data"]["stages"] if stage["stage"] == "upper")
        assert upper["items"] == {"inputs": 30, "ran": 30}, upper
        assert there.run("logs", "upper").stdout.splitlines()[:2] == ["==> 00.txt +3", "2"]
        assert there.jobs_left() == [] and there.repro() == {"upper": "up-to-date", "all": "up-to-date"}
        ran = self.place / "ran-here"
        assert sorted(ran.read_text().splitlines()) == sorted(2 * list(files))
        for number in (3, 17):
            there.write(f"words/{number:02}.txt", "new\n")
        (there.root / "words/29.txt").unlink()
        ran.write_text("")
        assert there.repro() == {"upper": "ran", "all": "ran"}, there.last
        assert sorted(ran.read_text().splitlines()) == ["words/03.txt", "words/17.txt"]
        assert there.read("all").count("NEW") == 2 and not (there.root / "up/29.txt").exists()

    def array_fails(self):
        """Inputs that succeeded are not run again when the rest is corrected. A task has the retries of its
        stage.
        """
        project = self.project("array-fails", """executor: slurm
stages:
  copy:
    cmd: echo {in} >> ../ran-copy; cat bad-{stem} 2> /dev/null && exit 3; cp {in} {out}
    each: {in: "in/*", out: "out/{name}"}
    retries: 1
  all: {cmd: ls out > all, deps: [out], outs: [all]}
""", {f"in/{i}": f"{i}\n" for i in range(8)} | {"bad-5": "trouble\n"})
        ran = self.place / "ran-copy"
        assert project.repro() == {"copy": "failed", "all": "skipped"}, project.last
        assert project.messages()["copy"].startswith("1 of 8 inputs failed, '5': "), project.last
        assert project.run("logs", "copy").stdout == "==> 5\ntrouble\n"
        assert sorted(ran.read_text().split()) == sorted([f"in/{i}" for i in range(8)] + ["in/5"])
        assert project.jobs_left() == []
        (project.root / "bad-5").unlink()
        ran.write_text("")
        assert project.repro() == {"copy": "ran", "all": "ran"}, project.last
        assert ran.read_text() == "in/5\n" and project.run("verify").returncode == 0

    def array_attached(self):
        """dvx is killed while the array runs. Another dvx attaches to it, and nothing runs twice."""
        project = self.project("array-attached", """executor: slurm
stages:
  copy:
    cmd: echo {in} >> ../ran-attached; while [ ! -e go ]; do sleep 0.1; done; cp -t out {in}
    each: {in: "in/*", out: "out/{name}", batch: 3}
  all: {cmd: ls out | wc -l > all, deps: [out], outs: [all]}
""", {f"in/{i}": f"{i}\n" for i in range(9)})
        dvx = project.start("repro")
        project.wait_for("copy", "running")
        dvx.kill()
        dvx.communicate()
        assert set(project.queue()) == {"copy"}, project.queue()
        assert re.fullmatch(r"copy +\d+  running    on n[12], 0 of 3 tasks\n", project.run("queue").stdout)
        project.write("go", "")
        assert project.repro("--attach") == {"copy": "ran", "all": "ran"}, project.last
        ran = (self.place / "ran-attached").read_text()
        assert len(ran.splitlines()) == 3 and sorted(ran.split()) == [f"in/{i}" for i in range(9)], ran
        assert project.read("all") == "9\n" and project.jobs_left() == []
        assert project.run("verify").returncode == 0
        # The array is cancelled as a whole, and its inputs run when asked for again.
        (project.root / "go").unlink()
        for i in range(9):
            project.write(f"in/{i}", "new\n")
        dvx = project.start("repro", "--json")
        project.wait_for("copy", "running")
        assert project.run("queue", "cancel", "copy").returncode == 0
        answer = json.loads(dvx.communicate()[0])
        assert answer["exit"] == 1 and "cancelled" in answer["errors"][0]["message"], answer
        project.write("go", "")
        assert project.repro() == {"copy": "ran", "all": "ran"}, project.last

    def array_watched(self):
        """In a sandbox, tasks see only their own inputs. When watched, their other uses are found, also
        after a kill.
        """
        pipeline = """executor: slurm
stages:
  copy:
    cmd: ls in | wc -l && cat rate {in}  > {out}
    each: {in: "in/*", out: "out/{name}", batch: 1}
    deps: [rate]
    sandbox: true
"""
        project = self.project("array-watched", pipeline, {f"in/{i}": f"{i}\n" for i in range(6)} | {"rate": "x\n"})
        assert project.repro() == {"copy": "ran"}, project.last
        assert project.run("logs", "copy").stdout == "".join(f"==> {i}\n1\n" for i in range(6))
        assert project.read("out/3") == "x\n3\n" and project.run("verify", "--rebuild").returncode == 0
        project.write("dvx.yaml", pipeline.replace("}  >", "} in/0 >"))
        assert project.repro() == {"copy": "failed"}, project.last
        assert project.messages()["copy"].startswith("5 of 6 inputs failed, '1': 'ls in"), project.last
        assert project.read("out/3") == "x\n3\n", "the old one stays"
        # When watched, each task that reads the input of another task fails.
        wait = "while [ ! -e ../go-watched ]; do sleep 0.1; done"
        held = pipeline.replace("cmd: ", f"cmd: '{wait}; ").replace("{out}\n", "{out}'\n")
        project.write("dvx.yaml", held.replace("}  >", "} in/0 >").replace("sandbox: true", "trace: enforce"))
        dvx = project.start("repro")
        project.wait_for("copy", "running")
        dvx.kill()
        dvx.communicate()
        (self.place / "go-watched").touch()
        assert project.repro("--attach") == {"copy": "failed"}, project.last
        wrong = "it reads 'in/0', which it does not declare"
        assert wrong in project.messages()["copy"], project.last
        assert project.repro() == {"copy": "failed"}, project.last
        assert project.messages()["copy"] == f"5 of 5 inputs failed, '1': {wrong}", project.last
        trace = project.last["data"]["stages"][0]["trace"]
        assert [(one["kind"], one["path"]) for one in trace["findings"]] == [("undeclared-read", "in/0")], trace
        assert project.run("stage", "fix").returncode == 0 and "deps: [rate, in/0]" in project.read("dvx.yaml")
        assert project.repro() == {"copy": "ran"}, project.last
        assert project.read("out/3") == "x\n3\n0\n"

    def refusals(self):
        project = self.project("refusals", "executor: slurm\nstages: {s: {cmd: echo > o, outs: [o]}}\n")
        project.run("config", "slurm.partition", "nowhere")
        answer = project.answer("repro")
        assert answer["exit"] == 2 and "Invalid partition name" in answer["errors"][0]["message"], answer
        project.run("config", "--unset", "slurm.partition")
        empty = self.place / "bin-empty"
        empty.mkdir()
        for program in ("git", "sh"):
            (empty / program).symlink_to(subprocess.run(["which", program], capture_output=True, text=True).stdout.strip())
        answer = project.answer("repro", PATH=str(empty))
        assert answer["exit"] == 5 and answer["errors"][0]["hint"] == "dvx repro --executor local", answer
        silent = self.place / "silent.conf"
        silent.write_text((self.cluster.place / "slurm.conf").read_text().replace("munge/sock", "munge/nobody"))
        answer = project.answer("repro", SLURM_CONF=str(silent))
        assert answer["exit"] == 4, answer
        assert project.jobs_left() == [] and project.repro() == {"s": "ran"}, project.last


def tell(stories, name):
    begin = time.monotonic()
    try:
        getattr(stories, name)()
        return name, None, time.monotonic() - begin
    except BaseException:  # noqa: B036
        failure = traceback.format_exc()
        stories.leave()
        return name, failure, time.monotonic() - begin


def main():
    dvx = str(pathlib.Path(sys.argv[1]).resolve())
    missing = slurm_cluster.missing_programs()
    if missing:
        print(f"not installed: {', '.join(missing)} (./dev deps)")
        return 1
    names = sys.argv[2:] or [name for name, value in vars(Stories).items() if callable(value) and name[0] != "_"
                             and name not in ("project", "leave")]
    with tempfile.TemporaryDirectory(prefix="dvx-slurm-") as place:
        cluster = slurm_cluster.SlurmCluster(pathlib.Path(place, "cluster"))
        cluster.environment |= workplace.environment(place, dvx)
        cluster.environment["SLURM_CONF"] = str(cluster.place / "slurm.conf")
        with cluster, concurrent.futures.ThreadPoolExecutor(5) as pool:
            failures = 0
            for name, failure, seconds in pool.map(lambda name: tell(Stories(cluster, dvx, place), name), names):
                print(f"{name}: {'ok' if failure is None else 'FAILED'} ({seconds:.1f} s)")
                if failure:
                    failures += 1
                    print(failure)
            if failures:
                print(cluster.logs())
    print(f"{len(names) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
