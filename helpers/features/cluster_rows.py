"""What every clustering begins and ends with: sound rows, and numbers by size."""

import warnings

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_scores import NOISE, centred_points


def points_to_cluster(X: np.ndarray) -> np.ndarray:
    """Return checked rows around their mean; say where there is nothing to find.

    Parameters
    ----------
    X
        As for `cluster_scores.centred_points`, which makes the copy.

    Returns
    -------
    ndarray of float64, shape (n, n_features)
        Its mean is 0.

    Raises
    ------
    ParameterError
        If there are fewer than two rows, or `X` holds NaN or infinity.

    Warns
    -----
    UserWarning
        If all rows are equal.
    """
    points = centred_points(X)
    if len(points) < 2:
        raise ParameterError(
            f"{len(points)} rows cannot be clustered", "X", "give two rows or more"
        )
    if not np.ptp(np.asarray(X), axis=0).any():
        warnings.warn(
            f"all {len(points)} rows are equal: no clustering can tell them apart",
            stacklevel=3,
        )
    return points


def number_by_size(labels: np.ndarray) -> np.ndarray:
    """Return cluster numbers 0, 1, ... by size, the largest first; -1 stays noise.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Any numbers; of equal sizes the lower one comes first.

    Returns
    -------
    ndarray of int64, shape (n,)
        The same clusters.

    Examples
    --------
    >>> number_by_size(np.array([4, -1, 7, 7])).tolist()
    [1, -1, 0, 0]
    """
    labels = np.asarray(labels)
    numbered = np.full(len(labels), NOISE, dtype=np.int64)
    kept = labels != NOISE
    _, codes, sizes = np.unique(labels[kept], return_inverse=True, return_counts=True)
    numbered[kept] = np.argsort(np.argsort(-sizes, kind="stable"))[codes]
    return numbered


def at_most(value: int, most: int, name: str, lowest: int = 1) -> int:
    """Return a count that the rows can fill, with a warning where it is reduced.

    Parameters
    ----------
    value : int
        What was asked for.
    most : int
        What there is.
    name : str
        Of the parameter, for messages.
    lowest : int, optional
        The smallest that makes sense.

    Returns
    -------
    int
        `value`, or `most` if that is less.

    Raises
    ------
    ParameterError
        If `value` is below `lowest`.

    Warns
    -----
    UserWarning
        If `value` is above `most`.
    """
    if value < lowest:
        raise ParameterError(
            f"{name}={value} is too small", where=name, way_out=f"give {lowest} or more"
        )
    if value > most:
        said = f"{name}={value} is reduced to {most}, all there is"
        warnings.warn(said, stacklevel=3)
    return int(min(value, most))
