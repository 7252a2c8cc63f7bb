#!/usr/bin/env python3
"""dvx, the machine's floor and its peers side by side: see bench/README.md."""

import argparse
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Figure:
    """One measured command: wall seconds (median) and the largest peak memory in MB."""

    def __init__(self, seconds, megabytes):
        self.seconds, self.megabytes = seconds, megabytes


def measure(command, cwd, environment):
    os.sync()
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=environment, shell=isinstance(command, str),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"failed: {command}\n{error.decode(errors='replace')[-2000:]}")
    return Figure(seconds, usage.ru_maxrss / 1024)


def median(figures):
    return Figure(statistics.median(f.seconds for f in figures), max(f.megabytes for f in figures))


# --- data ----------------------------------------------------------------------------------------------------------

def write_small(directory, count):
    noise = random.Random(1)
    block = noise.randbytes(1 << 20)
    for i in range(count):
        folder = directory / f"{i // 100:04}"
        if i % 100 == 0:
            folder.mkdir(parents=True)
        start = noise.randrange(len(block) - 12_000)
        # A number in front makes each file unlike all others.
        (folder / f"{i:06}.bin").write_bytes(i.to_bytes(8, "big") + block[start:start + noise.randrange(8_000, 12_000)])


def write_big(file, size):
    noise = random.Random(2)
    with open(file, "wb") as out:
        for _ in range(size >> 22):
            out.write(noise.randbytes(1 << 22))


def write_csv(file, size):
    noise = random.Random(3)
    rows = [f"{noise.randrange(10**6)},{noise.random():.6f},{noise.choice(['red', 'green', 'blue'])},"
            f"2026-{noise.randrange(1, 13):02}-{noise.randrange(1, 29):02},{noise.gauss(0, 1):.4f}"
            for _ in range(20_000)]
    with open(file, "w") as out:
        out.write("row,id,share,colour,day,score\n")
        row = 0
        while out.tell() < size:
            noise.shuffle(rows)
            out.write("".join(f"{row + i},{text}\n" for i, text in enumerate(rows)))
            row += len(rows)


def change_small(directory):
    """One file in a hundred gets other bytes."""
    for folder in sorted(directory.iterdir()):
        file = sorted(folder.iterdir())[7]
        file.write_bytes(os.urandom(8) + file.read_bytes()[8:])


def change_big(file):
    """One block of 64 KB in a hundred."""
    with open(file, "r+b") as out:
        for offset in range(0, os.path.getsize(file), 100 << 16):
            out.seek(offset)
            out.write(os.urandom(1 << 16))


def write_stages(directory, count):
    lines = ["stages:"]
    for i in range(count):
        source = f"in/{i}.txt" if i % 10 == 0 else f"out/{i - 1}.txt"
        if i % 10 == 0:
            (directory / "in").mkdir(exist_ok=True)
            (directory / source).write_text(f"{i}\n")
        lines += [f"  s{i}:", f"    cmd: cp {source} out/{i}.txt", f"    deps: [{source}]", f"    outs: [out/{i}.txt]"]
    (directory / "out").mkdir(exist_ok=True)
    text = "\n".join(lines) + "\n"
    (directory / "dvx.yaml").write_text(text)
    (directory / "dvc.yaml").write_text(text)


# --- contestants -----------------------------------------------------------------------------------------------------

class Contestant:
    """A tool and the commands of each row; `data` is the tracked path, relative to its repository."""

    name = ""

    def __init__(self, tools):
        self.tools = tools

    def start(self):
        return "git init -q"

    def add(self, data):
        raise NotImplementedError

    def status(self):
        raise NotImplementedError

    def checkout(self, data):
        return None

    def stages(self):
        return None


class Dvx(Contestant):
    name = "dvx"

    def start(self):
        return f"git init -q && {self.tools.dvx} init -q"

    def add(self, data):
        return [self.tools.dvx, "add", "-q", data]

    def status(self):
        return [self.tools.dvx, "status"]

    def checkout(self, data):
        return [self.tools.dvx, "checkout", "-q", data]

    def stages(self):
        return [self.tools.dvx, "repro", "-q"]


