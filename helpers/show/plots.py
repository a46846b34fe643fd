"""Counts, shares and distributions: frames and arrays in, Axes out.

Every function draws on `ax`, or on a figure of its own where none is given, and says
in its title how many it is about.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.show import style
from helpers.show.labels import ink_on, percent, share_ticks, shorten

MAX_BARS = 40
_N_ENDS = 15


def bar_counts(
    counts: pd.Series,
    title: str,
    ax: Axes | None = None,
    colours: str | Mapping[object, str] = style.ACCENT,
    keep_order: bool = False,
    unit: str = "pictures",
) -> Axes:
    """Draw one bar for each class, the largest on top.

    Parameters
    ----------
    counts : Series of int
        Class -> how many. Of more than ``MAX_BARS`` classes the largest and smallest
        are drawn, with a word about those between.
    title : str
        What is counted.
    ax : Axes, optional
        Where to draw.
    colours : str or mapping of class to str, optional
        One colour, or one for each class.
    keep_order : bool, optional
        Keep the order given, for classes that have one of their own.
    unit : str, optional
        Of what.

    Returns
    -------
    Axes
        With the value at the end of each bar.
    """
    ordered = counts if keep_order else counts.sort_values(ascending=False)
    shown, between = _ends(ordered)
    ax = style.make_axes(ax, 1.1 + 0.3 * max(len(shown), 1))
    rows = np.arange(len(shown))
    if between is not None:
        rows[_N_ENDS:] += 1
        words = f"{len(between)} classes with {between.min():,} to {between.max():,}"
        ax.text(0, _N_ENDS, f" … {words}", va="center", color=style.QUIET_INK, size=10)
    fill = (
        colours if isinstance(colours, str) else [colours[key] for key in shown.index]
    )
    bars = ax.barh(rows, shown.to_numpy(), color=fill, height=0.72)
    ax.bar_label(bars, [f"{value:,}" for value in shown], padding=5, size=10)
    ax.set_yticks(rows, [shorten(key) for key in shown.index], color=style.INK)
    _horizontal(ax, len(shown) + (between is not None))
    ax.margins(x=0.09)
    style.set_title(ax, title, int(counts.sum()), unit)
    return ax


def histogram(
    values: Mapping[str, np.ndarray],
    title: str,
    x_label: str,
    ax: Axes | None = None,
    colours: Mapping[str, str] | None = None,
    bins: int | Sequence[float] = 40,
    unit: str = "pictures",
) -> Axes:
    """Draw the distributions of several groups over each other, as shares.

    Parameters
    ----------
    values : mapping of str to ndarray of float, shape (n,)
        Group -> values, for example the mean intensities of each data set; NaN and
        infinity are passed over and not counted.
    title : str
        What is measured.
    x_label : str
        Quantity and unit.
    ax : Axes, optional
        Where to draw.
    colours : mapping of str to str, optional
        Group -> colour.
    bins : int or sequence of float, optional
        Number of bins over the range of all groups, or their edges.
    unit : str, optional
        Of what.

    Returns
    -------
    Axes
        A legend names each group with its n.
    """
    ax = style.make_axes(ax)
    groups = {name: np.asarray(each, float) for name, each in values.items()}
    groups = {name: each[np.isfinite(each)] for name, each in groups.items()}
    everything = np.concatenate([*groups.values(), np.empty(0)])
    edges = np.histogram_bin_edges(everything, bins)
    for place, (name, group) in enumerate(groups.items()):
        colour = (colours or {}).get(name) or style.CATEGORICAL[place % 7]
        weights = np.full(len(group), 1 / max(len(group), 1))
        words = {"label": f"{shorten(name)} (n = {len(group):,})", "color": colour}
        ax.hist(group, edges, weights=weights, alpha=0.16, color=colour)
        ax.hist(group, edges, weights=weights, histtype="step", linewidth=2, **words)
    ax.yaxis.set_major_formatter(share_ticks())
    ax.set(xlabel=x_label, ylabel="share of its group")
    ax.grid(axis="y")
    if groups:
        ax.legend()
    style.set_title(ax, title, len(everything), unit)
    return ax


def missing_values(frame: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw the share of empty cells of each column.

    Parameters
    ----------
    frame : DataFrame
        Any table; NaN and None count as empty.
    title : str
        Which table.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        One bar for each column, the emptiest on top, with the number beside it.
    """
    empty = frame.isna().sum().sort_values(ascending=False, kind="stable")
    shares = empty / max(len(frame), 1)
    ax = style.make_axes(ax, 1.1 + 0.3 * max(len(empty), 1))
    rows = np.arange(len(empty))
    ax.barh(rows, np.ones(len(empty)), color=style.EMPTY, height=0.72)
    ax.barh(rows, shares, color=style.BAD, height=0.72)
    for row, (count, share) in enumerate(zip(empty, shares, strict=True)):
        words = f"{count:,}  ({percent(share)})" if count else "none"
        ax.text(1.01, row, words, va="center", size=10, color=style.QUIET_INK)
    ax.set_yticks(rows, [shorten(name) for name in empty.index], color=style.INK)
    _horizontal(ax, len(empty))
    ax.set_xlim(0, 1.18)
    style.set_title(ax, title, len(frame), "rows")
    return ax


