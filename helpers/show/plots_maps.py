"""Maps of pictures: every point one picture, alike pictures near each other."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.show.labels import shorten
from helpers.show.panels import (
    MANY_POINTS,
    PALE,
    PALER,
    area_of,
    look_of,
    make_bare,
    write_headline,
    write_legend,
)

_MAX_GROUPS, _N_LARGEST = 12, 6
_SIZES = {"o": 1.0}  # the other shapes look larger


def maps_grid(
    maps: Mapping[str, np.ndarray],
    groups: Sequence[object],
    title: str,
    n_columns: int = 2,
) -> Figure:
    """Draw several maps of the same pictures beside each other with one legend.

    Parameters
    ----------
    maps : mapping of str to ndarray of float, shape (n, 2)
        Name -> places, for example "t-SNE, perplexity 30"; row by row.
    groups : sequence of str or missing, shape (n,)
        One for each picture, for example its label. From the seventh on, groups differ
        by shape, too; of more than twelve only the six largest are named, the others
        gray. Pictures without a group (empty or NaN) are paler.
    title : str
        What is compared.
    n_columns : int, optional
        Maps in a row, for example one for each encoder.

    Returns
    -------
    Figure
        A picture has the same colour on every map. There are no ticks: only who is
        near whom has a meaning. Both axes have one scale.
    """
    n_columns = max(1, min(n_columns, len(maps)))
    n_rows = max(1, -(-len(maps) // n_columns))
    height_in = min(8.6 / n_columns, 5.5) * n_rows + 0.4 * n_rows + 1.2
    figure = Figure(figsize=(9.0, height_in), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.08, hspace=0.02, wspace=0.03)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    kinds = _kinds(groups)
    handles: list[Artist] = []
    for ax, (name, points) in zip(panels, maps.items(), strict=False):
        handles = _scatter(ax, points, kinds, 1 / n_columns)
        ax.set_title(shorten(name, 84 // n_columns), size=11, weight="normal", pad=6)
    for ax in panels[len(maps) :]:
        ax.set_axis_off()
    write_legend(figure, handles)
    write_headline(figure, title, len(groups))
    return figure


def _scatter(ax: Axes, points: np.ndarray, kinds: list, share: float) -> list:
    """Draw the groups, the gray ones below; return what a legend shows of each."""
    points = np.asarray(points, float).reshape(-1, 2)
    look = {"alpha": 0.85, "ec": "w", "lw": 0.3}
    look["rasterized"] = len(points) > MANY_POINTS
    for name, colour, shape, rows in reversed(kinds):
        size = 0.4 if colour in (PALE, PALER) else _SIZES.get(shape, 0.8)
        size *= area_of(len(points), share)
        look |= {"marker": shape, "label": name}
        ax.scatter(*points[rows].T, size, colour, **look)
    make_bare(ax)
    signs = {"ls": "", "ms": 7.5}
    return [
        Line2D([], [], color=colour, marker=shape, label=name, **signs)
        for name, colour, shape, _ in kinds
    ]


def _kinds(groups: Sequence[object]) -> list[tuple[str, str, str, np.ndarray]]:
    """Return name, colour, shape and rows of each group, the gray ones last."""
    names = np.array(["" if pd.isna(one) else str(one) for one in groups], object)
    counts = pd.Series(names[names != ""], dtype=object).value_counts().sort_index()
    order = list(counts.sort_values(ascending=False, kind="stable").index)
    n_named = len(order) if len(order) <= _MAX_GROUPS else _N_LARGEST
    named, rest = order[:n_named], order[n_named:]
    kinds = [(name, *look_of(place), names == name) for place, name in enumerate(named)]
    if rest:
        kinds.append((f"{len(rest)} others", PALE, "o", np.isin(names, rest)))
    if (names == "").any():
        kinds.append(("unknown", PALER, "o", names == ""))
    return [
        (f"{shorten(name, 30)} ({rows.sum():,})", colour, shape, rows)
        for name, colour, shape, rows in kinds
    ]
