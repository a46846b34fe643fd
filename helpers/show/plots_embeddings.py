"""Figures of embeddings: what they hold, and how encoders compare."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.transforms import ScaledTranslation

from helpers.show import style
from helpers.show.labels import percent, share_ticks, shorten
from helpers.show.plots import histogram

_SHARES = (0.8, 0.9)


def cumulative_variance(
    curves: Mapping[str, np.ndarray],
    title: str,
    n: int,
    ax: Axes | None = None,
) -> Axes:
    """Draw how much of the variance the first principal components hold.

    Parameters
    ----------
    curves : mapping of str to ndarray of float, shape (n_components,)
        Encoder -> cumulative share of the variance, in [0, 1].
    title : str
        Which embeddings.
    n : int
        How many pictures.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        On each curve 80 % and 90 % are marked and their components counted, where it
        reaches them.
    """
    ax = style.make_axes(ax)
    for share in _SHARES:
        ax.axhline(share, color=style.QUIET_INK, lw=1, ls=(0, (4, 4)))
    for place, (name, curve) in enumerate(curves.items()):
        colour = style.CATEGORICAL[place % 7]
        # The tolerance is that of projection.components_for.
        needed = {share: np.searchsorted(curve, share - 1e-6) + 1 for share in _SHARES}
        reached = {share: at for share, at in needed.items() if at <= len(curve)}
        words = " · ".join(f"{percent(share)}: {at:,}" for share, at in reached.items())
        label = f"{shorten(name)}\n{words}" if words else shorten(name)
        ax.plot(np.arange(1, len(curve) + 1), curve, color=colour, label=label)
        look = {"ms": 8, "color": colour, "mec": "white", "mew": 1.5, "zorder": 3}
        for at in reached.values():
            ax.plot(at, curve[at - 1], "o", **look)
    style.use_log_axis(ax, "x")
    ax.yaxis.set_major_formatter(share_ticks())
    ax.set(ylim=(0, 1.03), xlabel="principal components", ylabel="variance they hold")
    ax.grid()
    if curves:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), labelspacing=0.9)
    style.set_title(ax, title, n)
    return ax


def similarity_histogram(
    related: np.ndarray,
    chance: np.ndarray,
    title: str,
    ax: Axes | None = None,
    name: str = "related",
    marks: Mapping[str, float] | None = None,
) -> Axes:
    """Draw how similar related pictures are, and how similar any two.

    Parameters
    ----------
    related, chance : ndarray of float
        Cosine similarities of related pairs (siblings, duplicates) and of random ones.
    title : str
        Which encoder.
    ax : Axes, optional
        Where to draw.
    name : str, optional
        What relates them.
    marks : mapping of str to float, optional
        Name -> similarity to draw a line at, for example "published" -> 0.93.

    Returns
    -------
    Axes
        With a line at each median: the further apart, the better. The legend is below.
    """
    values = {f"{name} pairs": related, "random pairs": chance}
    colours = dict(zip(values, (style.ACCENT, style.CATEGORICAL[1]), strict=True))
    ax = histogram(values, title, "cosine similarity", ax, colours, unit="pairs")
    for (group, each), colour in zip(values.items(), colours.values(), strict=True):
        finite = np.asarray(each, float)[np.isfinite(each)]
        if len(finite):
            middle = float(np.median(finite))
            look = {"color": colour, "lw": 1.4, "ls": (0, (2, 2))}
            ax.axvline(middle, label=f"median of {group}: {middle:.2f}", **look)
    for word, value in (marks or {}).items():
        look = {"color": style.BAD, "lw": 1.4, "ls": (0, (5, 2, 1, 2))}
        ax.axvline(value, label=f"{shorten(word, 30)}: {value:.2f}", **look)
    # Of 40 bins one holds 2.5 % at least: ticks are whole per cent in every panel.
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, 0, " %"))
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.set_ylabel("share of pairs")
    below = ScaledTranslation(0, -0.55, ax.figure.dpi_scale_trans)  # inches
    place = {"loc": "upper left", "bbox_to_anchor": (0, 0), "borderaxespad": 0}
    ax.legend(**place, bbox_transform=ax.transAxes + below)
    return ax


def encoder_bars(
    table: pd.DataFrame,
    title: str,
    n: int,
    x_label: str,
    baseline: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one score for each encoder, with its interval and the baseline.

    Parameters
    ----------
    table : DataFrame of float
        One row for each encoder; columns "score", "low" and "high".
    title : str
        What is measured.
    n : int
        On how many pictures.
    x_label : str
        Name of the score.
    baseline : float, optional
        What is reached without looking, for example by always saying the commonest
        label.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The best on top.
    """
    ax = style.make_axes(ax, 1.7 + 0.42 * max(len(table), 1))
    table = table.sort_values("score", ascending=False, kind="stable")
    rows = np.arange(len(table))
    ax.hlines(rows, table["low"], table["high"], color=style.ACCENT, lw=3, alpha=0.45)
    ax.scatter(table["score"], rows, 70, color=style.ACCENT, ec="w", lw=1.2, zorder=3)
    beside = {"va": "center", "size": 10, "transform": ax.get_yaxis_transform()}
    values = table[["score", "low", "high"]].to_numpy()
    for row, (score, low, high) in enumerate(values):
        ax.text(1.02, row, f"{score:.3f}  [{low:.3f}, {high:.3f}]", **beside)
    top = -0.6
    if baseline is not None:
        top = -1.05  # room for the word
        ax.axvline(baseline, color=style.BAD, lw=1.4, ls=(0, (4, 3)), zorder=1)
        place = {"xytext": (6, -8), "textcoords": "offset points", "va": "center"}
        words = f"baseline {baseline:.3f}"
        ax.annotate(words, (baseline, top), color=style.BAD, size=9.5, **place)
    ax.set_yticks(rows, [shorten(name, 34) for name in table.index], color=style.INK)
    ax.set(ylim=(max(len(table), 1) - 0.4, top), xlabel=x_label)
    ax.set_xlim(left=min([0.0, *table["low"]]))
    ax.spines[["left"]].set_visible(False)
    ax.grid(axis="x")
    style.set_title(ax, title, n)
    return ax
