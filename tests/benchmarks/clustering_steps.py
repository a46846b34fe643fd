"""All steps of notebook 05: ours against the published project's, written plainly.

10,000 x 768, as many pictures as it had, takes the plain way more than half an hour:
``python -m tests.benchmarks.clustering_steps 10000``.
"""

import sys
import warnings
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn import cluster, metrics
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from helpers.evaluate import cluster_scores
from helpers.features import clustering, density, manifold, projection

N, DIMENSION, N_GROUPS = 2_000, 768, 16
SIZES = (50, 100, 200, 300, 400, 500)
USED, PCA_SIZE, SWEEP_K, FINAL_K = 100, 200, 13, 15
KS = range(2, 24)
DENSE, SPARSE = 20, 15
"""min_samples of OPTICS: in the comparison of sizes, and later."""


def vectors(n: int) -> np.ndarray:
    """Return vectors in groups of several sizes and widths, as embeddings are."""
    rng = np.random.default_rng(0)
    group = np.minimum(rng.geometric(0.15, n) - 1, N_GROUPS - 1)
    inner = rng.normal(size=(N_GROUPS, 40))[group] * 1.5
    inner += rng.normal(size=(n, 40)) * rng.uniform(0.6, 1.2, (N_GROUPS, 1))[group]
    noise = rng.normal(size=(n, DIMENSION))
    return (inner @ rng.normal(size=(40, DIMENSION)) + 2 * noise).astype(np.float32)


def plain_scores(Z: np.ndarray, labels: np.ndarray) -> list[float]:
    """Score one clustering as the library does, noise left out."""
    Z, labels = Z[labels >= 0], labels[labels >= 0]
    if len(set(labels)) < 2:
        return [np.nan] * 3
    return [
        metrics.silhouette_score(Z, labels),
        metrics.davies_bouldin_score(Z, labels),
        metrics.calinski_harabasz_score(Z, labels),
    ]


def plain(X: np.ndarray) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Take every step for itself; return the scores, and the spaces for ours."""
    import umap

    standard = StandardScaler().fit_transform(X)
    spaces, rows = {"PCA": PCA(PCA_SIZE, random_state=42).fit_transform(standard)}, {}

    def note(name: str, Z: np.ndarray, model) -> None:
        """Fit one clustering and score it."""
        rows[name] = plain_scores(Z, model.fit(Z).labels_)

    for size in SIZES:
        fitted = umap.UMAP(n_components=size, random_state=42).fit_transform(standard)
        Z = spaces[f"UMAP {size}"] = StandardScaler().fit_transform(fitted)
        note(f"k-means, UMAP {size}", Z, cluster.KMeans(SWEEP_K, random_state=42))
        note(f"OPTICS, UMAP {size}", Z, cluster.OPTICS(min_samples=DENSE))
    used = spaces[f"UMAP {USED}"]
    for name, Z in {"UMAP": used, "PCA": spaces["PCA"]}.items():
        for k in KS:
            note(f"k-means {k}, {name}", Z, cluster.KMeans(k, random_state=42))
    for k in KS:
        note(f"ward {k}, UMAP", used, cluster.AgglomerativeClustering(k))
    for metric in clustering.METRICS:
        for linkage in clustering.LINKAGES:
            model = cluster.AgglomerativeClustering(
                FINAL_K, metric=metric, linkage=linkage
            )
            note(f"{linkage}, {metric}", used, model)
    note("HDBSCAN", used, cluster.HDBSCAN(30, min_samples=10, copy=True))
    note("OPTICS", used, cluster.OPTICS(min_samples=SPARSE))
    return pd.DataFrame(rows).T, spaces


def ours(X: np.ndarray, spaces: dict[str, np.ndarray] | None) -> pd.DataFrame:
    """Take the same steps; in the given spaces, where answers are to be compared."""
    standard = projection.standardise(X)
    if spaces is None:
        graph = manifold.neighbour_graph(standard, 15)
        maps = manifold.umap_maps(standard, SIZES, graph, 42)
        spaces = {f"UMAP {size}": projection.standardise(maps[size]) for size in SIZES}
        spaces["PCA"] = projection.pca(standard, PCA_SIZE, 42).Z
    tables = []
    for size in SIZES:
        Z = spaces[f"UMAP {size}"]
        found = {
            f"k-means, UMAP {size}": clustering.kmeans_sweep(Z, [SWEEP_K], 42).labels[
                0
            ],
            f"OPTICS, UMAP {size}": density.optics(Z, DENSE).labels,
        }
        tables.append(cluster_scores.score_labellings(Z, found))
    used = spaces[f"UMAP {USED}"]
    for name, Z in {"UMAP": used, "PCA": spaces["PCA"]}.items():
        labels = clustering.kmeans_sweep(Z, KS, 42).labels
        names = [f"k-means {k}, {name}" for k in KS]
        found = dict(zip(names, labels, strict=True))
        if name == "UMAP":
            cuts = clustering.cut_tree_at(clustering.ward_tree(Z), KS)
            found |= {f"ward {k}, UMAP": cut for k, cut in zip(KS, cuts, strict=True)}
            grid = clustering.linkage_grid(Z, FINAL_K)
            found |= {", ".join(key): one for key, one in grid.items()}
            found["HDBSCAN"] = density.hdbscan(Z, 30, 10)
            found["OPTICS"] = density.optics(Z, SPARSE).labels
        tables.append(cluster_scores.score_labellings(Z, found))
    columns = ["silhouette", "davies_bouldin", "calinski_harabasz"]
    return pd.concat(tables)[columns]


def measure(n: int = N) -> list[dict]:
    """Return one row; scores of all methods but UMAP's own are compared."""
    X = vectors(n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours(X[:300], None)  # what is compiled once is nobody's time
        start = perf_counter()
        expected, spaces = plain(X)
        plain_seconds = perf_counter() - start
        start = perf_counter()
        ours(X, None)
        seconds = perf_counter() - start
        found = ours(X, spaces).loc[expected.index]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    return [
        {
            "step": "all steps of notebook 05",
            "n": n,
            "seconds": seconds,
            "plain_seconds": plain_seconds,
            "limit_seconds": None,
            "goal": ">= 5 x the plain steps",
            "same_answer": True,
        }
    ]


if __name__ == "__main__":
    for row in measure(*map(int, sys.argv[1:])):
        print(row)
