"""Figures of a classifier in two steps: where its pictures are lost."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers.show import style
from helpers.show.labels import ink_on, percent, shorten
from helpers.show.panels import PALER, write_legend

_PARTS = {
    "right": ("right", style.GOOD),
    "wrong_step1": ("lost in step 1: wrong partition", style.BAD),
    "wrong_step2": (
        "lost in step 2: right partition, wrong label",
        style.CATEGORICAL[1],
    ),
    "wrong": ("wrong, step not known", PALER),
}
_SHOWN_FROM = 0.05
_ORACLE = {"color": style.INK, "ms": 8, "zorder": 3}


def error_budget(
    budgets: Mapping[str, Mapping[str, float]],
    title: str,
    n: int,
    ax: Axes | None = None,
) -> Axes:
    """Draw what becomes of the pictures: right, lost in step 1, lost in step 2.

    Parameters
    ----------
    budgets : mapping of str to mapping of str to number
        Name of the routing -> its budget, as `evaluate.hierarchy.error_budget` returns
        it: n, right, wrong_step1 and wrong_step2, in pictures, and oracle_accuracy, in
        [0, 1]. One that has only right and wrong, as was published, is drawn so.
    title : str
        What was classified.
    n : int
        How many pictures.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        A bar of shares for each routing, with counts; a triangle where the accuracy
        would be if step 1 never erred.
    """
    new = ax is None
    ax = style.make_axes(ax, 2.0 + 0.62 * max(len(budgets), 1))
    counts = [_parts(budget) for budget in budgets.values()]
    for row, parts in enumerate(counts):
        _draw_parts(ax, row, parts)
    oracles = [one.get("oracle_accuracy", np.nan) for one in budgets.values()]
    above = np.arange(len(budgets)) - 0.38
    known = np.isfinite(oracles)
    ax.plot(np.array(oracles)[known], above[known], "v", **_ORACLE)
    names = [shorten(name, 34) for name in budgets]
    ax.set_yticks(np.arange(len(names)), names, color=style.INK)
    ax.set(xlim=(0, 1.06), ylim=(max(len(names), 1) - 0.45, -0.65), xticks=[])
    ax.spines[["bottom", "left"]].set_visible(False)
    drawn = {key for parts in counts for key in parts}
    handles = [Patch(color=c, label=w) for k, (w, c) in _PARTS.items() if k in drawn]
    if known.any():
        words = "accuracy if step 1 never erred"
        handles.append(Line2D([], [], marker="v", ls="", label=words, **_ORACLE))
    if new:
        write_legend(ax.figure, handles)
    elif handles:
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0))
    style.set_title(ax, title, n)
    return ax


def _draw_parts(ax: Axes, row: int, parts: Mapping[str, int]) -> None:
    """Draw the bar of one routing: shares, with counts where there is room."""
    total = max(sum(parts.values()), 1)
    left = 0.0
    for key, count in parts.items():
        share, colour = count / total, _PARTS[key][1]
        ax.barh(row, share, 0.62, left=left, color=colour, ec="white", lw=1.5)
        words = f"{percent(share)}\n{count:,}" if share >= 0.08 else f"{count:,}"
        if share >= _SHOWN_FROM:
            look = {"ha": "center", "va": "center", "size": 9.5}
            ax.text(left + share / 2, row, words, color=ink_on(colour), **look)
        left += share
    said = f"{sum(parts.values()):,}"
    ax.text(1.01, row, said, va="center", size=10, color=style.QUIET_INK)


def _parts(budget: Mapping[str, float]) -> dict[str, int]:
    """Return the counts that are drawn, which add up to all pictures."""
    keys = ["right", "wrong_step1", "wrong_step2"]
    if "wrong_step1" not in budget:
        keys = ["right", "wrong"]
    return {key: int(budget[key]) for key in keys}
