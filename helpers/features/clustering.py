"""Sweeps of k-means and of linkage trees; cluster numbers that mean size."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.cluster import hierarchy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from helpers.evaluate.cluster_scores import distance_rows
from helpers.features.cluster_rows import (
    at_most,
    number_by_size,
    points_to_cluster,
)

METRICS = ("euclidean", "manhattan", "cosine")
LINKAGES = ("complete", "average", "single")


class KMeansSweep(NamedTuple):
    """What `kmeans_sweep` returns; a row of labels and an inertia per k."""

    labels: np.ndarray
    inertias: np.ndarray


def ward_tree(X: np.ndarray) -> np.ndarray:
    """Merge the two clusters whose union spreads least, until one is left [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows. The distances and a copy need 1.8 GB for 15,000 rows.

    Returns
    -------
    ndarray of float64, shape (n - 1, 4)
        scipy's linkage matrix: two merged nodes, height, size.

    Raises
    ------
    ParameterError
        If there are fewer than two rows, or `X` holds NaN or infinity.

    References
    ----------
    .. [1] Ward (1963). Hierarchical grouping to optimize an objective function. JASA
       58(301), 236-244.
    """
    return hierarchy.linkage(_euclidean(points_to_cluster(X)), "ward")


def cut_tree_at(linkage: np.ndarray, ks: Sequence[int]) -> np.ndarray:
    """Undo the last merges of a tree, so that k clusters are left.

    Parameters
    ----------
    linkage : ndarray of float, shape (n - 1, 4)
        From `ward_tree`, or scipy.
    ks : sequence of int
        Numbers of clusters, each at least 2.

    Returns
    -------
    ndarray of int64, shape (len(ks), n)
        A labelling per `k`, clusters by size. The clusters are those of
        ``sklearn.cluster.AgglomerativeClustering``.

    Raises
    ------
    ParameterError
        If a `k` is below 2.

    Warns
    -----
    UserWarning
        If a `k` is reduced, because there are not so many rows.
    """
    n = len(linkage) + 1
    merged = linkage[:, :2].astype(np.int64)
    labels = []
    for k in ks:
        k = at_most(k, n, "k", lowest=2)
        children = merged[: n - k].ravel()
        parents = np.repeat(np.arange(n, 2 * n - k), 2)
        edges = (np.ones(len(children), np.int8), (children, parents))
        graph = coo_array(edges, shape=(2 * n - k, 2 * n - k))
        _, found = connected_components(graph, directed=False)
        labels.append(number_by_size(found[:n]))
    return np.array(labels)


def kmeans_sweep(X: np.ndarray, ks: Sequence[int], seed: int) -> KMeansSweep:
    """Run k-means for several numbers of clusters (scikit-learn, its defaults).

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows.
    ks : sequence of int
        Numbers of clusters, each at least 2.
    seed : int
        Of every run.

    Returns
    -------
    KMeansSweep
        labels: int64 (len(ks), n), clusters by size; inertias: float64 (len(ks),),
        sums of squared distances to the nearest centre.

    Raises
    ------
    ParameterError
        If a `k` is below 2, there are fewer than two rows, or `X` holds NaN.

    Warns
    -----
    UserWarning
        If a `k` is reduced, or fewer rows differ than clusters are asked for.
    """
    points_to_cluster(X)
    fitting = [at_most(k, len(X), "k", lowest=2) for k in ks]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one word for all, below
        runs = [KMeans(k, random_state=seed).fit(X) for k in fitting]
    labels = np.array([number_by_size(run.labels_) for run in runs])
    found = labels.max(axis=1) + 1
    if (found < fitting).any():
        warnings.warn(f"X has only {found.max()} different rows", stacklevel=2)
    return KMeansSweep(labels, np.array([run.inertia_ for run in runs]))


def linkage_grid(X: np.ndarray, k: int) -> dict[tuple[str, str], np.ndarray]:
    """Cut the trees of all linkages and metrics at the same number of clusters.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        At least two rows. The distances and a copy need 1.8 GB for 15,000 rows.
    k : int
        Number of clusters, at least 2.

    Returns
    -------
    dict of (linkage, metric) to ndarray of int64, shape (n,)
        ward with euclidean, then {complete, average, single} for each metric; clusters
        by size. `cluster_scores.score_labellings` takes it as it is.

    Raises
    ------
    ParameterError
        If `k` is below 2, there are fewer than two rows, or `X` holds NaN.
    """
    points = points_to_cluster(X)
    found = {}
    for metric in METRICS:
        if metric == "euclidean":
            distances, linkages = _euclidean(points), ("ward", *LINKAGES)
        else:
            distances, linkages = _other_distances(X, metric), LINKAGES
        for linkage in linkages:
            tree = hierarchy.linkage(distances, linkage)
            found[linkage, metric] = cut_tree_at(tree, [k])[0]
        del distances  # before the next metric's: 0.9 GB for 15,000 rows
    return found


def _euclidean(points: np.ndarray) -> np.ndarray:
    """Return the distances above the diagonal, row by row, as scipy wants them."""
    n = len(points)
    distances = np.empty(n * (n - 1) // 2)
    end = 0
    for _, block in distance_rows(points, upper=True):
        for row, away in enumerate(block):
            begin, end = end, end + block.shape[1] - row - 1
            distances[begin:end] = away[row + 1 :]
    return distances


def _other_distances(X: np.ndarray, metric: str) -> np.ndarray:
    """Return manhattan or cosine distances; a row of zeros has cosine 0 to all."""
    X = np.asarray(X, dtype=np.float64)
    if metric == "manhattan":
        return pdist(X, "cityblock")
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    zero = norms == 0
    if n_zero := int(zero.sum()):
        warnings.warn(f"{n_zero} rows are zero and have no direction", stacklevel=3)
    # A dimension of their own turns rows of zeros away from all others.
    unit = np.hstack([X / np.where(zero, 1, norms), zero])
    # Of unit vectors, 1 - cosine is half the squared distance.
    distances = _euclidean(unit)
    distances *= distances
    distances /= 2
    return distances
