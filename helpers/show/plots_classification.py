"""Figures of classifiers: scores with intervals, confusions, and what was confused."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.show import style
from helpers.show.labels import shorten
from helpers.show.panels import write_legend
from helpers.show.plots_confusions import confused_pictures, confusion_matrix

__all__ = [  # all that a notebook draws of a classifier, whichever module holds it
    "confused_pictures",
    "confusion_matrix",
    "score_bars",
    "score_table",
]

SCORES = ("accuracy", "f1_macro", "f1_weighted")
_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision_macro": "precision (macro)",
    "recall_macro": "recall (macro)",
    "f1_macro": "macro F1",
    "f1_weighted": "weighted F1",
    "majority_accuracy": "accuracy of the majority label",
}
_INTERVAL = "_interval"
_MARKS = ("o", "s", "D", "^", "v")


def score_bars(
    scores: pd.DataFrame,
    title: str,
    n: int,
    baseline: float | Mapping[str, float],
    columns: Sequence[str] = SCORES,
    ax: Axes | None = None,
) -> Axes:
    """Draw the scores of models as dots with their intervals, beside the majority.

    Parameters
    ----------
    scores : DataFrame
        One row for each model, its name the index; columns as in `columns`, in [0, 1],
        and "<column>_interval" of pairs (low, high) where there are any.
    title : str
        What was classified.
    n : int
        How many pictures were classified.
    baseline : float or mapping of str to float
        Accuracy of always naming the most frequent label; or model -> accuracy where
        models name different labels; or column -> score.
    columns : sequence of str, optional
        The scores to draw.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Models in the order given, the best figure of each score in bold.
    """
    new = ax is None
    columns = [name for name in columns if name in scores]
    pitch = max(0.2 * len(columns), 0.4)  # inches from model to model
    ax = style.make_axes(ax, 1.6 + pitch * max(len(scores), 1))
    lanes = (np.arange(len(columns)) - (len(columns) - 1) / 2) * 0.25
    for row in range(1, len(scores), 2):
        ax.axhspan(row - 0.5, row + 0.5, color=style.EMPTY, lw=0, zorder=0)
    handles = []
    for place, (name, lane) in enumerate(zip(columns, lanes, strict=True)):
        colour = style.CATEGORICAL[place % len(style.CATEGORICAL)]
        look = {"color": colour, "marker": _MARKS[place % len(_MARKS)], "ls": ""}
        _draw_scores(ax, scores, name, lane, look)
        label = _NAMES.get(name, name)
        handles.append(Line2D([], [], ms=7, label=label, **look))
    handles += _draw_baseline(ax, baseline, list(scores.index), columns)
    names = [shorten(name, 34) for name in scores.index]
    ax.set_yticks(np.arange(len(names)), names, color=style.INK)
    ax.set(xlim=(0, _upper(scores, columns)), ylim=(max(len(names), 1) - 0.5, -0.5))
    known = any(f"{name}{_INTERVAL}" in scores for name in columns)
    ax.set_xlabel(f"score (1 is perfect){'; lines: 95 % intervals' if known else ''}")
    ax.spines[["left"]].set_visible(False)
    ax.grid(axis="x")
    if new:
        write_legend(ax.figure, handles)
    else:
        ax.legend(handles=handles)
    style.set_title(ax, title, n)
    return ax


def score_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return scores for display: rounded, each with its interval in one cell.

    Parameters
    ----------
    scores : DataFrame
        As for `score_bars`; other columns are kept.

    Returns
    -------
    DataFrame of str
        "0.41 (0.30 to 0.52)", "2,048", an en dash where there is no number; columns in
        words.

    Examples
    --------
    >>> row = {"f1_macro": 0.412, "f1_macro_interval": (0.3, 0.52), "n": 2048}
    >>> score_table(pd.DataFrame([row], index=["CNN"])).loc["CNN"].tolist()
    ['0.41 (0.30 to 0.52)', '2,048']
    """
    shown = {}
    for name in scores:
        if str(name).endswith(_INTERVAL) and name.removesuffix(_INTERVAL) in scores:
            continue
        bounds = scores.get(f"{name}{_INTERVAL}", [None] * len(scores))
        cells = zip(scores[name].astype(object), bounds, strict=True)
        shown[_NAMES.get(name, name)] = [_cell(*each) for each in cells]
    return pd.DataFrame(shown, index=scores.index, dtype=object)


def _draw_scores(
    ax: Axes, scores: pd.DataFrame, name: str, lane: float, look: dict
) -> None:
    """Draw one score of every model in its lane, with its figure at the right."""
    values = scores[name].to_numpy(float)
    rows = np.arange(len(values)) + lane
    bounds = scores.get(f"{name}{_INTERVAL}")
    if bounds is not None:
        pairs = np.array([_pair(each) for each in bounds], float).reshape(-1, 2)
        ax.hlines(rows, *pairs.T, color=look["color"], lw=2, alpha=0.5)
    ax.plot(values, rows, ms=6.5, zorder=3, **look)
    best = np.nanmax(values) if np.isfinite(values).any() else np.nan
    for row, value in zip(rows, values, strict=True):
        text = {"size": 9, "va": "center", "color": style.QUIET_INK}
        if value == best:
            text |= {"weight": "bold", "color": style.INK}
        where = {"transform": ax.get_yaxis_transform(), "ha": "left"}
        ax.text(1.01, row, _number(value), **text, **where)


def _draw_baseline(
    ax: Axes,
    baseline: float | Mapping[str, float],
    models: Sequence[str],
    columns: Sequence[str],
) -> list[Line2D]:
    """Draw the majority baseline dashed: across, or a piece in each model's row."""
    look = {"color": style.INK, "lw": 1.4, "ls": (0, (4, 3)), "zorder": 1.5}
    words = "always the most frequent label"
    if not isinstance(baseline, Mapping):
        words += f": accuracy {baseline:.2f}"
        baseline = {"accuracy": float(baseline)}
    elif len(baseline) == 1 and (name := next(iter(baseline))) in columns:
        words = f"{_NAMES.get(name, name)} of {words}"
    for name, value in baseline.items():
        if name in models:
            row = models.index(name)
            ax.plot([value] * 2, [row - 0.46, row + 0.46], **look)
        elif name == "accuracy" or name in columns:
            place = list(columns).index(name) if name in columns else 0
            colour = style.CATEGORICAL[place] if len(baseline) > 1 else style.INK
            ax.axvline(value, **(look | {"color": colour}))
    return [Line2D([], [], label=words, **look)]


def _upper(scores: pd.DataFrame, columns: Sequence[str]) -> float:
    """Return where the axis of scores ends: near the highest, never beyond 1."""
    highs = [scores[name].to_numpy(float) for name in columns]
    for name in columns:
        bounds = scores.get(f"{name}{_INTERVAL}", ())
        highs.append(np.array([_pair(each)[1] for each in bounds], float))
    values = np.concatenate([*highs, np.empty(0)])
    high = values[np.isfinite(values)].max(initial=0.0)
    return float(np.clip(1.12 * high, 0.1, 1.02))


def _pair(bounds: object) -> tuple[float, float]:
    """Return the bounds of an interval, NaN where there is none."""
    try:
        low, high = bounds
    except TypeError:
        return np.nan, np.nan
    return float(low), float(high)


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"


def _cell(value: object, bounds: object) -> str:
    """Return one cell of the table of scores."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return "–"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    low, high = _pair(bounds)
    return f"{value:.2f} ({low:.2f} to {high:.2f})" if low == low else f"{value:.2f}"
