"""Change a picture's size: averaged when smaller, smooth when larger."""

from typing import Literal, get_args

import cv2
import numpy as np

from helpers.base.errors import ParameterError

Fit = Literal["squash", "pad", "crop"]
"""What happens to a picture of another aspect ratio."""


def resize(
    rgb: np.ndarray,
    height_px: int,
    width_px: int,
    fit: Fit = "squash",
    pad_rgb: tuple[int, int, int] | None = None,
) -> np.ndarray:
    """Return a picture in another size.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (height, width, 3)
        The picture.
    height_px, width_px : int
        The size wanted, at least 1.
    fit : {"squash", "pad", "crop"}, optional
        ``"squash"`` changes the aspect ratio (circles become ellipses), ``"pad"`` keeps
        the whole picture and fills the rest, ``"crop"`` keeps its centre.
    pad_rgb : tuple of int, optional
        Colour of the padding; by default the mean colour of the picture's own edge,
        which adds no border for a model to see.

    Returns
    -------
    ndarray of uint8, shape (height_px, width_px, 3)
        Never a view of `rgb`.

    Raises
    ------
    ParameterError
        If the size or `fit` is not one of those above.
    ValueError
        If `rgb` is not such an array.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise ValueError(f"need uint8 (height, width, 3), got {rgb.dtype} {rgb.shape}")
    if height_px < 1 or width_px < 1:
        raise ParameterError(
            f"no picture has {height_px} x {width_px} px",
            where="size",
            way_out="give whole numbers from 1",
        )
    if fit == "squash":
        return _scaled(rgb, height_px, width_px)
    if fit == "crop":
        return _scaled(_centre(rgb, height_px, width_px), height_px, width_px)
    if fit == "pad":
        return _padded(rgb, height_px, width_px, pad_rgb)
    raise ParameterError(f"no way to fit is called {fit!r}", "fit", f"{get_args(Fit)}")


def _scaled(rgb: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    # Two steps: where one axis shrinks and the other grows, OpenCV's area mode would
    # not average along either.
    height, width = min(height_px, rgb.shape[0]), min(width_px, rgb.shape[1])
    smaller = rgb
    if (height, width) != rgb.shape[:2]:
        smaller = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    if (height, width) == (height_px, width_px):
        return smaller.copy() if smaller is rgb else smaller
    return cv2.resize(smaller, (width_px, height_px), interpolation=cv2.INTER_CUBIC)


def _centre(rgb: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """Return the largest part around the centre with the aspect ratio wanted."""
    scale = min(rgb.shape[0] / height_px, rgb.shape[1] / width_px)
    height = max(1, min(rgb.shape[0], round(height_px * scale)))
    width = max(1, min(rgb.shape[1], round(width_px * scale)))
    top, left = (rgb.shape[0] - height) // 2, (rgb.shape[1] - width) // 2
    return rgb[top : top + height, left : left + width]


def _padded(
    rgb: np.ndarray,
    height_px: int,
    width_px: int,
    pad_rgb: tuple[int, int, int] | None,
) -> np.ndarray:
    scale = min(height_px / rgb.shape[0], width_px / rgb.shape[1])
    height = max(1, min(height_px, round(rgb.shape[0] * scale)))
    width = max(1, min(width_px, round(rgb.shape[1] * scale)))
    inside = _scaled(rgb, height, width)
    padded = np.empty((height_px, width_px, 3), dtype=np.uint8)
    padded[:] = _edge_rgb(inside) if pad_rgb is None else pad_rgb
    top, left = (height_px - height) // 2, (width_px - width) // 2
    padded[top : top + height, left : left + width] = inside
    return padded


def _edge_rgb(rgb: np.ndarray) -> np.ndarray:
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    return edge.mean(axis=0).round().astype(np.uint8)
