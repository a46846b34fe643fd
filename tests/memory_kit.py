"""Programs run with little memory, or while somebody watches how much they take."""

import contextlib
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

_LOOK_S = 0.2
_CGROUPS = Path("/sys/fs/cgroup")
_ENTER = """
import os, pathlib, sys

pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


@contextlib.contextmanager
def memory_limit(n_bytes: int) -> Iterator[list[str]]:
    """Yield words that, before a command, keep it and all it starts within a limit.

    It is a cgroup's: who takes more is killed. Pages of files do not count, the kernel
    drops them. Raises OSError where no cgroup can be made (it takes root, on Linux).
    """
    v1 = (_CGROUPS / "memory").is_dir()
    file = "memory.limit_in_bytes" if v1 else "memory.max"
    folder = (_CGROUPS / "memory" if v1 else _CGROUPS) / f"test-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    try:
        limit = folder / file
        limit.read_text()  # a plain folder has no such file, and limits nothing
        limit.write_text(str(n_bytes))
        yield [sys.executable, "-c", _ENTER, str(folder / "cgroup.procs")]
    finally:
        with contextlib.suppress(OSError):  # somebody has not quite ended
            folder.rmdir()


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
