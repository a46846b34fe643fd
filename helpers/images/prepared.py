"""Pictures decoded, resized and processed once, and kept as arrays on disk."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
    DataMissingError,
    ParameterError,
)
from helpers.base.paths import shown
from helpers.images import batches, inputs, resize
from helpers.storage import arrays, atomic, gathering, hashes

IN_MEMORY_BYTES = 1 << 28
"""An input of at most 256 MiB is held in memory, a larger one is mapped from disk."""

_BLOCK_BYTES = 1 << 26  # pixels worked on at a time: 64 MiB
_CHUNK = 16  # pictures a thread processes in one go
_PASSING = {"unreadable"}  # faults that may be gone the next time: disk, permissions


class Prepared(NamedTuple):
    """What `prepare` returns: the same row everywhere is the same picture."""

    arrays: dict[str, np.ndarray]
    kept: np.ndarray
    problems: pd.DataFrame


def prepare(
    paths: Sequence[Path],
    contents: Sequence[str],
    names: Sequence[str],
    size_px: int,
    store: Path,
    fit: resize.Fit = "crop",
) -> Prepared:
    """Decode, resize and process pictures once; later calls read what was kept.

    An array is read again only if its name, version of the processing, size, fit and
    the content of every picture are the same, and its bytes are those that were saved.
    Otherwise it is made again. Pixels are worked on in blocks, so memory stays bounded.

    Parameters
    ----------
    paths : sequence of Path
        The picture files.
    contents : sequence of str
        SHA-256 of each file.
    names : sequence of str
        Inputs wanted, of `helpers.images.inputs.INPUTS`.
    size_px : int
        Side of the squares.
    store : Path
        Folder of the arrays: ``<input>-<key>.npy``, each with its header.
    fit : {"squash", "pad", "crop"}, optional
        As for `helpers.images.resize.resize`.

    Returns
    -------
    Prepared
        arrays: input name -> uint8 (n_kept, size_px, size_px, 3), read-only, mapped
        from disk above `IN_MEMORY_BYTES`; kept: int64 (n_kept,), positions in `paths`;
        problems: DataFrame of path, kind and detail of the others, its index the
        position in `paths`.

    Raises
    ------
    ParameterError
        If an input is unknown, or `paths` and `contents` differ in length.
    DataMissingError
        If no picture could be decoded.
    DiskError
        If the store cannot be written to.
    """
    names = inputs.check(names)
    if len(paths) != len(contents):
        raise ParameterError(
            f"{len(paths)} paths, but {len(contents)} content hashes",
            where="contents",
            way_out="give the SHA-256 of every file, in the order of the paths",
        )
    wanted = {
        "pictures": hashes.hash_json(list(contents)),
        "size_px": size_px,
        "fit": fit,
        "inputs_version": inputs.VERSION,
    }
    found = {name: _read(store, name, wanted) for name in names}
    missing = [name for name in names if found[name] is None]
    if missing:
        _make(paths, missing, store, wanted)
        found |= {name: _read(store, name, wanted, new=True) for name in missing}
    if not _agree(found):  # a file came or went: make them all of the same pictures
        _make(paths, names, store, wanted)
        found = {name: _read(store, name, wanted, new=True) for name in names}
    problems = _problem_table(paths, found[names[0]].problems)
    kept = np.setdiff1d(np.arange(len(paths)), problems.index).astype(np.int64)
    return Prepared({name: found[name].array for name in names}, kept, problems)


class _Kept(NamedTuple):
    """An array of the store, and the pictures it lacks: position, kind, detail."""

    array: np.ndarray
    problems: list[list]


def _target(store: Path, name: str, wanted: Mapping[str, Any]) -> Path:
    return store / f"{name}-{hashes.hash_json([name, wanted])[:16]}.npy"


def _read(
    store: Path, name: str, wanted: Mapping[str, Any], new: bool = False
) -> _Kept | None:
    """Read an array of the store; None if it is to be made (again)."""
    path = _target(store, name, wanted)
    try:
        is_large = path.is_file() and path.stat().st_size > IN_MEMORY_BYTES
        array = arrays.load_array(path, mmap=is_large, input=name, **wanted)
    except (ArtefactMissingError, ArtefactDamagedError):
        if new:
            raise
        return None
    problems = arrays.read_header(path)["problems"]
    if not new and any(kind in _PASSING for _, kind, _ in problems):
        return None
    array.setflags(write=False)
    return _Kept(array, problems)


def _agree(found: Mapping[str, _Kept]) -> bool:
    """Tell whether all arrays lack the same pictures."""
    return (
        len({json.dumps([row[:2] for row in k.problems]) for k in found.values()}) == 1
    )


def _make(
    paths: Sequence[Path], names: Sequence[str], store: Path, wanted: Mapping[str, Any]
) -> None:
    """Decode all pictures once, and write an array for each input."""
    atomic.make_folder(store)
    problems: list[list] = []
    rgb = _gathered(_decoded(paths, wanted, problems), store, len(paths), wanted)
    if not len(rgb):
        raise DataMissingError(
            f"none of {len(paths)} pictures could be decoded",
            where=shown(paths[0]) if paths else "paths",
            way_out=problems[0][2] if problems else "give at least one picture",
        )
    for name in names:
        made = _gathered(_processed(rgb, inputs.INPUTS[name]), store, len(rgb), wanted)
        facts = {"input": name, "problems": problems, **wanted}
        arrays.save_array(_target(store, name, wanted), made, **facts)


def _block(size_px: int) -> int:
    """Return how many pictures make a block."""
    return max(_CHUNK, _BLOCK_BYTES // (3 * size_px**2))


def _decoded(
    paths: Sequence[Path], wanted: Mapping[str, Any], problems: list[list]
) -> Iterator[np.ndarray]:
    """Yield decoded blocks; the faults are added to `problems`."""
    step = _block(wanted["size_px"])
    for start in range(0, len(paths), step):
        some = paths[start : start + step]
        batch = batches.decode_all(some, wanted["size_px"], wanted["fit"])
        for row in batch.problems.itertuples():
            problems.append([start + int(row.Index), row.kind, row.detail])
        yield batch.pictures


def _processed(rgb: np.ndarray, change: Callable) -> Iterator[np.ndarray]:
    """Yield blocks of one input; OpenCV lets go of Python's lock, so threads help."""
    step = _block(rgb.shape[1])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(rgb), step):
            block = rgb[start : start + step]
            chunks = [block[i : i + _CHUNK] for i in range(0, len(block), _CHUNK)]
            yield np.concatenate(list(pool.map(change, chunks)))


def _gathered(
    blocks: Iterator[np.ndarray], folder: Path, n: int, wanted: Mapping[str, Any]
) -> np.ndarray:
    """Return all blocks of pictures as one array."""
    shape = (wanted["size_px"], wanted["size_px"], 3)
    return gathering.gather(blocks, n, shape, folder, IN_MEMORY_BYTES)


def _problem_table(paths: Sequence[Path], problems: list[list]) -> pd.DataFrame:
    """Return the faults as `decode_all` does, whatever the files are called today."""
    return pd.DataFrame(
        [(shown(paths[i]), kind, detail) for i, kind, detail in problems],
        index=pd.Index([i for i, _, _ in problems], dtype="int64"),
        columns=["path", "kind", "detail"],
    )
