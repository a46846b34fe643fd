"""The vectors of one notebook for the next: an array, and whose vectors they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.base.errors import ArtefactDamagedError
from helpers.features import encoders
from helpers.storage import arrays, hashes

FOLDER = "arrays"


def name_of(encoder: str) -> str:
    """Return where the vectors of an encoder lie below a notebook's folder.

    Parameters
    ----------
    encoder : str
        As `encoders.get_encoder` reads it.

    Returns
    -------
    str
        With forward slashes.

    Examples
    --------
    >>> name_of("colour_texture")
    'arrays/colour_texture.npy'
    """
    return f"{FOLDER}/{encoders.slug(encoder)}.npy"


def save_vectors(
    folder: Path,
    encoder: str,
    X: np.ndarray,
    table: pd.DataFrame,
    facts: Mapping[str, Any],
) -> Path:
    """Save vectors together with what they are the vectors of.

    Parameters
    ----------
    folder : Path
        A notebook's folder.
    encoder : str
        As `encoders.get_encoder` reads it.
    X : ndarray of float32, shape (n, dimension)
        One row per picture.
    table : DataFrame
        Its rows; ``sha256`` is the content of each picture.
    facts : mapping
        What else decides a vector: `Encoder.facts`.

    Returns
    -------
    Path
        The ``.npy`` file.
    """
    own = {"pictures": _identity(table), "encoder": encoder, "facts": dict(facts)}
    return arrays.save_array(folder / name_of(encoder), np.asarray(X), **own)


def load_vectors(path: Path, encoder: str, table: pd.DataFrame) -> np.ndarray:
    """Load vectors that `save_vectors` saved for the very pictures of a table.

    Parameters
    ----------
    path : Path
        The ``.npy`` file.
    encoder : str
        The one wanted.
    table : DataFrame
        The pictures, in order, with ``sha256``.

    Returns
    -------
    ndarray of float32, shape (len(table), dimension)

    Raises
    ------
    ArtefactMissingError
        If there is no such file.
    ArtefactDamagedError
        If it is damaged, of another encoder, or of other pictures; or holds NaN or
        infinity.
    """
    X = arrays.load_array(path, pictures=_identity(table), encoder=encoder)
    if not np.isfinite(X).all():
        bad = np.flatnonzero(~np.isfinite(X).all(axis=1))
        raise ArtefactDamagedError(
            f"{len(bad)} vectors hold NaN or infinity, rows {bad[:10].tolist()}",
            where=path.name,
            way_out="run the notebook that writes it again",
        )
    return X


def _identity(table: pd.DataFrame) -> str:
    return hashes.hash_json(table["sha256"].tolist())
