"""Pictures to vectors, many: only what is new is computed, and never twice."""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.base.errors import ParameterError, PictureError
from helpers.base.paths import shown
from helpers.features import encoders, encoding, shard_jobs, shards
from helpers.storage import hashes

DTYPES = ("float32", "float16")
_HASHED_AT_ONCE = 64


class Embeddings(NamedTuple):
    """What `embed` returns."""

    X: np.ndarray
    kept: np.ndarray
    problems: pd.DataFrame
    n_new: int
    images_per_second: float | None


def embed(
    paths: Sequence[Path],
    encoder: str,
    store: Path,
    *,
    weights_folder: Path | None = None,
    executor: Executor | None = None,
    shard_size: int = 1024,
    batch_size: int = 64,
    n_threads: int | None = None,
    dtype: str = "float32",
) -> Embeddings:
    """Return the vectors of many picture files; those computed before are read.

    Vectors are kept in `store` in shards (see `shards`), by the hash of the picture's
    bytes and of all that decides a vector: encoder, weights, preparation. A second run,
    a grown data set, a renamed file or a killed run costs only what is new. A picture
    that cannot be decoded is recorded and left out.

    Threads decode ahead while the encoder works; beside the result, memory holds a few
    batches and one shard, however many pictures there are (and the result twice for a
    moment, where a picture is left out or appears twice).

    Parameters
    ----------
    paths : sequence of Path
        The files. The same bytes twice are encoded once.
    encoder : str
        As `encoders.get_encoder` reads it.
    store : Path
        Folder of all encoders' vectors; made where it is missing.
    weights_folder : Path, optional
        As for `encoders.get_encoder`.
    executor : Executor, optional
        Makes the shards, in other processes or on other machines that see the same
        files under the same names. None: here, one after the other.
    shard_size : int, optional
        Pictures per shard: what a kill can cost.
    batch_size : int, optional
        Pictures encoded at once. Halved where the device's memory is too small.
    n_threads : int, optional
        Threads that decode, in each process; by default the cores.
    dtype : {"float32", "float16"}, optional
        In which the vectors are kept; float16 halves the store and rounds to 3 digits.

    Returns
    -------
    Embeddings
        X: float32 (n_kept, dimension), read-only, in the order of `paths`; kept: int64
        (n_kept,), the positions in `paths`; problems: DataFrame of path, kind (as in
        `decode.KINDS`) and detail, its index the position in `paths`; n_new: pictures
        encoded now; images_per_second: as measured in one process when these vectors
        were computed, so that a rerun says the same; None where there are none.

    Raises
    ------
    ParameterError
        If a parameter does not fit.
    ArtefactDamagedError
        If the encoder gives NaN or infinity (the files are named; their shard is not
        written), or a worker's encoder is not the one here.
    ArtefactMissingError
        If the workers wrote their shards elsewhere.

    Warns
    -----
    UserWarning
        If the batch was halved, or a shard is damaged (and made again).
    """
    counts = {"shard_size": shard_size, "batch_size": batch_size}
    _check(dtype, **counts, n_threads=1 if n_threads is None else n_threads)
    model = encoders.get_encoder(encoder, weights_folder)
    facts = shard_jobs.facts_of(model, dtype)
    name = f"{encoders.slug(encoder)}-{hashes.hash_json(facts)[:8]}"
    folder = Path(store).absolute() / name
    paths = [Path(path) for path in paths]
    keys = _file_hashes(paths, n_threads)
    unique: dict[str, Path] = {}
    for path, key in zip(paths, keys, strict=True):
        if isinstance(key, str):
            unique.setdefault(key, path.absolute())
    reader = shards.ShardReader(folder, facts, list(unique), model.dimension)
    reader.read()
    n_known, lost = int(reader.found.sum()), {}
    if missing := reader.missing():
        files = [(unique[key], key) for key in missing]
        parts = [files[i : i + shard_size] for i in range(0, len(files), shard_size)]
        fixed = (encoder, weights_folder, facts, folder)
        jobs = [shard_jobs.Job(*fixed, part, batch_size, n_threads) for part in parts]
        lost = shard_jobs.work_through(jobs, model, executor)
        reader.read()
    problems = _problems(paths, keys, reader.faults | lost)
    kept = np.delete(np.arange(len(paths), dtype=np.int64), problems.index)
    X = reader.vectors([keys[position] for position in kept])
    n_new = int(reader.found.sum()) - n_known
    return Embeddings(X, kept, problems, n_new, reader.images_per_second())


def _check(dtype: str, **counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ParameterError(f"{count} is too few", name, "give 1 or more")
    if dtype not in DTYPES:
        way_out = f"choose one of: {', '.join(DTYPES)}"
        raise ParameterError(f"vectors are not kept as {dtype!r}", "dtype", way_out)


def _file_hashes(
    paths: Sequence[Path], n_threads: int | None
) -> list[str | PictureError]:
    """Return each file's hash, or why it has none."""

    def hash_some(start: int) -> list[str | PictureError]:
        """Hash a part: 10,000 small jobs cost a pool as much as hashing."""
        return [*map(encoding.file_hash, paths[start : start + _HASHED_AT_ONCE])]

    with ThreadPoolExecutor(n_threads or os.cpu_count()) as pool:
        parts = pool.map(hash_some, range(0, len(paths), _HASHED_AT_ONCE))
        done = chain.from_iterable(parts)
        return list(progress.track(done, "hashing", n_items=len(paths)))


def _problems(
    paths: Sequence[Path],
    keys: Sequence[str | PictureError],
    faults: dict[str, tuple[str, str]],
) -> pd.DataFrame:
    """Return path, kind and detail of the pictures without a vector, by position."""
    rows = {}
    for position, (path, key) in enumerate(zip(paths, keys, strict=True)):
        if isinstance(key, PictureError):
            rows[position] = (shown(path), key.kind, key.what)
        elif key in faults:
            rows[position] = (shown(path), *faults[key])
    index = pd.Index(list(rows), dtype="int64")
    return pd.DataFrame(rows.values(), index, columns=["path", "kind", "detail"])
