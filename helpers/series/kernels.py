"""A kernel for one notebook, through papermill, and how it ended.

The only module that imports papermill, which takes seconds: it is imported late.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from helpers.base import paths

ENGINE = "street"
RAISED, TIMEOUT, DIED = "raised", "timeout", "died"
_START_TIMEOUT_S = 120


@dataclass
class Trace:
    """What happened to a kernel; filled in while it runs.

    Parameters
    ----------
    fate : str
        "" if the notebook ran to its end, else ``"raised"``, ``"timeout"``, ``"died"``.
    cell : int
        Number of the last code cell that was begun, from 1.
    n_cells : int
        Code cells in all, with the one papermill injects.
    source : str
        Source of that cell.
    error_name, error_value : str
        The exception, where a cell raised.
    traceback : str
        Likewise, with the colours a terminal shows.
    exit_code : int or None
        The kernel's, where it died and that is known; negative for a signal.
    kernel_seconds : float
        In cells, all together.
    """

    fate: str = ""
    cell: int = 0
    n_cells: int = 0
    source: str = ""
    error_name: str = ""
    error_value: str = ""
    traceback: str = ""
    exit_code: int | None = None
    kernel_seconds: float = 0.0


class _Client(PapermillNotebookClient):
    """Papermill's client, keeping the process at hand and the trace up to date."""

    def __init__(self, nb_man: Any, trace: Trace, **settings: Any) -> None:
        super().__init__(nb_man, **settings)
        self.trace = trace
        self.process: Popen | None = None

    def papermill_execute_cells(self) -> None:
        """Execute the cells, with the kernel's process known."""
        self.process = self.km.provisioner.process
        self.trace.n_cells = sum(one.cell_type == "code" for one in self.nb.cells)
        try:
            super().papermill_execute_cells()
        except BaseException:
            # A cell that never ends would make the polite shutdown wait in vain.
            self.trace.exit_code = self._end()
            raise

    def execute_cell(self, cell: Any, cell_index: int, **settings: Any) -> Any:
        """Execute one cell and count it."""
        if cell.cell_type == "code" and cell.source.strip():
            before = self.nb.cells[: cell_index + 1]
            self.trace.cell = sum(one.cell_type == "code" for one in before)
            self.trace.source = cell.source
        start = time.monotonic()
        try:
            return super().execute_cell(cell, cell_index, **settings)
        finally:
            self.trace.kernel_seconds += time.monotonic() - start

    def _end(self) -> int | None:
        """Return the exit code of a kernel that is dead; kill one that is not."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            self.process.kill()
        return code


class _Engine(NBClientEngine):
    """Starts the kernel in the project's root, with its own environment."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        trace: Trace,
        environment: dict[str, str],
        log: Path,
        execution_timeout: int | None = None,
        **_: Any,
    ) -> None:
        """Execute the cells of a notebook in a kernel of its own."""
        client = _Client(
            nb_man,
            trace,
            timeout=execution_timeout,
            startup_timeout=_START_TIMEOUT_S,
            kernel_name=kernel_name,
        )
        # What the kernel's compiled parts print belongs to no cell: keep it in a file.
        with log.open("wb") as stream:
            client.execute(
                env=environment, cwd=str(paths.ROOT), stdout=stream, stderr=stream
            )


papermill_engines.register(ENGINE, _Engine)


def run_notebook(
    source: Path,
    target: Path,
    values: dict[str, Any],
    environment: dict[str, str],
    cell_timeout: int | None = None,
    on_start: Callable[[Trace], None] = lambda trace: None,
) -> Trace:
    """Execute a notebook in a fresh kernel; `target` is saved after each cell.

    Parameters
    ----------
    source : Path
        The notebook.
    target : Path
        Where the executed one goes; its folder exists. What the kernel prints outside
        of cells goes beside it, with the ending ``.log``.
    values : dict
        Parameters to inject.
    environment : dict of str to str
        What the kernel's environment has besides this process's.
    cell_timeout : int, optional
        Seconds that one cell may take; None for any.
    on_start : callable, optional
        Is given the trace before the kernel starts, to follow it.

    Returns
    -------
    Trace
        How it ended; a notebook that fails is no error here.

    Raises
    ------
    OSError
        If `target` cannot be written.
    """
    # A kernel that is ended in a cell leaves tasks behind; asyncio would tell people.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    trace = Trace()
    on_start(trace)
    try:
        execute_notebook(
            str(source),
            str(target),
            parameters=values,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            trace=trace,
            environment=os.environ | environment,
            log=target.with_suffix(".log"),
            execution_timeout=cell_timeout,
        )
    except PapermillExecutionError as error:
        trace.fate = RAISED
        trace.error_name, trace.error_value = error.ename, error.evalue
        trace.traceback = "\n".join(error.traceback)
    except CellTimeoutError:
        trace.fate = TIMEOUT
    except (DeadKernelError, RuntimeError) as error:
        # jupyter_client says just RuntimeError of a kernel that never came up.
        trace.fate, trace.error_value = DIED, str(error)
    return trace
