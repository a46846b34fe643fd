"""Figures of clusters: where they lie, how large they are, what they hold."""

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show import style
from helpers.show.labels import ink_on, shorten
from helpers.show.panels import MANY_POINTS, area_of, look_of, make_bare, write_headline

_HALO = [patheffects.withStroke(linewidth=3.0, foreground="white")]


def cluster_map(
    points: np.ndarray, labels: np.ndarray, title: str, ax: Axes | None = None
) -> Axes:
    """Draw a map by cluster, with each cluster's number at its middle.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Places of the pictures.
    labels : ndarray of int, shape (n,)
        Clusters from 0; -1 is noise.
    title : str
        Which clusters.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        More than six clusters differ by colour and shape; noise is pale.
    """
    ax = style.make_axes(ax, 7.2)
    points, labels = np.asarray(points, float).reshape(-1, 2), np.asarray(labels)
    clusters = np.unique(labels)
    area, many = area_of(len(points)), len(points) > MANY_POINTS
    for cluster in clusters:
        colour, shape = look_of(cluster)
        inside = points[labels == cluster]
        size = area * (0.4 if cluster < 0 else 1.1 if shape == "o" else 0.9)
        look = {"alpha": 0.85, "ec": "w", "lw": 0.3, "rasterized": many}
        ax.scatter(*inside.T, size, colour, marker=shape, **look)
    make_bare(ax)
    size = 12 if len(clusters) <= 25 else 9
    for cluster in clusters[clusters >= 0]:
        _number(ax, points[labels == cluster], cluster, size)
    style.set_title(ax, title, len(points), _unit(labels))
    return ax


def cluster_map_3d(points: np.ndarray, labels: np.ndarray, title: str) -> Figure:
    """Draw a map of three dimensions by cluster, seen from two sides.

    Parameters
    ----------
    points : ndarray of float, shape (n, 3)
        Places of the pictures.
    labels : ndarray of int, shape (n,)
        Clusters from 0; -1 is noise.
    title : str
        Which clusters.

    Returns
    -------
    Figure
        Two views, a quarter turn apart: what hides in one shows in the other.
    """
    figure = Figure(figsize=(9.0, 4.9), layout="constrained")
    points, labels = np.asarray(points, float).reshape(-1, 3), np.asarray(labels)
    clusters = np.unique(labels)
    look = {"s": area_of(len(points), 0.3), "lw": 0, "alpha": 0.75}
    look["rasterized"] = len(points) > MANY_POINTS
    for place, turn_deg in enumerate((-60, 30)):
        ax = figure.add_subplot(1, 2, place + 1, projection="3d")
        for cluster in clusters:
            colour, shape = look_of(cluster)
            inside = points[labels == cluster].T
            ax.scatter(*inside, c=colour, marker=shape, **look)
        for cluster in clusters[clusters >= 0]:
            middle = _middle(points[labels == cluster])
            words = {"weight": "bold", "ha": "center", "path_effects": _HALO}
            ax.text(*middle, str(cluster), zorder=99, size=10, **words)
        ax.view_init(elev=20, azim=turn_deg)
        ax.set(xticklabels=[], yticklabels=[], zticklabels=[])
        ax.set_box_aspect((1, 1, 1), zoom=1.12)
    write_headline(figure, title, len(points), _unit(labels))
    return figure


def cluster_sizes(sizes: pd.Series, title: str, ax: Axes | None = None) -> Axes:
    """Draw how many pictures each cluster holds.

    Parameters
    ----------
    sizes : Series of int
        Cluster -> how many; -1 is noise.
    title : str
        Which clusters.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Clusters in their order, noise last.
    """
    ax = style.make_axes(ax, 3.6)
    order = sorted(sizes.index, key=lambda cluster: (cluster < 0, cluster))
    counts = sizes.reindex(order).to_numpy()
    bars = ax.bar(range(len(order)), counts, 0.78, color=[look_of(c)[0] for c in order])
    many = len(order) > 32
    if not many:
        ax.bar_label(bars, [f"{count:,}" for count in counts], padding=3, size=10)
    steps = range(0, len(order), 5 if many else 1)
    names = ["noise" if order[step] < 0 else str(order[step]) for step in steps]
    ax.set_xticks(steps, names, color=style.INK)
    ax.set(xlabel="cluster, noise last" if min(order, default=0) < 0 else "cluster")
    if many:
        ax.set_ylabel("pictures")
        ax.grid(axis="y")
    else:
        ax.set_yticks([])
        ax.spines[["left"]].set_visible(False)
    ax.margins(x=0.01, y=0.16)
    style.set_title(ax, title, int(sizes.sum()))
    return ax


