"""ROC curves, a panel for each label, with the point where it would be used."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from helpers.show import style
from helpers.show.labels import percent, shorten
from helpers.show.panels import PALER, write_headline, write_legend

_COLUMNS = 4
_CURVE = {"color": style.ACCENT, "lw": 2.2, "zorder": 3}
_OTHER = {"color": PALER, "lw": 0.9, "zorder": 1.5}
_CHANCE = {"color": style.QUIET_INK, "lw": 1, "ls": (0, (2, 2)), "zorder": 1}
_POINT = {"color": style.BAD, "marker": "o", "ms": 6.5, "mec": "white", "lw": 2}
_PRICE = "#f8e3d3"  # the colour of the point, so pale that curves stay in front


class CurveLike(Protocol):
    """What is drawn of a curve; `helpers.evaluate.roc.Curve` has it."""

    false_positive_rate: np.ndarray
    sensitivity: np.ndarray
    auc: float
    interval: tuple[float, float]
    n_true: int
    n: int


class RatesLike(Protocol):
    """What is drawn of a point; `operating_points.Rates` has it."""

    sensitivity: float
    sensitivity_interval: tuple[float, float]
    specificity: float


def roc_curves(
    curves: Mapping[str, CurveLike],
    title: str,
    points: Mapping[str, RatesLike] | None = None,
    auc_macro: float | None = None,
) -> Figure:
    """Draw the ROC curve of each label in a panel of its own, all others pale behind.

    Parameters
    ----------
    curves : mapping of str to Curve
        As `helpers.evaluate.roc.curves` returns them.
    title : str
        Which model, on what.
    points : mapping of str to Rates, optional
        Label -> an operating point to mark, as `operating_points.rates_at` returns it,
        with its interval; labels may be left out.
    auc_macro : float, optional
        Mean AUC, written into the title.

    Returns
    -------
    Figure
        Four panels a row, in the order given. Above each: the label, its pictures, and
        the AUC with its 95 % interval.
    """
    points = {k: v for k, v in (points or {}).items() if k in curves}
    n_columns = min(len(curves) + 1, _COLUMNS)
    n_rows = -(-max(len(curves), 1) // n_columns)
    width_in = 9.0 * max(n_columns, 3) / _COLUMNS
    figure = Figure(figsize=(width_in, 0.9 + 2.5 * n_rows), layout="constrained")
    figure.get_layout_engine().set(wspace=0.05, hspace=0.06)
    panels = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
    for ax in panels.ravel()[len(curves) :]:
        ax.set_axis_off()
    for ax, (label, curve) in zip(panels.ravel(), curves.items(), strict=False):
        for name, other in curves.items():
            if name != label:
                ax.plot(other.false_positive_rate, other.sensitivity, **_OTHER)
        ax.plot([0, 1], [0, 1], **_CHANCE)
        ax.plot(curve.false_positive_rate, curve.sensitivity, **_CURVE)
        if label in points:
            _mark(ax, points[label])
        _name(ax, label, curve)
    for place, ax in enumerate(panels.ravel()[: len(curves)]):
        _set_axes(ax, place, n_columns, n_rows)
    handles = _handles(len(curves), points)
    if len(spare := panels.ravel()[len(curves) :]):
        look = {"loc": "center left", "borderpad": 0, "handlelength": 1.6}
        spare[0].legend(handles=handles, bbox_to_anchor=(-0.1, 0.5), **look)
    else:
        write_legend(figure, handles)
    n = max((curve.n for curve in curves.values()), default=0)
    macro = f", macro AUC {auc_macro:.3f}" if auc_macro is not None else ""
    write_headline(figure, title, n, f"pictures{macro}")
    return figure


def _mark(ax: Axes, rates: RatesLike) -> None:
    """Draw an operating point, its interval, and its sensitivity in words."""
    if not np.isfinite(rates.sensitivity):
        return
    x, y = 1 - rates.specificity, rates.sensitivity
    ax.axvspan(0, x, color=_PRICE, lw=0, zorder=0.5)
    bar = {"color": style.BAD, "lw": 2, "zorder": 4, "solid_capstyle": "butt"}
    ax.plot([x, x], rates.sensitivity_interval, **bar)
    ax.plot(x, y, **_POINT, zorder=5)
    words = f"sensitivity {percent(y)}\nat specificity {percent(rates.specificity)}"
    ax.text(0.97, 0.06, words, ha="right", size=9, color=style.INK, linespacing=1.3)


def _name(ax: Axes, label: str, curve: CurveLike) -> None:
    """Write above a panel whose it is, with the area and how far to trust it."""
    look = {"transform": ax.transAxes, "va": "bottom", "size": 9}
    title = f"{shorten(label, 16)}  (n = {curve.n_true:,})\n"
    ax.set_title(title, size=11, weight="bold", pad=5, loc="left")
    if np.isfinite(curve.auc):
        low, high = curve.interval
        words = f"AUC {curve.auc:.3f} ({low:.3f} to {high:.3f})"
    else:
        words = "no curve without pictures of both kinds"
    ax.text(0, 1.035, words, color=style.QUIET_INK, **look)


def _set_axes(ax: Axes, place: int, n_columns: int, n_rows: int) -> None:
    """Give a panel its frame; only the outer ones say what the axes are."""
    row, column = divmod(place, n_columns)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid()
    if row == n_rows - 1:
        ax.set_xlabel("1 - specificity, %")
    if column == 0:
        ax.set_ylabel("sensitivity, %")


def _handles(n: int, points: Mapping[str, RatesLike]) -> list:
    """Return what the legend shows: only what is drawn."""
    handles = [Line2D([], [], label="this label", **_CURVE)]
    if n > 1:
        handles.append(Line2D([], [], label="the other labels", **_OTHER))
    handles.append(Line2D([], [], label="chance", **_CHANCE))
    if points:
        handles.append(
            Line2D([], [], label="operating point\n(95 % interval)", **_POINT)
        )
        handles.append(Patch(color=_PRICE, label="fewer false alarms"))
    return handles
