"""One download at work: how each row is tried, waited for, checked and finished."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import numpy as np
import tenacity

from helpers.base.errors import PictureError
from helpers.data import fates
from helpers.data.fates import Fate
from helpers.data.fetch_errors import FetchError
from helpers.data.hosts import Host
from helpers.data.http import Client, Limits
from helpers.data.orders import Order
from helpers.data.partials import Partial
from helpers.images import decode
from helpers.storage import atomic, hashes


@dataclass(frozen=True)
class Settings:
    """How politely and how patiently pictures are fetched.

    Attributes
    ----------
    per_host : int
        Requests to one host at a time.
    spacing_s : float
        Least time between the starts of two requests to one host: ten a second.
    n_tries : int
        Tries per picture, where trying again can help.
    backoff_s : float
        The first wait is drawn from 0 to this, each further one from twice as much.
    max_wait_s : float
        Longest wait, also where the server asks for more: then the row is given up.
    down_after : float
        Failures in a row after which a host is left alone, see `hosts.Host`.
    limits : Limits
        What one picture may cost.
    """

    per_host: int = 4
    spacing_s: float = 0.1
    n_tries: int = 4
    backoff_s: float = 1.0
    max_wait_s: float = 30.0
    down_after: float = 8.0
    limits: Limits = field(default_factory=Limits)


class Job:
    """One download, as its worker threads see it.

    Parameters
    ----------
    client : Client
        Its `stop` event ends the job.
    settings : Settings
        Pace and patience.
    records : dict of str to Fate
        What is known of finished files.
    """

    def __init__(
        self, client: Client, settings: Settings, records: dict[str, Fate]
    ) -> None:
        self.client, self.settings, self.records = client, settings, records

    def serve(self, orders: list[Order], done: Callable[[object], None]) -> None:
        """Work through the orders of one host, a few at a time.

        Parameters
        ----------
        orders : list of Order
            All of the same host.
        done : callable
            Called with each `Fate` as it is settled, from any thread; with the
            exception if one was raised.
        """
        host = Host(self.settings.spacing_s, self.settings.down_after)

        def work(order: Order) -> None:
            """Settle one order and hand its fate over."""
            try:
                done(self.settle(order, host))
            except BaseException as error:  # the main thread raises it
                self.client.stop.set()
                done(error)

        with ThreadPoolExecutor(min(self.settings.per_host, len(orders))) as pool:
            list(pool.map(work, orders))

    def settle(self, order: Order, host: Host) -> Fate:
        """Fetch one picture, unless it is there.

        Parameters
        ----------
        order : Order
            What to fetch.
        host : Host
            The pace of its host.

        Returns
        -------
        Fate
            Failures included.

        Raises
        ------
        DiskError
            If the disk is full or read-only.
        """
        begun = time.monotonic()
        fate = fates.find_there(order, self.records.get(order.image_id))
        if fate is not None:
            return fate
        if order.refused is not None:
            return fates.failed(order, order.refused)
        if host.down is not None or self.client.stop.is_set():
            first = host.down or FetchError("stopped", "the run was ended", order.url)
            detail = f"{first.reason}: {first.what}"
            return fates.failed(order, FetchError("host_down", detail, order.url))
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda e: getattr(e, "retry", False)),
            stop=lambda state: self._give_up(state, host),
            wait=self._wait,
            sleep=self.client.stop.wait,
            reraise=True,
        )
        try:
            fate = retrying(self._try_once, order, host)
        except FetchError as error:
            fate = fates.failed(order, error)
        n_tries = retrying.statistics["attempt_number"]
        seconds = round(time.monotonic() - begun, 3)
        return Fate(**{**asdict(fate), "n_tries": n_tries, "seconds": seconds})

    def _try_once(self, order: Order, host: Host) -> Fate:
        host.wait_turn(self.client.stop)
        try:
            fetched = self.client.fetch(order.url, order.partial)
            host.record(None)
            content = order.partial.read_bytes()
            height_px, width_px = _check_content(content, order).shape[:2]
        except FetchError as error:
            host.record(error)
            if error.retry_after_s:
                host.pause(min(error.retry_after_s, self.settings.max_wait_s))
            raise
        _finish(order)
        return Fate(
            order.image_id,
            order.url,
            order.url_rebuilt,
            "downloaded",
            status=fetched.status,
            n_bytes=len(content),
            sha256=hashes.hash_bytes(content),
            width_px=width_px,
            height_px=height_px,
            resumed=fetched.resumed,
            path=order.path.name,
        )

    def _give_up(self, state: tenacity.RetryCallState, host: Host) -> bool:
        asked = getattr(state.outcome.exception(), "retry_after_s", None) or 0.0
        return (
            state.attempt_number >= self.settings.n_tries
            or host.down is not None
            or self.client.stop.is_set()
            or asked > self.settings.max_wait_s
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        longest = self.settings.max_wait_s
        drawn = tenacity.wait_random_exponential(self.settings.backoff_s, longest)
        asked = getattr(state.outcome.exception(), "retry_after_s", None) or 0.0
        return max(drawn(state), min(asked, longest))


def _check_content(content: bytes, order: Order) -> np.ndarray:
    """Decode what came; what is no whole picture is not kept."""
    try:
        return decode.decode(content)
    except PictureError as error:
        Partial(order.partial, order.url).forget()
        reason = error.what.partition(":")[0].replace(" ", "_")
        raise FetchError(reason, error.what, order.url, status=200) from error


def _finish(order: Order) -> None:
    """Let the checked file appear under its name."""
    with atomic.disk_errors(order.path.parent):
        with order.partial.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(order.partial, order.path)  # noqa: PTH105 - atomic everywhere
    Partial(order.partial, order.url).forget()
