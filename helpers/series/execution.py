"""One notebook executed by papermill: a plain task in, a plain outcome out.

`execute` can be handed to any `concurrent.futures.Executor`: it is a function of a
module, and what it takes and gives can be pickled.
"""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.series import state
from helpers.show import report
from helpers.storage import atomic

if TYPE_CHECKING:
    from helpers.series.kernels import Trace

RUNNING: dict[str, "Trace"] = {}
"""Notebook -> trace, of those at work in this process: how far they have come."""

_SLOW_AND_UNUSED = "rfc3987_syntax"
"""Grammar of web addresses that jsonschema builds at import, in 1.2 s, for nobody."""

_IMPORTING = threading.Lock()
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_MAX_LETTERS = 300


@dataclass(frozen=True)
class Task:
    """A notebook to execute.

    Parameters
    ----------
    name : str
        The notebook.
    source : str
        Path of its source.
    out : str
        The run folder, absolute.
    values : dict
        Its parameters.
    environment : dict of str to str
        What its kernel's environment has besides.
    cell_timeout : int, optional
        Seconds that one cell may take; None for any.
    previous, following : str, optional
        Its neighbours on the street, for the links of its page.
    """

    name: str
    source: str
    out: str
    values: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)
    cell_timeout: int | None = None
    previous: str = ""
    following: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Parameters
    ----------
    name : str
        The notebook.
    error : str
        "" if it ran to its end; else two lines: which cell, and its error.
    seconds : float
        All in all.
    kernel_seconds : float
        In its cells alone.
    """

    name: str
    error: str
    seconds: float
    kernel_seconds: float


def execute(task: Task) -> Outcome:
    """Execute one notebook, and put it and its page into the run folder.

    Papermill saves after each cell under ``.work``; the finished or failed notebook
    is then moved to its place, so that a half-run one never lies there.

    Parameters
    ----------
    task : Task
        What to do.

    Returns
    -------
    Outcome
        Also where a cell raised, ran out of time, or took the kernel with it.

    Raises
    ------
    DiskError
        If the run folder cannot be written to.
    """
    start = time.monotonic()
    out = Path(task.out)
    partial = state.work_folder(out) / f"{task.name}.ipynb"
    executed = state.executed_path(out, task.name)
    atomic.make_folder(partial.parent)
    with atomic.disk_errors(out):
        partial.unlink(missing_ok=True)
        trace = _run(task, partial)
        error = error_of(trace)
        if not error and not state.has_finished(out, task.name):
            error = "its cells ran, but wrote no manifest\nend it with run.finish(...)"
        if partial.is_file():
            atomic.make_folder(executed.parent)
            os.replace(partial, executed)  # noqa: PTH105 - atomic on every system
    report.write_page(
        executed,
        state.page_path(out, task.name),
        status=state.FAILED if error else state.DONE,
        error=error or None,
        previous=task.previous,
        following=task.following,
    )
    return Outcome(task.name, error, time.monotonic() - start, trace.kernel_seconds)


def prepare() -> Any:
    """Import what executes notebooks; two seconds that overlap with other work.

    Returns
    -------
    module
        `helpers.series.kernels`.
    """
    with _IMPORTING, _kept_out(_SLOW_AND_UNUSED):
        from helpers.series import kernels

        return kernels


@contextmanager
def _kept_out(module: str) -> Iterator[None]:
    """Let `import module` fail for a while; whoever can do without it then does."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def _run(task: Task, partial: Path) -> "Trace":
    try:
        return prepare().run_notebook(
            Path(task.source),
            partial,
            task.values,
            task.environment,
            task.cell_timeout,
            on_start=lambda trace: RUNNING.update({task.name: trace}),
        )
    finally:
        RUNNING.pop(task.name, None)


def error_of(trace: "Trace") -> str:
    """Say in two lines what went wrong.

    Parameters
    ----------
    trace : Trace
        How a kernel ended.

    Returns
    -------
    str
        Which cell and line; then the error, or the likely cause. "" where all is well.
    """
    if not trace.fate:
        return ""
    if not trace.cell:
        return f"before its first cell\nthe kernel did not start: {trace.error_value}"
    lines = trace.source.splitlines()
    found = _LINE.findall(re.sub(r"\x1b\[[0-9;]*m", "", trace.traceback))
    number = int(found[0]) if found and int(found[0]) <= len(lines) else 1
    where = f"code cell {trace.cell} of {trace.n_cells}: {lines[number - 1].strip()}"
    if trace.fate == "raised":
        value = trace.error_value.strip().partition("\n")[0]
        why = f"{trace.error_name}: {value}" if value else trace.error_name
    elif trace.fate == "timeout":
        why = "the cell took longer than --cell-timeout allows; its kernel was ended"
    else:
        why = f"the kernel died: {_cause(trace.exit_code)}"
    return f"{where[:_MAX_LETTERS]}\n{why[:_MAX_LETTERS]}"


def _cause(exit_code: int | None) -> str:
    """Say what an exit code most likely means."""
    if exit_code is None:
        return "nobody knows why; try it in JupyterLab"
    if exit_code >= 0:
        return f"it ended itself with exit code {exit_code}"
    names = {each.value: each.name for each in signal.Signals}
    name = names.get(-exit_code, f"signal {-exit_code}")
    if name == "SIGKILL":
        return (
            "it was killed, most likely because memory ran out; try --jobs 1, or "
            "smaller parameters"
        )
    return f"it crashed in compiled code ({name}); try it alone with --jobs 1"


def share_done(name: str) -> float:
    """Say how far a notebook at work in this process has come.

    Parameters
    ----------
    name : str
        The notebook.

    Returns
    -------
    float
        Share of its code cells that are done, 0 to 1; 0 where that is not known.
    """
    trace = RUNNING.get(name)
    if trace is None or not trace.n_cells:
        return 0.0
    return max(0, trace.cell - 1) / trace.n_cells
