"""The environment in which the scripts of tests run dvx and git: a home of its own, and dvx in the path."""

import os
import pathlib

IDENTITY = "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"

# A pipeline of two stages, one after the other, that reads data/words.txt.
PIPELINE = """stages:
  sort:
    cmd: mkdir -p out && sort data/words.txt > out/sorted.txt
    deps: [data/words.txt]
    outs: [out/sorted.txt]
  count:
    cmd: wc -l < out/sorted.txt > out/count.txt
    deps: [out/sorted.txt]
    outs: [out/count.txt]
"""


def environment(place, dvx, git_settings=""):
    """Makes `place`/home with git's settings in it, and returns the environment."""
    home = pathlib.Path(place) / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(IDENTITY + git_settings)
    return os.environ | {"HOME": str(home), "PATH": f"{pathlib.Path(dvx).parent}:{os.environ['PATH']}"}
