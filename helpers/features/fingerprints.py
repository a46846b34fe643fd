"""Everything the duplicate search needs of each picture, from one decoding."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.base.errors import PictureError
from helpers.base.paths import shown
from helpers.features import alignment, encoders, perceptual
from helpers.images import decode
from helpers.storage import hashes

_BATCH = 128


class Fingerprints(NamedTuple):
    """What `fingerprints` returns: the same row everywhere is the same picture."""

    table: pd.DataFrame
    hashes: np.ndarray
    squares: np.ndarray
    X: np.ndarray
    problems: pd.DataFrame


def pixel_hash(rgb: np.ndarray) -> str:
    """Return the SHA-256 of a decoded picture: its size and its pixels.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (height, width, 3)
        The picture.

    Returns
    -------
    str
        The same for the same pixels, whatever file they came in.
    """
    height, width = rgb.shape[:2]
    return hashes.hash_bytes(b"%d x %d " % (width, height) + rgb.tobytes())


def fingerprints(
    sources: Sequence[Path | bytes],
    encoder: encoders.Encoder,
    n_threads: int | None = None,
) -> Fingerprints:
    """Read picture files and take all their fingerprints.

    Parameters
    ----------
    sources : sequence of Path or bytes
        The files, or their content; each is read and decoded once, 128 at a time in
        memory.
    encoder : Encoder
        Makes the embedding.
    n_threads : int, optional
        By default the cores. The result does not depend on it.

    Returns
    -------
    Fingerprints
        Of the pictures that could be decoded, in order. table: DataFrame whose index is
        the position in `sources`, with n_bytes, width_px, height_px, file_hash,
        pixel_hash; hashes: uint64 (n, 8), see `perceptual.perceptual_hashes`; squares:
        uint8 (n, 96, 96), see `alignment.thumbnails`; X: float32 (n, dimension);
        problems: DataFrame of path, kind and detail for the others, indexed alike.
    """
    rows, squares, grays, vectors, bad = {}, [], [], [], {}
    starts = range(0, len(sources), _BATCH)
    with ThreadPoolExecutor(n_threads or os.cpu_count()) as pool:
        bar = progress.track(starts, "fingerprints", unit=f"x {_BATCH} pictures")
        for start in bar:
            places = range(start, min(start + _BATCH, len(sources)))
            done = pool.map(lambda place: _read(sources[place], encoder), places)
            taken = []
            for place, read in zip(places, done, strict=True):
                if isinstance(read, PictureError):
                    bad[place] = (_name(sources[place]), read.kind, read.what)
                else:
                    rows[place], square, gray, prepared = read
                    squares.append(square)
                    grays.append(gray)
                    taken.append(prepared)
            if taken:
                vectors.append(encoder.encode(np.stack(taken)))
    return Fingerprints(
        _frame(rows, ["n_bytes", "width_px", "height_px", "file_hash", "pixel_hash"]),
        perceptual.perceptual_hashes(_stack(grays, perceptual.GRAY_SIDE)),
        _stack(squares, alignment.SIDE_PX),
        np.vstack([np.empty((0, encoder.dimension), np.float32), *vectors]),
        _frame(bad, ["path", "kind", "detail"]),
    )


def _read(source: Path | bytes, encoder: encoders.Encoder):
    """Return a file's row, squares and prepared picture; or what is wrong with it."""
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        rgb = decode.decode(content)
    except PictureError as error:
        return error
    except OSError as error:
        return PictureError(f"unreadable: {error.strerror or error}")
    height, width = rgb.shape[:2]
    row = (len(content), width, height, hashes.hash_bytes(content), pixel_hash(rgb))
    square, gray = alignment.thumbnails([rgb])[0], perceptual.gray_squares([rgb])[0]
    return row, square, gray, encoder.prepare(rgb)


def _name(source: Path | bytes) -> str:
    return "bytes in memory" if isinstance(source, bytes) else shown(source)


def _stack(squares: list[np.ndarray], side: int) -> np.ndarray:
    return np.array(squares, dtype=np.uint8).reshape(-1, side, side)


def _frame(rows: dict[int, tuple], columns: list[str]) -> pd.DataFrame:
    index = pd.Index(list(rows), dtype="int64", name="position")
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)
