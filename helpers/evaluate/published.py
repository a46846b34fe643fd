"""What the published projects printed, to stand beside what a run got."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd


class Figure(NamedTuple):
    """One printed figure: project, what it is, its key in the notebook, its value."""

    project: str
    quantity: str
    key: str
    value: float


PROJECTS = {
    "P1": "DermNet clustering with DINOv2",
    "P2": "Fitzpatrick17k, two-step and multi-input CNN",
    "P3": "Fitzpatrick17k, transfer learning and tuning",
    "P4": "HAM10000, classification and segmentation",
}

FIGURES = {
    "01_eda": (
        Figure("P1", "DermNet: classes", "dermnet_classes", 23),
        Figure("P3", "Fitzpatrick17k: rows", "fitzpatrick17k_rows", 16_577),
        Figure("P3", "Fitzpatrick17k: labels", "fitzpatrick17k_labels", 114),
        Figure("P3", "smallest label, pictures", "smallest_label", 53),
        Figure("P3", "largest label, pictures", "largest_label", 653),
        Figure("P3", "qc missing, share", "qc_missing", 0.97),
    ),
    "02_download": (
        Figure("P3", "pictures fetched", "pictures", 16_567),
        Figure("P3", "rows without a picture", "failed", 10),
    ),
    "03_dedup": (
        Figure("P1", "DermNet: exact copies removed", "dermnet_exact", 664),
        Figure("P1", "DermNet: pictures left", "dermnet_left", 14_893),
        Figure("P4", "HAM10000: test pictures", "ham10000_test", 1_252),
    ),
    "04_embeddings": (
        Figure("P1", "dimensions (DINOv2 base)", "dimension", 768),
        Figure("P1", "pictures a second, CPU (DINOv2 base)", "per_second", 4.84),
        Figure("P1", "components for 90 % (DINOv2 base)", "components_90", 192),
        Figure("P1", "components for 80 % (ResNet-50)", "components_80", 665),
        Figure("P1", "vectors that equal another (DINOv2 base)", "equal_rows", 0),
    ),
    "05_clustering": (
        Figure("P1", "k-means, UMAP, k = 14: silhouette", "kmeans_silhouette", 0.3753),
        Figure(
            "P1",
            "k-means, UMAP, k = 14: Davies-Bouldin",
            "kmeans_davies_bouldin",
            0.9467,
        ),
        Figure(
            "P1",
            "k-means, UMAP, k = 14: Calinski-Harabasz",
            "kmeans_calinski_harabasz",
            4359,
        ),
        Figure("P1", "DBSCAN, PCA: groups", "dbscan_pca_n_clusters", 2),
        Figure("P1", "DBSCAN, PCA: silhouette", "dbscan_pca_silhouette", 0.125),
        Figure("P1", "DBSCAN, UMAP: groups", "dbscan_umap_n_clusters", 6),
        Figure("P1", "DBSCAN, UMAP: silhouette", "dbscan_umap_silhouette", 0.135),
        Figure("P1", "DBSCAN, UMAP: noise", "dbscan_umap_n_noise", 3_034),
        Figure("P1", "HDBSCAN, UMAP: groups", "hdbscan_n_clusters", 4),
        Figure("P1", "HDBSCAN, UMAP: silhouette", "hdbscan_silhouette", 0.281),
        Figure("P1", "OPTICS, UMAP: groups", "optics_n_clusters", 6),
        Figure("P1", "OPTICS, UMAP: silhouette", "optics_silhouette", 0.021),
        Figure("P1", "ward, k = 15: silhouette", "ward_silhouette", 0.364),
        Figure("P1", "ward, k = 15: Davies-Bouldin", "ward_davies_bouldin", 0.936),
        Figure("P1", "ward, k = 15: Calinski-Harabasz", "ward_calinski_harabasz", 4244),
        Figure("P1", "single linkage: Davies-Bouldin", "single_davies_bouldin", 0.525),
        Figure("P1", "final clusters", "final_clusters", 15),
        Figure("P1", "pictures in the off-topic cluster", "off_topic_cluster", 177),
    ),
}
"""Notebook -> figures, as the projects printed them."""

UMAP_SWEEP = pd.DataFrame(
    {
        "silhouette": [0.331, 0.355, 0.357, 0.330, 0.329, 0.345],
        "davies_bouldin": [1.031, 0.990, 0.972, 0.968, 0.990, 1.077],
        "calinski_harabasz": [4741, 4084, 4008, 3905, 4393, 4056],
    },
    index=pd.Index([50, 100, 200, 300, 400, 500], name="n_components"),
)
"""P1: k-means with 13 clusters on UMAP of so many components."""


def beside(notebook: str, ours: dict[str, float | None]) -> pd.DataFrame:
    """Put a run's figures beside the published ones.

    Parameters
    ----------
    notebook : str
        A key of `FIGURES`.
    ours : dict of str to number
        Key of a figure -> what this run got; those that are absent or None were not
        measured (the data set is not there).

    Returns
    -------
    DataFrame
        Columns project, published and this run, indexed by quantity.

    Raises
    ------
    KeyError
        If `ours` has a key that no figure has: a slip of the notebook.
    """
    figures = FIGURES[notebook]
    if unknown := set(ours) - {figure.key for figure in figures}:
        raise KeyError(f"no published figure of {notebook} is called {unknown}")
    rows = [
        (one.quantity, one.project, _shown(one.value), _shown(ours.get(one.key)))
        for one in figures
    ]
    columns = ["quantity", "project", "published", "this run"]
    return pd.DataFrame(rows, columns=columns).set_index("quantity")


def keyed(notebook: str, rows: Mapping[str, pd.Series]) -> dict[str, float]:
    """Name scores as the published figures of a notebook are named.

    Parameters
    ----------
    notebook : str
        A key of `FIGURES`.
    rows : mapping of str to Series
        Prefix -> scores by their names: "ward" with silhouette is "ward_silhouette".

    Returns
    -------
    dict of str to float
        Those that a figure was published of.
    """
    known = {figure.key for figure in FIGURES[notebook]}
    named = {f"{a}_{b}": value for a, row in rows.items() for b, value in row.items()}
    return {key: value for key, value in named.items() if key in known}


def _shown(value: float | None) -> str:
    if value is None:
        return "not here"
    if value != value:  # NaN: nothing there to measure
        return "none"
    whole = isinstance(value, int) or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:.3g}"
