"""Pictures side by side: contact sheets and sheets of pairs."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers.images.resize import resize
from helpers.show import style

_WIDTH_IN = 9.0
_GAP_PX = 14
_LINE_PX = 25
_CAPTION_PT = 9.0
_PX_PER_CHARACTER = 11.6  # of the house's font at that size and style.DPI
_MAX_LINES = 2
_MAT = tuple(round(255 * channel) for channel in to_rgb(style.EMPTY))


def contact_sheet(
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    title: str,
    n_columns: int = 6,
    licence: str = "",
    n: int | None = None,
) -> Figure:
    """Draw pictures in equal cells, each whole, with a caption under it.

    Parameters
    ----------
    images : sequence of ndarray of uint8, shape (H, W, 3) or (H, W)
        RGB pictures or masks of any sizes; an empty sequence gives a figure that says
        so.
    captions : sequence of str
        One for each picture; two lines at most, cut in the middle where too long.
    title : str
        What they show.
    n_columns : int, optional
        Cells in a row; fewer pictures make fewer.
    licence : str, optional
        Of the pictures; written under them.
    n : int, optional
        How many there are, where these are a sample of more.

    Returns
    -------
    Figure
        For `saving.save_figure`.

    Raises
    ------
    ValueError
        If there is not one caption for each picture, or a picture is no such array.

    Examples
    --------
    >>> sheet = contact_sheet([np.zeros((4, 6, 3), np.uint8)], ["black"], "One")
    >>> sheet.axes[0].get_title(loc="left")
    'One  (1 picture)'
    """
    if len(images) != len(captions):
        raise ValueError(f"{len(images)} pictures but {len(captions)} captions")
    words = _how_many(len(images), n, "picture")
    ratios = [image.shape[1] / image.shape[0] for image in images]
    aspect = float(np.clip(np.median(ratios), 0.75, 1.5)) if images else 1.0
    cells = [[image] for image in images]
    return _sheet(cells, captions, f"{title}  ({words})", n_columns, aspect, licence)


def pair_sheet(
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    similarities: Sequence[float],
    verdicts: Sequence[str],
    title: str,
    n_columns: int = 3,
    licence: str = "",
    n: int | None = None,
) -> Figure:
    """Draw pairs of pictures with their similarity and what was made of them.

    Parameters
    ----------
    pairs : sequence of tuple of two ndarrays of uint8, shape (H, W, 3) or (H, W)
        The pictures.
    similarities : sequence of float
        One for each pair.
    verdicts : sequence of str
        One for each pair: "kept the first: larger", "labels disagree".
    title : str
        Which pairs.
    n_columns : int, optional
        Pairs in a row.
    licence : str, optional
        Of the pictures.
    n : int, optional
        How many pairs there are, where these are a sample of more.

    Returns
    -------
    Figure
        For `saving.save_figure`.

    Raises
    ------
    ValueError
        If there are not as many similarities and verdicts as pairs.
    """
    if not len(pairs) == len(similarities) == len(verdicts):
        raise ValueError("each pair needs one similarity and one verdict")
    captions = [
        f"{similarity:.3f} · {verdict}"
        for similarity, verdict in zip(similarities, verdicts, strict=True)
    ]
    words = _how_many(len(pairs), n, "pair")
    return _sheet(pairs, captions, f"{title}  ({words})", n_columns, 1.0, licence)


def _sheet(
    cells: Sequence[Sequence[np.ndarray]],
    captions: Sequence[str],
    title: str,
    n_columns: int,
    aspect: float,
    licence: str,
) -> Figure:
    """Lay out cells of one or two pictures on one raster, one axes for all of it."""
    n_columns = max(1, min(n_columns, len(cells)))
    width_px = round(_WIDTH_IN * style.DPI)
    # A single picture need not fill the page.
    cell_px = min((width_px - (n_columns - 1) * _GAP_PX) // n_columns, 640)
    per_cell = max(map(len, cells), default=1)
    picture_px = (cell_px - 4 * (per_cell - 1)) // per_cell
    height_px = max(1, round(picture_px / aspect)) if cells else 1
    lines = [_wrap(caption, cell_px) for caption in captions]
    pitch_px = height_px + 10 + _LINE_PX * max(map(len, lines), default=1) + _GAP_PX
    n_rows = -(-len(cells) // n_columns)
    raster = np.full((max(1, n_rows) * pitch_px, width_px, 3), 255, np.uint8)
    spots = [
        (index // n_columns * pitch_px, index % n_columns * (cell_px + _GAP_PX))
        for index in range(len(cells))
    ]
    for (top, left), cell in zip(spots, cells, strict=True):
        for place, image in enumerate(cell):
            start = left + place * (picture_px + 4)
            small = resize(_as_rgb(image), height_px, picture_px, "pad", _MAT)
            raster[top : top + height_px, start : start + picture_px] = small
    ax = _paper(raster, title, licence)
    for (top, left), caption in zip(spots, lines, strict=True):
        text = {"size": _CAPTION_PT, "va": "top", "linespacing": 1.3}
        ax.text(left, top + height_px + 8, "\n".join(caption), **text)
    if not cells:
        ax.text(0, 0, "There are no pictures to show.", va="top", color=style.QUIET_INK)
    return ax.figure


def _paper(raster: np.ndarray, title: str, licence: str):
    """Return axes that show a raster pixel by pixel under a title."""
    height_px, width_px = raster.shape[:2]
    below_px = 44 if licence else 0
    total_px = height_px + 76 + below_px
    figure = Figure(figsize=(_WIDTH_IN, total_px / style.DPI))
    figure.set_layout_engine("none")  # every place is counted in pixels here
    ax = figure.add_axes((0, below_px / total_px, 1, height_px / total_px))
    ax.imshow(
        raster, interpolation="none", aspect="auto", extent=(0, width_px, height_px, 0)
    )
    ax.set(xlim=(0, width_px), ylim=(height_px, 0))
    ax.axis("off")
    ax.set_title(title, loc="left")
    if licence:
        style.licence_note(figure, licence)
    return ax


def _as_rgb(image: np.ndarray) -> np.ndarray:
    """Return an RGB picture; a mask becomes gray."""
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    if image.dtype == bool:
        image = image.astype(np.uint8) * 255
    return np.ascontiguousarray(image)


def _wrap(text: object, width_px: int) -> list[str]:
    """Break a caption into lines that fit; what is left over is cut with a sign."""
    room = max(4, int(width_px / _PX_PER_CHARACTER))
    lines, line = [], ""
    for word in str(text).split():
        if line and _n_columns_of(f"{line} {word}") > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    if len(lines) > _MAX_LINES:
        lines = [*lines[: _MAX_LINES - 1], " ".join(lines[_MAX_LINES - 1 :])]
    return [_cut(each, room) for each in lines]


def _cut(text: str, room: int) -> str:
    """Cut a line in the middle: names of files differ at both ends."""
    if _n_columns_of(text) <= room:
        return text
    head, tail = text, text
    while _n_columns_of(head) > (room - 1) * 3 // 5:
        head = head[:-1]
    while _n_columns_of(tail) > room - 1 - _n_columns_of(head):
        tail = tail[1:]
    return f"{head}…{tail}"


def _n_columns_of(text: str) -> int:
    """Count the columns a text takes: a Chinese character or an emoji takes two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def _how_many(n_shown: int, n: int | None, noun: str) -> str:
    """Return "12 of 7,993 pictures", "1 picture"."""
    if n is None or n <= n_shown:
        return f"{n_shown:,} {noun}{'' if n_shown == 1 else 's'}"
    return f"{n_shown:,} of n = {n:,} {noun}s"
