"""The sweeps of notebook 05: many clusterings of the same pictures, side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.evaluate import cluster_scores
from helpers.features import clustering, density, projection


def sweep_sizes(
    maps: Mapping[int, np.ndarray], n_clusters: int, min_samples: int, seed: int
) -> pd.DataFrame:
    """Cluster maps of several sizes by k-means and OPTICS, and score each in its map.

    Parameters
    ----------
    maps : mapping of int to ndarray of float, shape (n, size)
        Size -> map, for example from `manifold.umap_maps`; standardised here.
    n_clusters : int
        Of k-means.
    min_samples : int
        Of OPTICS.
    seed : int
        Of k-means.

    Returns
    -------
    DataFrame
        components, method, and the columns of `cluster_scores.score_labellings`.
    """
    tables = {}
    for size, Z in maps.items():
        Z = projection.standardise(Z)
        labels = {
            "k-means": clustering.kmeans_sweep(Z, [n_clusters], seed).labels[0],
            "OPTICS": density.optics(Z, min_samples).labels,
        }
        tables[size] = cluster_scores.score_labellings(Z, labels)
    return pd.concat(tables, names=["components", "method"]).reset_index()


def sweep_ks(
    spaces: Mapping[str, np.ndarray],
    trees: Mapping[str, np.ndarray],
    ks: Sequence[int],
    seed: int,
) -> pd.DataFrame:
    """Cluster by k-means and by cuts of a tree at every k, and score all in one pass.

    Parameters
    ----------
    spaces : mapping of str to ndarray of float, shape (n, n_features)
        Name -> the vectors there.
    trees : mapping of str to ndarray, shape (n - 1, 4)
        Name of a space -> its linkage matrix, from `clustering.ward_tree`.
    ks : sequence of int
        Numbers of clusters.
    seed : int
        Of k-means.

    Returns
    -------
    DataFrame
        method ("k-means, UMAP"), k, the columns of `cluster_scores.score_labellings`,
        and inertia: NaN for trees, which minimise none.
    """
    tables = {}
    for name, Z in spaces.items():
        runs = clustering.kmeans_sweep(Z, ks, seed)
        cuts = clustering.cut_tree_at(trees[name], ks)
        for method, labels in {"k-means": runs.labels, "ward": cuts}.items():
            named = dict(zip(ks, labels, strict=True))
            scores = cluster_scores.score_labellings(Z, named).rename_axis("k")
            scores["inertia"] = runs.inertias if method == "k-means" else np.nan
            tables[f"{method}, {name}"] = scores
    return pd.concat(tables, names=["method"]).reset_index()
