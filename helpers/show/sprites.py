"""Many small pictures in a few JPEG sheets, and numbers, as text for one HTML file."""

import base64
import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import PIL.Image

SHEET_PX = 1024
"""Side of a sheet: far below what any browser decodes, and decoded in some 6 ms."""
# JPEG works in blocks, of 16 pixels where colour is halved: a cell that ends with a
# block never shows the edge of its neighbour.
_BLOCK_PX = 16
_QUALITY = 80


class Sprites(NamedTuple):
    """Pictures in rows, from left to right, on one sheet after the other."""

    sheets: list[str]  # data: URIs of JPEGs
    n_columns: int  # cells in a row of a sheet
    n_per_sheet: int
    cell_px: int  # side of a cell; the picture lies at its upper left


def pack_pictures(pictures: np.ndarray) -> Sprites:
    """Lay equal square pictures out on JPEG sheets.

    Parameters
    ----------
    pictures : ndarray of uint8, shape (n, size, size, 3)
        RGB; none give no sheet.

    Returns
    -------
    Sprites
        The same bytes for the same pictures (and version of Pillow). A picture of
        48 x 48 pixels takes about 1 kB.

    Examples
    --------
    >>> pack_pictures(np.zeros((500, 40, 40, 3), np.uint8))[1:]
    (21, 441, 48)
    """
    size_px = pictures.shape[1]
    cell_px = -(-size_px // _BLOCK_PX) * _BLOCK_PX
    n_columns = max(1, SHEET_PX // cell_px)
    sheets = [_data_uri(sheet) for sheet in _montages(pictures, n_columns, cell_px)]
    return Sprites(sheets, n_columns, n_columns**2, cell_px)


def pack_numbers(numbers: np.ndarray) -> str:
    """Return whole numbers below 65,536 as base64 of little-endian 16-bit words.

    Parameters
    ----------
    numbers : ndarray of int, any shape
        In [0, 65535]; read in C order.

    Returns
    -------
    str
        ASCII.

    Examples
    --------
    >>> pack_numbers(np.array([1, 258]))
    'AQACAQ=='
    """
    return base64.b64encode(np.asarray(numbers).astype("<u2").tobytes()).decode()


def _montages(
    pictures: np.ndarray, n_columns: int, cell_px: int
) -> Iterator[np.ndarray]:
    """Yield the pictures in sheets of at most `n_columns` rows and columns."""
    margin = (0, cell_px - pictures.shape[1])
    for start in range(0, len(pictures), n_columns**2):
        some = pictures[start : start + n_columns**2]
        n_rows = -(-len(some) // n_columns)
        blank = (0, n_rows * n_columns - len(some))
        cells = np.pad(some, (blank, (0, 0), (0, 0), (0, 0)))
        # A picture's own edge goes on to the end of its block, which costs no bytes.
        cells = np.pad(cells, ((0, 0), margin, margin, (0, 0)), mode="edge")
        cells = cells.reshape(n_rows, n_columns, cell_px, cell_px, 3)
        yield cells.swapaxes(1, 2).reshape(n_rows * cell_px, n_columns * cell_px, 3)


def _data_uri(rgb: np.ndarray) -> str:
    buffer = io.BytesIO()
    PIL.Image.fromarray(rgb).save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
