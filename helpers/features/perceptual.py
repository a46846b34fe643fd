"""Perceptual hashes of a picture in its eight orientations, and the pairs they make."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from PIL import Image
from scipy import fft

from helpers.base.errors import ParameterError

N_ORIENTATIONS = 8
HASH_SIDE = 8
GRAY_SIDE = 32
MAX_PAIRS = 20_000_000
_BLOCK_ROWS = 1024


def orient(picture: np.ndarray, orientation: int) -> np.ndarray:
    """Turn or mirror a picture into one of its eight orientations.

    Parameters
    ----------
    picture : ndarray, shape (height, width, ...)
        Any picture or mask.
    orientation : int
        0 as it is; 1 mirrored left to right; 2 top to bottom; 3 both (turned by 180
        degrees); 4 to 7 the same, then transposed.

    Returns
    -------
    ndarray
        A view.

    Examples
    --------
    >>> orient(np.array([[1, 2], [3, 4]]), 5).tolist()
    [[2, 4], [1, 3]]
    """
    if orientation & 1:
        picture = picture[:, ::-1]
    if orientation & 2:
        picture = picture[::-1]
    return picture.swapaxes(0, 1) if orientation & 4 else picture


def gray_squares(pictures: Iterable[np.ndarray]) -> np.ndarray:
    """Shrink pictures to the small gray squares that the hash is taken of.

    Parameters
    ----------
    pictures : iterable of ndarray of uint8, shape (height, width, 3)
        RGB pictures, one at a time in memory.

    Returns
    -------
    ndarray of uint8, shape (n, 32, 32)
        As `imagehash.phash` makes them: Pillow's gray and its Lanczos filter.
    """
    side = (GRAY_SIDE, GRAY_SIDE)
    squares = [
        np.asarray(
            Image.fromarray(rgb).convert("L").resize(side, Image.Resampling.LANCZOS)
        )
        for rgb in pictures
    ]
    return np.array(squares, dtype=np.uint8).reshape(-1, *side)


def perceptual_hashes(squares: np.ndarray) -> np.ndarray:
    """Hash gray squares in all eight orientations from one cosine transform.

    A mirrored picture changes the sign of the odd frequencies and a transposed one
    swaps the axes, so the seven other hashes need no further transform. The first
    equals ``imagehash.phash``, which does one picture and one orientation at a time.

    Parameters
    ----------
    squares : ndarray of uint8, shape (n, 32, 32)
        From `gray_squares`.

    Returns
    -------
    ndarray of uint64, shape (n, 8)
        Column `k` is the hash of ``orient(picture, k)``, its 64 bits in imagehash's
        order.

    References
    ----------
    .. [1] Zauner (2010). Implementation and benchmarking of perceptual image hash
       functions. Thesis, FH Hagenberg, section 3.2.
    """
    waves = fft.dctn(squares.astype(np.float64), axes=(1, 2))
    low = waves[:, :HASH_SIDE, :HASH_SIDE]
    odd = 1.0 - 2.0 * (np.arange(HASH_SIDE) % 2)
    hashes = np.empty((len(squares), N_ORIENTATIONS), dtype=np.uint64)
    for k in range(N_ORIENTATIONS):
        turned = low * odd if k & 1 else low
        turned = turned * odd[:, None] if k & 2 else turned
        turned = turned.swapaxes(1, 2) if k & 4 else turned
        flat = turned.reshape(len(squares), HASH_SIDE**2)
        bits = np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)
        hashes[:, k] = np.ascontiguousarray(bits).view(">u8").ravel()
    return hashes


def hamming_pairs(
    hashes: np.ndarray, max_distance: int, max_pairs: int = MAX_PAIRS
) -> pd.DataFrame:
    """Find the pairs whose hashes differ in few bits in the best orientation.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n, 8)
        From `perceptual_hashes`.
    max_distance : int
        Largest number of differing bits, 0 to 63.
    max_pairs : int, optional
        Give up beyond so many pairs.

    Returns
    -------
    DataFrame
        Columns i < j (int64), distance (int64, bits) and orientation (int64: `i` in
        this orientation looks like `j`), sorted by i and j.

    Raises
    ------
    ParameterError
        If the distance is out of range or there are more than `max_pairs` pairs.
    """
    if not 0 <= max_distance < 64:
        raise ParameterError(
            f"{max_distance} of 64 bits cannot be a distance to search in",
            where="max_distance",
            way_out="give a whole number from 0 to 63",
        )
    n_rows, found, n_found = len(hashes), [], 0
    for top in range(0, n_rows, _BLOCK_ROWS):
        for left in range(top, n_rows, _BLOCK_ROWS):
            rows = hashes[top : top + _BLOCK_ROWS]
            best = _best_distances(rows, hashes[left : left + _BLOCK_ROWS, 0])
            i, j = np.nonzero(best <= max_distance)
            upper = i + top < j + left
            i, j = i[upper] + top, j[upper] + left
            found.append(np.stack([i, j]))
            n_found += len(i)
            if n_found > max_pairs:
                raise ParameterError(
                    f"{n_found:,} pairs lie within {max_distance} bits after "
                    f"{top + len(rows):,} of {n_rows:,} pictures",
                    where="max_distance",
                    way_out="take a smaller distance; are most pictures blank?",
                )
    i, j = np.hstack(found) if found else np.empty((2, 0), np.int64)
    each = np.bitwise_count(hashes[i] ^ hashes[j, :1])
    frame = pd.DataFrame({"i": i, "j": j})
    frame["distance"] = each.min(axis=1).astype(np.int64)
    frame["orientation"] = each.argmin(axis=1).astype(np.int64)
    return frame.sort_values(["i", "j"], ignore_index=True)


def _best_distances(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the smallest distance over the eight orientations of each row."""
    best = np.bitwise_count(rows[:, :1] ^ columns)
    for k in range(1, N_ORIENTATIONS):
        np.minimum(best, np.bitwise_count(rows[:, k, None] ^ columns), out=best)
    return best
