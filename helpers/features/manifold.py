"""UMAP at several sizes from one exact neighbour graph."""

import functools
import os
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from helpers.base.errors import ParameterError
from helpers.base.seeds import generator_for
from helpers.features import manifold_start
from helpers.features.vectors import all_equal, check_enough_rows, checked_rows

METRICS = ("euclidean", "cosine")


class Graph(NamedTuple):
    """The nearest neighbours of each row, itself first, as umap-learn wants them."""

    indices: np.ndarray
    """int64 (n, k): row numbers, the nearest first; column 0 is the row itself."""
    distances: np.ndarray
    """float32 (n, k): ascending; column 0 is 0."""


def neighbour_graph(X: np.ndarray, n_neighbours: int, metric="euclidean") -> Graph:
    """Find the nearest neighbours of every row, exactly.

    Every distance is computed, in blocks (scikit-learn, brute force).

    Parameters
    ----------
    X : array-like of float, shape (n, n_features)
        One vector per picture.
    n_neighbours : int
        Neighbours of a row, the row itself among them, as UMAP counts: at least 2.
    metric : str, optional
        ``"euclidean"`` or ``"cosine"`` (1 - cosine; a zero vector is 1 from all).

    Returns
    -------
    Graph
        With k = `n_neighbours`, or n - 1 where that is less.

    Raises
    ------
    ParameterError
        If `X` holds NaN or infinity (the rows are named) or fewer than 3 rows, or the
        metric or `n_neighbours` does not fit.

    Warns
    -----
    UserWarning
        If `n_neighbours` is reduced, rows are zero (cosine), or all rows are equal.
    """
    from sklearn import config_context
    from sklearn.neighbors import NearestNeighbors

    X = checked_rows(X)
    if metric not in METRICS:
        raise ParameterError(
            f"unknown metric {metric!r}",
            where="metric",
            way_out=f"give one of {METRICS}",
        )
    k = _fitting(n_neighbours, len(X))
    all_equal(X)
    if metric == "cosine" and len(zero := np.flatnonzero(~X.any(axis=1))):
        warnings.warn(
            f"{len(zero)} vectors are zero and have no direction: "
            f"rows {zero[:10].tolist()} are at distance 1 from all",
            stacklevel=2,
        )
    search = NearestNeighbors(n_neighbors=k - 1, algorithm="brute", metric=metric)
    with config_context(working_memory=64):  # MB per block of cosines
        # Without an argument: neighbours of the fitted rows, each without itself, also
        # where it has copies.
        distances, indices = search.fit(X).kneighbors()
    rows = np.arange(len(X), dtype=np.int64)[:, None]
    distances = np.maximum(np.pad(distances, ((0, 0), (1, 0))), 0)
    return Graph(np.hstack([rows, indices]), distances.astype(np.float32))


def umap_maps(
    X: np.ndarray, dimensions: Sequence[int], graph: Graph, seed: int
) -> dict[int, np.ndarray]:
    """Compute UMAP embeddings of several sizes that share one neighbour graph.

    The method [McInnes, Healy, Melville 2018, arXiv:1802.03426] is umap-learn's with
    its defaults (500 epochs up to 10,000 rows, 200 beyond; spectral start; 5 negative
    samples) and ``precomputed_knn``. Computed once instead of once per size: the graph,
    its fuzzy set, and the eigenvectors of its Laplacian, of which the first d start the
    map of d dimensions. The fits run in threads, one each.

    Parameters
    ----------
    X : array-like of float, shape (n, n_features)
        The vectors `graph` was made from; 5 at least. Read only where the graph is in
        several pieces, to place these.
    dimensions : sequence of int
        Sizes of the embeddings, each at least 1; at most n - 2, and reduced to that
        with a warning.
    graph : Graph
        From `neighbour_graph`, with as many neighbours as UMAP is to use.
    seed : int
        Same seed, same maps.

    Returns
    -------
    dict of int to ndarray of float32, shape (n, d)
        By size as asked, in that order.

    Raises
    ------
    ParameterError
        If there are fewer than 5 rows, `graph` belongs to other vectors, a size is
        below 1, or `X` holds NaN or infinity.

    Warns
    -----
    UserWarning
        If a size is reduced, or the spectral start is not found.
    """
    X = checked_rows(X)
    check_enough_rows(len(X))
    _check_maps(X, dimensions, graph)
    most = len(X) - 2
    if large := [str(asked) for asked in dimensions if asked > most]:
        warnings.warn(
            f"{', '.join(large)} dimensions asked, {len(X)} pictures allow {most}: "
            "reduced",
            stacklevel=2,
        )
    sizes = {asked: min(asked, most) for asked in dimensions}
    if not sizes:
        return {}
    n_epochs = 500 if len(X) <= 10_000 else 200
    library = _library()
    edges = manifold_start.strong_edges(_fuzzy_set(graph), n_epochs)
    # The largest first: it takes longest, and nothing should wait for it at the end.
    order = sorted(set(sizes.values()), reverse=True)
    start = manifold_start.starts(X, edges, order, seed, library.component_layout)
    a, b = library.find_ab_params(1.0, 0.1)  # its spread and min_dist
    period = edges.data.max() / edges.data.astype(np.float64)

    def fit(size: int) -> np.ndarray:
        """Return the map of one size."""
        rng = generator_for(seed, "umap", size)
        Z = manifold_start.spread_out(start[size], rng)
        state = np.uint64(rng.integers(1, 2**63))
        library.descend(Z, edges.row, edges.col, period, n_epochs, a, b, state)
        return Z

    with ThreadPoolExecutor(min(len(order), os.cpu_count() or 1)) as pool:
        maps = dict(zip(order, pool.map(fit, order), strict=True))
    return {asked: maps[size] for asked, size in sizes.items()}


