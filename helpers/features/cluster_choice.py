"""How many clusters, how stable they are, and which pictures stand for them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_agreement import rand_index
from helpers.evaluate.cluster_scores import NOISE, centred_points

TOLERANCE = 0.02
"""Mean silhouettes nearer than this are alike: one standard error at some 200 rows."""
SHARE = 0.8
"""Of the rows, in each random subset: two subsets share most rows, and differ."""
STABLE = 0.9
"""What Tibshirani & Walther ask of their prediction strength (0.8 to 0.9)."""


class Stability(NamedTuple):
    """What `stability` returns, for each labelling: the mean, and all values."""

    mean: np.ndarray
    values: np.ndarray


class Suggestion(NamedTuple):
    """A number of clusters, and why."""

    n_clusters: int
    reason: str


def stability(
    X: np.ndarray,
    cluster: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    n_draws: int = 10,
    max_rows: int = 2500,
) -> Stability:
    """Cluster pairs of random subsets and see whether shared rows stay together [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        The rows.
    cluster : callable
        Takes some rows of `X`; returns their labels, (n_rows,), or those of m
        clusterings, (m, n_rows). Noise (-1) counts as a group.
    rng : numpy.random.Generator
        Draws the subsets.
    n_draws : int, optional
        Pairs of subsets.
    max_rows : int, optional
        Of more rows so many are drawn, once for each pair: a sweep stays quick.

    Returns
    -------
    Stability
        values: float64 (n_draws, m), the adjusted Rand index of the rows that both
        subsets hold; mean: float64 (m,).
        Stable clusters are not yet true ones [2]_; those that change with the draw
        are none.

    Raises
    ------
    ParameterError
        If there are fewer than four rows: two subsets might share a single one.

    References
    ----------
    .. [1] Ben-Hur, Elisseeff & Guyon (2002). A stability based method for discovering
       structure in clustered data. Pacific Symposium on Biocomputing, 6-17.
    .. [2] von Luxburg (2010). Clustering stability: an overview. Foundations and Trends
       in Machine Learning 2(3), 235-274.
    """
    n = min(len(X), max_rows)
    size = round(SHARE * n)
    if 2 * size - n < 2:
        raise ParameterError(
            f"two random parts of {n} rows share too few to be compared",
            where="X",
            way_out="give four rows or more",
        )
    values = []
    for _ in range(n_draws):
        pool = rng.choice(len(X), n, replace=False)
        subsets = [np.sort(rng.choice(pool, size, replace=False)) for _ in range(2)]
        sides = [np.atleast_2d(cluster(X[rows])) for rows in subsets]
        _, *shared = np.intersect1d(*subsets, assume_unique=True, return_indices=True)
        sides = [side[:, rows] for side, rows in zip(sides, shared, strict=True)]
        values.append([rand_index(a, b) for a, b in zip(*sides, strict=True)])
    values = np.array(values)
    return Stability(values.mean(axis=0), values)


def suggest_n_clusters(scores: pd.DataFrame, stability: np.ndarray) -> Suggestion:
    """Suggest a number of clusters from a sweep, without a truth.

    Of the clusterings whose silhouette is as good as the best (within 0.02), those
    that hold under resampling (0.9 or more) are kept, and the finest of them is taken:
    a split in two is nearly always stable and says least [1]_. Where none holds, the
    most stable is taken, and the reason says that the groups are not clear.

    Parameters
    ----------
    scores : DataFrame
        A row per clustering, from `cluster_scores.score_labellings`: n_clusters and
        silhouette are read.
    stability : array-like, shape (len(scores),)
        Mean agreement under resampling, from `stability`.

    Returns
    -------
    Suggestion
        n_clusters, and the reason in words with its numbers.

    Raises
    ------
    ParameterError
        If no row has a silhouette, or the lengths differ.

    References
    ----------
    .. [1] Tibshirani & Walther (2005). Cluster validation by prediction strength. J.
       Computational and Graphical Statistics 14(3), 511-528: the largest number of
       clusters whose strength is above 0.8 to 0.9.
    """
    table = scores[["n_clusters", "silhouette"]].copy()
    if len(stability) != len(table):
        raise ParameterError(
            f"{len(stability)} stabilities for {len(table)} clusterings",
            where="stability",
            way_out="give one for each row of the scores",
        )
    table["stability"] = np.asarray(stability)
    table = table.dropna()
    if table.empty:
        raise ParameterError(
            "no clustering has a silhouette", "scores", "try more numbers of clusters"
        )
    best = table["silhouette"].max()
    alike = table[table["silhouette"] >= best - TOLERANCE].sort_values("n_clusters")
    ks = ", ".join(str(k) for k in alike["n_clusters"])
    reason = f"silhouette within {TOLERANCE} of the best ({best:.3f}) for k = {ks}"
    stable = alike[alike["stability"] >= STABLE]
    if stable.empty:
        chosen = alike.loc[alike["stability"].idxmax()]
        why = (
            f"none is stable, so the groups are not clear; k = {chosen.iloc[0]:.0f} is"
        )
        why += f" the most stable of them ({chosen['stability']:.2f} < {STABLE})"
    else:
        chosen = stable.iloc[-1]
        why = f"k = {chosen.iloc[0]:.0f} is the finest of them that holds under"
        why += f" resampling (agreement {chosen['stability']:.2f} >= {STABLE})"
    return Suggestion(int(chosen["n_clusters"]), f"{reason}; {why}")


def representatives(X: np.ndarray, labels: np.ndarray, n: int) -> dict[int, np.ndarray]:
    """Choose rows that show each cluster from its centre to its edge.

    The nearest to the centre alone would flatter the cluster: the rows are spread
    evenly over the order of distances.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, n_features)
        The space that was clustered.
    labels : ndarray of int, shape (n_rows,)
        A cluster per row; -1 is noise, and shown last under its own number.
    n : int
        Rows for each cluster; all of a smaller one.

    Returns
    -------
    dict of int to ndarray of int64
        Row numbers, the nearest to the mean first; clusters in order.

    Raises
    ------
    ParameterError
        If `n` is below 1, the lengths differ, or `X` holds NaN.
    """
    points, labels = centred_points(X), np.asarray(labels)
    if n < 1 or labels.shape != (len(points),):
        raise ParameterError(
            f"{n} rows of {len(points)} with {labels.shape} labels cannot be chosen",
            where="labels, n",
            way_out="give one label per row, and 1 or more for n",
        )
    chosen = {}
    for number in sorted(set(labels.tolist()), key=lambda one: (one == NOISE, one)):
        rows = np.flatnonzero(labels == number)
        away = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1)
        ranks = np.linspace(0, len(rows) - 1, min(n, len(rows))).round().astype(int)
        chosen[number] = rows[np.argsort(away, kind="stable")[ranks]]
    return chosen
