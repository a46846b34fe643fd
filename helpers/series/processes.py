"""Kernels and what they start, known by a mark in their environment."""

import os
from pathlib import Path

import psutil

from helpers.base import progress
from helpers.series import machine

MARK = "HELPERS_RUN"
"""Environment variable of every process of a run: ``<run folder>|<run id>``."""

_PATIENCE_S = 5


def mark_of(out: Path, run_id: str = "") -> str:
    """Return the mark of a run, or the beginning of all marks of a folder.

    Parameters
    ----------
    out : Path
        The run folder; two names of one folder give the same mark.
    run_id : str, optional
        Which run; "" for any.

    Returns
    -------
    str
        Value of the environment variable.
    """
    return f"{os.path.realpath(out)}|{run_id}"


def kernel_environment(mark: str, jobs: int) -> dict[str, str]:
    """Return what the environment of a kernel has besides the runner's.

    Parameters
    ----------
    mark : str
        The run's mark.
    jobs : int
        Kernels at a time, which share the cores.

    Returns
    -------
    dict of str to str
        Variables; an empty one counts as unset.
    """
    n_threads = str(max(1, machine.count_cores() // jobs))
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(threads, n_threads) | {
        MARK: mark,
        progress.QUIET: "1",
        "PYTHONHASHSEED": "0",
        # Importing TensorFlow takes 29 s without bytecode, 9 with it.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def end_marked(mark: str) -> list[int]:
    """End the processes of this user that carry a mark.

    This process and those it descends from are spared: a kernel may itself call for
    a run.

    Parameters
    ----------
    mark : str
        What their mark begins with.

    Returns
    -------
    list of int
        The numbers of those that were ended.
    """
    own = psutil.Process()
    spared = {own.pid, *(parent.pid for parent in own.parents())}
    found = [
        process
        for process in psutil.process_iter()
        if process.pid not in spared and _mark(process).startswith(mark)
    ]
    for process in found:
        try:
            process.kill()
        except psutil.Error:  # it ended by itself
            continue
    psutil.wait_procs(found, timeout=_PATIENCE_S)
    return [process.pid for process in found]


def _mark(process: psutil.Process) -> str:
    try:
        return process.environ().get(MARK, "")
    except (psutil.Error, OSError):  # another user's, or gone
        return ""
