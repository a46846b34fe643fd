"""Locks of the operating system, which it takes back from the dead."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from helpers.base.errors import RunLockedError
from helpers.base.paths import shown
from helpers.storage import atomic

_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_FAR = 1 << 30
"""Offset of the locked byte on Windows, where a locked byte cannot be read."""


def try_lock(handle: BinaryIO) -> bool | None:
    """Lock an open file for this process, if nobody else has.

    Parameters
    ----------
    handle : binary file
        Open for writing; the lock ends when it is closed, however that comes about.

    Returns
    -------
    bool or None
        True if locked, False if somebody has it, None if the file system knows no
        locks.
    """
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(_FAR)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _TAKEN else None
    return True


@contextmanager
def only_one(folder: Path, work: str) -> Iterator[None]:
    """Let one process at a time do `work` in `folder`, while the block runs.

    Parameters
    ----------
    folder : Path
        The folder; a hidden file beside it holds the lock and stays behind, empty.
    work : str
        What is done, for the error.

    Raises
    ------
    RunLockedError
        If another process is at it.
    DiskError
        If the folder above cannot be written to.
    """
    atomic.make_folder(folder.parent)
    with atomic.disk_errors(folder.parent):
        handle = (folder.parent / f".{folder.name}.lock").open("ab")
    with handle:
        if try_lock(handle) is False:
            raise RunLockedError(
                f"another {work} is at work in this folder",
                where=shown(folder),
                way_out="wait for it, or end it",
            )
        yield
