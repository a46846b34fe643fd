"""Figures of hierarchical clustering: the tree, and the ways to link."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from scipy.cluster import hierarchy

from helpers.show import style
from helpers.show.labels import ink_on, percent, shorten
from helpers.show.panels import PALE, look_of, use_root_axis

_BETTER = {"silhouette": 1, "davies_bouldin": -1, "calinski_harabasz": 1}
_WORDS = (
    "silhouette\nhigher is better",
    "Davies-Bouldin\nlower is better",
    "Calinski-Harabasz\nhigher is better",
    "largest cluster's\nshare of pictures",
)


def dendrogram(
    linkage: np.ndarray,
    labels: np.ndarray,
    title: str,
    ax: Axes | None = None,
    n_leaves: int = 30,
) -> Axes:
    """Draw the top of a tree of clusters with the cut that gave the labels.

    Parameters
    ----------
    linkage : ndarray of float, shape (n - 1, 4)
        As SciPy's ``linkage`` gives it.
    labels : ndarray of int, shape (n,)
        The clusters that the tree falls into where it is cut.
    title : str
        What is clustered.
    ax : Axes, optional
        Where to draw.
    n_leaves : int, optional
        Branches at the foot; as many as there are clusters at least.

    Returns
    -------
    Axes
        Each leaf with its number of pictures, each cluster with its number and colour.
    """
    ax = style.make_axes(ax, 5.2)
    linkage, labels = np.asarray(linkage, float), np.asarray(labels)
    n, n_clusters = len(labels), len(np.unique(labels))

    def ink(node: int) -> str:
        """Return the colour of a cluster below the cut, gray above it."""
        whole = node < 2 * n - n_clusters
        return look_of(labels[_member(linkage, node)])[0] if whole else style.QUIET_INK

    if n > 1:
        top = {"p": min(n, max(n_leaves, n_clusters)), "truncate_mode": "lastp"}
        tree = hierarchy.dendrogram(linkage, **top, no_plot=True, link_color_func=ink)
        for x, y, colour in zip(
            tree["icoord"], tree["dcoord"], tree["color_list"], strict=True
        ):
            ax.plot(x, y, color=colour, lw=1.8, solid_joinstyle="round")
        _name_leaves(ax, linkage, labels, tree["leaves"])
        ends = [0.0, *linkage[:, 2], 1.06 * linkage[-1, 2]]
        height = (ends[n - n_clusters] + ends[n - n_clusters + 1]) / 2
        ax.axhline(height, color=style.INK, lw=1.2, ls=(0, (4, 3)))
        words = f"cut:\n{n_clusters} cluster{'' if n_clusters == 1 else 's'}"
        place = {"transform": ax.get_yaxis_transform(), "va": "center"}
        ax.text(1.01, height, words, **place)
        ax.margins(x=0.01)
    use_root_axis(ax)
    ax.set_ylabel("distance at which they merge (root scale)")
    ax.spines[["bottom"]].set_visible(False)
    ax.grid(axis="y")
    style.set_title(ax, title, n)
    return ax


def linkage_grid(
    scores: pd.DataFrame, title: str, n: int, ax: Axes | None = None
) -> Axes:
    """Draw the scores of linkages and metrics; the best of each score is ringed.

    Parameters
    ----------
    scores : DataFrame of float
        One row for each linkage and metric (the index names them); columns silhouette,
        davies_bouldin, calinski_harabasz and largest_share, the share of pictures in
        the largest cluster.
    title : str
        What is clustered.
    n : int
        How many pictures.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The darker the better. A bar shows the largest share: a method that wins a score
        with one huge cluster has found nothing.
    """
    ax = style.make_axes(ax, 1.9 + 0.36 * max(len(scores), 1))
    for column, (score, better) in enumerate(_BETTER.items()):
        values = scores[score].to_numpy(float)
        finite = values[np.isfinite(values)]
        scale = Normalize(*(finite.min(), finite.max()) if len(finite) else (0, 1))
        best = (finite * better).max(initial=-np.inf) * better
        for row, value in enumerate(values):
            level = scale(value) if better > 0 else 1 - scale(value)
            _cell(ax, row, column, value, 0.85 * float(level), value == best)
    shares = scores["largest_share"].to_numpy(float)
    rows = np.arange(len(scores))
    ax.barh(rows, np.full(len(rows), 0.7), 0.5, left=3.1, color=style.EMPTY)
    huge = [style.BAD if share > 0.5 else style.ACCENT for share in shares]
    ax.barh(rows, 0.7 * np.nan_to_num(shares), 0.5, left=3.1, color=huge)
    for row, share in enumerate(shares):
        ax.text(3.84, row, percent(share), va="center", size=10)
    names = [
        key if isinstance(key, str) else " · ".join(map(str, key))
        for key in scores.index
    ]
    ax.set_yticks(rows, [shorten(name) for name in names], color=style.INK)
    ax.set_xticks([0.5, 1.5, 2.5, 3.5], _WORDS, color=style.INK)
    ax.xaxis.tick_top()
    ax.set(xlim=(0, 4.15), ylim=(max(len(scores), 1) - 0.5, -0.5))
    ax.spines[:].set_visible(False)
    style.set_title(ax, title, n)
    return ax


def _member(linkage: np.ndarray, node: int) -> int:
    """Return one of the pictures below a node of a tree."""
    n = len(linkage) + 1
    while node >= n:
        node = int(linkage[node - n, 0])
    return node


def _name_leaves(
    ax: Axes, linkage: np.ndarray, labels: np.ndarray, leaves: list
) -> None:
    """Write how many pictures each leaf holds and, below, which cluster it is in."""
    n = len(labels)
    sizes = [1 if leaf < n else int(linkage[leaf - n, 3]) for leaf in leaves]
    x = 5 + 10 * np.arange(len(leaves))
    small = {"size": 9 if len(leaves) <= 36 else 7}
    ax.set_xticks(x, [f"{size:,}" for size in sizes], **small)
    clusters = np.array([labels[_member(linkage, leaf)] for leaf in leaves])
    for cluster in np.unique(clusters):
        places, colour = x[clusters == cluster], look_of(cluster)[0]
        across = ax.get_xaxis_transform()
        ends = [places.min() - 4, places.max() + 4]
        ax.plot(ends, [-0.075] * 2, color=colour, lw=4, transform=across, clip_on=False)
        look = {"ha": "center", "va": "top", "weight": "bold", "transform": across}
        ax.text(np.mean(ends), -0.095, str(cluster), color=colour, **look)


def _cell(
    ax: Axes, row: int, column: int, value: float, level: float, best: bool
) -> None:
    """Draw one score; the best has a ring."""
    if not np.isfinite(value):
        ax.text(column + 0.5, row, "none", ha="center", va="center", color=PALE)
        return
    colour = style.SEQUENTIAL(level)
    ax.barh(row, 0.96, 0.92, left=column + 0.02, color=colour)
    look = {"ha": "center", "va": "center", "color": ink_on(colour), "size": 10.5}
    if best:
        ring = {"boxstyle": "round,pad=0.35,rounding_size=0.8", "fc": "none", "lw": 1.8}
        look |= {"weight": "bold", "bbox": ring | {"ec": ink_on(colour)}}
    words = f"{value:.3f}"
    if column == len(_BETTER) - 1:  # Calinski-Harabasz, from below 1 to thousands
        words = f"{value:,.0f}" if value >= 99.95 else f"{value:.1f}"
    ax.text(column + 0.5, row, words, **look)
