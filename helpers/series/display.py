"""What a person sees of a run: one bar on a terminal, plain lines in a log."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from helpers.base import paths
from helpers.series import state
from helpers.series.state import Record

_WORDS = {
    state.DONE: "done",
    state.UP_TO_DATE: "up to date",
    state.FAILED: "FAILED",
    state.SKIPPED: "skipped",
}


class Display:
    """Tells how a run goes.

    Parameters
    ----------
    out : Path
        The run folder.
    n_notebooks : int
        How many there are.
    stream : text stream, optional
        Where to write; standard output unless told otherwise.
    """

    def __init__(
        self, out: Path, n_notebooks: int, stream: TextIO | None = None
    ) -> None:
        self.out = out
        self.n_notebooks = n_notebooks
        self.n_settled = 0
        self.stream = stream or sys.stdout
        self._bar = tqdm(
            total=n_notebooks,
            unit=" notebooks",
            file=self.stream,
            leave=False,
            dynamic_ncols=True,
            disable=not self.stream.isatty(),
            bar_format="{l_bar}{bar}| {n:.1f}/{total} notebooks, {elapsed} {postfix}",
        )

    def say(self, text: str) -> None:
        """Write one or more lines above the bar.

        Parameters
        ----------
        text : str
            The lines.
        """
        if self._bar.disable:
            print(text, file=self.stream, flush=True)
        else:
            self._bar.write(text, file=self.stream)

    def settle(self, name: str, record: Record) -> None:
        """Tell how a notebook ended.

        Parameters
        ----------
        name : str
            The notebook.
        record : Record
            How it ended; an error is told in three lines.
        """
        self.n_settled += 1
        line = f"[{self.n_settled}/{self.n_notebooks}] {name} {_WORDS[record.status]}"
        if record.status == state.DONE:
            line += f" in {record.seconds:.1f} s"
        elif record.status == state.SKIPPED:
            line += f": {record.error}"
        elif record.status == state.FAILED:
            where, _, why = record.error.partition("\n")
            line += f" in {where}" if why else f": {where}"
            line += f"\n    {why}" if why else ""
            executed = paths.shown(state.executed_path(self.out, name))
            page = paths.shown(state.page_path(self.out, name))
            line += f"\n    as far as it came: {executed}, page {page}"
        self.say(line)

    def tick(self, running: Mapping[str, float]) -> None:
        """Move the bar.

        Parameters
        ----------
        running : mapping of str to float
            Notebook at work -> share of its cells that are done, 0 to 1.
        """
        if not self._bar.disable:
            self._bar.set_postfix_str(" ".join(running), refresh=False)
            self._bar.n = self.n_settled + sum(running.values())
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()
