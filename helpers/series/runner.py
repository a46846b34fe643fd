"""The walk along the street: each notebook as soon as what it needs is there."""

import contextlib
import secrets
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from graphlib import TopologicalSorter

from helpers.base import paths
from helpers.base.errors import DiskError, ProjectError
from helpers.series import (
    execution,
    freshness,
    interrupts,
    ledger,
    lock,
    machine,
    planning,
    processes,
    state,
)
from helpers.series.display import Display
from helpers.series.execution import Outcome, Task
from helpers.series.interrupts import Interrupts
from helpers.series.ledger import Ledger, Summary
from helpers.series.planning import Plan
from helpers.series.request import Request, Street
from helpers.series.state import FAILED, SKIPPED

_LOOK_S = 0.2
_NOT_BEGUN = "the run was ended before it began"
_WAS = {FAILED: "failed", SKIPPED: "was skipped"}


def run(
    request: Request,
    street: Street | None = None,
    make_executor: Callable[[int], Executor] = ThreadPoolExecutor,
) -> Summary:
    """Check a request and do it.

    Parameters
    ----------
    request : Request
        What was asked for.
    street : Street, optional
        The notebooks; the project's own unless told otherwise.
    make_executor : callable, optional
        Is given the number of jobs; its executor is handed `execution.execute`, which
        can be pickled.

    Returns
    -------
    Summary
        How each notebook ended; a failed one is no error here.

    Raises
    ------
    ProjectError
        If something stands in the way; nothing was run then.
    KeyboardInterrupt
        If the end is asked for before the first notebook.
    """
    start = time.monotonic()
    street = street or Street()
    plan = planning.make_plan(request, street)
    mark = processes.mark_of(plan.out, secrets.token_hex(8))
    with (
        lock.run_lock(state.work_folder(plan.out) / "lock"),
        interrupts.interruptible(mark) as asked,
    ):
        # A killed run leaves kernels; who holds the lock knows that they are nobody's.
        processes.end_marked(processes.mark_of(plan.out))
        if plan.data == paths.SAMPLE_DATA:
            from helpers.data.sample import writing  # OpenCV; not for real data

            writing.ensure_sample(plan.data, plan.profile.seed)
        display = Display(plan.out, len(plan.values) + len(plan.skipped))
        book = Ledger(plan, street, display)
        try:
            _Walk(request, street, plan, mark, asked, book).go(make_executor)
        finally:
            display.close()
        book.close()
    seconds = time.monotonic() - start
    return Summary(plan.out, book.settled, seconds, asked.asked)


class _Walk:
    """One run: which notebooks wait and which are at work."""

    def __init__(
        self,
        request: Request,
        street: Street,
        plan: Plan,
        mark: str,
        asked: Interrupts,
        book: Ledger,
    ) -> None:
        self.request, self.street, self.plan = request, street, plan
        self.mark, self.asked, self.book = mark, asked, book
        self.jobs = request.jobs or machine.default_jobs()
        self.keys: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.running: dict[Future[Outcome], str] = {}

    def go(self, make_executor: Callable[[int], Executor]) -> None:
        """Settle every notebook."""
        for name, why in self.plan.skipped.items():
            self.book.skipped(name, why)
        self.asked.waits = True
        try:
            with make_executor(self.jobs) as executor:
                try:
                    self._walk(executor)
                finally:
                    self._end_running()
        finally:
            self.asked.waits = False
        for name in self.plan.values:
            if name not in self.book.settled:
                self.book.skipped(name, _NOT_BEGUN)

    def _walk(self, executor: Executor) -> None:
        """Walk until all is settled, or the end is asked for."""
        chosen, left = self.plan.values, self._seconds_left()
        order = TopologicalSorter(
            {n: chosen.keys() & self.street.notebooks[n].needs for n in chosen}
        )
        order.prepare()
        ready: list[str] = []
        while order.is_active() and not self.asked.asked:
            ready += order.get_ready()
            # The longest way first: what holds up most must not wait for a job.
            ready.sort(key=lambda name: -left[name])
            if not ready or len(self.running) >= self.jobs:
                order.done(*self._look())
                continue
            name = ready.pop(0)
            if self._settle_without_running(name):
                order.done(name)
            else:
                self.book.begin(name)
                future = executor.submit(execution.execute, self._task(name))
                self.running[future] = name

    def _end_running(self) -> None:
        """End what is still at work: somebody asked for it, or something went wrong."""
        while self.running:
            # Again and again: a kernel may just have been about to start.
            processes.end_marked(self.mark)
            with contextlib.suppress(DiskError):  # it is on its way to the person
                self._look()

    def _look(self) -> list[str]:
        """Wait a moment; settle and return those that have ended."""
        finished, _ = wait_for(self.running, _LOOK_S, FIRST_COMPLETED)
        names = [self.running.pop(future) for future in finished]
        for name, future in zip(names, finished, strict=True):
            self._settle(name, future)
        shares = {name: execution.share_done(name) for name in self.running.values()}
        self.book.display.tick(shares)
        return names

    def _settle(self, name: str, future: Future[Outcome]) -> None:
        try:
            outcome = future.result()
        except ProjectError as error:
            return self.book.failed(name, str(error))
        except Exception as error:  # the others shall go on, whatever it is
            return self.book.failed(name, f"{type(error).__name__}: {error}")
        times = (outcome.seconds, outcome.kernel_seconds)
        if not outcome.error:
            return self.book.done(name, self.keys[name], *times)
        where = outcome.error.partition("\n")[0]
        ended = f"{where}\n{ledger.UNFINISHED}"
        error = ended if self.asked.asked else outcome.error
        return self.book.failed(name, error, *times)

    def _settle_without_running(self, name: str) -> bool:
        """Settle a notebook whose needs failed, or that is up to date."""
        notebook, settled = self.street.notebooks[name], self.book.settled
        lost = [
            f"needs {need}, which {_WAS[settled[need].status]}"
            for need in notebook.needs
            if need in settled and need not in self.plan.skipped
            if settled[need].status in _WAS
        ]
        if lost:
            self.book.skipped(name, "; ".join(lost))
            return True
        self.keys[name] = key = freshness.key_of(
            self.street.source(name),
            self.plan.values[name],
            {kind: self._data_hash(kind) for kind in ("", *notebook.data)},
            {need: state.manifest_hash(self.plan.out, need) for need in notebook.needs},
        )
        if self.request.force or not self.book.is_fresh(name, key):
            return False
        self.book.up_to_date(name)
        return True

    def _data_hash(self, kind: str) -> str:
        if kind not in self.data:
            self.data[kind] = freshness.data_hash(kind, self.plan.data)
        return self.data[kind]

    def _seconds_left(self) -> dict[str, float]:
        """Return for each notebook the seconds from its start to the street's end."""
        left: dict[str, float] = {}
        for name in reversed(self.plan.values):
            after = [left[n] for n in left if name in self.street.notebooks[n].needs]
            left[name] = self.book.seconds_of(name) + max(after, default=0)
        return left

    def _task(self, name: str) -> Task:
        before, after = self.street.neighbours(name)
        return Task(
            name,
            str(self.street.source(name).absolute()),
            str(self.plan.out),
            self.plan.values[name],
            processes.kernel_environment(self.mark, self.jobs),
            self.request.cell_timeout,
            before,
            after,
        )
