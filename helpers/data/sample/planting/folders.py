"""A folder that appears whole or not at all, drawn by one process at a time."""

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.base.errors import DiskError, ParameterError, ProjectError
from helpers.base.paths import shown
from helpers.data import locks
from helpers.storage import atomic, manifests

_WAIT_S = 0.1


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until nobody else is drawing `folder`, and keep others waiting.

    The lock is the system's: it falls with the process that holds it, however that
    ends, so there is no stale one.

    Parameters
    ----------
    folder : Path
        Need not exist; the lock is a hidden file beside it.

    Raises
    ------
    DiskError
        If the folder above cannot be written to.
    """
    atomic.make_folder(folder.parent)
    with atomic.disk_errors(folder.parent):
        handle = (folder.parent / f".{folder.name}.lock").open("ab")
    with handle:
        while locks.try_lock(handle) is False:
            time.sleep(_WAIT_S)
        yield


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on success it becomes `folder`.

    Call it under `locked`: what an earlier, killed process left half-made beside it is
    removed. What somebody else put into the old folder is carried over.

    Parameters
    ----------
    folder : Path
        To be made, or replaced if it was made this way before.

    Yields
    ------
    Path
        An empty folder beside it.

    Raises
    ------
    ParameterError
        If `folder` holds files but no manifest: it is not ours to replace.
    DiskError
        If the disk is full or read-only; `folder` is then as it was.
    """
    _refuse_foreign(folder)
    for left in folder.parent.glob(f".{folder.name}.*.partial"):
        shutil.rmtree(left, ignore_errors=True)
    partial = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
    try:
        with atomic.disk_errors(folder.parent):
            partial.mkdir()
            yield partial
            _swap(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    if folder.is_file() or (folder.is_dir() and _is_foreign(folder)):
        raise ParameterError(
            "the sample data would replace something else",
            where=shown(folder),
            way_out="name a folder that is new, empty or holds sample data",
        )


def _is_foreign(folder: Path) -> bool:
    """Tell whether a folder holds something that was not drawn."""
    try:
        manifest = manifests.read_manifest(folder)
    except ProjectError:  # damaged: drawing anew is the way to mend it
        return False
    if manifest is None:
        return any(folder.iterdir())
    return not {"seed", "code"} <= set(manifest)  # a notebook's results have neither


def _swap(partial: Path, folder: Path) -> None:
    if not folder.exists():
        partial.rename(folder)
        return
    old = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
    try:
        folder.rename(old)
    except PermissionError as error:  # Windows, while a file in it is open
        raise DiskError(
            "the old sample data is in use and cannot be replaced",
            where=shown(folder),
            way_out="close what shows its pictures, then try again",
        ) from error
    _carry_over(old, partial)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _carry_over(old: Path, new: Path) -> None:
    """Move what is not in the old manifest, and so was never drawn, into `new`."""
    try:
        listed = manifests.read_manifest(old)["files"]
    except ProjectError:  # a damaged manifest: no telling what was drawn
        return
    for path in old.rglob("*"):
        name = path.relative_to(old)
        ours = name.as_posix() in listed or name.as_posix() == manifests.NAME
        if path.is_file() and not ours and not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            path.rename(new / name)
