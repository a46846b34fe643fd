"""A search over several processes or machines: KerasTuner's own chief and workers.

The chief says what is tried next; each worker trains. On one machine
`search_with_workers` starts them all. Over machines that share a folder, write the job
with `tuning_jobs.write_job`, then type on each machine, the chief's first::

    KERASTUNER_TUNER_ID=chief KERASTUNER_ORACLE_IP=<the chief's address> \
    KERASTUNER_ORACLE_PORT=8000 python -m helpers.keras_models.tuning_workers JOB

with ``worker-0``, ``worker-1`` ... instead of ``chief``; in the end `tuning.search`
with the same model, data and settings collects what they found. The port is open to
whoever reaches it: use a network that you trust.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import grpc
import numpy as np
from keras_tuner.src.distribute import oracle_client

from helpers.base.errors import ParameterError, ProjectError, TrainingError
from helpers.base.paths import ROOT, shown
from helpers.base.progress import QUIET
from helpers.keras_models import tuning, tuning_jobs
from helpers.keras_models.frameworks import keras
from helpers.keras_models.tuning_task import Settings
from helpers.keras_models.tuning_trials import Tuner

ANSWER_S = 120
"""A worker gives up when the chief has not answered for so long (KerasTuner: 1 h)."""

_CHIEF = "chief"
_LOOPBACK = "127.0.0.1"
_LOOK_S = 0.2
_END_S = 10


def search_with_workers(
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    validation: tuple[Mapping[str, np.ndarray], np.ndarray],
    folder: Path,
    settings: Settings,
    n_workers: int = 2,
) -> tuning.Found:
    """Search as `tuning.search` does, with several processes on this machine.

    Parameters
    ----------
    model, arrays, y, validation, folder, settings
        As for `tuning.search`; trials and scores are the same.
    n_workers : int, optional
        Worker processes besides the chief, which hardly computes.

    Returns
    -------
    tuning.Found
        Of all workers; what one of them left undone is done here.

    Raises
    ------
    ParameterError
        If `n_workers` is below 1, and as `tuning.search`.
    TrainingError
        If the chief ended before the workers: the last line it wrote.
    """
    if n_workers < 1:
        way_out = "give a whole number from 1"
        raise ParameterError(f"{n_workers} workers do nothing", "n_workers", way_out)
    job = tuning_jobs.write_job(folder, model, arrays, y, validation, settings)
    with tempfile.TemporaryDirectory() as logs:
        _run_all(job, Path(logs), _free_port(), n_workers)
    return tuning.search(model, arrays, y, validation, folder, settings)


def _run_all(job: Path, logs: Path, port: int, n_workers: int) -> None:
    """Start chief and workers, wait for the workers, and leave none behind."""
    processes: dict[str, subprocess.Popen] = {}
    try:
        for name in (_CHIEF, *(f"worker-{k}" for k in range(n_workers))):
            processes[name] = _start(job, logs / name, name, port)
        workers = [one for name, one in processes.items() if name != _CHIEF]
        while any(one.poll() is None for one in workers):
            time.sleep(_LOOK_S)
            if processes[_CHIEF].poll() not in (None, 0):
                raise TrainingError(
                    f"the chief of the search ended: {_last_line(logs / _CHIEF)}",
                    where=shown(job),
                    way_out="search again: finished trials are not done again",
                )
        for name, one in processes.items():
            if one.poll() not in (None, 0):
                warnings.warn(
                    f"{name} ended early: {_last_line(logs / name)}; what it left "
                    "undone is done here",
                    stacklevel=3,
                )
    finally:
        for one in processes.values():
            _end(one)


def _start(job: Path, log: Path, name: str, port: int) -> subprocess.Popen:
    values = (name, _LOOPBACK, str(port))
    own = dict(zip(tuning.ENVIRONMENT, values, strict=True))
    command = [sys.executable, "-m", __name__, str(job.resolve()), "--with-parent"]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # closes when this process ends, however it ends
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **own, QUIET: "1"},
        )


def _end(process: subprocess.Popen) -> None:
    """End a process for certain."""
    process.stdin.close()
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return probe.getsockname()[1]


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def work(job: Path) -> None:
    """Be the chief or a worker, as the environment says, until nothing is left to try.

    Parameters
    ----------
    job : Path
        From `tuning_jobs.write_job`.

    Raises
    ------
    ParameterError
        If KerasTuner's variables are not set.
    TrainingError
        If the chief does not answer for `ANSWER_S` seconds.
    ProjectError
        What ended a trial, or a job that was changed.
    """
    lacking = [name for name in tuning.ENVIRONMENT if not os.environ.get(name)]
    if lacking:
        way_out = "set them as helpers/keras_models/tuning_workers.py shows"
        what = f"KerasTuner needs {', '.join(lacking)}"
        raise ParameterError(what, "environment", way_out)
    settings = tuning_jobs.read_settings(job)
    is_worker = _CHIEF not in os.environ[tuning.ENVIRONMENT[0]]
    oracle_client.TIMEOUT = ANSWER_S
    with tempfile.TemporaryDirectory() as scratch:
        task = tuning_jobs.read_task(job) if is_worker else None
        try:
            tuning.run(Tuner(task, settings, Path(scratch)))
        except grpc.RpcError as error:
            raise TrainingError(
                f"the chief does not answer ({error.code().name.lower()})",
                where=":".join(os.environ[name] for name in tuning.ENVIRONMENT[1:]),
                way_out="start the chief first; finished trials are not done again",
            ) from error


def _end_with_parent() -> None:
    """End this process when the one that started it has ended."""
    while os.read(0, 1):  # sys.stdin would hold a lock that Python's own end needs
        pass
    os._exit(1)


def main(arguments: Sequence[str]) -> int:
    """Run `work` from the command line.

    Parameters
    ----------
    arguments : sequence of str
        The job's folder; ``--with-parent`` ends it when standard input closes.

    Returns
    -------
    int
        0, or 1 after a problem, which is printed.
    """
    if "--with-parent" in arguments:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work(Path(arguments[0]))
    except ProjectError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
