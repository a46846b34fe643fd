"""Figures of confusions: which label is taken for which, and the pictures."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm, to_rgb
from matplotlib.figure import Figure

from helpers.images.resize import resize
from helpers.show import style
from helpers.show.labels import ink_on, percent, shorten
from helpers.show.pictures import contact_sheet

_COUNTED, _NUMBERED = 15, 40
"""Labels up to which a confusion matrix shows counts, and shares, in its cells."""
_CELL_PX = 200
_MAT = tuple(round(255 * channel) for channel in to_rgb(style.EMPTY))
_BLANK = np.full((_CELL_PX, _CELL_PX, 3), 255, np.uint8)


def confusion_matrix(
    matrix: np.ndarray,
    labels: Sequence[str],
    title: str,
    normalise: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw which labels are taken for which; readable for five labels and for 114.

    Parameters
    ----------
    matrix : ndarray of int, shape (k, k)
        Pictures; rows are the true labels.
    labels : sequence of str, shape (k,)
        Names, in the order of rows and columns.
    title : str
        Which model, on what.
    normalise : bool, optional
        Colour by share of the row (recall, on the diagonal) instead of pictures.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Up to 15 labels: shares and counts in the cells; up to 40: shares in per cent;
        beyond: colours only, on a root scale, and of the columns only those that are
        predicted most are named. Labels without a picture have a gray row.
    """
    matrix, k = np.asarray(matrix), len(labels)
    size_in = 2.2 + (0.78 if k <= 5 else 0.5) * k if k <= _COUNTED else 10.6
    ax = style.make_axes(ax, size_in - 0.5, min(size_in + 1.0, 9.0))
    totals = matrix.sum(axis=1, keepdims=True)
    values = matrix / np.where(totals > 0, totals, 1) if normalise else matrix
    top = 1.0 if normalise else max(matrix.max(initial=0), 1)
    scale = Normalize(0, top) if k <= _NUMBERED else PowerNorm(0.5, 0, top)
    filled = np.ma.masked_equal(values, 0)
    lines = {"edgecolor": style.GRID, "lw": 0.6} if k <= _NUMBERED else {}
    mesh = ax.pcolormesh(filled, cmap=style.SEQUENTIAL, norm=scale, **lines)
    for row in np.flatnonzero(totals[:, 0] == 0):
        ax.axhspan(row, row + 1, color=style.GRID, lw=0, zorder=0.5)
    if k <= _NUMBERED:
        _write_cells(ax, matrix, values, scale, normalise)
        for row in range(k):
            frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) + row
            ax.plot(*frame.T, color=style.CATEGORICAL[1], lw=1.4, clip_on=False)
    else:
        words = "share of the true label" if normalise else "pictures"
        where = {"location": "bottom", "shrink": 0.45, "aspect": 35, "pad": 0.015}
        bar = ax.figure.colorbar(mesh, ax=ax, anchor=(0, 1), **where)
        for line in range(10, k, 10):  # to follow a row or a column with the eye
            ax.axhline(line, color=style.GRID, lw=0.6, zorder=0.6)
            ax.axvline(line, color=style.GRID, lw=0.6, zorder=0.6)
        bar.set_label(words)
        bar.outline.set_visible(False)
    _name_labels(ax, labels, matrix)
    ax.set(xlim=(0, max(k, 1)), ylim=(max(k, 1), 0), aspect="equal")
    ax.spines[:].set(visible=True, color=style.GRID)
    n = int(matrix.sum())
    right = f", {percent(np.trace(matrix) / n)} right" if n else ""
    style.set_title(ax, title, n, f"pictures{right}")
    return ax


def confused_pictures(
    pictures: Sequence[Sequence[np.ndarray]],
    captions: Sequence[str],
    title: str,
    licence: str = "",
    n: int = 0,
) -> Figure:
    """Draw pictures of the commonest confusions, a row for each, its name below.

    Parameters
    ----------
    pictures : sequence of sequence of ndarray of uint8, shape (H, W, 3)
        For each confusion its pictures, of any sizes; rows may differ in length.
    captions : sequence of str
        One for each row, for example "nevus, called melanoma: 12 pictures".
    title : str
        Which model.
    licence : str, optional
        Of the pictures.
    n : int, optional
        How many were confused, where these are a part of them.

    Returns
    -------
    Figure
        For `saving.save_figure`.

    Raises
    ------
    ValueError
        If there is not one caption for each row.
    """
    n_columns = max(6, max(map(len, pictures), default=1))
    cells, words = [], []
    for row, caption in zip(pictures, captions, strict=True):
        cells += [resize(rgb, _CELL_PX, _CELL_PX, "pad", _MAT) for rgb in row]
        cells += [_BLANK] * (n_columns - len(row))
        words += [caption, *[""] * (n_columns - 1)]
    sheet = contact_sheet(cells, words, title, n_columns, licence)
    texts = sheet.axes[0].texts  # one for each cell: the first of a row has room
    for row, caption in enumerate(captions):
        texts[row * n_columns].set(text=shorten(caption, 100), size=10.5)
    n_shown = sum(map(len, pictures))
    unit = f"pictures, {n_shown:,} of them shown" if n > n_shown else "pictures"
    style.set_title(sheet.axes[0], title, max(n, n_shown), unit)
    return sheet


def _write_cells(
    ax: Axes, matrix: np.ndarray, values: np.ndarray, scale: Normalize, shares: bool
) -> None:
    """Write into the cells that are not empty; the layout need not measure them."""
    k = len(matrix)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        ink = ink_on(style.SEQUENTIAL(scale(values[row, column])))
        count, share = f"{matrix[row, column]:,}", values[row, column]
        if not shares:
            text = count
        elif k <= _COUNTED:
            text = f"{percent(share)}\n{count}"
        else:
            text = f"{100 * share:.0f}"
        size = 9 if k <= _COUNTED else 6.5
        look = {"ha": "center", "va": "center", "size": size, "linespacing": 1.3}
        ax.text(column + 0.5, row + 0.5, text, color=ink, **look).set_in_layout(False)


def _name_labels(ax: Axes, labels: Sequence[str], matrix: np.ndarray) -> None:
    """Name rows with their pictures, and columns: of many those predicted most."""
    k, totals = len(labels), matrix.sum(axis=1)
    size = 10 if k <= _COUNTED else 8 if k <= _NUMBERED else 5
    cut = 26 if k <= _NUMBERED else 30
    rows = [f"{shorten(a, cut)} ({b:,})" for a, b in zip(labels, totals, strict=True)]
    spots = np.arange(k) + 0.5
    ax.set_yticks(spots, rows, color=style.INK, size=size)
    named = np.arange(k)
    if k > _NUMBERED:
        named = _apart(np.argsort(-matrix.sum(axis=0), kind="stable"), k // 40)
        size = 7
    columns = [shorten(labels[place], 24) for place in named]
    tilt = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"}
    ax.set_xticks(spots[named], columns, color=style.INK, size=size, **tilt)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_ylabel("true label (pictures)")
    ax.set_xlabel(
        "predicted label" + (", the commonest named" if k > _NUMBERED else "")
    )


def _apart(order: np.ndarray, gap: int, n: int = 15) -> np.ndarray:
    """Return the first `n` of an order of which no two are nearer than `gap`."""
    taken: list[int] = []
    for place in order:
        if len(taken) < n and all(abs(place - other) > gap for other in taken):
            taken.append(int(place))
    return np.array(sorted(taken), int)
