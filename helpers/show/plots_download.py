"""Figures of a download: what became of the addresses, and what is there."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.show import style
from helpers.show.labels import percent, shorten


def download_fates(counts: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw what became of the addresses of each host.

    Parameters
    ----------
    counts : DataFrame of int
        One row for each host; one column for each fate, those that ended well first
        ("downloaded", "already_there"), then the reasons of failure.
    title : str
        Which addresses.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Bars to scale; fates that ended well in green tones, others in warm ones.
    """
    ax = style.make_axes(ax, 2.2 + 0.55 * max(len(counts), 1))
    good = {"downloaded": "#009e73", "already_there": "#8fd0bb"}
    warm = ["#d55e00", "#e69f00", "#cc79a7", "#8c4a1f", "#f0c987", "#7a5c86", "#b9b9b9"]
    bad = [name for name in counts.columns if name not in good]
    colours = good | {name: warm[place % 7] for place, name in enumerate(bad)}
    rows, left = np.arange(len(counts)), np.zeros(len(counts))
    for name in counts.columns:
        label = f"{shorten(name, 24)} ({counts[name].sum():,})".replace("_", " ")
        width = counts[name].to_numpy()
        ax.barh(rows, width, 0.6, left, color=colours[name], label=label)
        left = left + width
    for row, total in enumerate(left):
        ax.text(total, row, f"  {int(total):,}", va="center", size=10)
    ax.set_yticks(rows, [shorten(host, 30) for host in counts.index], color=style.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.margins(x=0.1)
    place = {"loc": "upper left", "bbox_to_anchor": (0, -0.02), "handlelength": 1}
    ax.legend(ncols=4, columnspacing=1.4, **place)
    style.set_title(ax, title, int(counts.to_numpy().sum()), "addresses")
    return ax


def coverage(
    n_present: pd.Series,
    n_all: pd.Series,
    title: str,
    ax: Axes | None = None,
    colours: str | Mapping[object, str] = style.ACCENT,
) -> Axes:
    """Draw how much of each class is there, over how much there should be.

    Parameters
    ----------
    n_present, n_all : Series of int
        Class -> pictures on disk, rows of the table; the same index.
    title : str
        Covered by what.
    ax : Axes, optional
        Where to draw.
    colours : str or mapping of class to str, optional
        One colour, or one for each class.

    Returns
    -------
    Axes
        Pale bars for all, full ones for what is there, the share beside them.
    """
    ax = style.make_axes(ax, 1.1 + 0.34 * max(len(n_all), 1))
    present = n_present.reindex(n_all.index, fill_value=0)
    rows = np.arange(len(n_all))
    fill = (
        colours if isinstance(colours, str) else [colours[key] for key in n_all.index]
    )
    ax.barh(rows, n_all.to_numpy(), 0.72, color=style.GRID)
    ax.barh(rows, present.to_numpy(), 0.72, color=fill)
    for row, (here, total) in enumerate(zip(present, n_all, strict=True)):
        words = f"  {here:,} of {total:,}  ({percent(here / max(total, 1))})"
        ax.text(total, row, words, va="center", size=10, color=style.QUIET_INK)
    ax.set_yticks(rows, [shorten(name) for name in n_all.index], color=style.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xlim(0, 1.32 * max(n_all.max(), 1) if len(n_all) else 1)
    style.set_title(ax, title, int(n_all.sum()), "rows")
    return ax