class Git(Contestant):
    name = "git"

    def add(self, data):
        return ["git", "-c", "core.bigFileThreshold=512m", "add", data]

    def status(self):
        return ["git", "status", "--short"]

    def checkout(self, data):
        return ["git", "checkout-index", "-a"]


class Lfs(Git):
    name = "lfs"

    def start(self):
        return "git init -q && git lfs install --local >/dev/null && git lfs track '*.bin' '*.csv' >/dev/null"


class Dvc(Contestant):
    name = "dvc"

    def start(self):
        return f"git init -q && {self.tools.dvc} init -q && {self.tools.dvc} config core.analytics false"

    def add(self, data):
        return [self.tools.dvc, "add", "-q", data]

    def status(self):
        return [self.tools.dvc, "status", "-q"]

    def checkout(self, data):
        return [self.tools.dvc, "checkout", "-q", "-f", data]

    def stages(self):
        return [self.tools.dvc, "repro", "-q"]


class Tools:
    def __init__(self, build, peers):
        self.dvx, self.floor = str(build / "dvx"), str(build / "bench/floor")
        self.dvc = str(ROOT / "build/peers/dvc/bin/dvc")
        if "dvc" in peers and not os.path.exists(self.dvc):
            subprocess.run([sys.executable, "-m", "venv", ROOT / "build/peers/dvc"], check=True)
            subprocess.run([ROOT / "build/peers/dvc/bin/pip", "install", "-q", "dvc"], check=True)


# --- rows ------------------------------------------------------------------------------------------------------------

