#!/usr/bin/env python3
"""dvx, the machine's floor and its peers side by side: see bench/README.md."""

import argparse
import pathlib

from contestants import KNOWN, ROOT, Dvx
from datasets import Big, Csv, Small
from each import each
from rows import Bench, remove


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rows", default="small,big,csv,stages")
    parser.add_argument("--peers", default="git,lfs,dvc")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1800, help="seconds that a command of a peer may take")
    parser.add_argument("--place", default="/var/tmp")
    options = parser.parse_args()

    build = pathlib.Path(options.build).resolve()
    dvx = str(build / "dvx")
    peers = [] if options.peers == "none" else options.peers.split(",")
    contestants = [Dvx(dvx)] + [KNOWN[name](dvx) for name in peers]
    for contestant in contestants:
        contestant.install()

    def scaled(full):
        return int(full * options.scale)

    bench = Bench(pathlib.Path(options.place).resolve() / "dvx-bench", build, contestants, options.runs,
                  options.limit)
    sets = {
        "small": lambda: bench.data(Small(scaled(100_000), 10_000)),
        "tiny": lambda: bench.data(Small(scaled(1_000_000), 1_000)),
        "big": lambda: bench.data(Big(scaled(4_000_000_000))),
        "csv": lambda: bench.data(Csv(scaled(2_000_000_000))),
        "appends": lambda: bench.appended(Csv(scaled(2_000_000_000))),
        "stages": lambda: bench.stages(scaled(1_000)),
        "manystages": lambda: bench.stages(scaled(10_000)),
        "each": lambda: each(bench, scaled(100_000)),
    }
    try:
        bench.start_up(dvx)
        for rows in options.rows.split(","):
            sets[rows]()
    finally:
        bench.print_table()
        remove(bench.place)


if __name__ == "__main__":
    main()
