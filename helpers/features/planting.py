"""Altered copies of real pictures, to measure a duplicate search where no truth is."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from helpers.base import seeds
from helpers.base.errors import PictureError
from helpers.data.sample.planting import alterations
from helpers.images import decode

QUALITY = 90
REENCODED_QUALITY = (30, 60)


class Planted(NamedTuple):
    """What `plant_copies` returns: row `k` of `table` tells of `files[k]`."""

    table: pd.DataFrame
    files: list[bytes]


def plant_copies(paths: Sequence[Path], n_copies: int, seed: int) -> Planted:
    """Make altered copies of some pictures, in memory.

    Parameters
    ----------
    paths : sequence of Path
        Picture files; nothing is written to them. Those that cannot be decoded are
        passed over.
    n_copies : int
        How many to make, of as many pictures; the alterations take turns (see
        `helpers.data.sample.planting.alterations`). No more than there are pictures.
    seed : int
        Decides which pictures, and how much each is altered.

    Returns
    -------
    Planted
        table: DataFrame with source (int64, position in `paths`) and alteration; files:
        JPEG files, which `fingerprints.fingerprints` takes as it takes paths.
    """
    order = seeds.generator_for(seed, "plant_copies").permutation(len(paths))
    rows, files = [], []
    for source in order:
        if len(files) >= n_copies:
            break
        try:
            rgb = decode.decode(paths[source])
        except PictureError:
            continue
        kind = alterations.ALTERATIONS[len(files) % len(alterations.ALTERATIONS)]
        rng = seeds.generator_for(seed, "plant_copies", int(source))
        nothing = np.zeros(rgb.shape[:2], dtype=bool)
        altered, _ = alterations.alter(rng, rgb, nothing, kind)
        again = kind == "reencoded"
        quality = int(rng.integers(*REENCODED_QUALITY)) if again else QUALITY
        files.append(_jpeg(altered, quality))
        rows.append((int(source), kind))
    return Planted(pd.DataFrame(rows, columns=["source", "alteration"]), files)


def _jpeg(rgb: np.ndarray, quality: int) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
