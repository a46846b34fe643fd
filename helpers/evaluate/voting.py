"""Which neighbours may vote, what their votes amount to, and how far to trust it."""

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals


def codes(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn labels into numbers.

    Parameters
    ----------
    labels : array-like, shape (n,)
        Missing are NaN, None and "".

    Returns
    -------
    codes : ndarray of int64, shape (n,)
        Positions in `names`; -1 where missing.
    names : ndarray of object
        In order of appearance.
    """
    values = pd.Series(np.asarray(labels, dtype=object), dtype=object)
    numbers, names = pd.factorize(values.mask(values.eq("")))
    return numbers, np.asarray(names, dtype=object)


def families(groups: np.ndarray | None, n: int) -> np.ndarray:
    """Turn groups into numbers; a picture without one is a group of its own.

    Parameters
    ----------
    groups : array-like, shape (n,), or None
        Missing are NaN, None and "".
    n : int
        How many there must be.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    ParameterError
        If there are more or less than `n`.
    """
    if groups is None:
        return np.arange(n)
    numbers, names = codes(groups)
    if len(numbers) != n:
        raise ParameterError(
            f"{len(numbers)} groups of {n} pictures",
            where="groups",
            way_out="give one group per picture; None or '' where it has none",
        )
    lone = numbers < 0
    numbers[lone] = len(names) + np.arange(lone.sum())
    return numbers


def voters(
    neighbours: np.ndarray,
    numbers: np.ndarray,
    family: np.ndarray,
    k: int | None = None,
) -> np.ndarray:
    """Tell which neighbours vote: labelled, no relatives, and the first k of these.

    Parameters
    ----------
    neighbours : ndarray of int, shape (n, n_neighbours)
        Positions, the nearest first.
    numbers, family : ndarray of int, shape (n,)
        From `codes` and `families`.
    k : int, optional
        By default all.

    Returns
    -------
    ndarray of bool, shape (n, n_neighbours)

    Raises
    ------
    ParameterError
        If lengths differ, a neighbour is no position, or `k` is less than 1.
    """
    neighbours, n = np.asarray(neighbours), len(numbers)
    if neighbours.ndim != 2 or len(neighbours) != n:
        raise ParameterError(
            f"neighbours have the shape {neighbours.shape}, labels or groups are {n}",
            where="neighbours",
            way_out="give one row of neighbours for each picture",
        )
    outside = (neighbours < 0) | (neighbours >= n)
    if outside.any() or neighbours.dtype.kind not in "iu":
        raise ParameterError(
            f"{outside.sum()} neighbours ({neighbours.dtype}) are no positions in {n} "
            "pictures",
            where="neighbours",
            way_out="search them among the very pictures that are labelled",
        )
    if k is not None and k < 1:
        raise ParameterError(
            f"{k} neighbours cannot vote", where="k", way_out="give 1 or more"
        )
    allowed = (numbers[neighbours] >= 0) & (family[neighbours] != family[:, None])
    return allowed if k is None else allowed & (allowed.cumsum(axis=1) <= k)


def elect(theirs: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count votes; of labels with equal weight the nearest voter's wins.

    Parameters
    ----------
    theirs : ndarray of int, shape (n, k)
        The labels of the voters, the nearest voter first.
    weight : ndarray of float or bool, shape (n, k)
        Of each vote; 0 for who does not vote.

    Returns
    -------
    winner : ndarray of int, shape (n,)
        Of rows without any vote nothing can be said.
    support : ndarray of float64, shape (n, k)
        Weight of all voters that vote like this one; 0 for who does not vote.
    """
    support = np.zeros(weight.shape)
    for j in range(weight.shape[1]):
        support += np.where(theirs == theirs[:, [j]], weight[:, [j]], 0)
    support[weight == 0] = 0
    if not support.size:
        return np.empty(0, np.int64), support
    return theirs[np.arange(len(theirs)), support.argmax(axis=1)], support


def mean(values: np.ndarray) -> float:
    """Return the mean; NaN, without a warning, where there are no values.

    Parameters
    ----------
    values : ndarray, shape (n,)

    Returns
    -------
    float
    """
    return float(np.mean(values)) if len(values) else float("nan")


def interval(share: float, error: np.ndarray, family: np.ndarray) -> intervals.Interval:
    """Return the 95 % interval of a mean share over pictures that come in families.

    Parameters
    ----------
    share : float
        In [0, 1], or NaN where there are no pictures.
    error : ndarray of float, shape (n,)
        What each picture adds to the error of `share`, to first order: ``(value -
        share) / n`` for a plain mean.
    family : ndarray of int, shape (n,)
        Pictures of one family are no independent witnesses.

    Returns
    -------
    Interval
        From `wilson`, with the variance between families.
    """
    if not len(error):
        return intervals.wilson(0, 0)
    _, family = np.unique(family, return_inverse=True)
    sums = np.bincount(family, error)
    n = len(sums)
    variance = float((sums**2).sum() * n / (n - 1)) if n > 1 else 0.0
    return wilson(share, variance, n, len(error))


def wilson(share: float, variance: float, n_least: int, n: int) -> intervals.Interval:
    """Return Wilson's interval of a share whose variance is known.

    Parameters
    ----------
    share : float
        In [0, 1].
    variance : float
        Of the share; 0 where it cannot be told.
    n_least : int
        Sample size to assume then.
    n : int
        Sample size to assume at most.

    Returns
    -------
    Interval
        For the effective sample size ``share (1 - share) / variance`` [1]_; unlike
        ``p +- 1.96 s`` it lies in [0, 1] and is no point where the share is 0 or 1.

    References
    ----------
    .. [1] Franco, Little, Louis & Slud (2019). Comparative study of confidence
       intervals for proportions in complex sample surveys. J. Survey Statistics and
       Methodology 7(3), 334-364.
    """
    size = share * (1 - share) / variance if variance > 0 else n_least
    size = min(max(size, 1), n)
    return intervals.wilson(share * size, size)
