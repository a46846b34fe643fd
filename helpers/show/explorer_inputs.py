"""From files and vectors to the cluster browser: thumbnails, neighbours, a limit."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.features import manifold
from helpers.images import batches
from helpers.show import explorer

N_NEIGHBOURS = 12
FEW = 2000
SHARP_PX, SMALL_PX = 96, 56
"""Sides of a thumbnail up to `FEW` pictures and beyond: pages have to open quickly."""


def browse(
    page: Path,
    table: pd.DataFrame,
    maps: Mapping[str, np.ndarray],
    paths: Sequence[Path],
    X: np.ndarray,
    rng: np.random.Generator,
    title: str,
    credit: str,
) -> Path:
    """Write the cluster browser of some pictures; of too many, a random part.

    Parameters
    ----------
    page : Path
        The HTML file.
    table : DataFrame
        As `explorer.write_explorer` wants it, a row for each picture.
    maps : mapping of str to ndarray of float, shape (n, 2)
        Name -> places.
    paths : sequence of Path
        Their files, which can be decoded.
    X : ndarray of float, shape (n, n_features)
        Their vectors: neighbours are the nearest by cosine among those shown.
    rng : numpy.random.Generator
        Draws the part that is shown where there are more than
        `explorer.MAX_PICTURES`.
    title, credit : str
        What the page shows, and the licence of the pictures.

    Returns
    -------
    Path
        `page`.

    Raises
    ------
    ParameterError
        If there are fewer than three pictures, or what is given does not fit.
    """
    shown = np.sort(rng.permutation(len(X))[: explorer.MAX_PICTURES])
    side_px = SHARP_PX if len(shown) <= FEW else SMALL_PX
    small = batches.decode_all([paths[row] for row in shown], side_px, "crop").pictures
    k = min(N_NEIGHBOURS + 1, len(shown) - 1)
    near = manifold.neighbour_graph(X[shown], k, metric="cosine")
    return explorer.write_explorer(
        page,
        table.iloc[shown],
        {name: points[shown] for name, points in maps.items()},
        small,
        near.indices[:, 1:],
        title,
        credit,
        similarities=1 - near.distances[:, 1:],
    )
