"""A web server for the sample pictures, on this machine only, that misbehaves as told.

``web.json`` beside the sample says which address has which fault. Nothing leaves the
machine: the downloader is told to find the sample's hosts at this server's port.
"""

import json
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from helpers.base.errors import ArtefactDamagedError, DataMissingError
from helpers.base.paths import shown
from helpers.data.connections import Resolve
from helpers.data.sample.web.answers import FAULTS, Handler
from helpers.storage import tables

_LOOPBACK = "127.0.0.1"
_WAY_OUT = "draw the sample anew: python -m helpers sample"


@dataclass
class Web:
    """What the server serves, and what it has been asked.

    Attributes
    ----------
    pictures : dict of str to Path
        Address -> file.
    faults : dict of str to str
        Address -> one of `answers.FAULTS`.
    hang_s : float
        How long a silent server holds a connection.
    asked : Counter of str
        Requests so far by address; a fault that passes counts them.
    ranges : list of str
        The Range headers received, for the tests.
    stopping : threading.Event
        Ends every silence.
    """

    pictures: dict[str, Path]
    faults: dict[str, str]
    hang_s: float = 3.0
    asked: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def count(self, address: str, wanted_range: str) -> int:
        """Note a request and return how many there were before it.

        Parameters
        ----------
        address : str
            What was asked for.
        wanted_range : str
            Its Range header, or "".

        Returns
        -------
        int
            0 the first time.
        """
        with self.lock:
            before = self.asked[address]
            self.asked[address] += 1
            if wanted_range:
                self.ranges.append(wanted_range)
            return before


def read_web(data: Path) -> tuple[Web, list[str], list[str]]:
    """Read what the sample's server serves.

    Parameters
    ----------
    data : Path
        The sample's folder: ``web.json`` and ``fitzpatrick17k/``.

    Returns
    -------
    (Web, list of str, list of str)
        The web, its hosts, and the hosts nobody answers for.

    Raises
    ------
    DataMissingError
        If there is no sample.
    ArtefactDamagedError
        If web.json cannot be read or names an unknown fault.
    """
    path = data / "web.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        hosts, dead = list(content["hosts"]), list(content.get("dead_hosts", []))
        hidden, faults = dict(content.get("hidden", {})), dict(content["faults"])
    except FileNotFoundError as error:
        what = "the sample has no web.json"
        raise DataMissingError(what, shown(path), _WAY_OUT) from error
    except (ValueError, KeyError, TypeError) as error:
        what = f"web.json cannot be read ({error!r})"
        raise ArtefactDamagedError(what, shown(path), _WAY_OUT) from error
    unknown = sorted(set(faults.values()) - set(FAULTS))
    if unknown:
        what = f"web.json names unknown faults: {', '.join(unknown)}"
        raise ArtefactDamagedError(what, shown(path), _WAY_OUT)
    folder = data / "fitzpatrick17k"
    columns = ("md5hash", "url")
    table = tables.read_csv_strictly(
        folder / "fitzpatrick17k.csv", columns, text_columns=columns
    )
    named = dict(zip(table["url"], table["md5hash"], strict=True)) | hidden
    pictures = {
        url: folder / "images" / f"{md5hash}.jpg"
        for url, md5hash in named.items()
        if isinstance(url, str) and url
    }
    return Web(pictures, faults), hosts, dead


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the client hanging up in the middle is part of the lesson."""


@contextmanager
def run_web(web: Web) -> Iterator[int]:
    """Serve `web` on a free port of this machine while the block runs.

    Parameters
    ----------
    web : Web
        What to serve.

    Yields
    ------
    int
        The port.
    """
    handler = type("WebHandler", (Handler,), {"web": web})
    with _Server((_LOOPBACK, 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            web.stopping.set()
            server.shutdown()
            thread.join()


@contextmanager
def serve_sample(data: Path, hang_s: float = 3.0) -> Iterator[Resolve]:
    """Serve the sample's pictures while the block runs.

    Parameters
    ----------
    data : Path
        The sample's folder.
    hang_s : float, optional
        How long a silent server holds a connection; more than the read time-out.

    Yields
    ------
    dict of str to (str, int)
        Host -> place on this machine, for `download.fetch_all`.

    Raises
    ------
    DataMissingError, ArtefactDamagedError
        As `read_web`.
    """
    web, hosts, dead = read_web(data)
    web.hang_s = hang_s
    # A port that is taken but does not listen: whoever connects is refused at once.
    with run_web(web) as port, socket.socket() as closed:
        closed.bind((_LOOPBACK, 0))
        nobody = (_LOOPBACK, closed.getsockname()[1])
        yield {host: (_LOOPBACK, port) for host in hosts} | {h: nobody for h in dead}
