"""UMAP at six sizes from one graph, against six plain fits of umap-learn."""

import warnings
from time import perf_counter

import numpy as np
from sklearn.manifold import trustworthiness

from helpers.features import manifold

N_ROWS, N_FEATURES, SEED = 5_000, 768, 42
SIZES = [50, 100, 200, 300, 400, 500]
MOST_LOST = 0.01
"""Of trustworthiness; where rows are few, two seeds differ by more."""


def measure() -> list[dict]:
    """Return one row; every map keeps neighbours as well as the plain one."""
    X = vectors(N_ROWS)
    # What both need once in a process: the import, and our compiled functions.
    manifold.umap_maps(X[:100], [2], manifold.neighbour_graph(X[:100], 15), SEED)
    start = perf_counter()
    ours = manifold.umap_maps(X, SIZES, manifold.neighbour_graph(X, 15), SEED)
    seconds = perf_counter() - start
    start = perf_counter()
    plain = plain_maps(X)
    plain_seconds = perf_counter() - start
    lost = max(kept(X, plain[size]) - kept(X, ours[size]) for size in SIZES)
    assert lost < MOST_LOST, f"trustworthiness {lost:.3f} lower than umap-learn's"
    return [
        {
            "step": f"UMAP at {len(SIZES)} sizes (trustworthiness {-lost:+.4f})",
            "n": N_ROWS,
            "seconds": seconds,
            "plain_seconds": plain_seconds,
            "limit_seconds": None,
            "goal": ">= 2 x six fits",
            "same_answer": True,
        }
    ]


def vectors(n: int) -> np.ndarray:
    """Return vectors in 23 groups whose spread falls from axis to axis."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((23, N_FEATURES)) / 2
    spread = 1 / np.sqrt(1 + np.arange(N_FEATURES) / 10)
    X = centres[rng.integers(23, size=n)]
    return (X + spread * rng.standard_normal(X.shape)).astype(np.float32)


def plain_maps(X: np.ndarray) -> dict[int, np.ndarray]:
    """Fit each size from the start, as the published projects wrote it."""
    import umap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            size: umap.UMAP(n_components=size, random_state=SEED).fit_transform(X)
            for size in SIZES
        }


def kept(X: np.ndarray, Z: np.ndarray) -> float:
    """Return how well neighbours in the map are neighbours, of 2,000 rows."""
    some = np.random.default_rng(0).permutation(len(X))[:2000]
    return float(trustworthiness(X[some], Z[some], n_neighbors=15))
