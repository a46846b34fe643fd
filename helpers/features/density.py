"""Clusters as dense regions: DBSCAN, HDBSCAN and OPTICS, with noise apart."""

from typing import NamedTuple

import numpy as np
from sklearn import cluster

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_scores import distance_rows
from helpers.features.cluster_rows import (
    at_most,
    number_by_size,
    points_to_cluster,
)


class KDistances(NamedTuple):
    """What `k_distances` returns."""

    sorted: np.ndarray
    eps: float


class Optics(NamedTuple):
    """What `optics` returns: the plot is ``reachability[ordering]``."""

    labels: np.ndarray
    ordering: np.ndarray
    reachability: np.ndarray
    core_distances: np.ndarray
    predecessor: np.ndarray


def k_distances(X: np.ndarray, k: int) -> KDistances:
    """Return each row's distance to its k-th neighbour, and the knee of the curve.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows.
    k : int
        Which neighbour, from 1; the row itself does not count. DBSCAN's
        ``min_samples`` does count it: ``k = min_samples - 1`` is its curve [1]_.

    Returns
    -------
    KDistances
        sorted: float64 (n,), ascending; eps: the distance at the knee, where the curve
        lies farthest below the chord from its first to its last point; 0 where most
        rows are copies of others.

    Raises
    ------
    ParameterError
        If there are fewer than two rows, `k` is below 1, or `X` holds NaN.

    Warns
    -----
    UserWarning
        If `k` is reduced, because there are not so many other rows.

    References
    ----------
    .. [1] Ester et al. (1996). A density-based algorithm for discovering clusters in
       large spatial databases with noise. KDD, section 4.2.
    """
    points = points_to_cluster(X)
    k = at_most(k, len(points) - 1, "k", lowest=1)
    away = np.empty(len(points))
    for start, block in distance_rows(points):
        block.partition(k, axis=1)  # place 0 is the row itself
        away[start : start + len(block)] = block[:, k]
    away.sort()
    chord = np.linspace(away[0], away[-1], len(away))
    return KDistances(away, float(away[np.argmax(chord - away)]))


def dbscan(X: np.ndarray, eps: float, min_samples: int) -> np.ndarray:
    """Cluster rows that have enough neighbours within a radius (scikit-learn).

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows.
    eps : float
        Radius, in the units of `X`; see `k_distances`.
    min_samples : int
        Rows within the radius, itself included, that make a core point; from 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        Clusters by size, largest first; -1 is noise.

    Raises
    ------
    ParameterError
        If a parameter is out of range or `X` holds NaN.
    """
    points = points_to_cluster(X)
    if not eps > 0:
        raise ParameterError(
            f"eps={eps} is no radius",
            where="eps",
            way_out="give a distance above 0; where most rows are copies of others the "
            "knee of k_distances is 0, and the radius must be chosen",
        )
    min_samples = at_most(min_samples, len(points), "min_samples", lowest=1)
    found = cluster.DBSCAN(eps=eps, min_samples=min_samples).fit_predict(points)
    return number_by_size(found)


def hdbscan(X: np.ndarray, min_cluster_size: int, min_samples: int) -> np.ndarray:
    """Cluster rows at whatever density keeps a cluster together longest [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows.
    min_cluster_size : int
        Smaller groups are noise; from 2.
    min_samples : int
        Neighbours, itself included, that measure the density; from 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        Clusters by size, largest first; -1 is noise. scikit-learn's, by its brute
        search: in more than a few dimensions at least twice as fast as the trees it
        would take, for n^2 distances and a copy in memory (3.7 GB for 15,000 rows).

    Raises
    ------
    ParameterError
        If a parameter is out of range or `X` holds NaN.

    References
    ----------
    .. [1] Campello, Moulavi & Sander (2013). Density-based clustering based on
       hierarchical density estimates. PAKDD, 160-172.
    """
    points = points_to_cluster(X)
    size = at_most(min_cluster_size, len(points), "min_cluster_size", lowest=2)
    min_samples = at_most(min_samples, len(points), "min_samples", lowest=1)
    found = cluster.HDBSCAN(
        min_cluster_size=size, min_samples=min_samples, algorithm="brute", copy=True
    ).fit_predict(points)
    return number_by_size(found)


def optics(X: np.ndarray, min_samples: int) -> Optics:
    """Order rows by density and cut the order at its steep slopes [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows. All n^2 distances are held: 0.9 GB for 15,000 rows.
    min_samples : int
        Rows within the core distance, itself included, and the smallest cluster; from
        2.

    Returns
    -------
    Optics
        labels: int64 (n,), clusters by size, -1 is noise; ordering: int64 (n,), rows in
        the order they were reached; reachability, core_distances: float64 (n,), by row
        (infinite for the first row reached); predecessor: int64 (n,), -1 for none.

    Raises
    ------
    ParameterError
        If a parameter is out of range or `X` holds NaN.

    Warns
    -----
    UserWarning
        If `min_samples` is reduced, because there are not so many rows.

    Notes
    -----
    The method of ``sklearn.cluster.OPTICS`` with its defaults (an unlimited radius),
    which measures distances again at every step. Here one matrix product measures
    them all before the first, and they are kept in float32. Where rows tie, the lower
    number goes first; scikit-learn measures the same distance in two ways, and its
    last digits settle ties. Orders differ in such places, labels hardly ever.

    References
    ----------
    .. [1] Ankerst et al. (1999). OPTICS: ordering points to identify the clustering
       structure. SIGMOD, 49-60.
    """
    points = points_to_cluster(X)
    min_samples = at_most(min_samples, len(points), "min_samples", lowest=2)
    distances = np.empty((len(points), len(points)), dtype=np.float32)
    core_distances = np.empty(len(points), dtype=np.float32)
    for start, block in distance_rows(points):
        distances[start : start + len(block)] = block
        block.partition(min_samples - 1, axis=1)
        core_distances[start : start + len(block)] = block[:, min_samples - 1]
    ordering, reachability, predecessor = _reach(distances, core_distances)
    labels, _ = cluster.cluster_optics_xi(
        reachability=reachability,
        predecessor=predecessor,
        ordering=ordering,
        min_samples=min_samples,
        xi=0.05,  # its default
    )
    labels = number_by_size(labels)
    core_distances = core_distances.astype(np.float64)
    return Optics(labels, ordering, reachability, core_distances, predecessor)


def _reach(distances: np.ndarray, core_distances: np.ndarray):
    """Visit the nearest row not yet visited, until none is left; ties by row number."""
    n = len(distances)
    ordering = np.empty(n, dtype=np.int64)
    reachability, predecessor = np.full(n, np.inf), np.full(n, -1)
    waiting = np.full(n, np.inf, np.float32)  # -inf once visited
    point = 0
    for step in range(n):
        ordering[step] = point
        waiting[point] = -np.inf  # nothing is nearer: it keeps what it has
        reached = np.maximum(distances[point], core_distances[point])
        nearer = np.flatnonzero(reached < waiting)
        waiting[nearer] = reachability[nearer] = reached[nearer]
        predecessor[nearer] = point
        point = int(np.argmin(np.where(waiting == -np.inf, np.inf, waiting)))
    return ordering, reachability, predecessor
