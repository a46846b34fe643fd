"""What can be said of a picture file in one reading: hash, size, brightness."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base import progress
from helpers.base.errors import PictureError
from helpers.images import decode, resize
from helpers.storage import hashes

INTENSITY_SIZE_PX = 224
"""Side of the square on which mean intensities are taken, as the projects did."""


def measure_pictures(
    paths: Sequence[Path], n_threads: int | None = None
) -> pd.DataFrame:
    """Read every file once and measure it; what cannot be is a row too.

    Parameters
    ----------
    paths : sequence of Path
        Picture files, told apart by their content and not by their names.
    n_threads : int, optional
        Threads that read and decode; by default the cores.

    Returns
    -------
    DataFrame
        One row per path, in order: n_bytes; sha256 of the bytes (0 and "" where the
        file cannot be read); width_px, height_px (missing where not decoded);
        mean_intensity in [0, 255], of the picture resized to `INTENSITY_SIZE_PX`
        squared; problem ("" or what is wrong).
    """
    with ThreadPoolExecutor(n_threads or os.cpu_count() or 1) as pool:
        rows = pool.map(_measure, paths)
        frame = pd.DataFrame(
            list(progress.track(rows, "measuring", len(paths))), columns=_COLUMNS
        )
    return frame.astype({"width_px": "Int64", "height_px": "Int64"})


_COLUMNS = (
    "n_bytes",
    "sha256",
    "width_px",
    "height_px",
    "mean_intensity",
    "problem",
)


def _measure(path: Path) -> tuple:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"unreadable: {error.strerror or error}"
        return 0, "", pd.NA, pd.NA, np.nan, problem
    digest = hashes.hash_bytes(content)
    try:
        rgb = decode.decode(content)
    except PictureError as error:
        return len(content), digest, pd.NA, pd.NA, np.nan, error.what
    small = resize.resize(rgb, INTENSITY_SIZE_PX, INTENSITY_SIZE_PX, fit="squash")
    height_px, width_px = rgb.shape[:2]
    return len(content), digest, width_px, height_px, float(small.mean()), ""
