#!/usr/bin/env python3
"""Measures dvx, the floor of the machine, and the peers of dvx side by side: see bench/README.md."""

import argparse
import pathlib

import pipeline_contestants
import pipeline_rows
from contestants import KNOWN, ROOT, Dvx
from datasets import Big, Csv, Small
from each import each
from rows import Bench, remove

DATA = {"small", "tiny", "big", "csv", "appends"}  # rows of tools that store data
STAGES = {"stages", "manystages"}  # rows of tools that run pipelines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rows", default="small,big,csv,stages")
    parser.add_argument("--peers", default="git,lfs,dvc,snakemake,make")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1800, help="seconds that a command of a peer may take")
    parser.add_argument("--place", default="/var/tmp")
    options = parser.parse_args()

    build = pathlib.Path(options.build).resolve()
    dvx = str(build / "dvx")
    peers = [] if options.peers == "none" else options.peers.split(",")
    contestants = [Dvx(dvx)] + [KNOWN[name](dvx) for name in peers if name in KNOWN]
    of_pipelines = pipeline_contestants.KNOWN
    pipelines = [pipeline_contestants.DvxPipelines(dvx)] + [of_pipelines[n](dvx) for n in peers if n in of_pipelines]

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
        "stages": lambda: pipeline_rows.run_stages(bench, pipelines, scaled(1_000)),
        "manystages": lambda: pipeline_rows.run_stages(bench, pipelines, scaled(10_000)),
        "growth": lambda: pipeline_rows.grow(bench, pipelines[0], [scaled(n) for n in pipeline_rows.GROWING]),
        "each": lambda: each(bench, scaled(100_000), "make" in peers),
    }
    wanted = options.rows.split(",")
    for contestant in (contestants if DATA & set(wanted) else []) + (pipelines if STAGES & set(wanted) else []):
        contestant.install()
    try:
        bench.start_up(dvx)
        for rows in wanted:
            sets[rows]()
    finally:
        bench.print_table()
        remove(bench.place)


if __name__ == "__main__":
    main()
