"""Files that appear whole or not at all: write beside, flush, rename."""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from helpers.base.errors import DiskError
from helpers.base.paths import shown

PARTIAL_SUFFIX = ".partial"
"""Ending of a file still being written; whoever lists a folder passes it over."""

_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def disk_errors(folder: Path, n_bytes: int | None = None) -> Iterator[None]:
    """Turn "disk full" and "read-only" into errors that name folder and bytes.

    Parameters
    ----------
    folder : Path
        Where the block writes.
    n_bytes : int, optional
        How many bytes it needs, where that is known.

    Raises
    ------
    DiskError
        Instead of the OSError, from which it is raised.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            need = f"; {n_bytes:,} bytes were to be written" if n_bytes else ""
            raise DiskError(
                f"the disk is full{need}",
                where=shown(folder),
                way_out="free some space or choose another --out; what was finished "
                "before is intact",
            ) from error
        if error.errno in _NOT_WRITABLE:
            raise DiskError(
                "the folder cannot be written to",
                where=shown(folder),
                way_out="choose another --out, or allow writing there",
            ) from error
        raise


def make_folder(folder: Path) -> Path:
    """Make `folder` and its parents where they are missing, and return it.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Path
        `folder`, existing.

    Raises
    ------
    DiskError
        If it cannot be made.
    """
    try:
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise DiskError(
            "a file stands where a folder is needed",
            where=shown(folder),
            way_out="choose another --out, or move the file away",
        ) from error
    return folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; on success it becomes `path`.

    Parameters
    ----------
    path : Path
        The file to appear; its folder is made.

    Yields
    ------
    Path
        A name in the same folder that nobody else uses.

    Raises
    ------
    DiskError
        If the disk is full or read-only; `path` is then as it was.
    """
    make_folder(path.parent)
    # A short name of its own: a file name of 250 characters leaves no room for more.
    partial = path.with_name(f".{secrets.token_hex(8)}{PARTIAL_SUFFIX}")
    try:
        with disk_errors(path.parent):
            yield partial
            with partial.open("rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(partial, path)  # noqa: PTH105 - atomic on every system
    finally:
        # A read-only disk refuses even this; the error above is the one to tell.
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to `path`, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What it shall hold.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DiskError
        If the disk is full or read-only; `path` is then as it was.
    """
    with replacing(path) as partial, disk_errors(path.parent, len(content)):
        partial.write_bytes(content)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8, its line ends as they are; else as `write_bytes`.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        What it shall hold.

    Returns
    -------
    Path
        `path`.
    """
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> Path:
    """Write `content` as indented JSON, which a person can read and diff.

    Parameters
    ----------
    path : Path
        The file.
    content : object
        Anything JSON knows; NaN and infinity are refused.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ValueError
        If `content` holds a number that JSON has no word for.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, text + "\n")


def free_bytes(folder: Path) -> int:
    """Return how many bytes are free on the disk that holds `folder`.

    Parameters
    ----------
    folder : Path
        Need not exist yet: the nearest parent that does is asked.

    Returns
    -------
    int
        Free bytes.
    """
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free
