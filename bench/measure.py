"""Runs commands and measures their time and memory."""

import contextlib
import os
import signal
import statistics
import subprocess
import threading
import time


class Figure:
    """One row of one contestant: wall and CPU seconds (medians), the largest peak memory in MB, and a note.
    """

    def __init__(self, seconds, cpu=0.0, megabytes=0.0, note=""):
        self.seconds, self.cpu, self.megabytes, self.note = seconds, cpu, megabytes, note


class Failed(Exception):
    """A command of a peer failed. Its row stays empty."""


class Overdue(Exception):
    """A command exceeded its time limit and was stopped."""


def measure(command, cwd, environment, limit=None):
    """Runs a list of words, or a string through the shell; `limit` is in seconds. The disk is synced first,
    so that no row pays for the one before.
    """
    os.sync()
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=environment, shell=isinstance(command, str),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    overdue = threading.Event()
    timer = threading.Timer(limit or threading.TIMEOUT_MAX, lambda: (overdue.set(), stop(process.pid)))
    timer.start()
    error = process.stderr.read()
    timer.cancel()
    if overdue.is_set():
        process.wait()
        raise Overdue(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{command}\n{error.decode(errors='replace')[-2000:]}")
    return Figure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def stop(group):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def median(figures):
    return Figure(statistics.median(f.seconds for f in figures), statistics.median(f.cpu for f in figures),
                  max(f.megabytes for f in figures))


def bytes_below(paths):
    """Returns the allocated bytes and the number of files below these directories."""
    size = files = 0
    for top in paths:
        for folder, _, names in os.walk(top):
            for name in names:
                try:
                    size += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except FileNotFoundError:
                    continue
                files += 1
    return size, files
