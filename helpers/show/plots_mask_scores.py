"""Figures of how good masks are: overlap of each picture, and outlines in pixels."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, PercentFormatter

from helpers.show import style
from helpers.show.labels import percent, share_ticks, shorten
from helpers.show.panels import write_headline, write_legend

_BIN = 0.02
_FAILED_JACCARD = 0.65
_FAILED_DICE = 2 * _FAILED_JACCARD / (1 + _FAILED_JACCARD)
_LIMIT = {"color": style.INK, "lw": 1.2, "ls": (0, (4, 3)), "zorder": 3}
_PX_TICKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


def dice_distribution(
    scores: Mapping[str, pd.DataFrame],
    title: str,
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw how the Dice of the pictures is spread, a panel for each method.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        Method -> its scores picture by picture, with dice and iou, as
        `helpers.evaluate.mask_scores.score_masks` returns them.
    title : str
        On what.
    intervals : mapping of str to (float, float), optional
        Method -> 95 % interval of its mean Dice.

    Returns
    -------
    Figure
        Bars of .02; below a Jaccard index of .65, which is a Dice of .788, they have
        another colour. Mean, interval and the share below are written beside.
    """
    n_rows = max(len(scores), 1)
    height_in = 1.3 + (1.45 if n_rows > 1 else 2.6) * n_rows
    figure = Figure(figsize=(9.0, height_in), layout="constrained")
    figure.get_layout_engine().set(hspace=0.06)
    panels = figure.subplots(n_rows, 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for ax, (name, table) in zip(panels, scores.items(), strict=False):
        _draw_dice(ax, table["dice"].to_numpy(float))
        failed = float((table["iou"] < _FAILED_JACCARD).mean())
        _write_dice(ax, name, table["dice"].mean(), (intervals or {}).get(name), failed)
    for ax in panels:
        ax.set(xlim=(0, 1), ylabel="pictures")
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, 0, symbol=" %"))
        ax.grid(axis="y")
    panels[-1].set_xlabel("Dice of a picture (1 is perfect)")
    words = f"Jaccard .65 (Dice {_FAILED_DICE:.3f})"
    handles = [
        Patch(color=style.ACCENT, label=f"{words} or better"),
        Patch(color=style.BAD, label="below: a failure"),
        Line2D([], [], marker="v", ls="", color=style.INK, ms=7, label="mean"),
    ]
    write_legend(figure, handles)
    write_headline(figure, title, max(map(len, scores.values()), default=0))
    return figure


def hausdorff_curves(
    scores: Mapping[str, pd.DataFrame], title: str, ax: Axes | None = None
) -> Axes:
    """Draw how many pictures have their outline right within how many pixels.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        Method -> its scores picture by picture, with hausdorff95_px, as
        `helpers.evaluate.mask_scores.score_masks` returns them.
    title : str
        On what.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        A rising curve for each method, the median of each in the legend; farther left
        is better. The scale is linear to 1 px, then logarithmic.
    """
    ax = style.make_axes(ax)
    highest = 1.0
    for place, (name, table) in enumerate(scores.items()):
        values = np.sort(table["hausdorff95_px"].to_numpy(float))
        shares = np.arange(len(values) + 1) / max(len(values), 1)
        label = f"{shorten(name, 34)}  (median {np.median(values):.1f} px)"
        colour = style.CATEGORICAL[place % len(style.CATEGORICAL)]
        look = {"where": "post", "color": colour, "label": label, "clip_on": False}
        ax.step(np.concatenate([[0], values]), shares, **look)
        highest = max(highest, values[-1])
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.4)
    ax.set(xlim=(0, highest * 1.02), ylim=(0, 1))
    ax.xaxis.set_major_locator(FixedLocator([t for t in _PX_TICKS if t <= highest]))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(share_ticks())
    ax.axhline(0.5, color=style.QUIET_INK, lw=1, ls=(0, (2, 2)), zorder=1)
    ax.set_xlabel("95 % Hausdorff distance of the outlines, px (log scale)")
    ax.set_ylabel("pictures within this distance")
    ax.grid()
    if scores:
        ax.legend(loc="lower right", facecolor="white", framealpha=1, frameon=True)
        ax.get_legend().get_frame().set_linewidth(0)
    style.set_title(ax, title, max(map(len, scores.values()), default=0))
    return ax


def _draw_dice(ax: Axes, dice: np.ndarray) -> None:
    """Draw bars of pictures by their Dice; the bar that the line cuts is cut."""
    edges = np.union1d(np.round(np.arange(0, 1 + _BIN / 2, _BIN), 6), [_FAILED_DICE])
    counts = np.histogram(dice, edges)[0] / max(len(dice), 1)
    colours = np.where(edges[:-1] < _FAILED_DICE - 1e-9, style.BAD, style.ACCENT)
    # A cut bar is narrower, and so lower for the same share: areas stay comparable.
    heights = counts * _BIN / np.diff(edges)
    look = {"align": "edge", "ec": "white", "lw": 0.5, "zorder": 2}
    ax.bar(edges[:-1], heights, np.diff(edges), color=colours, **look)
    ax.axvline(_FAILED_DICE, **_LIMIT)


def _write_dice(
    ax: Axes,
    name: str,
    mean: float,
    interval: tuple[float, float] | None,
    failed: float,
) -> None:
    """Write whose panel it is, the mean at its place, and the share of failures."""
    bounds = f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    words = f"mean Dice {mean:.3f}{bounds}\n{percent(failed)} below Jaccard .65"
    at = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top"}
    look = {"linespacing": 1.4, "backgroundcolor": "white", "zorder": 1.5}
    ax.annotate(words, (0, 1), xytext=(8, -22), size=10, **look, **at)
    bold = {"weight": "bold", "size": 11, "backgroundcolor": "white", "zorder": 1.5}
    ax.annotate(shorten(name, 40), (0, 1), xytext=(8, -5), **bold, **at)
    top = {"transform": ax.get_xaxis_transform(), "clip_on": False}
    ax.plot(mean, 1.03, "v", color=style.INK, ms=7, zorder=4, **top)
