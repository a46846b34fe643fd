"""Maps and neighbours drawn with the pictures themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers.images.resize import resize
from helpers.show import style
from helpers.show.panels import MANY_POINTS, PALE
from helpers.show.pictures import contact_sheet

_WIDTH_PX = round(9.0 * style.DPI)
_GAP_PX = 4
_CELL_PX, _FRAME_PX = 220, 9
_BLANK = np.full((3, 4, 3), 255, np.uint8)


def picture_map(
    points: np.ndarray, thumbnails: np.ndarray, title: str, licence: str = ""
) -> Axes:
    """Draw a map with the pictures themselves, as many as fit without overlap.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Places of the pictures.
    thumbnails : ndarray of uint8, shape (n, size, size, 3)
        The pictures, RGB.
    title : str
        Which map.
    licence : str, optional
        Of the pictures; written under them.

    Returns
    -------
    Axes
        Each picture at its place, or beside it by its own width at most; a dot for each
        of those that found no room.
    """
    n = len(points)
    size_px = int(np.clip(0.8 * _WIDTH_PX / max(n, 1) ** 0.5, 54, 120))
    places_px, height_px = _places_px(np.asarray(points, float), 2 * size_px)
    cells = _cells(places_px / size_px, _WIDTH_PX // size_px, height_px // size_px)
    raster = np.zeros((height_px, _WIDTH_PX, 4), np.uint8)
    for row, (column, line) in cells.items():
        top, left = line * size_px, column * size_px
        cell = raster[top : top + size_px - _GAP_PX, left : left + size_px - _GAP_PX]
        cell[..., :3] = resize(thumbnails[row], *cell.shape[:2])
        cell[..., 3] = 255
    below_px = 44 if licence else 0
    total_px = height_px + 76 + below_px
    figure = Figure(figsize=(_WIDTH_PX / style.DPI, total_px / style.DPI))
    figure.set_layout_engine("none")  # every place is counted in pixels here
    ax = figure.add_axes((0, below_px / total_px, 1, height_px / total_px))
    rest = np.delete(places_px, list(cells), axis=0)
    ax.scatter(*rest.T, 9, color=PALE, lw=0, rasterized=n > MANY_POINTS)
    frame = (0, _WIDTH_PX, height_px, 0)
    ax.imshow(raster, interpolation="none", aspect="auto", extent=frame, zorder=2)
    ax.set(xlim=frame[:2], ylim=frame[2:])
    ax.axis("off")
    words = "" if len(cells) == n else f", {len(cells):,} of them shown"
    style.set_title(ax, title, n, f"pictures{words}")
    if licence:
        style.licence_note(figure, licence)
    return ax


def neighbour_sheet(
    images: Sequence[Sequence[np.ndarray]],
    captions: Sequence[Sequence[str]],
    similarities: Sequence[Sequence[float]],
    title: str,
    licence: str = "",
) -> Figure:
    """Draw pictures in front, and in each row the nearest neighbours of the first.

    Parameters
    ----------
    images : sequence of sequence of ndarray of uint8, shape (H, W, 3)
        For each row the query, then its neighbours, the nearest first.
    captions : sequence of sequence of str
        One for each picture, for example its label; a neighbour that has the query's
        is ticked.
    similarities : sequence of sequence of float
        Of each neighbour to its query, one less than pictures.
    title : str
        Which encoder.
    licence : str, optional
        Of the pictures.

    Returns
    -------
    Figure
        Neighbours of the same label have a green frame and a tick, others an orange
        one and a cross; where there is no label there is neither.
    """
    n_columns = max(map(len, images), default=1)
    cells, words = [], []
    for row, labels, near in zip(images, captions, similarities, strict=True):
        cells.append(_framed(row[0], style.INK))
        words.append(labels[0] or "query")
        for image, label, cosine in zip(row[1:], labels[1:], near, strict=True):
            sign, colour = _verdict(labels[0], label)
            cells.append(_framed(image, colour))
            words.append(f"{sign}{cosine:.2f} {label}")
        cells += [_BLANK] * (n_columns - len(row))
        words += [""] * (n_columns - len(row))
    sheet = contact_sheet(cells, words, title, n_columns, licence)
    noun = "query" if len(images) == 1 else "queries"
    style.set_title(sheet.axes[0], title, len(images), noun)
    return sheet


def row_sheet(
    rows: Mapping[str, Sequence[np.ndarray]], title: str, licence: str = "", n: int = 0
) -> Figure:
    """Draw pictures in named rows, for example one for each cluster.

    Parameters
    ----------
    rows : mapping of str to sequence of ndarray of uint8, shape (H, W, 3)
        Name, written under the first picture of the row -> its pictures; a shorter row
        ends early.
    title : str
        What they show.
    licence : str, optional
        Of the pictures.
    n : int, optional
        How many there are, where these are a sample of more.

    Returns
    -------
    Figure
        For `saving.save_figure`.
    """
    n_columns = max(map(len, rows.values()), default=1)
    cells, words = [], []
    for name, images in rows.items():
        n_blank = n_columns - len(images)
        cells += [*images, *[_BLANK] * n_blank]
        words += [name, *[""] * (n_columns - 1)]
    sheet = contact_sheet(cells, words, title, n_columns, licence)
    n_shown = sum(map(len, rows.values()))
    unit = f"pictures, {n_shown:,} of them shown" if n > n_shown else "pictures"
    style.set_title(sheet.axes[0], title, max(n, n_shown), unit)
    return sheet


def _places_px(points: np.ndarray, edge_px: int) -> tuple[np.ndarray, int]:
    """Return the middle of each picture in pixels and the height of the map."""
    if not len(points):
        return np.empty((0, 2)), edge_px
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scale = (_WIDTH_PX - edge_px) / max(span.max(), 1e-9)
    height_px = int(max(span[1] * scale, 260)) + edge_px
    room = np.array([_WIDTH_PX, height_px])
    places = room / 2 + (points - low - span / 2) * scale * (1, -1)
    return places, height_px


def _cells(
    places: np.ndarray, n_columns: int, n_lines: int
) -> dict[int, tuple[int, int]]:
    """Give pictures cells of a raster, their own or one beside it, the nearest first.

    Places are in units of a cell; each picture and each cell is used once at most.
    """
    beside = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    near = np.floor(places).astype(int)[:, None] + beside
    gaps = np.abs(near + 0.5 - places[:, None]).max(axis=2)
    exists = ((near >= 0) & (near < (n_columns, n_lines))).all(axis=2)
    rows, choices = np.nonzero(exists)
    order = np.argsort(gaps[exists], kind="stable")
    taken: set[tuple[int, int]] = set()
    placed: dict[int, tuple[int, int]] = {}
    pairs = zip(rows[order], near[rows, choices][order], strict=True)
    for row, (column, line) in pairs:
        if row not in placed and (column, line) not in taken:
            taken.add((column, line))
            placed[int(row)] = (int(column), int(line))
    return placed


def _framed(image: np.ndarray, colour: str | None) -> np.ndarray:
    """Return a picture as a square with a frame; without one where it says nothing."""
    mat = tuple(round(255 * channel) for channel in to_rgb(style.EMPTY))
    square = resize(image, _CELL_PX, _CELL_PX, "pad", mat)
    if colour is not None:
        inside = np.zeros((_CELL_PX, _CELL_PX), bool)
        inside[_FRAME_PX:-_FRAME_PX, _FRAME_PX:-_FRAME_PX] = True
        square[~inside] = np.round(255 * np.array(to_rgb(colour)))
    return square


def _verdict(query: str, neighbour: str) -> tuple[str, str | None]:
    """Return the sign and the colour that say whether two labels agree."""
    if not query or not neighbour:
        return "", None
    return ("✓ ", style.GOOD) if query == neighbour else ("✗ ", style.BAD)
