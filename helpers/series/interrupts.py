"""Ctrl-C: once ends the run in good order, twice at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from helpers.series import processes

EXIT_CODE = 130


class Interrupts:
    """Whether somebody asked for the end.

    Parameters
    ----------
    mark : str
        Mark of the processes that a second Ctrl-C ends.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.asked = False
        self.waits = False
        """Whether the run looks at `asked` itself; else it is told by an exception."""

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Take a signal.

        Parameters
        ----------
        number : int
            SIGINT or SIGTERM.
        frame : frame or None
            Where it came; not used.

        Raises
        ------
        KeyboardInterrupt
            If the run is not looking itself.
        """
        if self.asked:
            processes.end_marked(self.mark)
            os._exit(EXIT_CODE)
        self.asked = True
        if not self.waits:
            raise KeyboardInterrupt


@contextmanager
def interruptible(mark: str) -> Iterator[Interrupts]:
    """Take Ctrl-C and SIGTERM while the block runs.

    Parameters
    ----------
    mark : str
        Mark of the processes that belong to the run.

    Yields
    ------
    Interrupts
        Tells whether one came. Outside the main thread signals are left alone.
    """
    interrupts = Interrupts(mark)
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupts.handle) for number in numbers]
    try:
        yield interrupts
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
