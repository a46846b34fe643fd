"""Maps of pictures: every point one picture, alike pictures near each other."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.show import style
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


def scatter_map(
    points: np.ndarray,
    groups: Sequence[object],
    title: str,
    ax: Axes | None = None,
    colours: Mapping[object, str] | None = None,
    axis_labels: tuple[str, str] | None = None,
) -> Axes:
    """Draw a map whose points are coloured by a group, for example the label.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Places of the pictures.
    groups : sequence of str, int or missing, shape (n,)
        One for each point. From the eighth on, groups differ by shape, too; of more
        than twelve only the six largest are named, the others gray. Pictures without
        a group (empty or NaN) are paler.
    title : str
        Which map.
    ax : Axes, optional
        Where to draw.
    colours : mapping of group to str, optional
        Colours of their own, for example of skin types; then every group is named.
    axis_labels : tuple of str, optional
        For PCA, where an axis has a meaning: "component 1 (23 % of the variance)".

    Returns
    -------
    Axes
        Without ticks: only who is near whom has a meaning. Both axes have one scale.
    """
    ax = style.make_axes(ax, 6.2)
    handles = _scatter(ax, points, _kinds(groups, colours))
    if handles:
        words = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
        ax.legend(handles=handles, handletextpad=0.2, labelspacing=0.7, **words)
    if axis_labels is not None:
        ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    style.set_title(ax, title, len(points))
    return ax


def maps_grid(
    maps: Mapping[str, np.ndarray],
    groups: Sequence[object],
    title: str,
    n_columns: int = 2,
    colours: Mapping[object, str] | None = None,
) -> Figure:
    """Draw several maps of the same pictures beside each other with one legend.

    Parameters
    ----------
    maps : mapping of str to ndarray of float, shape (n, 2)
        Name -> places, for example "t-SNE, perplexity 30"; row by row.
    groups : sequence of str, int or missing, shape (n,)
        As in `scatter_map`.
    title : str
        What is compared.
    n_columns : int, optional
        Maps in a row, for example one for each encoder.
    colours : mapping of group to str, optional
        As in `scatter_map`.

    Returns
    -------
    Figure
        A picture has the same colour on every map.
    """
    n_columns = max(1, min(n_columns, len(maps)))
    n_rows = max(1, -(-len(maps) // n_columns))
    height_in = min(8.6 / n_columns, 5.5) * n_rows + 0.4 * n_rows + 1.2
    figure = Figure(figsize=(9.0, height_in), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.08, hspace=0.02, wspace=0.03)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    kinds = _kinds(groups, colours)
    handles: list[Artist] = []
    for ax, (name, points) in zip(panels, maps.items(), strict=False):
        handles = _scatter(ax, points, kinds, 1 / n_columns)
        ax.set_title(shorten(name, 84 // n_columns), size=11, weight="normal", pad=6)
    for ax in panels[len(maps) :]:
        ax.set_axis_off()
    write_legend(figure, handles)
    write_headline(figure, title, len(groups))
    return figure


def _scatter(ax: Axes, points: np.ndarray, kinds: list, share: float = 1.0) -> list:
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


def _kinds(
    groups: Sequence[object], colours: Mapping[object, str] | None
) -> list[tuple[str, str, str, np.ndarray]]:
    """Return name, colour, shape and rows of each group, the gray ones last."""
    names = np.array([_name(group) for group in groups], object)
    counts = pd.Series(names[names != ""], dtype=object).value_counts().sort_index()
    order = list(counts.sort_values(ascending=False, kind="stable").index)
    n_named = len(order) if colours or len(order) <= _MAX_GROUPS else _N_LARGEST
    named, rest = order[:n_named], order[n_named:]
    if all(name.removeprefix("-").isdigit() for name in named):
        named.sort(key=int)
    own = {_name(group): (colour, "o") for group, colour in (colours or {}).items()}
    kinds = [
        (name, *own.get(name, look_of(place)), names == name)
        for place, name in enumerate(named)
    ]
    if rest:
        kinds.append((f"{len(rest)} others", PALE, "o", np.isin(names, rest)))
    if (names == "").any():
        kinds.append(("unknown", PALER, "o", names == ""))
    return [
        (f"{shorten(name, 30)} ({rows.sum():,})", colour, shape, rows)
        for name, colour, shape, rows in kinds
    ]


def _name(group: object) -> str:
    """Return a group as text; nothing where it is missing, 4 for 4.0."""
    if pd.isna(group):
        return ""
    return f"{group:g}" if isinstance(group, float) else str(group)
