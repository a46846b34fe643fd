"""Figures of a search for settings: every trial a line across its settings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator

from helpers.show import style
from helpers.show.labels import shorten
from helpers.show.panels import PALER

_LOG_FROM = 10
"""Positive numbers that span so many times their least have a log scale."""
_HALO = [withStroke(linewidth=3, foreground="white")]
_NO_SCORE = "no score"
_BELOW = -0.12  # where lines of failed trials end, below the least score
_NAMES = {
    "learning_rate": "learning rate",
    "f1_weighted_validation": "weighted F1, validation",
}


def parallel_coordinates(
    trials: pd.DataFrame,
    columns: Sequence[str],
    score: str,
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw every trial of a search as a line across its settings to its score.

    Parameters
    ----------
    trials : DataFrame
        One row for each trial. Numbers have an axis in their order, on a log scale
        where they are positive and span a decade; all else is a category.
    columns : sequence of str
        The settings, from left to right.
    score : str
        The column of the last axis; higher is better. NaN: the trial failed or was
        stopped; its line is dashed and ends below.
    title : str
        What was tuned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Darker is better; the best trial (of equals the first) is drawn thick, with its
        settings written beside it. The title counts the trials.
    """
    ax = style.make_axes(ax, 4.8)
    scores = trials[score].to_numpy(float)
    axes = [_Axis(trials[name]) for name in columns] + [_Axis(trials[score])]
    heights = np.column_stack([axis.heights for axis in axes])
    heights[np.isnan(heights)] = _BELOW
    best = int(np.nanargmax(scores)) if np.isfinite(scores).any() else None
    shades = np.nan_to_num(0.25 + 0.65 * axes[-1].heights, nan=0)
    places = np.arange(len(axes))
    for place, axis in enumerate(axes):
        _draw_axis(ax, place, axis, place == len(axes) - 1)
    for row in np.argsort(scores, kind="stable"):
        look = {"color": style.SEQUENTIAL(shades[row]), "lw": 1.8, "zorder": 2}
        if np.isnan(scores[row]):
            look = {"color": style.QUIET_INK, "lw": 1.1, "ls": (0, (4, 3)), "zorder": 1}
        elif row == best:
            look = {"color": style.BAD, "lw": 3.2, "zorder": 4}
        ax.plot(places, heights[row], marker="o", ms=4.5, **look)
    if best is not None:
        _tell_best(ax, trials.iloc[best], [*columns, score], heights[best])
    words = [shorten(_NAMES.get(name, name), 24) for name in [*columns, score]]
    ax.set_xticks(places, words, color=style.INK, weight="bold", size=11)
    lowest = _BELOW - 0.06 if np.isnan(scores).any() else -0.07
    ax.set(xlim=(-0.32, len(axes) - 0.62), ylim=(lowest, 1.1), yticks=[])
    ax.xaxis.tick_top()
    ax.spines[:].set_visible(False)
    n_failed = int(np.isnan(scores).sum())
    unit = "trial" if len(trials) == 1 else "trials"
    unit += f", {n_failed} of them without a score" if n_failed else ""
    style.set_title(ax, title, len(trials), unit)
    return ax


class _Axis:
    """One upright axis: where each value is, in [0, 1], and the ticks."""

    def __init__(self, values: pd.Series) -> None:
        self.ticks: list[tuple[float, str]]
        kinds = pd.api.types
        is_number = kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
        numbers = values.to_numpy(float) if is_number else np.empty(0)
        self.known = numbers[np.isfinite(numbers)]
        if is_number and len(self.known):
            self._number(numbers)
        else:
            self._categories(values)

    def _categories(self, values: pd.Series) -> None:
        """Put categories at even distances, in alphabetical order from the top."""
        words = values.astype(object).where(values.notna(), _NO_SCORE).map(str)
        names = sorted(set(words), reverse=True)
        spots = (np.arange(len(names)) + 0.5) / max(len(names), 1)
        self.heights = words.map(dict(zip(names, spots, strict=True))).to_numpy(float)
        cut = [shorten(name, 16) for name in names]
        self.ticks = list(zip(spots, cut, strict=True))

    def _number(self, numbers: np.ndarray) -> None:
        """Put numbers on a line or a log scale; a single value in the middle."""
        low, high = self.known.min(), self.known.max()
        is_log = low > 0 and high / low >= _LOG_FROM
        scale = np.log10 if is_log else np.asarray
        bottom, span = scale(low), scale(high) - scale(low)
        if span == 0:
            self.heights = np.where(np.isnan(numbers), np.nan, 0.5)
            self.ticks = [(0.5, f"{low:.4g}")]
            return
        sound = np.where(np.isfinite(numbers), numbers, np.nan)
        self.heights = (scale(sound) - bottom) / span
        whole = np.array_equal(self.known, np.round(self.known))
        steps = MaxNLocator(5, integer=whole).tick_values(low, high)
        if is_log:
            steps = LogLocator(10, subs=(1.0, 2.0, 5.0)).tick_values(low, high)
        steps = steps[(steps >= low * 0.999) & (steps <= high * 1.001)]
        spots = (scale(steps) - bottom) / span
        words = [f"{step:,.4g}" for step in steps]
        self.ticks = list(zip(spots, words, strict=True))


def _draw_axis(ax: Axes, place: int, axis: _Axis, is_last: bool) -> None:
    """Draw an upright line with its ticks; those of the last are on the right."""
    ax.plot([place, place], [0, 1], color=PALER, lw=1.2, zorder=0.5)
    side, words = (1, "left") if is_last else (-1, "right")
    look = {"size": 9.5, "color": style.QUIET_INK, "va": "center", "ha": words}
    for height, text in axis.ticks:
        ax.plot(place, height, "_", color=style.QUIET_INK, ms=7, zorder=0.6)
        at = {"xytext": (7 * side, 0), "textcoords": "offset points"}
        ax.annotate(text, (place, height), path_effects=_HALO, zorder=4.5, **at, **look)
    if is_last and np.isnan(axis.heights).any():
        at = {"xytext": (7, 0), "textcoords": "offset points"}
        ax.annotate(_NO_SCORE, (place, _BELOW), **at, **look)


def _tell_best(
    ax: Axes, trial: pd.Series, names: Sequence[str], heights: np.ndarray
) -> None:
    """Write the settings of the best trial where its line meets the axes."""
    for place, (name, height) in enumerate(zip(names, heights, strict=True)):
        value = trial[name]
        if not isinstance(value, int | float | np.number) or isinstance(value, bool):
            continue  # a category is named on its axis already
        text, last = f"{value:.3g}", place == len(names) - 1
        if last and "trial" in trial:
            text = f"trial {trial['trial']}: {text}"
        look = {"weight": "bold", "color": style.BAD, "zorder": 5}
        at = {"xytext": (-8 if last else 5, 9), "textcoords": "offset points"}
        where = {"ha": "right" if last else "left", "va": "bottom"}
        halo = {"path_effects": _HALO}
        ax.annotate(text, (place, height), **at, **look, **where, **halo)
