"""Figure of a leak: the same seeds trained with and without the test part's kin."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show import style
from helpers.show.panels import write_headline

_SEED = {"color": style.QUIET_INK, "lw": 1.4, "zorder": 2}
_DOT = {"ls": "", "marker": "o", "ms": 8, "mec": "white", "zorder": 3}
_SIDES = ("without\nsiblings", "with\nsiblings")


def leak_seeds(
    with_: Sequence[float],
    without: Sequence[float],
    interval: tuple[float, float],
    title: str,
    n: int,
    score: str = "balanced accuracy",
    seeds: Sequence[int] | None = None,
) -> Figure:
    """Draw what the leak adds: a line for each seed, and the mean difference.

    Parameters
    ----------
    with_, without : sequence of float, shape (n_seeds,)
        The score of each training; those of one seed stand at one place.
    interval : (float, float)
        95 % interval of the mean difference, as
        `helpers.evaluate.leaks.paired_seeds` returns it.
    title : str
        What was trained.
    n : int
        Pictures of the test part.
    score : str, optional
        What was scored; 1 is perfect.
    seeds : sequence of int, optional
        Their names; by default 0, 1, 2, ...

    Returns
    -------
    Figure
        At the left scores, each seed's two joined; at the right their differences with
        the mean and its interval, against zero.
    """
    pairs = np.array([without, with_], np.float64)
    n_seeds = pairs.shape[1]
    names = list(range(n_seeds)) if seeds is None else list(seeds)
    figure = Figure(figsize=(9.0, 3.4 + 0.22 * n_seeds), layout="constrained")
    figure.get_layout_engine().set(wspace=0.08)
    left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
    _draw_scores(left, pairs)
    left.set_ylabel(f"{score}, test part")
    _draw_differences(right, pairs[1] - pairs[0], interval, names)
    write_headline(figure, title, n, f"test pictures, {n_seeds} seeds")
    return figure


def _draw_scores(ax: Axes, pairs: np.ndarray) -> None:
    """Draw a line for each seed between the two trainings, and both means."""
    ax.plot([0, 1], pairs, **_SEED)
    for place, colour in enumerate((style.ACCENT, style.BAD)):
        ax.plot(np.full(pairs.shape[1], place), pairs[place], color=colour, **_DOT)
        mean, away = pairs[place].mean(), (-1, 1)[place]
        ax.plot(place + 0.09 * away, mean, "D", color=style.INK, ms=6)
        side = {"ha": ("right", "left")[place], "va": "center", "weight": "bold"}
        ax.text(place + 0.16 * away, mean, f"mean {mean:.3f}", **side)
    ax.set(xlim=(-0.9, 1.9), xticks=[0, 1], xticklabels=_SIDES)
    ax.margins(y=0.12)
    ax.tick_params(axis="x", labelcolor=style.INK)
    ax.grid(axis="y")


def _draw_differences(
    ax: Axes,
    differences: np.ndarray,
    interval: tuple[float, float],
    seeds: Sequence[int],
) -> None:
    """Draw the difference of each seed, and below them the mean with its interval."""
    n, mean, (low, high) = len(differences), float(differences.mean()), interval
    ax.axvline(0, color=style.INK, lw=1.2, zorder=1)
    ax.plot(differences, np.arange(n), color=style.QUIET_INK, **_DOT)
    ax.plot([low, high], [n + 0.3] * 2, color=style.INK, lw=2.5)
    ax.plot(mean, n + 0.3, "D", color=style.INK, ms=9, mec="white", zorder=3)
    words = f"{mean:+.3f}\n({low:+.3f} to {high:+.3f})"
    look = {"ha": "center", "va": "top", "weight": "bold", "linespacing": 1.3}
    ax.text((low + high) / 2, n + 0.55, words, **look)
    names = [f"seed {seed}" for seed in seeds]
    ax.set_yticks([*range(n), n + 0.3], [*names, "mean, 95 %"], color=style.INK)
    ends = [0.0, low, high, *differences]
    pad = 0.15 * (max(ends) - min(ends) or 0.1)
    ax.set(xlim=(min(ends) - pad, max(ends) + pad), ylim=(n + 1.5, -0.7))
    ax.set_xlabel("with siblings less without")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
