"""What a run writes down as it goes: run.json, the site, and a word to the person."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from helpers.base import paths
from helpers.series import freshness, interrupts, machine, state
from helpers.series.display import Display
from helpers.series.planning import Plan
from helpers.series.request import Street
from helpers.series.state import DONE, FAILED, SKIPPED, UP_TO_DATE, Record
from helpers.show import report

UNFINISHED = "the run was ended before it finished"


@dataclass(frozen=True)
class Summary:
    """How a run ended.

    Parameters
    ----------
    out : Path
        The run folder.
    records : dict of str to Record
        Every notebook this run was asked for -> how it ended.
    seconds : float
        All in all.
    interrupted : bool
        Whether somebody ended it.
    """

    out: Path
    records: dict[str, Record]
    seconds: float
    interrupted: bool

    @property
    def exit_code(self) -> int:
        """0 if nothing failed, 1 if something did, 130 if the run was ended."""
        if self.interrupted:
            return interrupts.EXIT_CODE
        return int(any(record.status == FAILED for record in self.records.values()))


class Ledger:
    """The records of one run, on disk after every change.

    Parameters
    ----------
    plan : Plan
        What the run does.
    street : Street
        The notebooks.
    display : Display
        Tells the person.
    """

    def __init__(self, plan: Plan, street: Street, display: Display) -> None:
        self.plan, self.street, self.display = plan, street, display
        self._start = time.monotonic()
        self._facts = _facts(plan)
        known = state.read_records(plan.out)
        self.records = {n: known[n] for n in street.notebooks if n in known}
        self.settled: dict[str, Record] = {}

    def seconds_of(self, name: str) -> float:
        """Return how long a notebook took the last time, or about takes.

        Parameters
        ----------
        name : str
            The notebook.

        Returns
        -------
        float
            Seconds.
        """
        known = self.records.get(name, Record(SKIPPED)).seconds
        return known or self.street.notebooks[name].seconds

    def is_fresh(self, name: str, key: str) -> bool:
        """Say whether the results on disk were made from just what `key` stands for.

        Parameters
        ----------
        name : str
            The notebook.
        key : str
            From `freshness.key_of`.

        Returns
        -------
        bool
            True if they were, and are whole.
        """
        record = self.records.get(name, Record(SKIPPED))
        same = record.hash == key
        return same and state.is_whole(self.plan.out, name, record.manifest)

    def begin(self, name: str) -> None:
        """Write down that the old results of a notebook are about to go.

        Without this, a run killed between the new results and their record would
        leave them under the old key.

        Parameters
        ----------
        name : str
            The notebook.
        """
        seconds = self.records.get(name, Record(SKIPPED)).seconds
        self.records[name] = Record(FAILED, seconds, error=UNFINISHED)
        self._write()

    def done(self, name: str, key: str, seconds: float, kernel_seconds: float) -> None:
        """Write down that a notebook ran to its end.

        Parameters
        ----------
        name : str
            The notebook.
        key : str
            What its results were made from.
        seconds, kernel_seconds : float
            All in all, and in its cells.
        """
        manifest = state.manifest_hash(self.plan.out, name)
        times = (round(seconds, 2), round(kernel_seconds, 2))
        self._settle(name, Record(DONE, *times, key, manifest))

    def up_to_date(self, name: str) -> None:
        """Write down that a notebook need not run.

        Parameters
        ----------
        name : str
            The notebook.
        """
        self._settle(name, replace(self.records[name], status=UP_TO_DATE, error=""))

    def failed(
        self, name: str, error: str, seconds: float = 0, kernel_seconds: float = 0
    ) -> None:
        """Write down that a notebook failed.

        Parameters
        ----------
        name : str
            The notebook.
        error : str
            Where and why, in two lines; or one.
        seconds, kernel_seconds : float, optional
            All in all, and in its cells.
        """
        times = (round(seconds, 2), round(kernel_seconds, 2))
        self._settle(name, Record(FAILED, *times, error=error))

    def skipped(self, name: str, why: str) -> None:
        """Write down that a notebook was left out; what it left before keeps its key.

        Parameters
        ----------
        name : str
            The notebook.
        why : str
            For the person.
        """
        before = self.records.get(name, Record(SKIPPED))
        self._settle(name, replace(before, status=SKIPPED, error=why))

    def close(self) -> None:
        """Write the index of the site, and a page that says why for what has none."""
        out = self.plan.out
        for name, record in self.settled.items():
            page = state.page_path(out, name)
            if record.status == SKIPPED and not page.is_file():
                executed = state.executed_path(out, name)
                before, after = self.street.neighbours(name)
                report.write_page(executed, page, SKIPPED, record.error, before, after)
        report.write_index(out, list(rows(self.street)))
        self._write()

    def _settle(self, name: str, record: Record) -> None:
        self.settled[name] = self.records[name] = record
        self._write()
        self.display.settle(name, record)

    def _write(self) -> None:
        self._facts["seconds"] = round(time.monotonic() - self._start, 2)
        order = [name for name in self.street.notebooks if name in self.records]
        records = {name: self.records[name] for name in order}
        state.write_records(self.plan.out, self._facts, records)


def rows(street: Street) -> Iterator[Mapping[str, str]]:
    """Return the street as the run's site wants it.

    Parameters
    ----------
    street : Street
        The notebooks.

    Yields
    ------
    dict
        ``name`` and ``question`` of each.
    """
    for notebook in street.notebooks.values():
        yield {"name": notebook.name, "question": notebook.question}


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "profile": plan.profile.name,
        "data": paths.shown(plan.data),
        "seed": plan.profile.seed,
        "seconds": 0.0,
        "device": ", ".join(machine.gpu_names()) or "cpu",
        "versions": freshness.versions(),
        "git_commit": machine.git_commit(),
    }