class Bench:
    def __init__(self, options):
        self.options = options
        peers = [] if options.peers == "none" else options.peers.split(",")
        self.tools = Tools(pathlib.Path(options.build).resolve(), peers)
        known = {"git": Git, "lfs": Lfs, "dvc": Dvc}
        self.contestants = [Dvx(self.tools)] + [known[p](self.tools) for p in peers]
        self.place = pathlib.Path(options.place).resolve() / "dvx-bench"
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        home = self.place / "home"
        home.mkdir()
        (home / ".gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@example.org\n[gc]\n\tauto = 0\n")
        self.environment = os.environ | {"HOME": str(home), "DVC_NO_ANALYTICS": "1", "NO_COLOR": "1"}
        self.table = {}

    def row(self, name, contestant, figure):
        self.table.setdefault(name, {})[contestant] = figure
        print(f"  {name:<34} {contestant:<6} {figure.seconds:9.3f} s {figure.megabytes:7.0f} MB", file=sys.stderr)

    def run(self, command, cwd):
        return measure(command, cwd, self.environment)

    def repeat(self, command, cwd):
        return median([self.run(command, cwd) for _ in range(self.options.runs)])

    def floor(self, name, *arguments, out=None):
        figures = []
        for _ in range(self.options.runs):
            figures.append(self.run([self.tools.floor, *map(str, arguments)], self.place))
            if out is not None:
                shutil.rmtree(out) if os.path.isdir(out) else os.remove(out)
        self.row(name, "floor", median(figures))

    def data_rows(self, label, source, data, change, checkout):
        """First add, nothing changed, status, checkout, one per cent changed, for each contestant on its own copy."""
        scratch = self.place / "scratch"
        self.floor(f"{label}: first add", "pack", source, scratch, out=scratch)
        self.floor(f"{label}: nothing changed", "walk", source)
        self.floor(f"{label}: status", "walk", source)
        if checkout and os.path.isdir(source):
            self.floor(f"{label}: checkout", "create", source, scratch, out=scratch)
        elif checkout:
            self.floor(f"{label}: checkout", "pack", source, scratch, out=scratch)
        for contestant in self.contestants:
            repository = self.place / contestant.name
            repository.mkdir()
            self.run(contestant.start(), repository)
            copy = repository / data
            subprocess.run(["cp", "-r", "--reflink=never", str(source), str(copy)], check=True)
            time.sleep(1.1)  # past the racy tick of every index
            self.row(f"{label}: first add", contestant.name, self.run(contestant.add(data), repository))
            self.row(f"{label}: nothing changed", contestant.name, self.repeat(contestant.add(data), repository))
            self.row(f"{label}: status", contestant.name, self.repeat(contestant.status(), repository))
            command = contestant.checkout(data)
            if checkout and command:
                shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
                self.row(f"{label}: checkout", contestant.name, self.run(command, repository))
            before = self.store_size(repository)
            change(copy)
            time.sleep(1.1)
            self.row(f"{label}: 1 % changed", contestant.name, self.run(contestant.add(data), repository))
            grown = self.store_size(repository) - before
            print(f"  {label}: {contestant.name} grew by {grown / 1e6:.1f} MB", file=sys.stderr)
            shutil.rmtree(repository)

    @staticmethod
    def store_size(repository):
        done = subprocess.run(["du", "-sk", "--", ".git"] + [d for d in (".dvx", ".dvc") if (repository / d).is_dir()],
                              cwd=repository, capture_output=True, text=True, check=True)
        return sum(int(line.split()[0]) for line in done.stdout.splitlines()) * 1024

    def small(self):
        source = self.place / "small"
        write_small(source, int(100_000 * self.options.scale))
        self.data_rows("100,000 files", source, "data.dir", change_small, checkout=True)

    def big(self):
        source = self.place / "big.bin"
        write_big(source, int(4_000_000_000 * self.options.scale))
        self.data_rows("4 GB file", source, "big.bin", change_big, checkout=True)
        source.unlink()

    def csv(self):
        source = self.place / "table.csv"
        write_csv(source, int(2_000_000_000 * self.options.scale))
        self.data_rows("2 GB CSV", source, "table.csv", change_big, checkout=True)
        source.unlink()

    def stages(self):
        count = int(1_000 * self.options.scale)
        for contestant in self.contestants:
            command = contestant.stages()
            if not command:
                continue
            repository = self.place / contestant.name
            repository.mkdir()
            self.run(contestant.start(), repository)
            write_stages(repository, count)
            self.row("1,000 stages: first repro", contestant.name, self.run(command, repository))
            time.sleep(1.1)
            self.row("1,000 stages: nothing to do", contestant.name, self.repeat(command, repository))
            shutil.rmtree(repository)

    def start_up(self):
        self.row("start-up (--version)", "floor", median([self.run(["true"], self.place) for _ in range(20)]))
        self.row("start-up (--version)", "dvx", median([self.run([self.tools.dvx, "--version"], self.place) for _ in range(20)]))
        if any(c.name == "git" for c in self.contestants):
            self.row("start-up (--version)", "git", median([self.run(["git", "--version"], self.place) for _ in range(20)]))

    def print_table(self):
        names = ["floor"] + [c.name for c in self.contestants]
        print("| row | " + " | ".join(f"{n} s (×, MB)" if n != "floor" else "floor s" for n in names) + " |")
        print("|---|" + "---|" * len(names))
        for row, figures in self.table.items():
            floor = figures.get("floor")
            cells = []
            for name in names:
                figure = figures.get(name)
                if figure is None:
                    cells.append("–")
                elif name == "floor":
                    cells.append(f"{figure.seconds:.3f}")
                else:
                    ratio = f"{figure.seconds / floor.seconds:.1f}×, " if floor else ""
                    cells.append(f"{figure.seconds:.3f} ({ratio}{figure.megabytes:.0f})")
            print(f"| {row} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rows", default="small,big,csv,stages")
    parser.add_argument("--peers", default="git,lfs,dvc")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--place", default="/var/tmp")
    options = parser.parse_args()
    bench = Bench(options)
    try:
        bench.start_up()
        for rows in options.rows.split(","):
            getattr(bench, rows)()
    finally:
        shutil.rmtree(bench.place, ignore_errors=True)
    bench.print_table()


if __name__ == "__main__":
    main()
