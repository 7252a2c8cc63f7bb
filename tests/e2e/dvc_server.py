"""Runs the command line of DVC many times in one Python process. test_dvc_conformance.py starts it with the
Python that has DVC.

It reads requests from standard input, each a JSON list of arguments, a directory and the user's shell. It
answers with the exit status and the output.
"""

import json
import os
import sys
import tempfile

import dvc.cli
import dvc.repo  # noqa: F401  what every command needs is loaded once
import dvc.repo.reproduce  # noqa: F401
import dvc.stage.run  # noqa: F401


def run(arguments, directory, shell):
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.chdir(directory)
            os.environ["SHELL"] = shell
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            status = 70
            try:
                status = dvc.cli.main(arguments)
                sys.stdout.flush()
            finally:
                os._exit(status or 0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0)
        return {"exit": status, "output": output.read().decode(errors="replace")}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(run(request["arguments"], request["directory"], request["shell"])), flush=True)
