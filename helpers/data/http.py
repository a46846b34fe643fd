"""One picture or file over HTTP: bounded in time and size, resumed, never mixed."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urljoin

import requests
from urllib3 import exceptions as trouble

from helpers.base.errors import AddressRefusedError
from helpers.data import connections
from helpers.data.addresses import PrivateAddressError, check_address
from helpers.data.fetch_errors import FetchError, by_status, translate
from helpers.data.partials import Partial, version_of
from helpers.storage import atomic

_BLOCK_BYTES = 1 << 16
_CONTINUED = {"stalled", "stopped"}  # by the next run, from where it stopped
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Limits:
    """What one file may cost.

    Attributes
    ----------
    connect_s : float
        Seconds until a connection must stand.
    read_s : float
        Seconds of silence before the server counts as gone.
    total_s : float
        Seconds for the whole file: ends a server that drips.
    max_bytes : int
        Largest body; more is cut off. The largest picture of Fitzpatrick17k is far
        smaller than 20 MiB.
    max_redirects : int
        Hops to another address.
    """

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 120.0
    max_bytes: int = 20 * 2**20
    max_redirects: int = 5


@dataclass(frozen=True)
class Fetched:
    """What `Client.fetch` got: the final `address`, `n_bytes`, whether `resumed`."""

    address: str
    status: int
    n_bytes: int
    resumed: bool


class Client:
    """Fetches one address at a time; threads may share it.

    Parameters
    ----------
    limits : Limits, optional
        What one file may cost.
    resolve : mapping of str to (str, int), optional
        Hosts to connect to at a given place, see `connections.Resolve`.
    n_connections : int, optional
        Connections kept open per host.

    Attributes
    ----------
    stop : threading.Event
        Once set, every body being read ends with the reason "stopped".
    """

    def __init__(
        self,
        limits: Limits | None = None,
        resolve: connections.Resolve | None = None,
        n_connections: int = 4,
    ) -> None:
        self.limits, self.resolve = limits or Limits(), dict(resolve or {})
        self.stop = Event()
        self._session = connections.open_session(
            self.resolve, self.limits.total_s, n_connections
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def fetch(self, address: object, partial: Path) -> Fetched:
        """Fetch `address` into the file `partial`, which is continued if it is there.

        Parameters
        ----------
        address : object
            What the table says.
        partial : Path
            Where the bytes go; on success the caller checks and renames it.

        Returns
        -------
        Fetched
            Size, status and whether an earlier try was continued.

        Raises
        ------
        FetchError
            With its reason; what came so far stays for the next try where that helps.
        DiskError
            If the disk is full or read-only.
        """
        try:
            url = check_address(address, self.resolve)
        except PrivateAddressError as error:
            raise FetchError("private_address", error.what, error.where) from error
        except AddressRefusedError as error:
            raise FetchError("bad_address", error.what, error.where) from error
        state = Partial(partial, url)
        deadline = time.monotonic() + self.limits.total_s
        try:
            n_bytes, validator = state.resumable()
            fetched = self._attempt(state, deadline, n_bytes, validator)
            if fetched is None:  # the file changed meanwhile: from the beginning
                state.forget()
                fetched = self._attempt(state, deadline, 0, "")
        except PrivateAddressError as error:
            state.forget()
            raise FetchError("private_address", error.what, error.where) from error
        except FetchError as error:
            if not error.retry and error.reason not in _CONTINUED:
                state.forget()
            raise
        return fetched

    def _attempt(
        self, state: Partial, deadline: float, n_bytes: int, validator: str
    ) -> Fetched | None:
        headers = {}
        if n_bytes:
            headers = {"Range": f"bytes={n_bytes}-", "If-Range": validator}
        with self._open(state.address, headers, deadline) as response:
            status = response.status_code
            if n_bytes and status == 416:
                return None
            if n_bytes and status == 206:
                span = response.headers.get("Content-Range", "")
                if not re.match(rf"bytes {n_bytes}-\d+/", span) or (
                    version_of(response.headers) not in ("", validator)
                ):
                    return None
            elif status != 200:
                raise by_status(response, state.address)
            start = n_bytes if status == 206 else 0
            total = self._receive(response, state, start, deadline)
            return Fetched(response.url, status, total, resumed=start > 0)

    def _open(
        self, url: str, headers: dict[str, str], deadline: float
    ) -> requests.Response:
        """Ask for `url` and follow redirects by hand, each through the same check."""
        for _ in range(self.limits.max_redirects + 1):
            response = self._ask(url, headers, deadline)
            target = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not target:
                return response
            response.close()
            url = self._next_hop(url, target)
        raise FetchError("redirect_loop", "too many redirects", url)

    def _next_hop(self, url: str, target: str) -> str:
        try:
            checked = check_address(urljoin(url, target), self.resolve)
        except PrivateAddressError:
            raise
        except (AddressRefusedError, ValueError) as error:
            what = f"redirected to {target[:100]!r}, which is not fetched"
            raise FetchError("redirect_refused", what, url) from error
        if url.startswith("https:") and not checked.startswith("https:"):
            what = "redirected from https to http"
            raise FetchError("redirect_refused", what, url)
        return checked

    def _ask(
        self, url: str, headers: dict[str, str], deadline: float
    ) -> requests.Response:
        left = max(0.05, deadline - time.monotonic())
        try:
            return self._session.get(
                url,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(
                    min(self.limits.connect_s, left),
                    min(self.limits.read_s, left),
                ),
                proxies=connections.proxies_for(url, self.resolve),
            )
        except (requests.RequestException, trouble.HTTPError, OSError) as error:
            raise translate(error, url, in_body=False) from error

    def _receive(
        self,
        response: requests.Response,
        state: Partial,
        start: int,
        deadline: float,
    ) -> int:
        """Write the body behind the first `start` bytes; return the size in all."""
        url, limit = state.address, self.limits.max_bytes
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("", "identity"):
            raise FetchError("encoding", f"sent as {encoding}, unasked", url, 200)
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and start + int(announced) > limit:
            what = f"{int(announced):,} bytes announced, {limit:,} allowed"
            raise FetchError("too_large", what, url, response.status_code)
        with atomic.disk_errors(state.path.parent):
            if not start:
                state.forget()
                state.describe(version_of(response.headers))
            with state.path.open("ab" if start else "wb") as handle:
                for block in self._blocks(response, url, deadline):
                    start += len(block)
                    if start > limit:
                        what = f"more than the {limit:,} bytes allowed"
                        raise FetchError("too_large", what, url, response.status_code)
                    handle.write(block)
        return start

    def _blocks(
        self, response: requests.Response, url: str, deadline: float
    ) -> Iterator[bytes]:
        try:
            # read1, not read: it hands on what came, so that a drip meets the deadline.
            while block := response.raw.read1(_BLOCK_BYTES, decode_content=False):
                if time.monotonic() > deadline:
                    what = f"not done after {self.limits.total_s:g} s"
                    raise FetchError("stalled", what, url)
                if self.stop.is_set():
                    raise FetchError("stopped", "the run was ended", url)
                yield block
        except (trouble.HTTPError, requests.RequestException, OSError) as error:
            raise translate(error, url, in_body=True) from error
