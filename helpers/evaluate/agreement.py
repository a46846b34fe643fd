"""How far two readers of the same pictures agree, beyond chance."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals


class Agreement(NamedTuple):
    """What `agreement` returns; every share and kappa of the `n` that both rated."""

    matrix: pd.DataFrame
    n: int
    exact: float
    exact_interval: intervals.Interval
    within_one: float
    within_one_interval: intervals.Interval
    kappa: float
    kappa_interval: intervals.Interval
    weighted_kappa: float
    weighted_kappa_interval: intervals.Interval


def agreement(
    a: np.ndarray,
    b: np.ndarray,
    categories: list,
    rng: np.random.Generator,
    n_draws: int = 2000,
) -> Agreement:
    """Compare two ratings on an ordered scale.

    Parameters
    ----------
    a, b : array-like, shape (n,)
        The two ratings of each picture. Pairs with a missing value do not count.
    categories : list
        The scale, in order: skin types 1 to 6.
    rng : numpy.random.Generator
        For the bootstrap.
    n_draws : int, optional
        Bootstrap draws.

    Returns
    -------
    Agreement
        matrix: counts, `a` in rows and `b` in columns; n; exact and within_one: shares
        with Wilson intervals; kappa: Cohen's [1]_, and weighted_kappa: with squared
        distances on the scale as weights [2]_, both with 95 % bootstrap intervals. A
        kappa is NaN where chance alone would agree always, or `n` is 0.

    Raises
    ------
    ParameterError
        If the lengths differ or a value is not on the scale.

    Notes
    -----
    Drawing pairs with replacement is drawing the matrix from a multinomial law: the
    bootstrap costs the same for a hundred pictures and for a million.

    References
    ----------
    .. [1] Cohen (1960). A coefficient of agreement for nominal scales. Educational and
       Psychological Measurement 20(1), 37-46.
    .. [2] Cohen (1968). Weighted kappa. Psychological Bulletin 70(4), 213-220.
    """
    matrix = _matrix(a, b, categories)
    n, size = int(matrix.sum()), len(categories)
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    n_exact, n_close = (
        int(matrix[distance == 0].sum()),
        int(matrix[distance <= 1].sum()),
    )
    plain, squared = (distance > 0).astype(float), (distance**2).astype(float)
    draws = matrix[None]
    if n:
        chances = matrix.ravel() / n
        draws = rng.multinomial(n, chances, n_draws).reshape(-1, size, size)
    spread = [
        intervals.percentile_interval(kappas(draws, cost)) for cost in (plain, squared)
    ]
    return Agreement(
        matrix=pd.DataFrame(matrix, index=categories, columns=categories),
        n=n,
        exact=n_exact / n if n else float("nan"),
        exact_interval=intervals.wilson(n_exact, n),
        within_one=n_close / n if n else float("nan"),
        within_one_interval=intervals.wilson(n_close, n),
        kappa=float(kappas(matrix[None], plain)[0]),
        kappa_interval=spread[0],
        weighted_kappa=float(kappas(matrix[None], squared)[0]),
        weighted_kappa_interval=spread[1],
    )


def kappas(matrices: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return the (weighted) kappa of many agreement matrices.

    Parameters
    ----------
    matrices : ndarray of int, shape (n_matrices, k, k)
        Counts.
    cost : ndarray of float, shape (k, k)
        What each disagreement weighs; 0 on the diagonal.

    Returns
    -------
    ndarray of float64, shape (n_matrices,)
        1 less observed over expected cost; NaN where chance expects none.
    """
    counts = matrices.astype(np.float64)
    observed = np.einsum("nij,ij->n", counts, cost)
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    total = rows.sum(axis=1)
    expected = np.einsum("ni,ij,nj->n", rows, cost, columns)
    expected /= np.where(total == 0, 1, total)
    no_chance = expected == 0
    ratio = observed / np.where(no_chance, 1, expected)
    return np.where(no_chance, np.nan, 1 - ratio)


def _matrix(a, b, categories: list) -> np.ndarray:
    a, b = pd.Series(a).reset_index(drop=True), pd.Series(b).reset_index(drop=True)
    if len(a) != len(b):
        raise ParameterError(f"{len(a)} ratings cannot be compared with {len(b)}")
    both = a.notna() & b.notna()
    scale = pd.Index(categories)
    places = [scale.get_indexer(side[both]) for side in (a, b)]
    off = np.flatnonzero((places[0] < 0) | (places[1] < 0))
    if len(off):
        raise ParameterError(
            f"{len(off)} pairs hold a value that is not on the scale {categories}",
            where=f"rows {both.index[both][off][:10].tolist()}",
            way_out="set unknown ratings to missing (NA); correct the others",
        )
    flat = places[0] * len(categories) + places[1]
    counts = np.bincount(flat, minlength=len(categories) ** 2)
    return counts.reshape(len(categories), -1)
