"""Exact hashes of 10,000 files: against reading alone, and against decoded tensors."""

import hashlib
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from helpers.storage import hashes

N_FILES, N_DIFFERENT, N_DECODED = 10_000, 200, 500
SIZE_PX = 224


def measure() -> list[dict]:
    """Return one row: the limit is read + SHA-256, the plain way that of project P1."""
    with tempfile.TemporaryDirectory() as folder:
        paths = _pictures(Path(folder))
        limit_seconds, ours_seconds = [], []
        for _ in range(3):  # in turn, so that other work on the machine meets both
            start = perf_counter()
            limit = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
            middle = perf_counter()
            ours = hashes.hash_files(paths)
            limit_seconds.append(middle - start)
            ours_seconds.append(perf_counter() - middle)
        start = perf_counter()
        decoded = [_decoded_hash(path) for path in paths[:N_DECODED]]
        plain_seconds = (perf_counter() - start) * N_FILES / N_DECODED
    assert ours == limit
    assert len(set(ours)) == len(set(decoded)) == N_DIFFERENT  # the same groups
    return [
        {
            "step": f"exact hash of files (plain: from {N_DECODED})",
            "n": N_FILES,
            "seconds": min(ours_seconds),
            "plain_seconds": plain_seconds,
            "limit_seconds": min(limit_seconds),
            "goal": ">= 10 x decoded hash, >= 50 % of read + SHA-256",
            "same_answer": True,
        }
    ]


def _pictures(folder: Path) -> list[Path]:
    """Write copies of 600 x 450 pictures, the size of HAM10000, one after the other."""
    rng = np.random.default_rng(0)
    paths = [folder / f"{i}.jpg" for i in range(N_FILES)]
    for i, path in enumerate(paths):
        if i < N_DIFFERENT:
            blobs = rng.integers(40, 220, (12, 16, 3), dtype=np.uint8)
            Image.fromarray(blobs).resize((600, 450)).save(path, quality=90)
        else:
            path.write_bytes(paths[i % N_DIFFERENT].read_bytes())
    return paths


def _decoded_hash(path: Path) -> str:
    """SHA-256 of the picture decoded, resized and scaled, as P1 computes it."""
    with Image.open(path) as image:
        resized = image.convert("RGB").resize((SIZE_PX, SIZE_PX))
    tensor = np.asarray(resized, dtype=np.float32) / 255
    return hashlib.sha256(tensor.tobytes()).hexdigest()
