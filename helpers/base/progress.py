"""Progress bars that tell a person something and leave nothing in a notebook."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

QUIET = "HELPERS_QUIET"
"""Environment variable that switches bars off; the runner sets it for its kernels."""


def track(
    items: Iterable[Item],
    description: str,
    n_items: int | None = None,
    unit: str = "pictures",
) -> Iterator[Item]:
    """Yield `items` with a progress bar (rate and time left) on standard output.

    Parameters
    ----------
    items : iterable
        What is worked through.
    description : str
        A few words in front of the bar.
    n_items : int, optional
        How many there are, where `items` has no length.
    unit : str, optional
        What is counted.

    Yields
    ------
    object
        The items, unchanged.
    """
    yield from bar(description, n_items, unit, items)


def bar(
    description: str,
    n_items: int | None = None,
    unit: str = "pictures",
    items: Iterable[Item] | None = None,
    n_done: int = 0,
) -> tqdm:
    """Return a progress bar on standard output, to be moved and closed by hand.

    Parameters
    ----------
    description : str
        A few words in front of the bar.
    n_items : int, optional
        How many there are; by default as many as `items` has.
    unit : str, optional
        What is counted.
    items : iterable, optional
        What is worked through, where the bar shall move by itself.
    n_done : int, optional
        Items that an earlier process has done: they count, but not for the rate.

    Returns
    -------
    tqdm
        Closed, it leaves nothing behind.
    """
    # Not tqdm.auto: without ipywidgets it stores a warning in the notebook.
    return tqdm(
        items,
        desc=description,
        total=n_items,
        initial=n_done,
        unit=f" {unit}",
        file=sys.stdout,
        leave=False,
        dynamic_ncols=True,
        # In a log every update is a line's worth of bytes that nobody watches.
        mininterval=0.1 if sys.stdout.isatty() else 10.0,
        disable=os.environ.get(QUIET) == "1",
    )
