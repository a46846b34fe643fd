"""Smooth random fields and soft shapes: what every drawing here is made of."""

from functools import lru_cache

import cv2
import numpy as np


def smoothstep(low: float, high: float, values: np.ndarray) -> np.ndarray:
    """Rise smoothly from 0 at `low` to 1 at `high` (or fall, if `low` > `high`).

    Parameters
    ----------
    low, high : float
        Where the ramp starts and ends.
    values : ndarray of float
        Any shape.

    Returns
    -------
    ndarray of float32
        In [0, 1], shape of `values`.
    """
    t = np.clip((values - low) * np.float32(1.0 / (high - low)), 0.0, 1.0)
    return (t * t * (3.0 - 2.0 * t)).astype(np.float32, copy=False)


def blur(field: np.ndarray, sigma_px: float) -> np.ndarray:
    """Blur with a Gaussian; wide ones at a lower resolution, where they cost little.

    Parameters
    ----------
    field : ndarray of float32, shape (H, W) or (H, W, 3)
        Any range.
    sigma_px : float
        Standard deviation in pixels; below 0.2 nothing is done.

    Returns
    -------
    ndarray of float32
        Shape of `field`.
    """
    if sigma_px < 0.2:
        return field
    height, width = field.shape[:2]
    step = int(max(1, min(sigma_px / 2.5, min(height, width) / 8)))
    if step == 1:
        return cv2.GaussianBlur(field, (0, 0), sigma_px)
    size = (max(2, width // step), max(2, height // step))
    small = cv2.resize(field, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / step)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def noise(
    rng: np.random.Generator, height_px: int, width_px: int, cell_px: float
) -> np.ndarray:
    """Draw smooth noise with features about `cell_px` wide.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    cell_px : float
        Spacing of the random lattice; below 1.5 the noise is white.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px)
        Mean near 0, standard deviation near 1.
    """
    if cell_px < 1.5:  # uniform, not normal: nobody sees the tails, and it is cheap
        white = rng.random((height_px, width_px), dtype=np.float32)
        return (white - np.float32(0.5)) * np.float32(3.46)
    step = max(1, int(cell_px / 3))  # cubic is dear: only as fine as the cells need
    cell = cell_px / step
    small = height_px // step + 2, width_px // step + 2
    nodes = [int(n / cell) + 5 for n in small]
    lattice = rng.standard_normal(nodes, dtype=np.float32)
    full = [round(n * cell) for n in nodes]
    top, left = (int(rng.uniform(1, 2) * cell) for _ in range(2))
    field = cv2.resize(lattice, full[::-1], interpolation=cv2.INTER_CUBIC)
    field = field[top : top + small[0], left : left + small[1]]
    if step > 1:
        size = (small[1] * step, small[0] * step)
        field = cv2.resize(field, size, interpolation=cv2.INTER_LINEAR)
    field = field[:height_px, :width_px]
    return field * np.float32(1.35)  # cubic interpolation between nodes loses variance


def fractal_noise(
    rng: np.random.Generator,
    height_px: int,
    width_px: int,
    cell_px: float,
    n_octaves: int = 3,
) -> np.ndarray:
    """Sum noise of `cell_px`, `cell_px` / 2, ... with halving amplitude.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    cell_px : float
        Feature size of the coarsest octave.
    n_octaves : int
        At least 1.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px)
        Mean near 0, standard deviation near 1.
    """
    total = noise(rng, height_px, width_px, cell_px)
    for k in range(1, n_octaves):
        total += noise(rng, height_px, width_px, cell_px / 2**k) * np.float32(0.5**k)
    return total * np.float32(0.87)


@lru_cache(maxsize=8)
def polar_grid(size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Give radius and angle of every pixel of a square, seen from its centre.

    Parameters
    ----------
    size_px : int
        Side of the square.

    Returns
    -------
    radius, angle : ndarray of float32, shape (size_px, size_px)
        Pixels, and radians in [-pi, pi]. Shared and read-only.
    """
    axis = np.arange(size_px, dtype=np.float32) - np.float32((size_px - 1) / 2)
    x, y = np.meshgrid(axis, axis)
    grids = np.hypot(x, y), np.arctan2(y, x)
    for grid in grids:
        grid.setflags(write=False)
    return grids
