"""How one host is treated: its requests spaced, and left alone once it is down."""

import time
from threading import Event, Lock

from helpers.data.fetch_errors import FetchError

_SILENT = {"timeout", "stalled", "reset", "tls"}
_WEIGHT_SILENT = 0.5
_WEIGHT_ERROR = 0.1


class Host:
    """The pace of one host, and what it answered lately; threads share it.

    Parameters
    ----------
    spacing_s : float
        Least time between the starts of two requests.
    down_after : float
        So many failures to connect in a row, and the host counts as down. A server
        that connects and goes silent counts half, an error answer (429, 500) a tenth.

    Attributes
    ----------
    down : FetchError or None
        The failure that the row of failures began with, once the host is down.
    """

    def __init__(self, spacing_s: float, down_after: float) -> None:
        self.spacing_s, self.down_after = spacing_s, down_after
        self.down: FetchError | None = None
        self._lock = Lock()
        self._next_start = 0.0
        self._score = 0.0
        self._first: FetchError | None = None

    def wait_turn(self, stop: Event) -> None:
        """Wait until the next request may start.

        Parameters
        ----------
        stop : threading.Event
            Ends the waiting early.
        """
        with self._lock:
            start = max(time.monotonic(), self._next_start)
            self._next_start = start + self.spacing_s
        stop.wait(max(0.0, start - time.monotonic()))

    def pause(self, seconds: float) -> None:
        """Start no request for a while: what a server asks one row is meant for all.

        Parameters
        ----------
        seconds : float
            From now.
        """
        with self._lock:
            self._next_start = max(self._next_start, time.monotonic() + seconds)

    def record(self, error: FetchError | None) -> None:
        """Note how a request ended.

        Parameters
        ----------
        error : FetchError or None
            None, or a final answer as 404, shows that the host is there.
        """
        with self._lock:
            silent = error is not None and error.reason in _SILENT
            if error is None or not (error.retry or silent):
                self._score, self._first = 0.0, None
                return
            self._first = self._first or error
            if error.host_level:
                self._score += 1
            else:
                self._score += _WEIGHT_SILENT if silent else _WEIGHT_ERROR
            if self._score >= self.down_after and self.down is None:
                self.down = self._first
