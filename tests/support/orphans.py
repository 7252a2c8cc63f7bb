"""The processes that a killed command started continue without it. When they are children of the script, the
script can wait for them.
"""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Makes such processes children of this process from now on."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_orphans():
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
