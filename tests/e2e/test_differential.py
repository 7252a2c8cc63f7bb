#!/usr/bin/env python3
"""Compares random pipelines with random edits against a model: test_differential.py <dvx> [--full] [--seed
N] [--sequences N].

Each sequence makes a project (random_pipeline.py) and edits it step by step (random_edits.py). After each
step `dvx repro` must leave every output as the model computes it and record in dvx.lock what it used. It
must run no stage whose inputs are unchanged, and restore none that it never ran. `repro -n` and `status`
must have predicted this, and a second repro must run nothing. In between there are commits, checkouts of
earlier commits, garbage collections, failures, and runs that are interrupted or killed. At the end, a run
from nothing in another place must make the same outputs.

A failure prints its seed: --seed N --sequences 1 repeats it.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]
from random_edits import Editor, remove  # noqa: E402
from random_pipeline import params_text  # noqa: E402
from support.workplace import environment  # noqa: E402

QUICK_SEQUENCES, FULL_SEQUENCES = 20, 3000
STEPS = 7
DONE = {"ran", "restored", "up-to-date", "frozen"}


class Difference(Exception):
    """dvx did not do what the model predicts."""


def expect(condition, message):
    if not condition:
        raise Difference(message)


def lying(root, path):
    """Returns what is at the path of an output: file → text, with anything unusual about it."""
    here = root / path
    if here.is_symlink():
        return {path: f"a link to {os.readlink(here)}"}
    if here.is_file():
        odd = " (executable)" if here.stat().st_mode & 0o100 else ""
        return {path: here.read_text() + odd}
    found = {}
    for directory, _, names in os.walk(here):
        for name in names:
            found |= lying(root, os.path.relpath(os.path.join(directory, name), root))
    return found


class Repository:
    """A work tree with dvx in it."""

    def __init__(self, root, template, dvx, variables):
        self.root, self.dvx, self.variables = root, dvx, variables
        shutil.copytree(template, root, symlinks=True)
        self.written = {}

    def command(self, arguments):
        return [self.dvx, *arguments]

    def run(self, *arguments, directory="."):
        """Returns (exit status, data of the envelope, printed text) of a command with --json."""
        process = subprocess.run(self.command(["--json", *arguments]), cwd=self.root / directory, env=self.variables,
                                 capture_output=True, text=True)
        printed = process.stdout + process.stderr
        expect(process.returncode in (0, 1, 2, 3, 5) and "Sanitizer" not in printed,
               f"dvx {' '.join(arguments)} ended with {process.returncode}:\n{printed}")
        try:
            return process.returncode, json.loads(process.stdout)["data"] or {}, printed
        except (ValueError, KeyError):
            raise Difference(f"dvx {' '.join(arguments)} printed no JSON:\n{printed}") from None

    def git(self, *arguments):
        process = subprocess.run(["git", *arguments], cwd=self.root, env=self.variables, capture_output=True, text=True)
        expect(process.returncode == 0, f"git {' '.join(arguments)}: {process.stderr}")
        return process.stdout.strip()

    def write(self, project):
        """Updates the sources to those of the project and touches no others."""
        texts = project.texts()
        for path in self.written.keys() - texts.keys():
            (self.root / path).unlink()
        for path, text in texts.items():
            file = self.root / path
            if self.written.get(path) != text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            mode = 0o755 if path in project.executable else 0o644
            if stat.S_IMODE(file.stat().st_mode) != mode:
                file.chmod(mode)
        self.written = texts

    def interrupt(self, arguments, wait, number):
        """Starts dvx and stops it with a signal."""
        process = subprocess.Popen(self.command(arguments), cwd=self.root, env=self.variables,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(wait)
        process.send_signal(number)
        printed = process.communicate()[1]
        expect("Sanitizer" not in printed, printed)


class Sequence:
    """One project and its steps."""

    def __init__(self, seed, place, template, dvx, variables):
        self.random = random.Random(seed)
        self.place, self.template, self.dvx, self.variables = place, template, dvx, variables
        self.repository = Repository(place / "work", template, dvx, variables)
        self.editor = Editor(self.random, self.repository.root)
        self.ran = set()  # keys of recorded runs, which may be restored
        self.certain = True  # whether all of them still exist
        self.commits = []       # (commit, project, closed folders)
        self.is_done = False  # whether the last repro did everything there was to do
        self.said = []

    @property
    def project(self):
        return self.editor.project

    def run(self):
        self.editor.begin()
        self.said.append("begin")
        self.repository.write(self.project)
        self.check()
        for _ in range(STEPS):
            self.step()
        self.compare_with_a_run_from_nothing()

    def note(self, text):
        self.said.append(text)

    # --- steps

    def step(self):
        chance = self.random.random()
        if chance < 0.12 and self.is_done:
            self.commit_and_go_back()
        elif chance < 0.18:
            self.collect_garbage()
        elif chance < 0.24:
            self.track()
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 3))):
            self.edit()
        self.clear_pool()
        chance = self.random.random()
        if chance < 0.12:
            self.interrupted()
        elif chance < 0.20:
            self.with_a_failure()
        elif chance < 0.25:
            self.with_a_missing_file()
        elif chance < 0.35:
            self.one_target()
        elif chance < 0.40:
            self.note("checkout of outputs")
            self.record_tracked()
            self.repository.run("checkout", "--force")
        elif chance < 0.44:
            self.note("dvx.lock removed")
            (self.repository.root / "dvx.lock").unlink(missing_ok=True)
        elif chance < 0.50:
            self.frozen_for_a_while()
        self.check()

    def edit(self):
        self.is_done = False
        said = self.editor.any()
        self.note(said)
        self.repository.write(self.project)
        if said.startswith(("flags", "add stage", "items")):
            # dvx refuses files that git has, so a user who gives an output to dvx first removes it from git.
            paths = [path for stage in self.project.stages for out in stage.outs if out["flags"].get("cache", True)
                     for item in stage.items or [None] for path in [self.project.for_item(stage, out["path"], item)]]
            if paths:
                self.repository.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", "--", *paths)

    def track(self):
        """Gives sources to dvx, or takes them back."""
        folder = self.random.choice(sorted({"/".join(path.split("/")[:2]) for path in self.project.files
                                            if path.startswith("data/")}))
        if folder in self.project.tracked:
            self.note(f"rm of {folder}.dvx")
            code, _, printed = self.repository.run("rm", folder)
        else:
            self.note(f"add of {folder}")
            self.repository.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", folder)
            code, _, printed = self.repository.run("add", folder)
        expect(code == 0, f"add or rm of {folder} failed:\n{printed}")
        self.project.tracked ^= {folder}

    def record_tracked(self):
        if self.project.tracked:
            code, _, printed = self.repository.run("add", *sorted(self.project.tracked))
            expect(code == 0, f"add failed:\n{printed}")

    def clear_pool(self):
        """Removes the outputs of removed stages where other stages read everything there is."""
        wanted = {path for path, _, _ in self.editor.outputs()}
        for path in (self.repository.root / "pool").glob("o*"):
            if str(path.relative_to(self.repository.root)) not in wanted:
                remove(path)

    def commit_and_go_back(self):
        self.record_tracked()
        self.repository.git("add", "-A")
        self.repository.git("commit", "-q", "--allow-empty", "-m", "step")
        self.commits.append((self.repository.git("rev-parse", "HEAD"), self.project.copy(), set(self.editor.closed)))
        commit, project, closed = self.random.choice(self.commits)
        self.note(f"commit, and checkout of {commit[:7]}")
        for folder in self.project.tracked:
            shutil.rmtree(self.repository.root / folder)
        self.repository.git("checkout", "-qf", commit)
        self.editor.project, self.editor.closed = project.copy(), set(closed)
        self.repository.written = self.project.texts()
        if self.project.tracked:
            code, _, printed = self.repository.run("checkout", "--force", *sorted(self.project.tracked))
            expect(code == 0, f"checkout failed:\n{printed}")
        if self.random.random() < 0.5:
            self.note("checkout of outputs")
            self.repository.run("checkout", *self.random.choice(([], ["--force"])))

    def collect_garbage(self):
        arguments = ["gc", "--apply"] + self.random.choice(([], ["--no-grace"], ["--no-grace", "--prune-now"]))
        self.note(" ".join(arguments))
        code, _, printed = self.repository.run(*arguments)
        expect(code == 0, f"gc failed:\n{printed}")
        self.certain = False

    def interrupted(self):
        number = self.random.choice((signal.SIGINT, signal.SIGKILL, signal.SIGTERM))
        wait = self.random.choice((0.01, 0.03, 0.06, 0.1, 0.2, 0.4)) * self.random.random()
        self.note(f"repro, signal {number} after {wait:.3f} s")
        self.certain = False  # nobody knows which runs it recorded before
        self.repository.interrupt(["repro", "-q", f"-j{self.random.choice((1, 4))}"], wait, number)

    def with_a_failure(self):
        stage = self.random.choice(self.project.stages)
        if stage.frozen:
            return
        keep = self.random.random() < 0.5
        self.note(f"{stage.name} fails{', -k' if keep else ''}")
        stage.broken = True
        self.repository.write(self.project)
        affected = self.downstream(stage)
        code, data, printed = self.repository.run("repro", *(["-k"] if keep else []), f"-j{self.random.choice((1, 4))}")
        expect(code != 0, f"repro succeeded though {stage.name} fails")
        self.judge(data, printed, but=affected, partly=not keep)
        stage.broken = False
        self.repository.write(self.project)

    def with_a_missing_file(self):
        named = sorted({read[1] for stage in self.project.stages for read in stage.reads
                        if read[0] == "file" and read[1] in self.project.files})
        if not named:
            return
        path = self.random.choice(named)
        self.note(f"{path} is missing")
        (self.repository.root / path).unlink()
        code, _, printed = self.repository.run("repro")
        expect(code != 0 and path in printed, f"repro did not say that {path} is missing:\n{printed}")
        del self.repository.written[path]
        self.repository.write(self.project)

    def one_target(self):
        name, stage, _ = self.random.choice(self.project.runs())
        wanted = self.upstream(name)
        self.note(f"repro {name}")
        code, data, printed = self.repository.run("repro", name if ":" in name else f":{name}")
        expect(code == 0, f"repro {name} failed:\n{printed}")
        self.judge(data, printed, but={one for one, _, _ in self.project.runs()} - wanted)
        expect({one["stage"] for one in data["stages"]} == wanted,
               f"repro {name} looked at {[one['stage'] for one in data['stages']]}, not at {sorted(wanted)}")

    def frozen_for_a_while(self):
        if not self.is_done:
            return
        stage = self.random.choice(self.project.stages)
        stage.frozen = True
        self.note(f"{stage.name} frozen")
        self.edit()
        if stage in self.project.stages:
            if all((self.repository.root / path).exists() for item in stage.items or [None]
                   for path in self.project.out_paths(stage, item)):
                self.check()
            stage.frozen = False
        self.repository.write(self.project)

    # --- what depends on what

    def producers(self):
        """Maps the full name of each stage to those of the stages that it reads from."""
        runs = self.project.runs()
        written = [(path, name) for name, stage, item in runs for path in self.project.out_paths(stage, item)]
        result = {}
        for name, stage, item in runs:
            from_ = set()
            for kind, *what in stage.reads:
                if kind == "stage":
                    from_ |= {one for one, other, _ in runs if other.name == what[0] and other.folder == stage.folder}
                elif kind in ("file", "tree", "part", "each"):
                    read = self.project.for_item(stage, what[0], item)
                    from_ |= {one for path, one in written if path == read or path.startswith(read + "/")
                              or read.startswith(path + "/")}
            result[name] = from_
        return result

    def upstream(self, name):
        producers, found, rest = self.producers(), set(), [name]
        frozen = {one for one, stage, _ in self.project.runs() if stage.frozen}
        while rest:
            one = rest.pop()
            if one not in found:
                found.add(one)
                rest += [] if one in frozen and one != name else producers[one]
        return found

    def downstream(self, stage):
        producers = self.producers()
        found = {name for name, other, _ in self.project.runs() if other is stage}
        while True:
            more = {name for name, from_ in producers.items() if from_ & found} - found
            if not more:
                return found
            found |= more

    # --- checks

    def check(self):
        self.clear_pool()
        plan = status = None
        if self.random.random() < 0.4:
            plan = {one["stage"]: one for one in self.look("repro", "-n")}
        if self.random.random() < 0.25:
            status = {one["name"]: one for one in self.look("status")}
        before = {path: text for path, _, stage in self.editor.outputs() if stage.frozen
                  for path, text in lying(self.repository.root, path).items()}
        arguments = self.random.choice((["-j1"], ["-j4"], [], ["-j2", "-k"]))
        code, data, printed = self.repository.run("repro", *arguments)
        expect(code == 0, f"repro failed:\n{printed}")
        outcomes = self.judge(data, printed, before=before)
        for foretold in (plan, status):
            if foretold is not None:
                self.compare_with_what_was_foretold(foretold, outcomes)
        self.compare_lock(before, was_written=bool(outcomes.keys() - {name for name, outcome in outcomes.items()
                                                                      if outcome in ("up-to-date", "frozen")}))
        if self.random.random() < 0.5:
            self.compare_with_a_second_run()
        self.is_done = True

    def look(self, *arguments):
        code, data, printed = self.repository.run(*arguments)
        expect(code == 0, f"{' '.join(arguments)} failed:\n{printed}")
        return data["stages"]

    def judge(self, data, printed, but=frozenset(), partly=False, before=None):
        """Compares the files and the report of a repro with the model. Nothing is known of the stages in
        `but`. When a failure ended the repro, other stages may not have had their turn.
        """
        outputs, keys = self.project.expected(before or {})
        outcomes = {one["stage"]: one["outcome"] for one in data.get("stages", [])}
        for name, stage, item in self.project.runs():
            outcome = outcomes.get(name)
            if name in but:
                expect(outcome not in ("ran", "restored") or not stage.broken, f"{name} was {outcome} though it fails")
                continue
            if outcome not in DONE:
                expect(partly, f"{name}: {outcome}\n{printed}")
                continue
            for path in self.project.out_paths(stage, item):
                wanted = {one: text for one, text in outputs.items() if one == path or one.startswith(path + "/")}
                found = lying(self.repository.root, path)
                expect(found == wanted, f"{name} was {outcome}, and {path} is {found}, not {wanted}")
            if outcome != "frozen":
                self.judge_outcome(name, stage, keys[name], outcome)
        return outcomes

    def judge_outcome(self, name, stage, key, outcome):
        loose = any(read[0] == "tree" and read[1] == "pool" for read in stage.reads)  # .gitignore is in it
        if key not in self.ran and self.certain and not loose:
            expect(outcome == "ran", f"{name} was {outcome}, but never ran with these inputs")
        restorable = all(out["flags"].get("cache", True) or out["field"] != "outs" for out in stage.outs) and \
            not any(out["flags"].get("persist") for out in stage.outs)
        if key in self.ran and self.certain and restorable and not stage.always and not loose:
            expect(outcome != "ran", f"{name} ran again with inputs it had run with")
        if stage.always:
            expect(outcome == "ran", f"{name} was {outcome}, but is to run always")
        self.ran.add(key)

    def surprised(self, foretold):
        """Returns the stages with a tool that was not asked and whose answer differs from the recorded one,
        and all stages after them. Only a run can find these.
        """
        texts = self.project.texts()

        def is_otherwise(asked):  # all tools of these pipelines print a file
            return (asked.get("recorded") or "").strip() != texts[asked["what"].removeprefix("cat ")].strip()

        found = set()
        for name, stage, _ in self.project.runs():
            if any(is_otherwise(asked) for asked in foretold.get(name, {}).get("not_asked", [])):
                found |= {name} | self.downstream(stage)
        return found

    def compare_with_what_was_foretold(self, foretold, outcomes):
        expect(foretold.keys() == outcomes.keys(), f"foretold were {sorted(foretold)}, not {sorted(outcomes)}")
        surprised = self.surprised(foretold)
        for name, one in foretold.items():
            if name in surprised:
                continue
            outcome = outcomes[name]
            reasons = [reason["kind"] if isinstance(reason, dict) else reason for reason in one["reasons"]]
            waits = [reason == "upstream" or reason.endswith("before it will run") for reason in reasons]
            action = one.get("action", "stale" if one.get("stale") else "fresh")
            allowed = {"up-to-date": {"up-to-date"}, "frozen": {"frozen"}, "restore": {"restored"}, "run": {"ran"},
                       "fresh": {"up-to-date", "frozen"}, "stale": {"ran", "restored"}}[action]
            if any(waits):
                allowed = {"ran", "restored", "up-to-date"} if all(waits) else {"ran", "restored"}
            expect(outcome in allowed, f"{name} was foretold to be '{action}' ({', '.join(reasons)}), and was {outcome}")

    def compare_lock(self, before, was_written):
        lock = json.loads((self.repository.root / "dvx.lock").read_text())["stages"]
        outputs, _ = self.project.expected(before)
        files = self.project.texts() | outputs
        for name, stage, item in self.project.runs():
            if stage.frozen:
                continue
            expect(name in lock, f"dvx.lock does not have {name}")
            for path, entry in (lock[name]["deps"] | lock[name]["outs"]).items():
                if "file" in entry:
                    real = "sha256:" + hashlib.sha256(files.get(path, "").encode()).hexdigest()
                    expect(entry["file"] == real, f"dvx.lock has {entry['file']} for {path} of {name}, not {real}")
            outs = set(self.project.out_paths(stage, item))
            expect(lock[name]["outs"].keys() == outs, f"dvx.lock has outs {sorted(lock[name]['outs'])} for {name}")
        if was_written:  # writing also drops removed stages; a frozen stage need never have run
            names = {name for name, _, _ in self.project.runs()}
            ran = {name for name, stage, _ in self.project.runs() if not stage.frozen}
            expect(ran <= lock.keys() <= names, f"dvx.lock has {sorted(lock)}")

    def compare_with_a_second_run(self):
        _, data, printed = self.repository.run("repro")
        always = self.always_run()
        for one in data["stages"]:
            if one["stage"] not in always:
                expect(one["outcome"] in ("up-to-date", "frozen"),
                       f"the second repro: {one['stage']} was {one['outcome']}\n{printed}")

    def always_run(self):
        return {name for name, stage, _ in self.project.runs() if stage.always}

    def compare_with_a_run_from_nothing(self):
        fresh = Repository(self.place / "fresh", self.template, self.dvx, self.variables)
        fresh.write(self.project)
        code, _, printed = fresh.run("repro", "-j2")
        expect(code == 0, f"a run from nothing failed:\n{printed}")
        for path, _, _ in self.editor.outputs():
            here, there = lying(self.repository.root, path), lying(fresh.root, path)
            expect(here == there, f"{path} is {here}, but a run from nothing makes {there}")


def make_template(place, dvx, variables):
    template = place / "template"
    template.mkdir()
    for command in (["git", "init", "-q"], [dvx, "init", "-q"], ["git", "add", "-A"], ["git", "commit", "-qm", "init"]):
        subprocess.run(command, cwd=template, env=variables, check=True)
    shutil.rmtree(template / ".git/hooks", ignore_errors=True)
    return template


def run_sequence(seed, place, template, dvx, variables):
    """Returns a description of the failure, or None."""
    here = pathlib.Path(place, f"sequence-{seed}")
    here.mkdir()
    sequence = None
    try:
        sequence = Sequence(seed, here, template, dvx, variables)
        sequence.run()
        shutil.rmtree(here)
        return None
    except Exception as error:  # noqa: B902 - a mistake of this program is a failure of its seed too
        what = str(error) if isinstance(error, Difference) else traceback.format_exc()
        pipeline = "".join(f"--- {path}\n{text}" for path, text in sequence.project.texts().items()
                           if path.endswith("dvx.yaml"))
        return (f"seed {seed}: {what}\n--- what was done\n" + "\n".join(sequence.said) + "\n" + pipeline +
                f"--- again: --seed {seed} --sequences 1 --keep\n")


# --- do the checks see the defects that they are for?


def check_the_checks(place, template, dvx, variables):
    """Makes each of these defects by hand; each must be noticed."""
    def spoil_output(sequence):
        path = sequence.editor.outputs()[0][0]
        for file in lying(sequence.repository.root, path):
            sequence.editor.spoil(sequence.repository.root / file)
        sequence.judge({"stages": [{"stage": name, "outcome": "up-to-date"} for name, _, _ in
                                   sequence.project.runs()]}, "")

    def leave_out_stage(sequence):
        sequence.judge({"stages": []}, "")

    def change_lock(sequence):
        path = sequence.repository.root / "dvx.lock"
        lock = json.loads(path.read_text())
        entry = next(iter(lock["stages"].values()))
        for one in entry["outs"].values():
            one.pop("tree", None)
            one["file"] = "sha256:" + 64 * "0"
            one["path"] = "x"
        path.write_text(json.dumps(lock))
        sequence.compare_lock({}, was_written=True)

    def say_restored_what_never_ran(sequence):
        sequence.ran.clear()
        sequence.judge({"stages": [{"stage": name, "outcome": "restored"} for name, _, _ in
                                   sequence.project.runs()]}, "")

    def run_again_in_vain(sequence):
        for stage in sequence.project.stages:
            for out in stage.outs:
                out["flags"] = {}
        _, keys = sequence.project.expected({})
        sequence.ran |= set(keys.values())
        sequence.judge({"stages": [{"stage": name, "outcome": "ran"} for name, _, _ in sequence.project.runs()]}, "")

    def foretell_wrongly(sequence):
        names = [name for name, _, _ in sequence.project.runs()]
        sequence.compare_with_what_was_foretold({name: {"action": "up-to-date", "reasons": []} for name in names},
                                                {name: "ran" for name in names})

    def go_stale(sequence):
        path = sequence.repository.root / "dvx.yaml"
        path.write_text(path.read_text().replace("echo tag 0", "echo tag 9"))
        sequence.compare_with_a_second_run()

    missed = []
    defects = (spoil_output, leave_out_stage, change_lock, say_restored_what_never_ran, run_again_in_vain,
               foretell_wrongly, go_stale)
    for number, defect in enumerate(defects):
        here = pathlib.Path(place, f"defect-{number}")
        here.mkdir()
        sequence = Sequence(1, here, template, dvx, variables)
        sequence.editor.begin()
        sequence.repository.write(sequence.project)
        sequence.check()
        try:
            defect(sequence)
            missed.append(defect.__name__)
        except Difference:
            pass
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("--full", action="store_true", help=f"{FULL_SEQUENCES} sequences instead of {QUICK_SEQUENCES}")
    parser.add_argument("--seed", type=int, default=1, help="of the first sequence")
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave what failed where it is")
    options = parser.parse_args()
    # A shell that starts this in the background has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    dvx = str(pathlib.Path(options.dvx).resolve())
    count = options.sequences or (FULL_SEQUENCES if options.full else QUICK_SEQUENCES)
    place = pathlib.Path(tempfile.mkdtemp(prefix="dvx-differential-"))
    variables = environment(place, dvx)
    template = make_template(place, dvx, variables)
    print(f"seeds {options.seed} to {options.seed + count - 1}", flush=True)
    failures = 0
    if count > 1:
        missed = check_the_checks(place, template, dvx, variables)
        failures += len(missed)
        print(f"defects that the checks do not see: {', '.join(missed)}" if missed else "the checks see defects")
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        tasks = [pool.submit(run_sequence, seed, place, template, dvx, variables)
                 for seed in range(options.seed, options.seed + count)]
        for task in concurrent.futures.as_completed(tasks):
            if task.result():
                failures += 1
                print(task.result(), flush=True)
    if options.keep:
        print(place)
    else:
        shutil.rmtree(place, ignore_errors=True)
    print(f"{count - min(failures, count)} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