def stacked_shares(
    counts: pd.DataFrame,
    title: str,
    ax: Axes | None = None,
    colours: Mapping[object, str] | None = None,
    unit: str = "pictures",
) -> Axes:
    """Draw what each row is made of, as shares that add up to one.

    Parameters
    ----------
    counts : DataFrame of int
        One row for each bar, for example a diagnosis; one column for each share, for
        example the way the diagnosis was made.
    title : str
        What is divided.
    ax : Axes, optional
        Where to draw.
    colours : mapping of column to str, optional
        Column -> colour.
    unit : str, optional
        Of what.

    Returns
    -------
    Axes
        Shares of 8 % and more carry their number; each row its n.
    """
    ax = style.make_axes(ax, 1.6 + 0.36 * max(len(counts), 1))
    totals = counts.sum(axis=1)
    shares = counts.div(totals.where(totals > 0, 1), axis=0)
    left = np.zeros(len(counts))
    rows = np.arange(len(counts))
    for place, name in enumerate(counts.columns):
        colour = (colours or {}).get(name) or style.CATEGORICAL[place % 7]
        width = shares[name].to_numpy()
        words = [percent(share) if share >= 0.08 else "" for share in width]
        bars = ax.barh(rows, width, left=left, color=colour, label=shorten(name, 24))
        ax.bar_label(bars, words, label_type="center", color=ink_on(colour), size=9.5)
        left = left + width
    for row, total in enumerate(totals):
        ax.text(1.01, row, f"{total:,}", va="center", size=10, color=style.QUIET_INK)
    ax.set_yticks(rows, [shorten(name) for name in counts.index], color=style.INK)
    _horizontal(ax, len(counts))
    ax.set_xlim(0, 1.08)
    place = {"loc": "upper left", "bbox_to_anchor": (0, 0), "borderaxespad": 0.6}
    ax.legend(ncols=min(6, max(1, counts.shape[1])), handlelength=1, **place)
    style.set_title(ax, title, int(totals.sum()), unit)
    return ax


def _ends(counts: pd.Series) -> tuple[pd.Series, pd.Series | None]:
    """Return the rows to draw, and those between them where there are too many."""
    if len(counts) <= MAX_BARS:
        return counts, None
    ends = pd.concat([counts.iloc[:_N_ENDS], counts.iloc[-_N_ENDS:]])
    return ends, counts.iloc[_N_ENDS:-_N_ENDS]


def _horizontal(ax: Axes, n_rows: int) -> None:
    """Put the first row on top and leave out what value labels say already."""
    ax.set(ylim=(max(n_rows, 1) - 0.4, -0.6), xticks=[])
    ax.spines[["bottom", "left"]].set_visible(False)
