"""The ways in which a copied picture differs from its original."""

from collections.abc import Callable

import cv2
import numpy as np

ALTERATIONS = ("reencoded", "resized", "cropped", "brightness", "mirrored", "rotated")
"""Near copies; an exact copy is called ``"exact"``."""

CROP_SHARE = (0.05, 0.15)
"""Share of each side that a crop takes away."""

SMALLEST_PX = 120
"""No copy has a shorter side, so that the sample keeps to the sizes it promises."""


def alter(
    rng: np.random.Generator, rgb: np.ndarray, mask: np.ndarray, alteration: str
) -> tuple[np.ndarray, np.ndarray]:
    """Alter a picture, and its mask with it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness: by how much.
    rgb : ndarray of uint8, shape (H, W, 3)
        The original as decoded from its file.
    mask : ndarray of bool, shape (H, W)
        Lesion.
    alteration : str
        One of `ALTERATIONS`; ``"reencoded"`` leaves the pixels to the JPEG encoder.

    Returns
    -------
    rgb : ndarray of uint8, shape (H', W', 3)
        The altered picture.
    mask : ndarray of bool, shape (H', W')
        The mask in its geometry.
    """
    if alteration == "reencoded":
        return rgb, mask
    if alteration == "brightness":
        return _brighten(rng, rgb), mask
    change = _GEOMETRY[alteration](rng, rgb.shape[0], rgb.shape[1])
    new_mask = change(mask.astype(np.uint8) * 255, cv2.INTER_NEAREST) > 127
    return change(rgb, cv2.INTER_AREA), new_mask


def _brighten(rng: np.random.Generator, rgb: np.ndarray) -> np.ndarray:
    gain = rng.uniform(0.78, 0.92) if rng.random() < 0.5 else rng.uniform(1.08, 1.22)
    return cv2.convertScaleAbs(rgb, alpha=gain, beta=rng.uniform(-6, 6))


def _resize(rng: np.random.Generator, height_px: int, width_px: int) -> Callable:
    least = SMALLEST_PX / min(height_px, width_px)
    scale = (
        rng.uniform(max(0.55, least), 0.85) if least < 0.82 else rng.uniform(1.2, 1.6)
    )
    size = round(width_px * scale), round(height_px * scale)
    shrinks = scale < 1

    def change(image: np.ndarray, method: int) -> np.ndarray:
        """Resize picture or mask."""
        if method == cv2.INTER_AREA and not shrinks:
            method = cv2.INTER_CUBIC
        return cv2.resize(image, size, interpolation=method)

    return change


def _crop(rng: np.random.Generator, height_px: int, width_px: int) -> Callable:
    n_rows = _n_to_cut(rng, height_px)
    n_columns = _n_to_cut(rng, width_px)
    top, left = rng.integers(0, n_rows + 1), rng.integers(0, n_columns + 1)
    rows = slice(top, top + height_px - n_rows)
    columns = slice(left, left + width_px - n_columns)
    return lambda image, method: np.ascontiguousarray(image[rows, columns])


def _n_to_cut(rng: np.random.Generator, side_px: int) -> int:
    n = round(side_px * rng.uniform(*CROP_SHARE))
    return max(0, min(n, side_px - SMALLEST_PX))


def _mirror(rng: np.random.Generator, height_px: int, width_px: int) -> Callable:
    axis = 1 if rng.random() < 0.75 else 0
    return lambda image, method: np.ascontiguousarray(np.flip(image, axis))


def _rotate(rng: np.random.Generator, height_px: int, width_px: int) -> Callable:
    angle_deg = rng.uniform(2, 8) * rng.choice([-1, 1])
    centre = ((width_px - 1) / 2, (height_px - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, angle_deg, 1.0)
    size, border = (width_px, height_px), cv2.BORDER_REFLECT_101

    def change(image: np.ndarray, method: int) -> np.ndarray:
        """Turn picture or mask."""
        # INTER_AREA is for shrinking; a turned picture wants INTER_LINEAR.
        method = cv2.INTER_LINEAR if method == cv2.INTER_AREA else method
        return cv2.warpAffine(image, matrix, size, flags=method, borderMode=border)

    return change


_GEOMETRY = {
    "resized": _resize,
    "cropped": _crop,
    "mirrored": _mirror,
    "rotated": _rotate,
}
