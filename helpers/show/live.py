"""A figure that is redrawn in its place while a notebook's cell works."""

import io
import os
import time
from collections.abc import Callable

from matplotlib.figure import Figure

from helpers.base import progress
from helpers.show import style

_SECONDS_APART = 1.0
_COST = 19
"""Times what drawing took, until it is drawn again: a twentieth of the time at most."""


class LiveFigure:
    """Show a figure in a notebook, and each later one in the place of the last.

    At most once a second. Silent where no notebook shows anything, and where the
    environment variable `HELPERS_QUIET` is 1: in the runner's kernels.
    """

    def __init__(self) -> None:
        self._handle = None
        self._next = 0.0

    def show(self, draw: Callable[[], Figure], alt: str) -> None:
        """Draw and show, unless nobody watches or it was done a moment ago.

        Parameters
        ----------
        draw : callable
            Returns the figure; called only when it is shown.
        alt : str
            What it shows, for those who cannot see it.
        """
        started = time.monotonic()
        if started < self._next or not _is_watched():
            return
        from IPython.display import Image, display  # not there where no kernel runs

        drawn = io.BytesIO()
        draw().savefig(drawn, format="png", dpi=style.SHOWN_DPI * 0.75)
        picture = Image(data=drawn.getvalue(), format="png", alt=alt)
        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)
        ended = time.monotonic()
        self._next = ended + max(_SECONDS_APART, _COST * (ended - started))


def _is_watched() -> bool:
    """Tell whether a kernel shows figures, and not to a log."""
    if os.environ.get(progress.QUIET) == "1":
        return False
    try:
        from IPython import get_ipython
    except ImportError:  # plain Python
        return False
    return getattr(get_ipython(), "kernel", None) is not None
