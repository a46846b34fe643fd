"""What processings do to pictures, and where Otsu's threshold finds the lesion."""

import textwrap
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers.images.resize import resize
from helpers.show import panels, style
from helpers.show.labels import shorten

_WIDTH_PX = round(9.0 * style.DPI)
_GAP_PX, _NAME_PX, _TITLE_PX, _LINE_PX = 6, 104, 70, 24
_MAX_CELL_PX = 220
_PX_PER_CHARACTER = 11.0
_BINS, _PER_BIN = 10, 8
_MAT = tuple(round(255 * channel) for channel in to_rgb(style.EMPTY))


def processing_sheet(
    rows: Mapping[str, Mapping[str, np.ndarray]], title: str, licence: str = ""
) -> Figure:
    """Draw pictures in rows and what processings make of them in columns.

    Parameters
    ----------
    rows : mapping of str to mapping of str to ndarray of uint8, shape (H, W, 3)
        Name of the row, for example "type 1" -> name of the column -> picture, as
        `inputs.make_inputs` gives them; every row has the columns of the first.
    title : str
        What they show.
    licence : str, optional
        Of the pictures; written under them.

    Returns
    -------
    Figure
        For `saving.save_figure`.

    Raises
    ------
    ValueError
        If there is no picture, or a row has other columns.
    """
    names = list(next(iter(rows.values()), {}))
    if not names or any(list(row) != names for row in rows.values()):
        raise ValueError("each row needs a picture for each column, and at least one")
    room_px = _WIDTH_PX - _NAME_PX + _GAP_PX
    pitch_px = min(room_px // len(names), _MAX_CELL_PX + _GAP_PX)
    first = next(iter(rows.values()))[names[0]]
    ratio = float(np.clip(first.shape[0] / first.shape[1], 0.67, 1.5))
    width_px, height_px = pitch_px - _GAP_PX, round((pitch_px - _GAP_PX) * ratio)
    heads = [_wrap(name, pitch_px) for name in names]
    head_px = _LINE_PX * max(head.count("\n") + 1 for head in heads) + 4
    n_lines = len(rows) * (height_px + _GAP_PX)
    raster = np.full((head_px + n_lines, _WIDTH_PX, 3), 255, np.uint8)
    ax = _paper(raster.shape[0], title, len(rows), licence)
    for column, head in enumerate(heads):
        x = _NAME_PX + column * pitch_px
        ax.text(x, head_px - 11, head, size=9, va="baseline", linespacing=1.2)
    for place, (name, row) in enumerate(rows.items()):
        top = head_px + place * (height_px + _GAP_PX)
        words = {"size": 9, "va": "center", "linespacing": 1.2}
        ax.text(0, top + height_px / 2, _wrap(name, _NAME_PX), **words)
        for column, picture in enumerate(row.values()):
            left = _NAME_PX + column * pitch_px
            cell = resize(picture, height_px, width_px, "pad", _MAT)
            raster[top : top + height_px, left : left + width_px] = cell
    frame = (0, _WIDTH_PX, raster.shape[0], 0)
    ax.imshow(raster, interpolation="none", aspect="auto", extent=frame, zorder=-1)
    ax.set(xlim=frame[:2], ylim=frame[2:])
    return ax.figure


def contrast_scatter(
    contrast: np.ndarray,
    iou: np.ndarray,
    groups: Sequence[Hashable],
    title: str,
    correlations: Mapping[str, float] | None = None,
    group_name: str = "skin type",
    ax: Axes | None = None,
) -> Axes:
    """Draw how well Otsu's threshold finds lesions against how much they stand out.

    Parameters
    ----------
    contrast : ndarray of float, shape (n,)
        L* of the skin less that of the lesion; a NaN leaves its picture out.
    iou : ndarray of float, shape (n,)
        Intersection over union with the true mask, in [0, 1].
    groups : sequence, length n
        Skin types or ITA groups, 1 to 6, which have colours of their own; or any
        others. A NaN leaves its picture out.
    title : str
        Which data set.
    correlations : mapping of str to float, optional
        Rank correlations with the IoU, by what else is in them; written beside.
    group_name : str, optional
        What the groups are.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        One dot for each picture; the line is the median in bins of equally many
        pictures, without one where there are fewer than two bins of 8.
    """
    ax = style.make_axes(ax, 5.2)
    x, y = np.asarray(contrast, np.float64), np.asarray(iou, np.float64)
    members = np.array([*groups, None], dtype=object)[:-1]
    kept = ~(np.isnan(x) | np.isnan(y)) & (members == members)  # a NaN is not itself
    names = sorted(set(members[kept]), key=lambda name: (str(type(name)), name))
    area = panels.area_of(int(kept.sum()), 0.7)
    many = kept.sum() > panels.MANY_POINTS
    for place, name in enumerate(names):
        here = kept & (members == name)
        colour, shape = _look_of(name, place)
        look = {"color": colour, "marker": shape, "ec": "white", "lw": 0.5}
        label = f"{_plain(name)}  (n = {here.sum():,})"
        ax.scatter(x[here], y[here], area, label=label, rasterized=many, **look)
    middles = _binned_medians(x[kept], y[kept])
    if len(middles):
        look = {"color": style.ACCENT, "marker": "o", "mec": "white", "ms": 7}
        ax.plot(*middles.T, lw=2.5, zorder=3, label="median of a bin", **look)
    ax.set(
        xlabel="L* of the skin around minus L* of the lesion",
        ylabel="IoU of Otsu's darker side with the mask",
        ylim=(-0.02, 1.02),
    )
    ax.grid()
    _write_key(ax, group_name, correlations or {})
    style.set_title(ax, title, int(kept.sum()))
    return ax


def _look_of(group: Hashable, place: int) -> tuple[str, str]:
    """Return colour and marker: skin types have their own, two of them one shape."""
    if group in style.SKIN_TYPE_COLOURS:
        return style.SKIN_TYPE_COLOURS[group], "osD"[(int(group) - 1) // 2]
    return panels.look_of(place)


def _plain(group: Hashable) -> str:
    """Return a group's name; 2.0, as a column with gaps has it, is 2."""
    whole = isinstance(group, float) and group.is_integer()
    return str(int(group)) if whole else shorten(group, 24)


def _binned_medians(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return medians of x and y in bins of equally many, shape (n_bins, 2)."""
    n_bins = min(_BINS, len(x) // _PER_BIN)
    if n_bins < 2:
        return np.empty((0, 2))
    bins = np.array_split(np.argsort(x, kind="stable"), n_bins)
    return np.array([(np.median(x[rows]), np.median(y[rows])) for rows in bins])


def _write_key(ax: Axes, group_name: str, correlations: Mapping[str, float]) -> None:
    """Write the groups' colours, and the rank correlations under them."""
    beside = {"bbox_to_anchor": (1.01, 1.0), "loc": "upper left", "borderpad": 0}
    if ax.collections:
        key = ax.legend(title=group_name, alignment="left", **beside)
        key.get_title().set_color(style.QUIET_INK)
    if correlations:
        lines = [f"{value:+.2f}  {name}" for name, value in correlations.items()]
        text = "\n".join(["Spearman with IoU", *lines])
        ax.text(1.02, 0.0, text, size=10, transform=ax.transAxes, linespacing=1.5)


def _wrap(text: object, width_px: int) -> str:
    """Break a name into at most two lines that fit."""
    room = max(4, int(width_px / _PX_PER_CHARACTER))
    words = str(text).replace("_", " ")
    return "\n".join(textwrap.wrap(words, room, max_lines=2, placeholder="…"))


def _paper(height_px: int, title: str, n: int, licence: str) -> Axes:
    """Return axes counted in pixels, under a title and above a licence."""
    below_px = 44 if licence else 0
    total_px = height_px + _TITLE_PX + below_px
    figure = Figure(figsize=(_WIDTH_PX / style.DPI, total_px / style.DPI))
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, below_px / total_px, 1, height_px / total_px))
    ax.axis("off")
    style.set_title(ax, title, n, "pictures" if n != 1 else "picture")
    if licence:
        style.licence_note(figure, licence)
    return ax
