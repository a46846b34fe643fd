"""A table of addresses becomes a folder of pictures, and every row's fate a table.

Reasons of failure, the whole vocabulary: ``403 404 410 429 4xx 5xx bad_status`` (the
server's answer), ``dns refused unreachable timeout proxy tls certificate reset
stalled`` (the way there), ``host_down`` (not tried: the host failed too often in a row;
the detail names the first cause), ``redirect_loop redirect_refused private_address
bad_address ambiguous_address no_address`` (the address), ``empty truncated damaged
not_a_picture unsupported too_large encoding`` (the content).
"""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

import pandas as pd

from helpers.base import progress
from helpers.data import fates, locks
from helpers.data.connections import Resolve
from helpers.data.download_job import Job
from helpers.data.download_job import Settings as Settings  # `download.Settings`
from helpers.data.fates import Fate
from helpers.data.http import Client
from helpers.data.http import Limits as Limits  # `download.Limits`
from helpers.data.orders import Order, plan
from helpers.storage import atomic

_MAX_HOSTS = 16


def fetch_all(
    table: pd.DataFrame,
    folder: Path,
    settings: Settings | None = None,
    resolve: Resolve | None = None,
) -> pd.DataFrame:
    """Fetch the picture of every row that is not there yet.

    Finished pictures are named ``<image_id>.jpg``, whatever their address says, and
    appear whole or not at all. Killed and started again, it fetches none of them
    twice and continues what was half there. Hosts do not wait for each other.

    Parameters
    ----------
    table : DataFrame
        Columns image_id (unique), url and url_alphanum; a missing url is rebuilt.
    folder : Path
        Where the pictures go; made where it is missing.
    settings : Settings, optional
        Pace and patience.
    resolve : mapping of str to (str, int), optional
        Hosts to connect to at a given place instead of asking the name service.

    Returns
    -------
    DataFrame
        One row per row of `table`, in its order, with the columns of `fates.Fate`.

    Raises
    ------
    TableError
        If a column is missing or an image_id repeats.
    UnsafePathError
        If an image_id would lead out of `folder`; nothing was fetched.
    RunLockedError
        If another download is at work in `folder`.
    DiskError
        If the disk is full or read-only.
    """
    settings = settings or Settings()
    resolve = resolve or {}
    orders = plan(table, folder, resolve)
    atomic.make_folder(folder)
    with locks.only_one(folder, "download"):
        return _fetch_orders(orders, folder, settings, resolve)


def _fetch_orders(
    orders: list[Order], folder: Path, settings: Settings, resolve: Resolve
) -> pd.DataFrame:
    client = Client(settings.limits, resolve, settings.per_host)
    job = Job(client, settings, fates.read_records(folder))
    by_host: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_host[order.host].append(order)
    finished: SimpleQueue[Fate | BaseException] = SimpleQueue()
    pool = ThreadPoolExecutor(max(1, min(_MAX_HOSTS, len(by_host))))
    try:
        for of_host in by_host.values():
            pool.submit(job.serve, of_host, finished.put)
        results = _collect(finished, len(orders))
        done = list(progress.track(results, "downloading", len(orders)))
    finally:
        client.stop.set()
        pool.shutdown(cancel_futures=True)
        client.close()
    table_of_fates = fates.to_frame(done, [order.image_id for order in orders])
    fates.write_records(folder, table_of_fates)
    return table_of_fates


def _collect(
    finished: "SimpleQueue[Fate | BaseException]", n_orders: int
) -> Iterator[Fate]:
    for _ in range(n_orders):
        while True:
            try:  # with a time-out: on Windows Ctrl-C does not end a bare get()
                item = finished.get(timeout=0.5)
                break
            except Empty:
                continue
        if isinstance(item, BaseException):
            raise item
        yield item


def summarise(table_of_fates: pd.DataFrame) -> dict[str, object]:
    """Count the fates of a download.

    Parameters
    ----------
    table_of_fates : DataFrame
        From `fetch_all`.

    Returns
    -------
    dict
        ``rows`` = ``already_there`` + ``attempted``; ``attempted`` = ``downloaded`` +
        all of ``failed``, which maps each reason to its count, the commonest first.
    """
    counts = table_of_fates["fate"].value_counts()
    n_there = int(counts.get("already_there", 0))
    reasons = table_of_fates.loc[table_of_fates["fate"] == "failed", "reason"]
    return {
        "rows": len(table_of_fates),
        "attempted": len(table_of_fates) - n_there,
        "downloaded": int(counts.get("downloaded", 0)),
        "already_there": n_there,
        "failed": {str(k): int(n) for k, n in reasons.value_counts().items()},
    }
