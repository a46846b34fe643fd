"""Cluster sweeps with scores, and OPTICS: against scikit-learn, a fit at a time."""

from time import perf_counter

import numpy as np
from sklearn import cluster, metrics

from helpers.evaluate.cluster_agreement import rand_index
from helpers.evaluate.cluster_scores import score_labellings
from helpers.features import clustering, density

N_SWEEP, N_OPTICS, DIMENSION = 10_000, 10_000, 100
KS, MIN_SAMPLES = range(2, 24), 150
"""As the published project swept and ordered them."""
N_PLAIN = 3
"""Fits of the plain sweep that are timed; the others take as long."""
SEED = 0


def measure() -> list[dict]:
    """Return a row for the sweep of trees, of k-means, and for OPTICS."""
    X = vectors(N_SWEEP)
    return [_trees(X), _kmeans(X), _optics(vectors(N_OPTICS))]


def vectors(n: int) -> np.ndarray:
    """Return groups that overlap a little."""
    rng = np.random.default_rng(SEED)
    centres = rng.standard_normal((20, DIMENSION))
    noise = rng.standard_normal((n, DIMENSION))
    return centres[rng.integers(0, len(centres), n)] + 0.5 * noise


def plain_fit(X: np.ndarray, method) -> tuple[np.ndarray, list[float]]:
    """Fit and score once, as the published project wrote it in its loop."""
    labels = method.fit_predict(X)
    scores = (
        metrics.silhouette_score,
        metrics.davies_bouldin_score,
        metrics.calinski_harabasz_score,
    )
    return labels, [score(X, labels) for score in scores]


def _timed(function, *arguments) -> tuple[float, object]:
    start = perf_counter()
    answer = function(*arguments)
    return perf_counter() - start, answer


def _row(step: str, n: int, seconds: float, plain_seconds: float, goal: str) -> dict:
    return {
        "step": step,
        "n": n,
        "seconds": seconds,
        "plain_seconds": plain_seconds,
        "limit_seconds": None,
        "goal": goal,
        "same_answer": True,
    }


def _compared(X: np.ndarray, sweep, method_for) -> tuple[float, float]:
    """Return the seconds of a sweep and of the plain loop; raise where they differ."""

    def whole():
        labels = sweep(X)
        return labels, score_labellings(X, labels)

    ours, plain = [], []
    places = np.linspace(0, len(KS) - 1, N_PLAIN).round().astype(int)
    for place in places:  # in turn, so that other work on the machine meets both
        took, (labels, table) = _timed(whole)
        ours.append(took)
        took, (wanted, scores) = _timed(plain_fit, X, method_for(KS[place]))
        plain.append(took)
        assert rand_index(labels[place], wanted) == 1
        found = table.iloc[place][["silhouette", "davies_bouldin", "calinski_harabasz"]]
        assert np.allclose(found.astype(float), scores, rtol=1e-6, atol=1e-6)
    return float(np.mean(ours)), float(np.mean(plain)) * len(KS)


def _trees(X: np.ndarray) -> dict:
    times = _compared(
        X,
        lambda X: clustering.cut_tree_at(clustering.ward_tree(X), KS),
        cluster.AgglomerativeClustering,
    )
    step = f"ward, {len(KS)} cuts, 3 scores (plain: from {N_PLAIN} fits)"
    return _row(step, len(X), *times, ">= 15 x")


def _kmeans(X: np.ndarray) -> dict:
    times = _compared(
        X,
        lambda X: clustering.kmeans_sweep(X, KS, SEED).labels,
        lambda k: cluster.KMeans(k, random_state=SEED),
    )
    step = f"k-means, {len(KS)} fits, 3 scores (plain: from {N_PLAIN} fits)"
    return _row(step, len(X), *times, "none: the fits are the same")


def _optics(X: np.ndarray) -> dict:
    min_samples = min(MIN_SAMPLES, len(X) // 4)
    seconds, found = _timed(density.optics, X, min_samples)
    plain_seconds, wanted = _timed(cluster.OPTICS(min_samples=min_samples).fit, X)
    assert rand_index(found.labels, wanted.labels_) == 1
    step = f"OPTICS({min_samples}), {found.labels.max() + 1} clusters"
    return _row(step, len(X), seconds, plain_seconds, ">= 5 x")
