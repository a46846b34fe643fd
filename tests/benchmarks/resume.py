"""A complete set of vectors read again, and what keeping it costs the first time."""

import os
import tempfile
from pathlib import Path
from time import perf_counter
from unittest import mock

import numpy as np
from PIL import Image

from helpers.base import progress
from helpers.features import embeddings, shards
from helpers.storage import hashes

N_FILES = 10_000
_ENCODER = "colour_texture"  # the quickest: what surrounds it weighs most


def measure() -> list[dict]:
    """Return two rows: the resume, and the share of index and shards in a first run."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {progress.QUIET: "1"}),
    ):
        paths = [_picture(Path(folder, f"{i}.jpg"), i) for i in range(N_FILES)]
        store = Path(folder, "store")
        first, first_seconds, kept_seconds = _first_run(paths, store)
        resumed_seconds, limit_seconds = [], []
        for _ in range(3):  # in turn, so that other work on the machine meets both
            start = perf_counter()
            again = embeddings.embed(paths, _ENCODER, store)
            middle = perf_counter()
            hashes.hash_files(paths)
            resumed_seconds.append(middle - start)
            limit_seconds.append(perf_counter() - middle)
    assert again.n_new == 0 and np.array_equal(first.X, again.X)
    shared = {"n": N_FILES, "same_answer": True}
    return [
        shared
        | {
            "step": "resume of a complete set (limit: hashing alone)",
            "seconds": min(resumed_seconds),
            "plain_seconds": first_seconds,
            "limit_seconds": min(limit_seconds),
            "goal": "< 5 s for 10,000",
        },
        shared
        | {
            "step": "embedding (limit: without index and shards)",
            "seconds": first_seconds,
            "plain_seconds": None,
            "limit_seconds": first_seconds - kept_seconds,
            "goal": "index and shards < 2 %",
        },
    ]


def _first_run(paths: list[Path], store: Path):
    """Return embeddings, the seconds in all, and those for index and shards."""
    seconds = []

    def timed(call):
        def timing(*arguments, **named):
            begun = perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                seconds.append(perf_counter() - begun)

        return timing

    with (
        mock.patch.object(shards, "write_shard", timed(shards.write_shard)),
        mock.patch.object(shards.ShardReader, "read", timed(shards.ShardReader.read)),
    ):
        begun = perf_counter()
        found = embeddings.embed(paths, _ENCODER, store)
        return found, perf_counter() - begun, sum(seconds)


def _picture(path: Path, seed: int) -> Path:
    """Write a small picture that no other one equals."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(40, 220, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(blobs).resize((200, 150)).save(path, quality=90)
    return path
