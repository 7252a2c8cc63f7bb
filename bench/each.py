"""The row `each`: one stage (or rule) that runs once for each of very many inputs, of which ten change."""

import os
import random
import shutil
import time

from contestants import Dvx
from measure import median

CHANGED = 10
PIPELINE = """stages:
  copy:
    cmd: cp -t made {in}
    each: {in: "data/*", out: "made/{name}", batch: BATCH}
"""
MAKEFILE = """made := $(patsubst data/%,made/%,$(wildcard data/*))
all: $(made)
made/%: data/%
\tcp $< $@
"""


def write_inputs(repository, count):
    noise = random.Random(5)
    (repository / "data").mkdir()
    for i in range(count):
        (repository / f"data/{i:07}.txt").write_bytes(noise.randbytes(200) + b"%d" % i)


def change(repository, count):
    for i in range(0, count, count // CHANGED):
        (repository / f"data/{i:07}.txt").write_bytes(os.urandom(200))


def each(bench, count, beside_make):
    dvx = next(c for c in bench.contestants if isinstance(c, Dvx))
    of_dvx(bench, dvx, count)
    if beside_make:
        of_make(bench, count)


def of_dvx(bench, dvx, count):
    repository = bench.place / "dvx-each"
    repository.mkdir()
    bench.quietly(dvx.start(), repository)
    write_inputs(repository, count)
    (repository / "dvx.yaml").write_text(PIPELINE.replace("BATCH", "1000"))
    command = [dvx.dvx, "repro", "-q"]
    bench.row(f"each, {count:,} inputs: first run, by thousands", dvx, command, repository)
    # From here on, each input gets a process of its own. A different batch size is no reason to run again.
    (repository / "dvx.yaml").write_text(PIPELINE.replace("BATCH", "1"))
    time.sleep(1.1)
    bench.row(f"each, {count:,} inputs: nothing to do", dvx, command, repository, repeat=True)
    figures = []
    for _ in range(bench.runs):
        change(repository, count)
        time.sleep(0.1)
        figures.append(bench.run(command, repository))
    bench.enter(f"each, {count:,} inputs: {CHANGED} changed", dvx.name, median(figures))
    bench.put_away(repository)


def of_make(bench, count):
    """Measures make beside dvx only where little or nothing is to be done. A hundred thousand processes take
    the same time in either tool.
    """
    repository = bench.place / "make-each"
    repository.mkdir()
    write_inputs(repository, count)
    shutil.copytree(repository / "data", repository / "made")
    (repository / "Makefile").write_text(MAKEFILE)
    command = ["make", "-s", "-j2"]
    figure = median([bench.run(command, repository) for _ in range(bench.runs)])
    bench.enter(f"each, {count:,} inputs: nothing to do", "make", figure)
    figures = []
    for _ in range(bench.runs):
        change(repository, count)
        figures.append(bench.run(command, repository))
    bench.enter(f"each, {count:,} inputs: {CHANGED} changed", "make", median(figures))
    bench.put_away(repository)

