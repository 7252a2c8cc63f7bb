#!/usr/bin/env python3
"""Runs every command of dvx in hostile repositories: test_hostile.py <dvx> [--full] [--only WORDS] [--seed
N].

hostile/repositories.py makes repositories that an attacker could let somebody clone. Each is placed beside
files that are precious, and commands are run in it. Of all commands that `dvx help` knows, some are run in
each repository, so that every command is run within each kind of repository; with --full all are run in
each. None may change anything outside the work tree, execute anything, crash, hang, take much memory, or
print characters that a terminal would obey.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import workplace
from hostile import trial
from hostile.formats import name, sha
from hostile.repositories import TEXT, repositories

# The arguments with which each command is called. A command without a line here fails the test, so a new
# command needs a line. An empty list means that the command does on purpose what a clone must not do by
# itself.
CALLS = {
    "init": ["init"], "add": ["add new.txt", "add x", "add d"], "commit": ["commit", "commit -m message"], "status": ["status", "status d x"],
    "checkout": ["checkout", "checkout --force", "checkout x"], "restore": ["restore x", "restore --force d"], "rm": ["rm x", "rm --data d/t"],
    "mv": ["mv x y", "mv d/t moved"], "unprotect": ["unprotect x"], "stage": ["stage"], "stage add": ["stage add -n new -d x -o made true"],
    "stage list": ["stage list"], "stage fix": ["stage fix -n"], "repro": ["repro --dry-run", "repro -n -k o"],
    "diff": ["diff", "diff HEAD", "diff HEAD x"], "log": ["log"], "ls": ["ls", "ls -R HEAD:"], "cat": ["cat x", "cat HEAD:d/t/a"],
    "dag": ["dag", "dag --dot", "dag --mermaid"], "why": ["why", "why --not"], "logs": ["logs"],
    "lineage": ["lineage o", "lineage x --downstream", "lineage o --html lineage.html", "lineage o --dot", "lineage o --mermaid", f"lineage {name(sha(TEXT))}"],
    "schema": ["schema"], "schema check": ["schema check", "schema check x"], "schema infer": ["schema infer x"],
    "fsck": ["fsck", "fsck --read-data", "fsck --repair"], "remote": ["remote"], "remote list": ["remote list"], "remote add": ["remote add other ../remote"],
    "remote default": ["remote default r"], "remote remove": ["remote remove r"], "push": ["push", "push x"], "fetch": ["fetch", "fetch --run-cache"],
    "pull": ["pull", "pull --force", "pull d/t"], "config": ["config", "config core.store", "config core.link copy"],
    "hooks": ["hooks"], "hooks status": ["hooks status"], "hooks install": ["hooks install"], "hooks uninstall": ["hooks uninstall"],
    "hook": ["hook"], "hook run": ["hook run pre-commit"], "hook merge": ["hook merge"], "gc": ["gc", "gc --apply --no-grace --prune-now", f"gc --explain {sha(TEXT).hex()}"], "doctor": ["doctor"],
    "verify": ["verify"], "stages": ["stages"], "freeze": ["freeze made"], "unfreeze": ["unfreeze made"], "queue": ["queue"], "queue cancel": ["queue cancel"],
    "job": ["job .dvx/jobs/x 1"], "trust": [],
}
RAW = ("cat", "logs")  # the user owns the output of these, and may send it elsewhere
RUNS_GIT = ("add", "commit", "init", "rm", "mv", "stage add", "hooks install", "hooks uninstall", "unfreeze", "freeze", "remote add", "config")
MAY_CHANGE_GIT = ("hooks install", "hooks uninstall")
MOST_TOLD = 60  # faults of one kind that are printed; the rest is counted


def known(dvx, environment):
    """Returns the names of all commands and the keys of all settings."""

    def ask(*words):
        return json.loads(subprocess.run([dvx, "--json", *words], env=environment, capture_output=True, check=True).stdout)["data"]

    return ask("help")["commands"], [each["key"] for each in ask("config", "--known")["known"]]


class Kit:
    def __init__(self, options, place, calls):
        self.options, self.place, self.calls = options, place, calls
        self.random = random.Random(options.seed)
        self.deck = []
        self.failures = collections.Counter()
        self.tried, self.runs, self.met = 0, 0, collections.defaultdict(set)

    def chosen(self, repository, of_kind):
        """Returns all calls, or enough of them that the repositories of this kind together see each call at
        least once.
        """
        fitting = [call for call in self.calls if not (repository.only_looking and call[0] in RUNS_GIT)]
        if self.options.full:
            return self.random.sample(fitting, len(fitting))
        wanted = max(2, -(-len(self.calls) // of_kind))
        while len(self.deck) < wanted:
            self.deck += self.random.sample(self.calls, len(self.calls))
        taken = [call for call in self.deck[:wanted] if call in fitting]
        del self.deck[:wanted]
        return taken

    def try_repository(self, repository, of_kind):
        self.tried += 1
        self.place.clone_of(repository)
        for command, words in self.chosen(repository, of_kind):
            self.try_call(repository, command, words)

    def try_call(self, repository, command, words):
        self.runs += 1
        self.met[repository.kind].add(command)
        as_json = self.runs % 3 == 0
        hooks = command in MAY_CHANGE_GIT
        before, git_before = self.place.guarded(hooks), trial.git_directories(self.place.clone)
        run = self.place.run((["--json"] if as_json else []) + words.split())
        after = self.place.guarded(hooks)
        found = list(trial.faults(run, self.place, command in RAW and not as_json, as_json, before, after, git_before))
        if found:
            self.tell(repository.kind, f"{repository.title}: dvx {'--json ' * as_json}{words}: " + "; ".join(found))
        if before != after:
            self.place.lay_out()

    def tell(self, kind, line):
        self.failures[kind] += 1
        if self.options.full or self.options.only or self.failures[kind] <= MOST_TOLD:
            print(f"{kind}: {ascii(line)[1:-1]}", flush=True)

    def report(self):
        for kind, count in self.failures.items():
            print(f"{kind}: {count} faults")
        commands = set.union(*self.met.values())
        print(f"{self.tried} hostile repositories of {len(self.met)} kinds, {len(commands)} commands, {self.runs} runs, "
              f"{self.failures.total()} faults")


def parsed_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("dvx")
    parser.add_argument("--full", action="store_true", help="every command in every repository")
    parser.add_argument("--only", default="", help="repositories whose kind or title has these words")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = parsed_options()
    dvx = os.path.abspath(options.dvx)
    with tempfile.TemporaryDirectory(prefix="dvx-hostile-") as directory:
        environment = workplace.environment(directory, dvx, "[core]\n\tprotectNTFS = false\n[safe]\n\tdirectory = *\n")
        environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
        commands, keys = known(dvx, environment)
        if unknown := sorted(set(commands) - CALLS.keys()):
            sys.exit(f"test_hostile.py does not know how to call: {', '.join(unknown)}")
        calls = [(command, words) for command in commands for words in CALLS[command]]
        place = trial.Place(directory, dvx, environment)
        kit = Kit(options, place, calls)
        kinds = collections.Counter(each.kind for each in repositories(str(place.outside), keys, options.full))
        for repository in repositories(str(place.outside), keys, options.full):
            if options.only in f"{repository.kind}: {repository.title}":
                kit.try_repository(repository, kinds[repository.kind])
        kit.report()
    if not options.only and kit.tried < 300:
        sys.exit("fewer than 300 repositories were tried")
    sys.exit(1 if kit.failures else 0)


if __name__ == "__main__":
    main()
