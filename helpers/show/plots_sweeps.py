"""Figures of choices: how many clusters, how many components, and how firm."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from helpers.show import style
from helpers.show.labels import shorten
from helpers.show.panels import write_headline, write_legend

_SCORES = {
    "inertia": ("inertia", "share of the first; look for the bend"),
    "silhouette": ("silhouette", "higher is better"),
    "davies_bouldin": ("Davies-Bouldin", "lower is better"),
    "calinski_harabasz": ("Calinski-Harabasz", "higher is better"),
    "stability": ("stability (ARI of resamples)", "higher is better"),
}
_SHAPES = "osD^vPX"
_HERE, _PUBLISHED = "here", "published_"


def sweep(table: pd.DataFrame, title: str, n: int, chosen: int | None = None) -> Figure:
    """Draw how scores change with the number of clusters, one panel for each score.

    Parameters
    ----------
    table : DataFrame
        Columns "name" (of the line, for example "k-means, UMAP"), "k" and at least one
        of inertia, silhouette, davies_bouldin, calinski_harabasz, stability; a score
        may be missing for some lines.
    title : str
        What is clustered.
    n : int
        How many pictures.
    chosen : int, optional
        The number of clusters to mark.

    Returns
    -------
    Figure
        Each panel says which way is better.
    """
    return _score_panels(table, "k", "number of clusters k", title, n, chosen)


def component_sweep(table: pd.DataFrame, title: str, n: int) -> Figure:
    """Draw how scores change with the number of components, beside published ones.

    Parameters
    ----------
    table : DataFrame of float
        Column "n_components" and scores as in `sweep`; a column "published_silhouette"
        holds what was published of "silhouette", and so on.
    title : str
        What is clustered.
    n : int
        How many pictures.

    Returns
    -------
    Figure
        Published values dashed; their level may differ (other pictures), the shape of
        the curve is what can be compared.
    """
    published = [name for name in table if str(name).startswith(_PUBLISHED)]
    here = table.drop(columns=published).assign(name=_HERE)
    parts = [here]
    if published:
        there = table[["n_components", *published]]
        there = there.rename(columns=lambda name: name.removeprefix(_PUBLISHED))
        parts.append(there.assign(name="published"))
    long = pd.concat(parts, ignore_index=True)
    return _score_panels(long, "n_components", "components", title, n, None)


def stability(
    values: Mapping[str, Sequence[float]], title: str, ax: Axes | None = None
) -> Axes:
    """Draw how well clusterings of resampled pictures agree.

    Parameters
    ----------
    values : mapping of str to sequence of float
        Name, for example "k-means, k = 8" -> adjusted Rand index of each pair of draws.
    title : str
        What is clustered.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        One dot for each pair, a bar and a figure at the mean.
    """
    ax = style.make_axes(ax, 1.7 + 0.36 * max(len(values), 1))
    known = [np.asarray(each, float) for each in values.values()]
    known = [each[np.isfinite(each)] for each in known]
    for row, each in enumerate(known):
        shift = 0.16 * np.sin(2.4 * np.arange(len(each)))  # apart, and always the same
        ax.scatter(each, row + shift, 22, color=style.ACCENT, alpha=0.4, lw=0)
        if len(each):
            middle = float(np.mean(each))
            ax.plot([middle] * 2, [row - 0.36, row + 0.36], color=style.INK, lw=2.4)
            place = {"transform": ax.get_yaxis_transform(), "va": "center"}
            ax.text(1.01, row, f"{middle:.2f}", **place, weight="bold")
    names = [shorten(name, 34) for name in values]
    ax.set_yticks(np.arange(len(values)), names, color=style.INK)
    lowest = min((each.min(initial=0) for each in known), default=0)
    ax.set(xlim=(lowest - 0.02, 1.02), ylim=(max(len(values), 1) - 0.4, -0.6))
    ax.set_xlabel("adjusted Rand index: 1 the same clusters, 0 chance")
    ax.spines[["left"]].set_visible(False)
    ax.grid(axis="x")
    style.set_title(ax, title, sum(map(len, known)), "comparisons")
    return ax


def _score_panels(
    table: pd.DataFrame, x: str, x_label: str, title: str, n: int, chosen: int | None
) -> Figure:
    """Draw one panel for each score the table holds, a line for each name."""
    scores = [name for name in _SCORES if name in table and table[name].notna().any()]
    n_columns = 3 if len(scores) in (3, 5, 6) else 2
    n_rows = max(1, -(-len(scores) // n_columns))
    figure = Figure(figsize=(9.0, 1.5 + 2.6 * n_rows), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.07, wspace=0.05)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for ax, score in zip(panels, scores, strict=False):
        _draw_score(ax, table, x, score)
        ax.set_xlabel(x_label)
        if chosen is not None:
            look = {"color": style.INK, "lw": 1.2, "ls": (0, (4, 3)), "zorder": 1}
            ax.axvline(chosen, label=f"chosen: {x} = {chosen}", **look)
    for ax in panels[len(scores) :]:
        ax.set_axis_off()
    handles, names = panels[max(len(scores), 1) - 1].get_legend_handles_labels()
    write_legend(figure, handles if names != [_HERE] else [])  # beside nothing else
    write_headline(figure, title, n)
    return figure


def _draw_score(ax: Axes, table: pd.DataFrame, x: str, score: str) -> None:
    """Draw one score, a line for each name, with a word which way is better."""
    for place, name in enumerate(dict.fromkeys(table["name"])):
        line = table[table["name"] == name].sort_values(x)
        values = line[score]
        if score == "inertia":  # of spaces of any scale
            values = values / values.iloc[0]
        look = {"color": style.CATEGORICAL[place % 7], "marker": _SHAPES[place % 7]}
        if name == "published":
            look |= {"color": style.QUIET_INK, "mfc": "white", "ls": (0, (4, 2))}
        ax.plot(line[x], values, label=shorten(name, 30), ms=4.5, lw=1.6, **look)
    word, better = _SCORES[score]
    ax.set_title(word, size=11, pad=20)
    above = {"xycoords": "axes fraction", "xytext": (0, 6)}
    above |= {"textcoords": "offset points", "size": 9.5, "color": style.QUIET_INK}
    ax.annotate(better, (0, 1), **above)
    positive = table[score][table[score] > 0]
    if score == "calinski_harabasz" and positive.max() > 8 * positive.min():
        style.use_log_axis(ax, "y")  # spaces of other dimensions differ by orders
        ax.yaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
    ax.grid(axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
