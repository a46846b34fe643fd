"""Where the points of a UMAP embedding start: a spectral layout of its graph."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from helpers.base.seeds import generator_for

_DENSE_ROWS = 1500


def strong_edges(fuzzy, n_epochs: int):
    """Drop edges so weak that the descent would use them less than once.

    Parameters
    ----------
    fuzzy : sparse array of float, shape (n, n)
        Strengths of the edges, in [0, 1].
    n_epochs : int
        Number of epochs of the descent; the strongest edge is used in each.

    Returns
    -------
    sparse array in COO form, shape (n, n)
        Each edge in both directions.
    """
    edges = fuzzy.tocoo()
    edges.data[edges.data < edges.data.max() / n_epochs] = 0
    edges.eliminate_zeros()
    return edges


def starts(
    X: np.ndarray, edges, sizes: Sequence[int], seed: int, place: Callable
) -> dict[int, np.ndarray]:
    """Return where the points of an embedding start, for several sizes.

    The first d eigenvectors of the graph's Laplacian for a size of d. A graph in
    several pieces has one set for each, laid out about the places of the pieces, as in
    umap-learn's ``multi_component_layout``.

    Parameters
    ----------
    X : ndarray of float32, shape (n, n_features)
        The vectors.
    edges : sparse array, shape (n, n)
        The graph.
    sizes : sequence of int
        Sizes, at most n - 2.
    seed : int
        For what has no eigenvectors: pieces that are too small, and graphs whose
        eigenvectors the solver does not find.
    place : callable
        umap-learn's ``component_layout``: where many pieces go in few dimensions.

    Returns
    -------
    dict of int to ndarray of float, shape (n, d)
        By size.

    Warns
    -----
    UserWarning
        If the solver fails; the map then starts at random, as umap-learn's does.
    """
    n_pieces, piece = connected_components(edges)
    rng = generator_for(seed, "umap", "start")
    if n_pieces == 1:
        basis = _eigenvectors(edges, max(sizes), rng)
        return {size: basis[:, :size] for size in sizes}
    pieces = [np.flatnonzero(piece == label) for label in range(n_pieces)]
    edges = edges.tocsr()
    bases = [
        # A piece of fewer points than twice the size starts at random.
        _eigenvectors(edges[rows][:, rows], min(max(sizes), len(rows) // 2), rng)
        for rows in pieces
    ]
    found = {}
    for size in sizes:
        rng = generator_for(seed, "umap", "pieces", size)
        centres = _centres(X, piece, size, rng, place)
        found[size] = _about(centres, pieces, bases, rng)
    return found


def _centres(X, piece, size: int, rng: np.random.Generator, place: Callable):
    """Return a place for each piece: on the axes, or by a map of their means."""
    n_pieces = piece.max() + 1
    if n_pieces <= 2 * size:
        axes = np.eye((n_pieces + 1) // 2, size)
        return np.vstack([axes, -axes])[:n_pieces]
    state = np.random.RandomState(rng.integers(2**32))  # noqa: NPY002 - umap-learn's
    with warnings.catch_warnings():
        # That they are not connected is why they are laid out so.
        warnings.filterwarnings("ignore", "Graph is not fully connected")
        return place(X, n_pieces, piece, size, state)


def _about(centres, pieces, bases, rng: np.random.Generator) -> np.ndarray:
    """Lay each piece out about its place, as wide as half the way to the next."""
    distances = cdist(centres, centres)
    distances[distances == 0] = np.inf
    radius = distances.min(axis=1) / 2
    size = centres.shape[1]
    start = np.empty((sum(map(len, pieces)), size))
    for rows, basis, centre, reach in zip(pieces, bases, centres, radius, strict=True):
        if len(rows) >= max(2 * size, size + 2):
            layout = basis[:, :size] / np.abs(basis[:, :size]).max()
        else:
            layout = rng.uniform(-1, 1, (len(rows), size))
        start[rows] = centre + reach * layout
    return start


def _eigenvectors(edges, n_vectors: int, rng: np.random.Generator) -> np.ndarray:
    """Return the smoothest eigenvectors of the graph's normalised Laplacian.

    They are the largest of D^-1/2 W D^-1/2; the very largest is known (the square
    roots of the degrees) and says nothing, so it is left out.
    """
    n, k = edges.shape[0], n_vectors + 1
    scale = scipy.sparse.diags_array(1 / np.sqrt(edges.sum(axis=0)))
    W = (scale @ edges @ scale).astype(np.float64)
    if n <= _DENSE_ROWS or 4 * k > n:
        top = (n - k, n - 1)
        vectors = scipy.linalg.eigh(W.toarray(), subset_by_index=top)[1]
    else:
        n_lanczos, v0 = max(2 * k + 1, int(np.sqrt(n))), np.ones(n)
        # umap-learn's settings: a start needs no more digits.
        try:
            values, vectors = scipy.sparse.linalg.eigsh(
                W, k, which="LA", ncv=n_lanczos, tol=1e-4, v0=v0, maxiter=5 * n
            )
        except scipy.sparse.linalg.ArpackError as error:
            warnings.warn(
                f"the graph of neighbours has no spectral layout ({error}): the map "
                "starts at random, and far groups may lie anywhere",
                stacklevel=4,
            )
            return rng.uniform(-10, 10, (n, n_vectors))
        vectors = vectors[:, np.argsort(values)]
    return vectors[:, -2::-1]


def spread_out(start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scale a start to [0, 10] on each axis, with some noise so that no rows agree.

    Parameters
    ----------
    start : ndarray of float, shape (n, d)
        Not all 0.
    rng : numpy.random.Generator
        For the noise, a hundred thousandth of the range.

    Returns
    -------
    ndarray of float32, shape (n, d), C order
        Start of the descent, as umap-learn makes it.
    """
    largest = np.abs(start).max()
    start = start * (10 / largest) + rng.normal(scale=1e-4, size=start.shape)
    low, high = start.min(axis=0), start.max(axis=0)
    return (10 * (start - low) / (high - low)).astype(np.float32, order="C")
