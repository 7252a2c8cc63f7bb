"""The rows of the table: the steps that each contestant performs on each data set, in the same order."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

from contestants import Dvx
from measure import Failed, Figure, Overdue, bytes_below, measure, median

APPENDED_VERSIONS = 10


class Bench:
    def __init__(self, place, build, contestants, runs, limit):
        self.place, self.runs, self.contestants, self.limit = place, runs, contestants, limit
        self.floor_program = str(build / "bench/floor")
        self.away = place / "away"
        remove(place)
        home = place / "home"
        home.mkdir(parents=True)
        (home / ".gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@example.org\n[gc]\n\tauto = 0\n"
                                         "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
                                         "[safe]\n\tdirectory = *\n[protocol \"file\"]\n\tallow = always\n")
        self.environment = os.environ | {"HOME": str(home), "DVC_NO_ANALYTICS": "1", "NO_COLOR": "1"}
        self.table = {}

    # --- one figure -------------------------------------------------------------------------------------------------

    def enter(self, row, name, figure):
        self.table.setdefault(row, {})[name] = figure
        print(f"  {row:<44} {name:<6} {figure.seconds:9.3f} s  cpu {figure.cpu:8.2f} s {figure.megabytes:7.0f} MB"
              f"  {figure.note}", file=sys.stderr, flush=True)

    def run(self, command, cwd):
        return measure(command, cwd, self.environment)

    def row(self, row, contestant, command, cwd, repeat=False):
        """Measures one row. Does nothing for a tool without such a command. When a peer fails, its cell
        stays empty; when dvx fails, the run ends. A peer that exceeds the time limit has no further rows for
        this data set.
        """
        if command is None:
            return
        try:
            limit = None if isinstance(contestant, Dvx) else self.limit
            figure = median([measure(command, cwd, self.environment, limit)
                             for _ in range(self.runs if repeat else 1)])
            self.enter(row, contestant.name, figure)
        except Overdue:
            self.enter(row, contestant.name, Figure(self.limit, note=f"> {self.limit:.0f} s"))
            raise
        except Failed as failed:
            if isinstance(contestant, Dvx):
                raise
            print(f"  {row:<44} {contestant.name:<6} failed: {failed}", file=sys.stderr)

    def quietly(self, command, cwd):
        if command is not None:
            self.run(command, cwd)

    def floor(self, row, *arguments, out=None):
        figures = []
        for _ in range(self.runs):
            figures.append(self.run([self.floor_program, *map(str, arguments)], self.place))
            if out is not None:
                self.put_away(out)
        self.enter(row, "floor", median(figures))

    def put_away(self, path):
        """Moves a path out of the way, and removes it only when everything is measured. After many files
        were removed, ext4 makes files several times more slowly for some minutes.
        """
        if not os.path.lexists(path):
            return
        self.away.mkdir(exist_ok=True)
        path.rename(self.away / str(len(list(self.away.iterdir()))))

    # --- data -------------------------------------------------------------------------------------------------------

    def data(self, dataset):
        source = self.place / f"source-{dataset.data}"
        dataset.write(source)
        self.floors(dataset, source)
        self.each_alone(dataset, lambda contestant, repository: self.lifecycle(contestant, dataset, source, repository))
        self.put_away(source)

    def each_alone(self, dataset, life):
        """Runs `life` for each contestant in an empty directory, which is removed afterwards."""
        for contestant in self.contestants:
            repository = self.place / contestant.name
            repository.mkdir()
            try:
                life(contestant, repository)
            except (Failed, Overdue) as failed:
                if isinstance(contestant, Dvx):
                    raise
                print(f"  {dataset.name}: {contestant.name} gave up: {failed}", file=sys.stderr)
            for path in self.place.glob(f"{contestant.name}*"):
                self.put_away(path)

    def floors(self, dataset, source):
        scratch = self.place / "scratch"
        name = dataset.name
        self.floor(f"{name}: first add", "pack", source, scratch, out=scratch)
        self.floor(f"{name}: nothing changed", "walk", source)
        self.floor(f"{name}: status", "walk", source)
        self.floor(f"{name}: checkout", dataset.floor_checkout, source, scratch, out=scratch)
        self.floor(f"{name}: fsck, all read", "hash", source)

    def lifecycle(self, contestant, dataset, source, repository):
        name, data = dataset.name, dataset.data
        copy = repository / data
        self.quietly(contestant.start(), repository)
        subprocess.run(["cp", "-r", "--reflink=never", str(source), str(copy)], check=True)
        time.sleep(1.1)  # past the tick within which an index cannot trust time stamps
        self.row(f"{name}: first add", contestant, contestant.add(data), repository)
        self.quietly(contestant.seal("v1"), repository)
        first = self.stored(contestant, repository)
        self.row(f"{name}: nothing changed", contestant, contestant.add(data), repository, repeat=True)
        self.row(f"{name}: status", contestant, contestant.status(), repository, repeat=True)
        if (command := contestant.restore(data)) is not None:
            self.put_away(copy)
            self.row(f"{name}: checkout", contestant, command, repository)
        dataset.change(copy)
        time.sleep(1.1)
        self.row(f"{name}: changed a little", contestant, contestant.add(data), repository)
        self.quietly(contestant.seal("v2"), repository)
        self.growth(f"{name}: store grew", contestant, repository, first)
        self.row(f"{name}: diff of two versions", contestant, contestant.diff("v1", "v2"), repository, repeat=True)
        self.row(f"{name}: switch to the other version", contestant, contestant.switch("v1", data), repository)
        self.sharing(contestant, name, repository)
        self.row(f"{name}: gc", contestant, contestant.gc(), repository)
        self.row(f"{name}: fsck, all read", contestant, contestant.fsck(), repository)

    def sharing(self, contestant, name, repository):
        remote, clone = self.place / f"{contestant.name}.remote", self.place / f"{contestant.name}.clone"
        if (command := contestant.push()) is None:
            return
        remote.mkdir()
        self.quietly(contestant.prepare_push(remote), repository)
        self.row(f"{name}: push", contestant, command, repository)
        if (command := contestant.pull()) is None:
            return
        clone.mkdir()
        self.quietly(contestant.prepare_pull(repository, remote), clone)
        self.row(f"{name}: pull", contestant, command, clone)
        self.put_away(clone)

    def appended(self, dataset):
        """Measures the size of the store after many versions, each a hundredth longer than the last."""
        source = self.place / f"source-{dataset.data}"
        dataset.write(source)
        self.each_alone(dataset, lambda contestant, repository: self.append(contestant, dataset, source, repository))
        self.put_away(source)

    def append(self, contestant, dataset, source, repository):
        self.quietly(contestant.start(), repository)
        copy = repository / dataset.data
        shutil.copyfile(source, copy)
        for version in range(APPENDED_VERSIONS + 1):
            self.quietly(contestant.add(dataset.data), repository)
            self.quietly(contestant.seal(f"v{version}"), repository)
            if version == 0:
                first = self.stored(contestant, repository)
            dataset.change(copy)
        self.growth(f"{dataset.name}: store grew by {APPENDED_VERSIONS} appends", contestant, repository, first)

    def stored(self, contestant, repository):
        return bytes_below([repository / kept for kept in contestant.kept_in])

    def growth(self, row, contestant, repository, before):
        size, files = self.stored(contestant, repository)
        note = f"{(size - before[0]) / 1e6:,.1f} MB, {files - before[1]:,} files, on {before[0] / 1e6:,.0f} MB"
        self.enter(row, contestant.name, Figure(0, note=note))

    # --- the rest ---------------------------------------------------------------------------------------------------

    def start_up(self, dvx):
        for name, command in (("floor", ["true"]), ("dvx", [dvx, "--version"]), ("git", ["git", "--version"])):
            self.enter("start-up (--version)", name, median([self.run(command, self.place) for _ in range(20)]))

    def print_table(self):
        names = list(dict.fromkeys(["floor", "dvx"] + [name for figures in self.table.values() for name in figures]))
        print("| row | " + " | ".join(names) + " |")
        print("|---|" + "---|" * len(names))
        for row, figures in self.table.items():
            print(f"| {row} | " + " | ".join(cell(figures, name) for name in names) + " |")


def cell(figures, name):
    figure, floor = figures.get(name), figures.get("floor")
    if figure is None:
        return "–"
    if figure.note:
        return figure.note
    if name == "floor":
        return f"{figure.seconds:.3f} s"
    ratio = f"{figure.seconds / floor.seconds:.1f}×, " if floor else ""
    return f"{figure.seconds:.3f} s ({ratio}cpu {figure.cpu:.1f} s, {figure.megabytes:.0f} MB)"


def remove(path: pathlib.Path):
    """Removes a path and everything in it."""
    if path.is_dir() and not path.is_symlink():
        # git-annex removes the write permission from the files that it keeps.
        subprocess.run(["chmod", "-R", "u+w", str(path)], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
