"""What a killed command had started goes on without it. Made children of the script, such processes can be waited for."""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on they are children of this process."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_orphans():
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
