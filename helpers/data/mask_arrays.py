"""Lesion masks read once, brought to a model's size, and kept as an array on disk."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DataMissingError,
    ParameterError,
    PictureError,
)
from helpers.base.paths import shown
from helpers.data import masks
from helpers.images import inputs
from helpers.storage import arrays, atomic, gathering, hashes

IN_MEMORY_BYTES = 1 << 28
"""Masks of at most 256 MiB are held in memory, larger ones mapped from disk."""

LEFT_OUT = "left out"
"""What was done about a picture that has no mask one can read."""

VERSION = hashes.hash_json(
    [inputs.VERSION]
    + [Path(file).read_text(encoding="utf-8") for file in (__file__, masks.__file__)]
)
"""Of all that decides the numbers from file to array; part of the array's key."""

_BLOCK = 256  # masks worked on at a time
_PASSING = "unreadable"  # a fault that may be gone the next time: disk, permissions


class Masks(NamedTuple):
    """What `mask_arrays` returns: the same row everywhere is the same picture.

    Attributes
    ----------
    shares : ndarray of uint8, shape (n, size_px, size_px)
        Share of each pixel that is lesion, 255 for all of it; 0 where no mask is.
        Read-only.
    has_mask : ndarray of bool, shape (n,)
        Whether a mask was read; an empty one counts.
    problems : DataFrame
        path ("" where none is named), kind, detail and action of what is doubtful, its
        index the row; action is `LEFT_OUT` where `has_mask` is False.
    """

    shares: np.ndarray
    has_mask: np.ndarray
    problems: pd.DataFrame


def mask_arrays(
    paths: Sequence[Path | None],
    contents: Sequence[str],
    sizes: Sequence[tuple[int, int]] | np.ndarray,
    size_px: int,
    store: Path,
) -> Masks:
    """Read masks once and average them over a model's pixels; later calls read that.

    A mask goes the way of its picture squashed into a square (`resize.resize`), so that
    both stay aligned. The array is read again only if the content of every mask, the
    sizes and the code are the same, and its bytes are those that were saved.

    Parameters
    ----------
    paths : sequence of Path or None
        The mask of each picture; None where it has none.
    contents : sequence of str
        SHA-256 of each file; "" where there is none.
    sizes : sequence of (int, int), or ndarray of int, shape (n, 2)
        Height and width in px of each picture. A mask of another size is resampled to
        its nearest pixels, as `masks.read_mask` does.
    size_px : int
        Side of the squares.
    store : Path
        Folder of the array: ``masks-<key>.npy``, with its header.

    Returns
    -------
    Masks

    Raises
    ------
    ParameterError
        If `paths`, `contents` and `sizes` differ in length, or `size_px` is below 1.
    DataMissingError
        If no mask at all could be read.
    DiskError
        If the store cannot be written to.
    """
    sizes = np.asarray(sizes, np.int64).reshape(-1, 2)
    if not len(paths) == len(contents) == len(sizes) or size_px < 1:
        raise ParameterError(
            f"{len(paths)} masks, {len(contents)} content hashes, {len(sizes)} sizes, "
            f"squares of {size_px} px",
            where="paths, contents, sizes, size_px",
            way_out="give one of each for every picture, and a side from 1 px",
        )
    wanted = {
        "masks": hashes.hash_json([list(contents), sizes.tolist()]),
        "size_px": int(size_px),
        "version": VERSION,
    }
    found = _read(paths, store, wanted)
    if found is None:
        _make(paths, sizes, store, wanted)
        found = _read(paths, store, wanted, new=True)
    return found


def read_native(
    paths: Sequence[Path], sizes: Sequence[tuple[int, int]] | np.ndarray
) -> list[np.ndarray]:
    """Read masks in their pictures' own sizes, to judge answers by.

    Parameters
    ----------
    paths : sequence of Path
        The masks.
    sizes : sequence of (int, int), or ndarray of int, shape (n, 2)
        Height and width in px of each picture.

    Returns
    -------
    list of ndarray of bool, shape (height, width)
        True on the lesion.

    Raises
    ------
    PictureError
        If one cannot be decoded.
    """
    heights, widths = np.asarray(sizes).reshape(-1, 2).T.tolist()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(masks.read_mask, paths, heights, widths)
        return list(progress.track(found, "masks", len(paths), unit="masks"))


