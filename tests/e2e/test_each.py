#!/usr/bin/env python3
"""Compares stages that run once for each input with a model: test_each.py <dvx> [seed] [rounds].

Inputs are added, changed, removed and renamed at random, outputs are lost and overwritten, and runs are
interrupted and killed. After each `dvx repro` the outputs must match the existing inputs, and no more
commands may have run than inputs differ.
"""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import workplace

DVX, SEED, ROUNDS = None, 0, 8
FEW, MANY = 60, 1500
PIPELINE = """stages:
  one:
    cmd: echo {in} >> ran; tr a-z A-Z < {in} > {out}
    each: {in: "few/**/*.txt", out: "one/{dir}/{stem}.up"}
  many:
    cmd: sh many.sh {pairs}
    each: {in: "many/*", out: "out/{name}", batch: 64}
"""
MANY_SCRIPT = """while IFS='\t' read -r in out; do read -r text < "$in"; echo "<$text>" > "$out"; echo "$in" >> ran; done < $1
"""


class Each(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="dvx-each-")
        place = pathlib.Path(self.scratch.name)
        self.environment = workplace.environment(place, DVX, "")
        self.random = random.Random(SEED)
        self.root = place / "project"
        self.root.mkdir()
        self.dvx_ok("init", "-q", before=["git", "init", "-q"])
        (self.root / "dvx.yaml").write_text(PIPELINE)
        (self.root / "many.sh").write_text(MANY_SCRIPT)
        self.inputs = {}  # path -> text
        for i in range(FEW):
            self.put(f"few/{self.random.choice(['', 'x/', 'x/y/'])}{i}.txt")
        for i in range(MANY):
            self.put(f"many/{i}")
        self.done = {}  # inputs of the last success, and those whose commands have ended since

    def tearDown(self):
        self.scratch.cleanup()

    def dvx(self, *arguments):
        return subprocess.run([DVX, *arguments], cwd=self.root, env=self.environment, capture_output=True, text=True)

    def dvx_ok(self, *arguments, before=None):
        if before:
            subprocess.run(before, cwd=self.root, env=self.environment, check=True)
        done = self.dvx(*arguments)
        self.assertEqual(done.returncode, 0, f"seed {SEED}: dvx {arguments}\n{done.stdout}{done.stderr}")
        return done.stdout

    # --- edits ------------------------------------------------------------------------------------------------------

    def put(self, path):
        text = f"{path.replace('/', ' ')} {self.random.randrange(10**6)}"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text + "\n")
        self.inputs[path] = text

    def drop(self, path):
        (self.root / path).unlink()
        del self.inputs[path]

    def move(self, path):
        new = path.removesuffix(".txt") + "r" + (".txt" if path.endswith(".txt") else "")
        (self.root / path).rename(self.root / new)
        self.inputs[new] = self.inputs.pop(path)

    def edit(self):
        for _ in range(self.random.randrange(12)):
            path = self.random.choice(sorted(self.inputs))
            self.random.choice([self.put, self.drop, self.move])(path)
        for _ in range(self.random.randrange(4)):
            number = self.random.randrange(10**6)
            self.put(self.random.choice([f"few/n{number}.txt", f"few/x/n{number}.txt", f"many/n{number}"]))

    def tamper(self):
        outputs = [self.root / path for path in sorted(self.expected()) if (self.root / path).exists()]
        for path in self.random.sample(outputs, min(len(outputs), self.random.randrange(5))):
            if self.random.random() < 0.5:
                path.unlink()
            else:
                path.write_text("tampered\n")
        if self.random.random() < 0.2:
            shutil.rmtree(self.root / "one", ignore_errors=True)

    # --- what must hold ---------------------------------------------------------------------------------------------

    def expected(self):
        outputs = {}
        for path, text in self.inputs.items():
            if path.startswith("few/"):
                outputs["one/" + path.removeprefix("few/").removesuffix(".txt") + ".up"] = text.upper() + "\n"
            else:
                outputs["out/" + path.removeprefix("many/")] = f"<{text}>\n"
        return outputs

    def found(self):
        return {str(path.relative_to(self.root)): path.read_text()
                for top in ("one", "out") for path in (self.root / top).rglob("*") if path.is_file()}

    def ran(self):
        file = self.root / "ran"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def check(self):
        self.ran()
        self.dvx_ok("repro", "-q", "-j4")
        ran = self.ran()
        self.assertEqual(self.found(), self.expected(), f"seed {SEED}")
        if self.is_counted:
            differing = {path for path, text in self.inputs.items() if self.done.get(path) != text}
            self.assertLessEqual(len(ran), len(differing), f"seed {SEED}: {ran}")
            self.assertLessEqual(set(ran), differing, f"seed {SEED}")
        self.done, self.is_counted = dict(self.inputs), True
        self.dvx_ok("repro", "-q")
        self.assertEqual(self.ran(), [], f"seed {SEED}")

    def stop_a_run(self):
        """Stops a run with a polite signal or at once. After the latter, commands that ended in its last
        moment are run again.
        """
        how = self.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
        run = subprocess.Popen([DVX, "repro", "-q", "-j2"], cwd=self.root, env=self.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.random.random() * 0.5)
        run.send_signal(how)
        run.wait()
        self.is_counted = False

    def test_outputs_are_those_of_the_inputs(self):
        print(f"seed {SEED}, {ROUNDS} rounds", flush=True)
        self.is_counted = True
        self.check()
        for turn in range(ROUNDS):
            self.edit()
            if turn % 3 == 1:
                self.tamper()
            if turn % 4 == 2:
                self.stop_a_run()
            self.check()
        self.dvx_ok("verify")
        self.dvx_ok("verify", "--rebuild", "one")


if __name__ == "__main__":
    DVX = str(pathlib.Path(sys.argv[1]).resolve())
    SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else ROUNDS
    unittest.main(argv=sys.argv[:1])
