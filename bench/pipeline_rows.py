"""The rows of pipelines: the steps that each tool performs on the same stages."""

import sys
import time

from measure import Failed, Overdue, median
from pipeline_contestants import LEAF, chains

GROWING = (1_000, 3_000, 10_000, 30_000)


def write(contestant, directory, stages):
    for name in ("in", "out"):
        (directory / name).mkdir()
    for stage in stages:
        for path in stage.inputs:
            if path.startswith("in/"):
                (directory / path).write_text(f"{path}\n")
    contestant.write_stages(directory, stages)


def run_stages(bench, contestants, count):
    """Runs the stages from nothing, then with nothing to do, and then with one stage to do."""
    floors(bench, count)
    for contestant in contestants:
        repository = bench.place / contestant.name
        repository.mkdir()
        try:
            live(bench, contestant, repository, count)
        except (Failed, Overdue) as failed:
            if contestant.name == "dvx":
                raise
            print(f"  {count:,} stages: {contestant.name} gave up: {failed}", file=sys.stderr)
        bench.put_away(repository)


def live(bench, contestant, repository, count):
    bench.quietly(contestant.start(), repository)
    write(contestant, repository, chains(count))
    bench.row(f"{count:,} stages: first run, -j2", contestant, contestant.repro(), repository)
    time.sleep(1.1)  # past the tick within which an index cannot trust time stamps
    bench.row(f"{count:,} stages: nothing to do", contestant, contestant.repro(), repository, repeat=True)
    bench.row(f"{count:,} stages: status", contestant, contestant.what_is_stale(), repository, repeat=True)
    change = f"date +%N > {LEAF} && {shell(contestant.repro())}"
    bench.row(f"{count:,} stages: one of them to do", contestant, change, repository, repeat=True)


def floors(bench, count):
    """Measures two floors: starting the shells of all stages, two at a time, and walking over their files."""
    place = bench.place / "floor"
    (place / "out").mkdir(parents=True)
    (place / "in.txt").write_text("one\n")
    command = f"seq {count} | xargs -P2 -I@ sh -c 'cp in.txt out/@.txt'"
    bench.enter(f"{count:,} stages: first run, -j2", "floor", bench.run(command, place))
    walk = median([bench.run([bench.floor_program, "walk", "."], place) for _ in range(bench.runs)])
    bench.enter(f"{count:,} stages: nothing to do", "floor", walk)
    bench.put_away(place)


def grow(bench, dvx, counts=GROWING):
    """Does the same for more and more stages, to show how the time grows with them."""
    for count in counts:
        repository = bench.place / dvx.name
        repository.mkdir()
        bench.quietly(dvx.start(), repository)
        write(dvx, repository, chains(count))
        for name, command in (("all parsed", dvx.cold_listing()), ("read from the cache", dvx.listing()),
                              ("all planned, nothing there", [dvx.dvx, "repro", "-n", "-q"])):
            bench.row(f"{count:,} stages: {name}", dvx, f"{shell(command)} || true", repository, repeat=True)
        bench.row(f"{count:,} stages: first run, -j2", dvx, dvx.repro(), repository)
        time.sleep(1.1)
        bench.row(f"{count:,} stages: nothing to do", dvx, dvx.repro(), repository, repeat=True)
        bench.row(f"{count:,} stages: status", dvx, dvx.what_is_stale(), repository, repeat=True)
        bench.put_away(repository)


def shell(command):
    return command if isinstance(command, str) else " ".join(map(str, command))
