"""Figures of duplicates and splits."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.show import style
from helpers.show.labels import percent, shorten

_MARKS = ((style.GOOD, "o"), (style.BAD, "D"), (style.CATEGORICAL[3], "s"))


def precision_recall(
    curve: pd.DataFrame,
    marks: Mapping[str, float],
    title: str,
    n_pairs: int,
    ax: Axes | None = None,
) -> Axes:
    """Draw precision against recall of known pairs, with some thresholds marked.

    Parameters
    ----------
    curve : DataFrame of float
        Columns threshold, precision and recall, in any order.
    marks : mapping of str to float
        Up to three thresholds by the word for them, for example "chosen".
    title : str
        Which encoder and which known pairs.
    n_pairs : int
        How many pairs are known.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Each threshold at its place on the curve; one above all scores is only named.
    """
    ax = style.make_axes(ax, 5.2, 7.6)
    curve = curve.sort_values("threshold", ignore_index=True)
    steps = {"color": style.ACCENT, "drawstyle": "steps-post"}
    ax.plot(curve["recall"], curve["precision"], **steps)
    for (word, threshold), (colour, shape) in zip(marks.items(), _MARKS, strict=False):
        at = curve["threshold"].searchsorted(threshold)
        if at < len(curve):
            p, r = curve.loc[at, ["precision", "recall"]]
            found = f"precision {p:.2f}, recall {r:.2f}"
        else:
            p, r, found = np.nan, 0.0, "finds no pair"
        label = f"{word} {threshold:.3g}:\n{found}"
        look = {"ms": 10, "color": colour, "mec": "white", "mew": 1.5, "zorder": 3}
        ax.plot(r, p, shape, label=label, **look)
    ax.set(
        xlabel="recall: share of known pairs found",
        ylabel="precision: share of found that are known",
    )
    ax.set(xlim=(-0.02, 1.03), ylim=(-0.02, 1.05))
    ax.grid()
    ax.legend(loc="lower left", bbox_to_anchor=(0.01, 0.02))
    style.set_title(ax, title, n_pairs, "pairs")
    return ax


def split_balance(
    shares: pd.DataFrame, n: int, title: str, ax: Axes | None = None
) -> Axes:
    """Draw how far each part's class shares are from those of the whole.

    Parameters
    ----------
    shares : DataFrame of float
        One row for each class, the largest first; columns "train", "validation",
        "test" and "whole": the share of the class in that part, in [0, 1]. Others, such
        as `helpers.data.split_report.class_shares` adds, are passed over.
    n : int
        How many pictures.
    title : str
        Which data set and split.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Differences in points; the band is the goal of 1 point. More than 40 classes
        are drawn without their names.
    """
    many = len(shares) > 40
    ax = style.make_axes(ax, 5.5 if many else 1.7 + 0.3 * max(len(shares), 1))
    rows = np.arange(len(shares))
    ax.axvspan(-1, 1, color=style.EMPTY)
    ax.axvline(0, color=style.QUIET_INK, lw=1)
    parts = [name for name in style.PART_COLOURS if name in shares]
    gaps = 100 * shares[parts].sub(shares["whole"], axis=0)
    size, lane = (10, 0.3) if many else (46, 0.22)  # side by side: none hides another
    for k, name in enumerate(parts):
        words = {"color": style.PART_COLOURS[name], "label": name, "lw": 0, "zorder": 3}
        ax.scatter(gaps[name], rows + lane * (k - 1), size, **words)
    if many:
        ax.set(yticks=[], ylabel=f"{len(shares)} classes, the largest on top")
    else:
        words = [
            f"{shorten(key, 36)}  {percent(shares['whole'][key])}"
            for key in shares.index
        ]
        ax.set_yticks(rows, words, color=style.INK)
    ax.invert_yaxis()
    widest = gaps.abs().to_numpy().max(initial=0)
    ax.set_xlim(-max(1.3, 1.15 * widest), max(1.3, 1.15 * widest))
    ax.set_xlabel("share in the part minus share in the whole, in points")
    ax.spines[["left"]].set_visible(False)
    ax.grid(axis="x")
    ax.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1), handletextpad=0.1)
    ax.set_title(f"{title}\n(n = {n:,} pictures)", loc="left")
    return ax


def sibling_leak(
    shares: Mapping[str, float], n: int, title: str, ax: Axes | None = None
) -> Axes:
    """Draw the share of test pictures with a sibling in training, split by split.

    Parameters
    ----------
    shares : mapping of str to float
        Kind of split -> share in [0, 1].
    n : int
        How many pictures the test parts hold.
    title : str
        Which data sets.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        One bar for each kind of split: a leak in red, none in green.
    """
    ax = style.make_axes(ax, 1.2 + 0.5 * max(len(shares), 1))
    rows, values = np.arange(len(shares)), np.array(list(shares.values()), float)
    colours = [style.BAD if value > 0 else style.GOOD for value in values]
    bars = ax.barh(rows, values, 0.62, color=colours)
    words = [percent(value) if value else "none" for value in values]
    for bar, text, colour in zip(bars, words, colours, strict=True):
        place = (bar.get_width(), bar.get_y() + bar.get_height() / 2)
        shift = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
        ax.annotate(text, place, weight="bold", color=colour, **shift)
    ax.set_yticks(rows, [shorten(name, 44) for name in shares], color=style.INK)
    ax.invert_yaxis()
    ax.set_xlim(0, max(0.1, 1.15 * values.max(initial=0)))
    ax.set_xticks([])
    ax.spines[["bottom"]].set_visible(False)
    style.set_title(ax, title, n, "test pictures")
    return ax