def _target(store: Path, wanted: Mapping[str, Any]) -> Path:
    return store / f"masks-{hashes.hash_json(wanted)[:16]}.npy"


def _read(
    paths: Sequence[Path | None],
    store: Path,
    wanted: Mapping[str, Any],
    new: bool = False,
) -> Masks | None:
    """Read the array of the store; None if it is to be made (again)."""
    target = _target(store, wanted)
    try:
        is_large = target.is_file() and target.stat().st_size > IN_MEMORY_BYTES
        shares = arrays.load_array(target, mmap=is_large, **wanted)
    except (ArtefactMissingError, ArtefactDamagedError):
        if new:
            raise
        return None
    rows = arrays.read_header(target)["problems"]
    if not new and any(kind == _PASSING for _, kind, _, _ in rows):
        return None
    has_mask = np.ones(len(shares), bool)
    has_mask[[i for i, _, action, _ in rows if action == LEFT_OUT]] = False
    shares.setflags(write=False)
    return Masks(shares, has_mask, _problem_table(paths, rows))


def _make(
    paths: Sequence[Path | None],
    sizes: np.ndarray,
    store: Path,
    wanted: Mapping[str, Any],
) -> None:
    """Read all masks, and write the array."""
    atomic.make_folder(store)
    size_px = wanted["size_px"]
    rows: list[list] = []
    blocks = _blocks(paths, sizes, size_px, rows)
    row = (size_px, size_px)
    made = gathering.gather(blocks, len(paths), row, store, IN_MEMORY_BYTES)
    lost = [detail for _, _, action, detail in rows if action == LEFT_OUT]
    if len(lost) == len(paths):
        named = [path for path in paths if path is not None]
        raise DataMissingError(
            f"none of {len(paths)} pictures has a mask that can be read",
            where=shown(named[0]) if named else "mask_path",
            way_out="data/README.md says where the masks are and how they are called",
        )
    arrays.save_array(_target(store, wanted), made, problems=rows, **wanted)


def _blocks(
    paths: Sequence[Path | None], sizes: np.ndarray, size_px: int, rows: list[list]
) -> Iterator[np.ndarray]:
    """Yield the shares in blocks; what is doubtful is added to `rows`."""

    def one(position: int) -> tuple[np.ndarray, list[list]]:
        """Read one mask."""
        nothing = np.zeros((size_px, size_px), np.uint8)
        if paths[position] is None:
            detail = "the table names none"
            return nothing, [[position, "no mask", LEFT_OUT, detail]]
        try:
            found = masks.read_doubted(paths[position], *sizes[position].tolist())
        except PictureError as error:
            return nothing, [[position, error.kind, LEFT_OUT, error.what]]
        mask, doubts = found
        return masks.share(mask, size_px), [[position, *doubt] for doubt in doubts]

    def every() -> Iterator[tuple[np.ndarray, list[list]]]:
        """Read all, a block ahead at most."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(paths), _BLOCK):
                yield from pool.map(one, range(start, len(paths))[:_BLOCK])

    done = progress.track(every(), "masks", len(paths), unit="masks")
    while some := list(islice(done, _BLOCK)):
        rows += [row for _, doubts in some for row in doubts]
        yield np.stack([shares for shares, _ in some])


def _problem_table(
    paths: Sequence[Path | None], rows: Sequence[Sequence]
) -> pd.DataFrame:
    """Return what is doubtful, whatever the files are called today."""
    names = ["" if path is None else shown(path) for path in paths]
    return pd.DataFrame(
        [(names[i], kind, detail, action) for i, kind, action, detail in rows],
        index=pd.Index([row[0] for row in rows], dtype="int64"),
        columns=["path", "kind", "detail", "action"],
    )
