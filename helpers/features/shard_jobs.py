"""Shards as jobs: made here one after the other, or wherever an executor has room."""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import closing
from functools import lru_cache
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.base.errors import ArtefactDamagedError, PictureError, ProjectError
from helpers.base.paths import shown
from helpers.features import encoders, encoding, preparation, shards
from helpers.images import batches, decode, rgb
from helpers.storage import hashes


class Job(NamedTuple):
    """One shard to be made, in words that any process understands.

    Attributes
    ----------
    encoder, weights_folder
        As for `encoders.get_encoder`.
    facts : dict
        What `facts_of` gives for that encoder.
    folder : Path
        Where the shard goes.
    files : list of (Path, str)
        The pictures, each with the SHA-256 of its bytes.
    batch_size, n_threads
        As for `embeddings.embed`.
    """

    encoder: str
    weights_folder: Path | None
    facts: dict[str, Any]
    folder: Path
    files: list[tuple[Path, str]]
    batch_size: int
    n_threads: int | None

    def file_batches(self) -> Iterator[list[tuple[Path, str]]]:
        """Yield the files batch by batch."""
        for start in range(0, len(self.files), self.batch_size):
            yield self.files[start : start + self.batch_size]


class _Done(NamedTuple):
    """What is to be told of pictures that were worked through."""

    n_files: int
    lost: dict[str, tuple[str, str]]
    n_at_once: int


def facts_of(model: encoders.Encoder, dtype: str) -> dict[str, Any]:
    """Return all that decides a vector, beside the picture's bytes.

    Parameters
    ----------
    model : Encoder
        Makes the vectors.
    dtype : str
        In which they are kept.

    Returns
    -------
    dict
        The encoder's own facts, how files are decoded, and `dtype`; words of JSON.
    """
    code = preparation.code_hash(decode.__file__, rgb.__file__)
    decoding = {"code": code, "reduced": batches.REDUCED}
    return {**model.facts, "decoding": decoding, "dtype": dtype}


def work_through(
    jobs: Sequence[Job], model: encoders.Encoder, executor: Executor | None
) -> dict[str, tuple[str, str]]:
    """Make shards, under a progress bar that counts pictures.

    Parameters
    ----------
    jobs : sequence of Job
        At least one; alike but for their files.
    model : Encoder
        The one they name.
    executor : Executor or None
        Where to make them; None makes them here.

    Returns
    -------
    dict of str to (str, str)
        Key -> kind and detail of the faults that no shard keeps, because the next run
        may not meet them: a file that changed, a memory that was full.

    Raises
    ------
    ArtefactDamagedError
        If a vector is not finite, or a worker's encoder is another one.
    ParameterError
        If the memory is too small for one picture.
    ProjectError
        If a worker process died.

    Warns
    -----
    UserWarning
        If batches were halved.
    """
    lost, sizes = {}, []
    work = _here(jobs, model) if executor is None else _elsewhere(jobs, executor)

    def counted() -> Iterator[int]:
        """Take in the reports, and yield once per picture."""
        for done in work:
            lost.update(done.lost)
            sizes.append(done.n_at_once)
            yield from range(done.n_files)

    n_files = sum(len(job.files) for job in jobs)
    with closing(work):
        for _ in progress.track(counted(), "embedding", n_items=n_files):
            pass
    if min(sizes) < (wanted := jobs[0].batch_size):
        warnings.warn(
            f"the memory of {model.device} is too small for {wanted} pictures at once: "
            f"they were encoded {min(sizes)} at a time",
            stacklevel=3,
        )
    return lost


def _here(jobs: Sequence[Job], model: encoders.Encoder) -> Iterator[_Done]:
    """Make shards one after the other; threads read ahead from one into the next."""
    runner = encoding.BatchEncoder(model, jobs[0].batch_size, jobs[0].facts["dtype"])
    in_order = chain.from_iterable(job.file_batches() for job in jobs)
    with closing(encoding.read_ahead(in_order, model, jobs[0].n_threads)) as ready:
        for job in jobs:
            yield from _make_shard(job, runner, ready)


def _elsewhere(jobs: Sequence[Job], executor: Executor) -> Iterator[_Done]:
    """Hand the shards to an executor, and yield as they are finished."""
    futures = [executor.submit(_embed_shard, job) for job in jobs]
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenExecutor as error:
        raise ProjectError(
            f"a worker process ended in the middle ({error})",
            where=shown(jobs[0].folder),
            way_out="its memory may have been too small: take fewer processes or a "
            "smaller batch, and run again; finished shards stay",
        ) from error
    finally:
        for future in futures:
            future.cancel()


def _embed_shard(job: Job) -> _Done:
    """Make one shard in a process of its own, which keeps its encoder for the next."""
    wanted = hashes.hash_json(job.facts)
    runner = _runner_here(
        job.encoder, job.weights_folder, job.batch_size, job.facts["dtype"], wanted
    )
    model = runner.encoder
    if hashes.hash_json(facts_of(model, runner.dtype)) != wanted:
        raise ArtefactDamagedError(
            "a worker's encoder is not the one here: other weights, code or precision",
            where=f"{model.name} on {model.device}",
            way_out="bring the same project and weights to every worker, and workers "
            "of one kind",
        )
    in_order = job.file_batches()
    with closing(encoding.read_ahead(in_order, model, job.n_threads)) as ready:
        reports = list(_make_shard(job, runner, ready))
    lost = {key: why for report in reports for key, why in report.lost.items()}
    return _Done(len(job.files), lost, runner.n_at_once)


@lru_cache(maxsize=1)
def _runner_here(
    encoder: str, weights_folder: Path | None, batch_size: int, dtype: str, facts: str
) -> encoding.BatchEncoder:
    """Return this process's encoder; `facts`, their hash, asks for a new one."""
    model = encoders.get_encoder(encoder, weights_folder)
    return encoding.BatchEncoder(model, batch_size, dtype)


def _make_shard(
    job: Job, runner: encoding.BatchEncoder, ready: Iterator[encoding.ReadyBatch]
) -> Iterator[_Done]:
    """Encode a shard's pictures and write it; report after each batch."""
    begun = perf_counter()
    vectors, rows = [], []
    # The files first: zip must not take a batch that belongs to the next shard.
    for files, batch in zip(job.file_batches(), ready, strict=False):
        told = [*zip(files, batch.faults, strict=True)]
        sound = [path for (path, _), fault in told if fault is None]
        vectors.append(runner.encode(batch.pictures, sound))
        lost = {}
        for (path, key), fault in told:
            why = (fault.kind, fault.what) if fault else ("", "")
            if fault and _is_passing(fault):
                lost[key] = why
            else:
                rows.append((shown(path), key, *why))
        yield _Done(len(files), lost, runner.n_at_once)
    seconds = perf_counter() - begun
    if rows:
        index = pd.DataFrame(rows, columns=shards.COLUMNS)
        X = np.concatenate(vectors)
        shards.write_shard(job.folder, X, index, job.facts, seconds)


def _is_passing(fault: PictureError) -> bool:
    """Tell faults of the disk or the memory, which are not kept, from the picture's."""
    return fault.kind == "unreadable" or isinstance(fault.__cause__, MemoryError)
