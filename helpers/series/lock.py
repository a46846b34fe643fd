"""One run per folder: a lock that the operating system takes back from the dead.

The lock is on an open file, so it ends with its process however that ends, and a stale
one cannot be: what a killed run wrote into the file is just overwritten. Where the file
system knows no locks, that note decides.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from helpers.base.errors import RunLockedError
from helpers.base.paths import shown
from helpers.data import locks
from helpers.storage import atomic


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold a run folder while the block runs.

    Parameters
    ----------
    path : Path
        The lock file; it stays behind, empty.

    Raises
    ------
    RunLockedError
        If another run holds it; names its process and since when.
    DiskError
        If the file cannot be written.
    """
    atomic.make_folder(path.parent)
    with atomic.disk_errors(path.parent):
        handle = path.open("a+b")
    with handle:
        locked, holder = locks.try_lock(handle), _read_note(path)
        if locked is False or (locked is None and _may_live(holder)):
            raise RunLockedError(
                "another run is at work in this folder: process "
                f"{holder.get('pid', 'unknown')} on {holder.get('host', 'unknown')}, "
                f"since {holder.get('since', 'unknown')}",
                where=shown(path.parent.parent),
                way_out="wait for it, end it, or choose another --out"
                + ("" if locked is False else f"; if it is gone, delete {shown(path)}"),
            )
        try:
            with atomic.disk_errors(path.parent):
                _write_note(handle)
            yield
        finally:
            handle.truncate(0)


def _write_note(handle: BinaryIO) -> None:
    process = psutil.Process()
    note = {
        "pid": process.pid,
        "create_time": process.create_time(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    handle.truncate(0)
    handle.write(json.dumps(note).encode())
    handle.flush()


def _read_note(path: Path) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _may_live(holder: dict[str, Any]) -> bool:
    """Say whether the process of a note may still be at work."""
    if not holder:
        return False
    if holder.get("host") != socket.gethostname():
        return True
    try:
        started = psutil.Process(int(holder["pid"])).create_time()
        # A number is given again after a restart; the time it started is not.
        return abs(started - float(holder["create_time"])) < 1
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False
