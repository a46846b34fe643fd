"""Tables as figures: a number in every cell, its size as a colour."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm

from helpers.show import style
from helpers.show.labels import ink_on, percent, shorten
from helpers.show.plots import MAX_BARS


def heat_map(
    counts: pd.DataFrame,
    title: str,
    ax: Axes | None = None,
    x_label: str = "",
    unit: str = "pictures",
) -> Axes:
    """Draw a table of counts; an empty cell is white with a ring, not just pale.

    Parameters
    ----------
    counts : DataFrame of int
        One row for each class, one column for example for each skin type.
    title : str
        What is counted.
    ax : Axes, optional
        Where to draw.
    x_label : str, optional
        What the columns are.
    unit : str, optional
        Of what.

    Returns
    -------
    Axes
        With the count in each cell; colours on a root scale, so that small counts
        differ too.
    """
    many = len(counts) > MAX_BARS
    ax = style.make_axes(ax, 1.4 + (0.185 if many else 0.32) * max(len(counts), 1))
    values = counts.to_numpy()
    scale = PowerNorm(0.5, 0, max(1, values.max(initial=0)))
    filled = np.ma.masked_equal(values, 0)
    ax.pcolormesh(filled, cmap=style.SEQUENTIAL, norm=scale, edgecolor="w", lw=1)
    size = 7.5 if many else 10
    for (row, column), value in np.ndenumerate(values):
        ink = ink_on(style.SEQUENTIAL(scale(value))) if value else style.BAD
        _write(ax, row, column, f"{value:,}" if value else "○", ink, size)
    names = [shorten(name) for name in counts.index]
    ax.set_yticks(np.arange(len(names)) + 0.5, names, color=style.INK, size=size)
    columns = [shorten(name, 16) for name in counts.columns]
    long = max(map(len, columns), default=0) > 7
    tilt = {"rotation": 40, "ha": "left"} if long else {}
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, color=style.INK, **tilt)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set(xlabel=x_label, ylim=(max(len(counts), 1), 0))
    ax.spines[:].set_visible(False)
    style.set_title(ax, title, int(values.sum()), unit)
    return ax


def agreement_matrix(
    counts: pd.DataFrame,
    kappa: float,
    title: str,
    ax: Axes | None = None,
    interval: tuple[float, float] | None = None,
) -> Axes:
    """Draw how two annotations of the same pictures agree.

    Parameters
    ----------
    counts : DataFrame of int, shape (k, k)
        Rows: first annotation, columns: second, in the same order; the names of index
        and columns label the axes.
    kappa : float
        Cohen's kappa, weighted or not.
    title : str
        What is compared.
    ax : Axes, optional
        Where to draw.
    interval : tuple of float, optional
        Of kappa.

    Returns
    -------
    Axes
        Count and share of its row in each cell, exact agreement framed.
    """
    ax = style.make_axes(ax, 1.8 + 0.62 * len(counts), 1.9 + 0.95 * len(counts))
    values = counts.to_numpy()
    totals = values.sum(axis=1, keepdims=True)
    shares = values / np.where(totals > 0, totals, 1)
    ax.pcolormesh(shares, cmap=style.SEQUENTIAL, vmin=0, vmax=1, edgecolor="w", lw=2)
    for (row, column), share in np.ndenumerate(shares):
        text = f"{values[row, column]:,}\n{percent(share)}"
        _write(ax, row, column, text, ink_on(style.SEQUENTIAL(share)), 9.5)
    for row in range(len(counts)):
        frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) + row
        ax.plot(*frame.T, color=style.CATEGORICAL[1], lw=1.6)
    ticks = np.arange(len(counts)) + 0.5
    ax.set_xticks(ticks, [shorten(name, 14) for name in counts.columns])
    ax.set_yticks(ticks, [shorten(name, 14) for name in counts.index])
    ax.set(xlabel=counts.columns.name or "", ylabel=counts.index.name or "")
    ax.set(ylim=(len(counts), 0))
    ax.spines[:].set_visible(False)
    words = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    n = int(values.sum())
    ax.set_title(
        f"{title}\nkappa = {kappa:.2f}{words}  (n = {n:,} pictures)", loc="left"
    )
    return ax


def _write(ax: Axes, row: int, column: int, text: str, ink: str, size: float) -> None:
    """Write into a cell; the layout need not measure what lies inside the axes."""
    place = {"ha": "center", "va": "center", "linespacing": 1.35}
    cell = ax.text(column + 0.5, row + 0.5, text, color=ink, size=size, **place)
    cell.set_in_layout(False)
