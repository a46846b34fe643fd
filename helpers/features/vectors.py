"""What vectors must be before anything is computed from them."""

import warnings

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.bad_rows import refuse_bad_rows

FEWEST_ROWS = 5
"""With fewer pictures a map says nothing, and UMAP has no room for 3 dimensions."""


def checked_rows(X: np.ndarray) -> np.ndarray:
    """Return the vectors as a float32 table, after a check.

    Parameters
    ----------
    X : array-like of numbers, shape (n, n_features)
        One vector per picture.

    Returns
    -------
    ndarray of float32, shape (n, n_features)
        `X` itself where it is float32 already.

    Raises
    ------
    ParameterError
        If `X` has another shape, or holds NaN or infinity (the rows are named).
    """
    X = np.asarray(X, dtype=np.float32)
    if X.ndim != 2 or 0 in X.shape:
        raise ParameterError(
            f"X must be (n, n_features) and not empty, is {X.shape}",
            where="X",
            way_out="give one row of numbers per picture",
        )
    refuse_bad_rows(np.isfinite(X).all(axis=1))
    return X


def all_equal(X: np.ndarray) -> bool:
    """Tell whether all rows are the same vector, and warn if they are.

    Parameters
    ----------
    X : ndarray, shape (n, n_features)
        At least one row.

    Returns
    -------
    bool
        True also for a single row, without a warning.

    Warns
    -----
    UserWarning
        If two or more rows are all equal.
    """
    equal = bool((X == X[0]).all())
    if equal and len(X) > 1:
        warnings.warn(
            f"all {len(X)} vectors are equal: there is nothing to tell these pictures "
            "apart by",
            stacklevel=3,
        )
    return equal


def check_enough_rows(n: int) -> None:
    """Refuse to draw a map of fewer than `FEWEST_ROWS` pictures.

    Parameters
    ----------
    n : int
        Number of pictures.

    Raises
    ------
    ParameterError
        If there are too few; it says how many are needed.
    """
    if n < FEWEST_ROWS:
        raise ParameterError(
            f"a map of {n} pictures says nothing: {FEWEST_ROWS} are needed",
            where="X",
            way_out="take more pictures",
        )
