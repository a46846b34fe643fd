"""Figures of crowds and loners: distances to neighbours, OPTICS, off-topic scores."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from helpers.show import style
from helpers.show.labels import percent, shorten
from helpers.show.panels import MANY_POINTS, look_of, use_root_axis

_CAUGHT = (
    ("planted, flagged", style.GOOD, "D", style.GOOD),
    ("planted, not flagged", style.BAD, "D", "white"),
    ("flagged, not planted", style.BAD, "^", style.BAD),
)


def k_distance(
    curves: Mapping[str, np.ndarray],
    title: str,
    marks: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    k: int | None = None,
) -> Axes:
    """Draw the sorted distances to the k-th neighbour, to choose eps for DBSCAN.

    Parameters
    ----------
    curves : mapping of str to ndarray of float, shape (n,)
        Name, for example "k = 10" -> distances in rising order.
    title : str
        Which space.
    marks : mapping of str to float, optional
        Name of a curve -> the eps chosen on it.
    ax : Axes, optional
        Where to draw.
    k : int, optional
        Of all curves, where it is the same; the axis names it.

    Returns
    -------
    Axes
        Pictures right of a mark have fewer than k neighbours within eps: DBSCAN makes
        them edges of clusters, or noise.
    """
    ax = style.make_axes(ax)
    for place, (name, distances) in enumerate(curves.items()):
        distances = np.sort(np.asarray(distances, float))
        colour = style.CATEGORICAL[place % 7]
        ranks = np.arange(1, len(distances) + 1)
        eps = (marks or {}).get(name)
        label = shorten(name) if eps is None else f"{shorten(name)}: eps = {eps:.3g}"
        ax.plot(ranks, distances, color=colour, label=label)
        if eps is not None:
            at = np.searchsorted(distances, eps, side="right")
            ax.axhline(eps, color=colour, lw=1, ls=(0, (4, 4)))
            look = {"ms": 9, "mec": "white", "mew": 1.5, "zorder": 3}
            ax.plot(at, eps, look_of(len(style.HUES) * place)[1], color=colour, **look)
    ax.set_xlabel("pictures, the most crowded first")
    ax.set_ylabel(f"distance to neighbour {'k' if k is None else k}")
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    if curves:
        ax.legend(loc="upper left")
    style.set_title(ax, title, max(map(len, curves.values()), default=0))
    return ax


def reachability(
    distances: np.ndarray, labels: np.ndarray, title: str, ax: Axes | None = None
) -> Axes:
    """Draw the reachability plot of OPTICS: valleys are clusters.

    Parameters
    ----------
    distances : ndarray of float, shape (n,)
        Reachability in the order of the visit; infinite where a new part begins.
    labels : ndarray of int, shape (n,)
        Clusters in the same order; -1 is noise.
    title : str
        Which pictures.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        One bar for each picture in the colour of its cluster.
    """
    ax = style.make_axes(ax, 4.0)
    distances, labels = np.asarray(distances, float), np.asarray(labels)
    finite = distances[np.isfinite(distances)]
    highest = 1.05 * finite.max(initial=0) or 1.0
    if len(finite):  # a few long jumps would flatten all valleys
        highest = min(highest, 3 * float(np.quantile(finite, 0.9))) or highest
    cut = f", cut at {highest:.2g}" if (finite > highest).any() else ""
    heights = np.where(np.isfinite(distances), distances, highest)
    look = {"fill": True, "rasterized": len(labels) > MANY_POINTS}
    for cluster in np.unique(labels):
        colour = look_of(cluster)[0]
        places = np.flatnonzero(labels == cluster)
        first, last = places[0], places[-1] + 1
        bars = np.where(labels == cluster, heights, 0)[first:last]
        ax.stairs(bars, np.arange(first, last + 1), color=colour, **look)
        if cluster >= 0:
            at = (np.median(places), 0)
            shift = {"xytext": (0, -12), "textcoords": "offset points", "ha": "center"}
            ax.annotate(str(cluster), at, color=colour, weight="bold", **shift)
    n_noise = int((labels < 0).sum())
    words = f"pictures, {percent(n_noise / max(len(labels), 1))} of them noise"
    ax.set(xlim=(0, max(len(heights), 1)), ylim=(0, highest), xticks=[])
    ax.set_ylabel(f"reachability distance{cut}")
    ax.set_xlabel("pictures in the order of the visit, noise gray", labelpad=20)
    style.set_title(ax, title, len(labels), words)
    return ax


def off_topic_scores(
    scores: np.ndarray,
    flags: np.ndarray,
    threshold: float,
    title: str,
    truth: np.ndarray | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many pictures have which off-topic score, and where they are flagged.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        The higher, the less it looks like a picture of skin.
    flags : ndarray of bool, shape (n,)
        Which are flagged.
    threshold : float
        From where on they are.
    title : str
        Which pictures.
    truth : ndarray of bool, shape (n,), optional
        Which are planted, where that is known.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Counts on a root scale, so that a single picture shows; below them one sign for
        each picture that is planted or flagged, its shape says which.
    """
    ax = style.make_axes(ax, 4.6)
    scores, flags = np.asarray(scores, float), np.asarray(flags, bool)
    edges = np.linspace(scores.min(initial=0), scores.max(initial=1), 51)
    parts = [scores[~flags], scores[flags]]
    labels = [f"not flagged ({(~flags).sum():,})", f"flagged ({flags.sum():,})"]
    colours = [style.ACCENT, style.CATEGORICAL[1]]
    ax.hist(parts, edges, color=colours, label=labels, rwidth=0.9, stacked=True)
    use_root_axis(ax)
    ax.axvline(threshold, color=style.INK, lw=1.2, ls=(0, (4, 3)))
    above = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
    above |= {"xytext": (0, 2), "ha": "center", "size": 9.5}
    ax.annotate(f"flagged from {threshold:.2f}", (threshold, 1), **above)
    if truth is not None:
        truth = np.asarray(truth, bool)
        kinds = (truth & flags, truth & ~flags, flags & ~truth)
        for (word, colour, shape, fill), rows in zip(_CAUGHT, kinds, strict=True):
            depth = np.full(rows.sum(), -0.05)
            look = {"color": fill, "ec": colour, "lw": 1.4, "marker": shape, "s": 44}
            look |= {"transform": ax.get_xaxis_transform(), "clip_on": False}
            ax.scatter(scores[rows], depth, label=f"{word} ({rows.sum():,})", **look)
        ax.tick_params(axis="x", pad=20)
    ax.set(xlabel="off-topic score", ylabel="pictures (root scale)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), labelspacing=0.9)
    style.set_title(ax, title, len(scores))
    return ax
