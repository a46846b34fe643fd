"""Discs, ribbons and lines drawn with sub-pixel precision."""

import cv2
import numpy as np

from helpers.data.sample.painting.fields import blur

SUBPIXEL_BITS = 4  # cv2 draws fixed-point coordinates: 1/16 px is finer than the eye


def draw_discs(
    shape: tuple[int, int], centres: np.ndarray, radii: np.ndarray, soft_px: float
) -> np.ndarray:
    """Draw soft discs.

    Parameters
    ----------
    shape : tuple of int
        (height, width).
    centres : ndarray of float, shape (n, 2)
        (x, y) in pixels.
    radii : ndarray of float, shape (n,)
        Pixels.
    soft_px : float
        Blur of the rims.

    Returns
    -------
    ndarray of float32, shape (height, width)
        Coverage in [0, 1].
    """
    canvas = np.zeros(shape, np.uint8)
    fixed = np.round(np.asarray(centres) * 2**SUBPIXEL_BITS).astype(int)
    sizes = np.round(np.asarray(radii) * 2**SUBPIXEL_BITS).astype(int)
    for (x, y), radius in zip(fixed.tolist(), sizes.tolist(), strict=True):
        cv2.circle(canvas, (x, y), max(radius, 1), 255, -1, cv2.LINE_AA, SUBPIXEL_BITS)
    return blur(canvas.astype(np.float32) * np.float32(1 / 255), soft_px)


def draw_ribbon(canvas: np.ndarray, path: np.ndarray, widths: np.ndarray) -> None:
    """Fill a ribbon of varying width along a path, in place.

    Parameters
    ----------
    canvas : ndarray of uint8, shape (H, W)
        Coverage, 255 is full.
    path : ndarray of float, shape (n, 2)
        (x, y) in pixels, n at least 2.
    widths : ndarray of float, shape (n,)
        Full width at each point of the path, pixels.
    """
    tangent = np.gradient(path, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)[:, None]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / length
    side = normal * (np.asarray(widths)[:, None] / 2)
    polygon = np.concatenate([path + side, (path - side)[::-1]])
    fixed = np.round(polygon * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)


def draw_lines(canvas: np.ndarray, paths: np.ndarray, width_px: float) -> None:
    """Draw many fine lines of one width at once, in place.

    Parameters
    ----------
    canvas : ndarray of uint8, shape (H, W)
        Coverage, 255 is full.
    paths : ndarray of float, shape (n_lines, n_points, 2)
        (x, y) in pixels.
    width_px : float
        Width; below one pixel the line is drawn one pixel wide, but fainter.
    """
    fixed = np.ascontiguousarray(
        np.round(np.asarray(paths) * 2**SUBPIXEL_BITS), np.int32
    )
    level = int(255 * min(1.0, max(width_px, 0.25)))
    thick = max(1, round(width_px))
    cv2.polylines(canvas, list(fixed), False, level, thick, cv2.LINE_AA, SUBPIXEL_BITS)


def bend(start: np.ndarray, end: np.ndarray, bow_px: float, n: int = 14) -> np.ndarray:
    """Join two points by a quadratic curve.

    Parameters
    ----------
    start, end : ndarray of float, shape (2,)
        (x, y) in pixels.
    bow_px : float
        How far the middle lies beside the straight line; the sign picks the side.
    n : int
        Points on the curve.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        (x, y) in pixels.
    """
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = end - start
    normal = np.array([-along[1], along[0]]) / max(np.hypot(*along), 1e-6)
    control = (start + end) / 2 + 2 * bow_px * normal
    t = np.linspace(0, 1, n)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
