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
    # In a log every update is a line's worth of bytes that nobody watches.
    seconds_apart = 0.1 if sys.stdout.isatty() else 10.0
    # Not tqdm.auto: without ipywidgets it stores a warning in the notebook.
    yield from tqdm(
        items,
        desc=description,
        total=n_items,
        unit=f" {unit}",
        file=sys.stdout,
        leave=False,
        dynamic_ncols=True,
        mininterval=seconds_apart,
        disable=os.environ.get(QUIET) == "1",
    )