def composition(
    counts: pd.DataFrame, title: str, ax: Axes | None = None, x_label: str = ""
) -> Axes:
    """Draw what each cluster is made of, as shares of the cluster.

    Parameters
    ----------
    counts : DataFrame of int
        One row for each cluster, one column for each region or label.
    title : str
        What is compared.
    ax : Axes, optional
        Where to draw.
    x_label : str, optional
        What the columns are.

    Returns
    -------
    Axes
        Colour: share of its row; number: pictures; at the right: all of the row.
    """
    ax = style.make_axes(ax, 2.0 + 0.33 * max(len(counts), 1))
    values = counts.to_numpy()
    totals = values.sum(axis=1)
    shares = values / np.where(totals > 0, totals, 1)[:, None]
    filled = np.ma.masked_equal(shares, 0)
    ax.set_facecolor(style.EMPTY)
    ax.pcolormesh(filled, cmap=style.SEQUENTIAL, vmin=0, vmax=1, edgecolor="w", lw=1)
    many = counts.shape[1] > 15 or len(counts) > 30
    for (row, column), value in np.ndenumerate(values):
        if value:
            ink = ink_on(style.SEQUENTIAL(shares[row, column]))
            look = {"ha": "center", "va": "center", "size": 8 if many else 10}
            cell = ax.text(column + 0.5, row + 0.5, f"{value:,}", color=ink, **look)
            cell.set_in_layout(False)
    for row, total in enumerate(totals):
        at = {"va": "center", "size": 9 if many else 10, "color": style.QUIET_INK}
        ax.text(values.shape[1] + 0.15, row + 0.5, f"{total:,}", **at)
    names = ["noise" if name == -1 else shorten(name) for name in counts.index]
    ax.set_yticks(np.arange(len(names)) + 0.5, names, color=style.INK)
    columns = [shorten(name, 30) for name in counts.columns]
    tilt = {"rotation": 52, "ha": "left", "rotation_mode": "anchor"}
    look = tilt if max(map(len, columns), default=0) > 7 else {}
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, color=style.INK, **look)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_ylabel("cluster", labelpad=8)
    n_rows, n_columns = counts.shape
    ax.set(xlabel=x_label, xlim=(0, max(n_columns, 1)), ylim=(max(n_rows, 1), 0))
    ax.spines[:].set_visible(False)
    style.set_title(ax, title, int(totals.sum()))
    return ax


def _middle(points: np.ndarray) -> np.ndarray:
    """Return the point nearest to the median: inside, even where a cluster is bent."""
    gaps = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    return points[gaps.argmin()]


def _number(ax: Axes, inside: np.ndarray, cluster: int, size: float) -> None:
    """Write a cluster's number at its middle; beside it where it would hide it all."""
    aside = (0, 0) if len(inside) >= 12 else (0, 9)
    look = {"size": size, "weight": "bold", "ha": "center", "va": "center"}
    at = {"xytext": aside, "textcoords": "offset points", "path_effects": _HALO}
    ax.annotate(str(cluster), _middle(inside), zorder=5, **look, **at)


def _unit(labels: np.ndarray) -> str:
    """Return "pictures, 12 of them noise, 8 clusters"."""
    n_noise, n_clusters = int((labels < 0).sum()), len(np.unique(labels[labels >= 0]))
    noise = f", {n_noise:,} of them noise" if n_noise else ""
    return f"pictures{noise}, {n_clusters} cluster{'' if n_clusters == 1 else 's'}"
