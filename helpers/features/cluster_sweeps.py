"""The sweeps of notebook 05: many clusterings of the same pictures, side by side."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base import seeds
from helpers.evaluate import cluster_scores
from helpers.features import (
    cluster_choice,
    clustering,
    density,
    manifold,
    projection,
)

N_NEIGHBOURS = 15
"""Of a picture in the graph that UMAP is drawn from, itself among them: its default."""


class Spaces(NamedTuple):
    """What `make_spaces` returns."""

    base: np.ndarray
    """float (n, n_features): the vectors that all is made of, standardised or not."""
    maps: dict[int, np.ndarray]
    """Size -> UMAP of so many dimensions, float32 (n, size)."""
    by_name: dict[str, np.ndarray]
    """The two to cluster in: "PCA", and "UMAP", standardised."""


def make_spaces(
    X: np.ndarray,
    n_pca: int,
    n_umap: int,
    sizes: Sequence[int],
    seed: int,
    standardise: bool = False,
) -> Spaces:
    """Reduce vectors by PCA and by UMAP of several sizes, all from one graph.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        One vector per picture.
    n_pca : int
        Components of the PCA space.
    n_umap : int
        Dimensions of the UMAP space.
    sizes : sequence of int
        Of the maps wanted besides; 2 and 3, to be drawn, are always made.
    seed : int
        Of both.
    standardise : bool, optional
        Give all columns of `X` the same weight first.

    Returns
    -------
    Spaces
        The vectors, the maps, and the two spaces by name.
    """
    base = projection.standardise(X) if standardise else X
    graph = manifold.neighbour_graph(base, N_NEIGHBOURS)
    maps = manifold.umap_maps(base, sorted({2, 3, n_umap, *sizes}), graph, seed)
    pca = projection.pca(base, n_pca, seed).Z
    by_name = {"PCA": pca, "UMAP": projection.standardise(maps[n_umap])}
    return Spaces(base, maps, by_name)


def sweep_sizes(
    maps: Mapping[int, np.ndarray],
    X: np.ndarray,
    n_clusters: int,
    min_samples: int,
    seed: int,
) -> pd.DataFrame:
    """Cluster maps of several sizes by k-means and by OPTICS, and score the clusters.

    Parameters
    ----------
    maps : mapping of int to ndarray of float, shape (n, size)
        Size -> map, for example from `manifold.umap_maps`; standardised here.
    X : ndarray of float, shape (n, n_features)
        The vectors that the maps were made of.
    n_clusters : int
        Of k-means.
    min_samples : int
        Of OPTICS.
    seed : int
        Of k-means.

    Returns
    -------
    DataFrame
        n_components, method, the columns of `cluster_scores.score_labellings`, each
        measured in its own map, and silhouette_original: in `X`, the only ruler that
        all sizes share.
    """
    tables, found = {}, []
    for size, Z in maps.items():
        Z = projection.standardise(Z)
        labels = {
            "k-means": clustering.kmeans_sweep(Z, [n_clusters], seed).labels[0],
            "OPTICS": density.optics(Z, min_samples).labels,
        }
        tables[size] = cluster_scores.score_labellings(Z, labels)
        found += labels.values()
    table = pd.concat(tables, names=["n_components", "method"]).reset_index()
    original = cluster_scores.score_labellings(X, found)
    return table.assign(silhouette_original=original["silhouette"])


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
        name ("k-means, UMAP"), k, the columns of `cluster_scores.score_labellings`,
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
    return pd.concat(tables, names=["name"]).reset_index()


def join_and_cut(ks: Sequence[int]) -> Callable[[np.ndarray], np.ndarray]:
    """Return what makes the ward tree of some rows and cuts it at every k.

    Parameters
    ----------
    ks : sequence of int
        Numbers of clusters.

    Returns
    -------
    callable
        Rows, (n, n_features), to labels, int64 (len(ks), n).
    """
    return lambda rows: clustering.cut_tree_at(clustering.ward_tree(rows), ks)


def stability_redrawn(
    X: np.ndarray, size: int, n_clusters: int, seed: int, n_draws: int = 5
) -> cluster_choice.Stability:
    """Measure how stable clusters are if the map is drawn anew for each resample.

    Clustering resamples of one and the same map would leave out what the drawing of
    the map does.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        The vectors that the map is made of.
    size : int
        Dimensions of the UMAP.
    n_clusters : int
        Where its ward tree is cut.
    seed : int
        Of UMAP and of the resamples.
    n_draws : int, optional
        Pairs of resamples.

    Returns
    -------
    Stability
        As from `cluster_choice.stability`, of a single clustering.
    """

    def cluster(rows: np.ndarray) -> np.ndarray:
        """Draw, standardise, join, cut."""
        graph = manifold.neighbour_graph(rows, N_NEIGHBOURS)
        Z = projection.standardise(manifold.umap_maps(rows, [size], graph, seed)[size])
        return join_and_cut([n_clusters])(Z)

    rng = seeds.generator_for(seed, "redrawn")
    return cluster_choice.stability(X, cluster, rng, n_draws)