def _fitting(n_neighbours: int, n: int) -> int:
    """Return the number of neighbours that n rows allow, or refuse."""
    if n_neighbours < 2 or n < 3:
        raise ParameterError(
            f"{n_neighbours} neighbours (a row itself counts) of {n} rows are no graph",
            where="n_neighbours",
            way_out="give at least 2, of at least 3 rows; 15 are usual",
        )
    if n_neighbours >= n:
        warnings.warn(
            f"{n_neighbours} neighbours asked of {n} pictures: reduced to {n - 1}",
            stacklevel=3,
        )
    return min(n_neighbours, n - 1)


def _check_maps(X, dimensions, graph: Graph) -> None:
    """Refuse what no map can be made of."""
    if len(graph.indices) != len(X):
        raise ParameterError(
            f"the graph has {len(graph.indices)} rows, X has {len(X)}",
            where="graph",
            way_out="make the graph from these vectors",
        )
    if min(dimensions, default=1) < 1:
        raise ParameterError(
            f"no maps of {[*dimensions]} dimensions",
            where="dimensions",
            way_out="give sizes from 1; 2 can be looked at",
        )


@functools.cache
def _library() -> SimpleNamespace:
    """Import umap-learn, and compile the pieces used here so that disk keeps them.

    umap-learn compiles its fuzzy set for parallel use in every process anew (5 s); the
    same source compiled serially is cached on disk and as fast at these sizes. Its
    import would bring TensorFlow (10 s), which nothing used here needs.
    """
    absent = sys.modules.setdefault("tensorflow", None) is None
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Tensorflow not", ImportWarning)
            warnings.filterwarnings("ignore", "IProgress not found")  # tqdm.auto's
            import numba
            from umap import spectral, umap_
    finally:
        if absent:
            del sys.modules["tensorflow"]
    from helpers.features import manifold_layout

    pieces = umap_.smooth_knn_dist, umap_.compute_membership_strengths
    bandwidths, strengths = (
        numba.njit(piece.py_func, locals=piece.locals, cache=True) for piece in pieces
    )
    return SimpleNamespace(
        bandwidths=bandwidths,
        strengths=strengths,
        find_ab_params=umap_.find_ab_params,
        component_layout=spectral.component_layout,
        descend=manifold_layout.descend,
    )


def _fuzzy_set(graph: Graph):
    """Return UMAP's fuzzy graph: the union of all rows' memberships, sparse (n, n)."""
    from scipy.sparse import coo_array

    n, k = graph.indices.shape
    library = _library()
    distances = np.ascontiguousarray(graph.distances, dtype=np.float32)
    indices = np.ascontiguousarray(graph.indices, dtype=np.int64)
    sigma, rho = library.bandwidths(distances, float(k), 64, 1.0, 1.0)
    row, column, strength, _ = library.strengths(
        indices, distances, sigma, rho, False, False
    )
    one_way = coo_array((strength, (row, column)), shape=(n, n)).tocsr()
    return one_way + one_way.T - one_way.multiply(one_way.T)
