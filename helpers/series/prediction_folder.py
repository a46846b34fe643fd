"""The folder that `predict` writes: whole or not at all, nobody else's files lost."""

import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from helpers.base.errors import (
    DataMissingError,
    DiskError,
    ParameterError,
    TableError,
)
from helpers.base.paths import shown
from helpers.storage import atomic, hashes, tables

TABLE, PROBLEMS, MASKS = "predictions.csv", "problems.csv", "masks"

_N_SHOWN = 5


def check(out: Path, images: Path, model: Path) -> None:
    """Refuse a folder for answers before any work is done.

    Parameters
    ----------
    out : Path
        Where the answers are to be written; may be missing.
    images, model : Path
        Folder of the pictures, folder of the model.

    Raises
    ------
    ParameterError
        If `out` lies in one of the others, or holds what `predict` did not write.
    DiskError
        If it is a file.
    """
    for folder, what in ((images, "pictures"), (model, "model")):
        if out.resolve().is_relative_to(folder.resolve()):
            raise ParameterError(
                f"the answers would lie in the folder of the {what}",
                where=f"--out {shown(out)}",
                way_out="name a folder outside it",
            )
    if out.exists() and not out.is_dir():
        raise DiskError(
            "a file stands where a folder is needed", shown(out), "name another --out"
        )
    _earlier(out)


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Give a folder to write into; on success its files become those of `out`.

    Parameters
    ----------
    out : Path
        As for `check`; an earlier answer in it is replaced.

    Yields
    ------
    Path
        A new folder in `out` that nobody else uses. If the block fails or is ended, it
        is removed, and what `out` held before is as it was.

    Raises
    ------
    ParameterError
        If `out` holds what `predict` did not write.
    DiskError
        If the disk is full or read-only.
    """
    was_there, old = out.is_dir(), _earlier(out)
    # In it and not beside it: `out` may be a disk of its own.
    partial = out / f".{secrets.token_hex(8)}{atomic.PARTIAL_SUFFIX}"
    atomic.make_folder(partial)
    try:
        yield partial
        with atomic.disk_errors(out):
            _remove(old, out)
            _move_in(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if not was_there:
            with suppress(OSError):  # it is not empty: all went well
                out.rmdir()


def mask_names(pictures: Sequence[str]) -> list[str]:
    """Return where the mask of each picture lies below the folder of answers.

    Parameters
    ----------
    pictures : sequence of str
        Different paths relative to the pictures' folder, with forward slashes.

    Returns
    -------
    list of str
        ``masks/<folders>/<stem>.png``; pictures that would share one keep their whole
        name before the ``.png``.

    Examples
    --------
    >>> mask_names(["a/1.jpg", "b/1.jpg", "2.jpg", "2.png"])
    ['masks/a/1.png', 'masks/b/1.png', 'masks/2.jpg.png', 'masks/2.png.png']
    """
    whole = [f"{MASKS}/{name}.png" for name in pictures]
    stems = [PurePosixPath(MASKS, name).with_suffix(".png") for name in pictures]
    # Some systems know no difference between a.png and A.png.
    n_of = Counter(stem.as_posix().casefold() for stem in stems)
    short = [
        stem.as_posix() if n_of[stem.as_posix().casefold()] == 1 else name
        for stem, name in zip(stems, whole, strict=True)
    ]
    n_names = len({name.casefold() for name in short})
    return short if n_names == len(short) else whole  # "2.jpg.png" may be a picture


def _earlier(out: Path) -> list[Path]:
    """Return the files of an earlier answer; refuse a folder with any others."""
    found = hashes.list_files(out)
    own = _listed(out) if found else set()
    if others := [
        path.relative_to(out).as_posix() for path in found if path not in own
    ]:
        raise ParameterError(
            f"the folder holds files that `predict` did not write: {others[:_N_SHOWN]}",
            where=f"--out {shown(out)}",
            way_out="name a new folder, or move them away; nothing was changed",
        )
    return found


def _listed(out: Path) -> set[Path]:
    """Return what belongs to the table of an earlier answer."""
    try:
        table = tables.read_csv_strictly(out / TABLE, ["picture"], ["picture", "mask"])
    except (DataMissingError, TableError):
        return set()
    masks = table["mask"] if "mask" in table else []
    if not (out / PROBLEMS).is_file():
        return set()
    return {out / TABLE, out / PROBLEMS, *(out / name for name in masks)}


def _remove(old: list[Path], out: Path) -> None:
    """Remove an earlier answer, its table first: without it the rest says nothing."""
    for path in sorted(old, key=lambda path: path != out / TABLE):
        path.unlink(missing_ok=True)
    for folder in sorted({path.parent for path in old} - {out}, reverse=True):
        with suppress(OSError):  # something hidden lies in it
            folder.rmdir()


def _move_in(partial: Path, out: Path) -> None:
    """Move the new files to their places, the table last: then all is there."""
    files = hashes.list_files(partial)
    for path in sorted(files, key=lambda path: path == partial / TABLE):
        target = out / path.relative_to(partial)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
