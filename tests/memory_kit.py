"""Programs run while somebody watches how much memory they and theirs take."""

import subprocess
import threading
from collections.abc import Sequence

import psutil

_LOOK_S = 0.2


def run_watched(
    command: Sequence[str], **how
) -> tuple[subprocess.CompletedProcess, int]:
    """Run a program; return how it ended, and the most bytes it held at a time.

    Counted are the program and all that it started. What several of them share (the
    libraries) counts once for each, so the truth is less.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, **how) as process:
        ended, peak = threading.Event(), [0]

        def watch():
            while not ended.wait(_LOOK_S):
                peak[0] = max(peak[0], _bytes_of_tree(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        output, errors = process.communicate()
        ended.set()
        watcher.join()
    done = subprocess.CompletedProcess(command, process.returncode, output, errors)
    return done, peak[0]


def _bytes_of_tree(pid: int) -> int:
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it ended meanwhile
            continue
    return total
