"""Figures of the first look at the data: sizes, levels of labels, people."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from helpers.show import style
from helpers.show.labels import ink_on, shorten

_RINGS = ((0.11, 0.27), (0.39, 0.27), (0.67, 0.15))  # inner radius and width
_MIN_LABEL_DEG = (14.0, 9.0, 2.1)


def picture_sizes(
    width_px: Sequence[int],
    height_px: Sequence[int],
    title: str,
    ax: Axes | None = None,
    colour: str = style.ACCENT,
) -> Axes:
    """Draw width against height, with the distribution of each at the edge.

    Parameters
    ----------
    width_px, height_px : sequence of int, shape (n,)
        One value for each picture.
    title : str
        Which pictures.
    ax : Axes, optional
        Where to draw.
    colour : str, optional
        Of the points.

    Returns
    -------
    Axes
        The larger a point, the more pictures of just that size.
    """
    ax = style.make_axes(ax, 5.6, 7.6)
    sizes = pd.DataFrame({"width": width_px, "height": height_px})
    same = sizes.value_counts().reset_index()
    area = 14 + 500 * same["count"] / max(len(sizes), 40)
    ax.scatter(same["width"], same["height"], area, color=colour, alpha=0.45, lw=0)
    limit = 1.08 * max(sizes.max().max(), 1) if len(sizes) else 1
    ax.axline((0, 0), slope=1, color=style.QUIET_INK, lw=1, ls=(0, (4, 4)))
    ax.text(0.93 * limit, 0.95 * limit, "square", ha="right", color=style.QUIET_INK)
    ax.set(xlabel="width in px", ylabel="height in px")
    ax.set(xlim=(0, limit), ylim=(0, limit))
    ax.grid()
    above = ax.inset_axes((0, 1.01, 1, 0.14), sharex=ax)
    beside = ax.inset_axes((1.01, 0, 0.14, 1), sharey=ax)
    edges = np.linspace(0, limit, 61)
    above.hist(sizes["width"], edges, color=colour, alpha=0.8)
    beside.hist(
        sizes["height"], edges, color=colour, alpha=0.8, orientation="horizontal"
    )
    for edge in (above, beside):
        edge.axis("off")
    style.set_title(above, title, len(sizes))
    return ax


def sunburst(
    table: pd.DataFrame, levels: Sequence[str], title: str, ax: Axes | None = None
) -> Axes:
    """Draw up to three levels of labels as rings, the coarsest inside.

    Parameters
    ----------
    table : DataFrame
        One row for each picture.
    levels : sequence of str
        Columns, coarsest first; each label belongs to one of the level above.
    title : str
        Which labels.
    ax : Axes, optional
        Polar axes.

    Returns
    -------
    Axes
        Wedges too small for a readable name have none.
    """
    # The outermost of three rings has its names outside; fewer rings fill less.
    reach = 1.12 if len(levels) == 3 else sum(_RINGS[len(levels) - 1]) + 0.02
    if ax is None:
        side_in = 9.0 if len(levels) > 1 else 4.5
        figure = Figure(figsize=(9.0, side_in + 0.2), layout="constrained")
        ax = figure.add_subplot(projection="polar")
    ax.set_theta_direction(-1)
    ax.set_theta_offset(np.pi / 2)
    ax.set(ylim=(0, reach))
    ax.axis("off")
    order = _nested_counts(table, list(levels))
    tops = list(dict.fromkeys(key[0] for key in order))
    colours = {top: _top_colour(top, place) for place, top in enumerate(tops)}
    for ring in range(len(levels)):
        start = 0.0
        for place, (key, count) in enumerate(_merge(order, ring + 1)):
            width = 2 * np.pi * count / max(len(table), 1)
            tint = (0.0, 0.30, 0.62)[ring] + 0.10 * (place % 2) * (ring > 0)
            fill = _lighten(colours[key[0]], tint)
            _draw_wedge(ax, ring, start, width, fill, key[-1])
            start += width
    n = f"(n = {len(table):,} pictures, {len(order):,} labels)"
    ax.set_title(f"{title}  {n}", loc="left")
    return ax


def age_pyramid(
    age: pd.Series, sex: pd.Series, title: str, ax: Axes | None = None, years: int = 5
) -> Axes:
    """Draw how many people there are of each age and sex.

    Parameters
    ----------
    age : Series of float, shape (n,)
        In years; NaN where unknown.
    sex : Series of str, shape (n,)
        "male", "female", or anything else for unknown.
    title : str
        Which people.
    ax : Axes, optional
        Where to draw.
    years : int, optional
        Width of an age group.

    Returns
    -------
    Axes
        Women to the left, men to the right; the unknown are counted in the title.
    """
    ax = style.make_axes(ax, 5.2)
    oldest = age.max() if age.notna().any() else 0
    edges = np.arange(0, oldest + 2 * years, years)
    known = age.notna() & sex.isin(["male", "female"])
    sides = {"female": (-1, style.CATEGORICAL[1]), "male": (1, style.CATEGORICAL[0])}
    most = 1
    for name, (side, colour) in sides.items():
        counts, _ = np.histogram(age[known & (sex == name)], edges)
        middle, height = edges[:-1] + years / 2, 0.86 * years
        ax.barh(middle, side * counts, height=height, color=colour)
        words = {"ha": "center", "va": "bottom", "weight": "bold", "color": colour}
        ax.text(0.5 + side * 0.25, 0.97, name, transform=ax.transAxes, **words)
        most = max(most, counts.max(initial=0))
    ax.axvline(0, color="white", lw=2)
    ax.set(xlim=(-1.05 * most, 1.05 * most), ylabel="age in years", xlabel="pictures")
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    ax.grid(axis="x")
    ax.spines[["left"]].set_visible(False)
    n_unknown = int((~known).sum())
    words = f", {n_unknown:,} more of unknown age or sex" if n_unknown else ""
    ax.set_title(f"{title}  (n = {int(known.sum()):,} pictures{words})", loc="left")
    return ax


def _nested_counts(table: pd.DataFrame, levels: list[str]) -> dict[tuple, int]:
    """Count each path of labels; within every parent the largest comes first."""
    counts = table.groupby(levels, sort=True).size()
    frame = counts.rename("n").reset_index()
    sizes = [
        -frame.groupby(levels[: k + 1])["n"].transform("sum")
        for k in range(len(levels))
    ]
    keys = [
        column for k, name in enumerate(levels) for column in (sizes[k], frame[name])
    ]
    order = np.lexsort([pd.factorize(key, sort=True)[0] for key in reversed(keys)])
    rows = frame.iloc[order]
    paths = rows[levels].astype(str).itertuples(index=False, name=None)
    return dict(zip(paths, rows["n"].astype(int), strict=True))


def _merge(order: dict[tuple, int], depth: int) -> list[tuple[tuple, int]]:
    """Sum the counts of neighbours that share their first `depth` labels."""
    merged: dict[tuple, int] = {}
    for path, count in order.items():
        merged[path[:depth]] = merged.get(path[:depth], 0) + count
    return list(merged.items())


def _draw_wedge(
    ax: Axes, ring: int, start: float, width: float, fill: str, name: str
) -> None:
    """Draw one wedge and, where it is wide enough, its name along the radius."""
    inner, depth = _RINGS[ring]
    ax.bar(start, depth, width, inner, align="edge", color=fill, edgecolor="w", lw=0.8)
    if np.degrees(width) < _MIN_LABEL_DEG[ring]:
        return
    middle = np.degrees(start + width / 2) % 360
    outside, flip = ring == 2, middle > 180
    turn = 90 - middle + 180 * flip
    if np.degrees(width) > 100:  # room enough to write along the ring
        turn = -middle + 180 * (90 < middle < 270)
    cell = ax.text(
        np.radians(middle),
        inner + depth + 0.02 if outside else inner + depth / 2,
        shorten(name, 28) if outside else shorten(name, 26).replace(" ", "\n", 1),
        rotation=turn,
        rotation_mode="anchor",
        ha=("right" if flip else "left") if outside else "center",
        va="center",
        size=(10.5, 8.0, 6.8)[ring],
        weight="bold" if ring == 0 else "normal",
        color=style.INK if outside else ink_on(fill),
    )
    cell.set_in_layout(outside)


def _top_colour(name: str, place: int) -> str:
    """Return the colour of a partition where it has one, else the next in line."""
    return style.PARTITION_COLOURS.get(name, style.CATEGORICAL[place % 7])


def _lighten(colour: str, share: float) -> str:
    """Mix a colour with white."""
    return to_hex([1 - (1 - channel) * (1 - share) for channel in to_rgb(colour)])
