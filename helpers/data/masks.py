"""Lesion masks: read as True and False in the picture's own size, and doubted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import PictureError
from helpers.data.collection import Problems
from helpers.images import decode, resize

THRESHOLD = 127
"""A mask's pixel above this is lesion; the published masks hold 0 and 255 only."""

_INVERTED_FRAME, _INVERTED_CENTRE = 0.9, 0.5


def read_mask(path: Path, height_px: int, width_px: int) -> np.ndarray:
    """Read a mask and bring it to the size of its picture.

    Parameters
    ----------
    path : Path
        The mask, of any size; gray edge values are cut at `THRESHOLD`.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    ndarray of bool, shape (height_px, width_px)
        True on the lesion. Another size is resampled to the nearest pixel.

    Raises
    ------
    PictureError
        If it cannot be decoded.
    """
    return _resampled(decode.decode(path)[..., 0], height_px, width_px)


def read_doubted(
    path: Path, height_px: int, width_px: int
) -> tuple[np.ndarray, list[tuple[str, str, str]]]:
    """Read a mask as `read_mask` does, and say what is doubtful about it.

    Parameters
    ----------
    path, height_px, width_px
        As for `read_mask`.

    Returns
    -------
    mask : ndarray of bool, shape (height_px, width_px)
    doubts : list of (kind, action, detail)
        The kinds of `check_masks`, but "mask unreadable".

    Raises
    ------
    PictureError
        If it cannot be decoded.
    """
    gray = decode.decode(path)[..., 0]
    mask = _resampled(gray, height_px, width_px)
    return mask, _doubts_about(gray, height_px, width_px)


def share(mask: np.ndarray, size_px: int) -> np.ndarray:
    """Return which part of each pixel of a square is lesion.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        In the picture's own size.
    size_px : int
        Side of the square.

    Returns
    -------
    ndarray of uint8, shape (size_px, size_px)
        0 none of it, 255 all of it.
    """
    picture = np.repeat(mask[..., None].astype(np.uint8) * 255, 3, axis=2)
    return resize.resize(picture, size_px, size_px, "squash")[..., 0]


def check_masks(table: pd.DataFrame, data: Path, n_threads: int = 4) -> pd.DataFrame:
    """Open every mask and list the doubtful ones; nothing is changed.

    Parameters
    ----------
    table : DataFrame
        HAM10000's, with image_id, path and mask_path.
    data : Path
        The data folder.
    n_threads : int, optional
        Decoding lets go of Python's lock.

    Returns
    -------
    DataFrame
        Columns dataset, file, line, kind, detail, action; one row per doubt, of kind
        "mask of another size" (resized when read), "mask with gray values"
        (thresholded), "mask empty", "mask full" and "mask perhaps inverted" (kept),
        "mask unreadable".
    """
    table = table[table["mask_path"] != ""]
    pairs = list(zip(table["path"], table["mask_path"], strict=True))
    with ThreadPoolExecutor(n_threads) as pool:
        doubts = list(pool.map(lambda pair: _doubts_about_file(data, *pair), pairs))
    problems = Problems("ham10000")
    for (_, file), found in zip(pairs, doubts, strict=True):
        for kind, action, detail in found:
            problems.add(kind, action, file, detail)
    return problems.frame()


def _resampled(gray: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    mask = gray > THRESHOLD
    rows = _nearest(mask.shape[0], height_px)
    columns = _nearest(mask.shape[1], width_px)
    return mask[rows][:, columns]


def _nearest(n_from: int, n_to: int) -> np.ndarray:
    # Centre to centre, so that a mask of twice the size does not shift by a pixel.
    return ((np.arange(n_to) + 0.5) * n_from / n_to).astype(int)


def _doubts_about_file(
    data: Path, picture: str, mask: str
) -> list[tuple[str, str, str]]:
    try:
        gray = decode.decode(data / mask)[..., 0]
        width_px, height_px = decode.measure(data / picture)[:2]
    except PictureError as error:
        return [("mask unreadable", "kept", str(error))]
    return _doubts_about(gray, height_px, width_px)


def _doubts_about(
    gray: np.ndarray, height_px: int, width_px: int
) -> list[tuple[str, str, str]]:
    doubts = []
    if gray.shape != (height_px, width_px):
        sizes = f"{gray.shape[1]}x{gray.shape[0]}, picture {width_px}x{height_px}"
        doubts.append(("mask of another size", "resized to nearest", sizes))
    n_gray = int(((gray > 0) & (gray < 255)).sum())
    if n_gray:
        action = f"thresholded at {THRESHOLD}"
        doubts.append(("mask with gray values", action, f"{n_gray} pixels"))
    return doubts + _doubts_about_shape(gray > THRESHOLD)


def _doubts_about_shape(lesion: np.ndarray) -> list[tuple[str, str, str]]:
    if not lesion.any():
        return [("mask empty", "kept", "no lesion pixel")]
    if lesion.all():
        return [("mask full", "kept", "lesion pixels only")]
    height_px, width_px = lesion.shape
    frame = np.concatenate([lesion[[0, -1]].ravel(), lesion[:, [0, -1]].ravel()])
    centre = lesion[
        height_px // 3 : height_px - height_px // 3,
        width_px // 3 : width_px - width_px // 3,
    ]
    if frame.mean() > _INVERTED_FRAME and centre.mean() < _INVERTED_CENTRE:
        detail = (
            f"{frame.mean():.0%} of the frame is lesion, {centre.mean():.0%} inside"
        )
        return [("mask perhaps inverted", "kept", detail)]
    return []
