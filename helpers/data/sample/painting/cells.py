"""Jittered honeycombs: the meshes and mosaics of skin."""

import cv2
import numpy as np


def cell_distance(
    rng: np.random.Generator,
    height_px: int,
    width_px: int,
    spacing_px: float,
    jitter: float = 0.3,
) -> np.ndarray:
    """Measure the distance to the nearest seed of a jittered honeycomb lattice.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    spacing_px : float
        Mean distance of neighbouring seeds.
    jitter : float
        Shift of each seed as a share of the spacing; 0 is a perfect honeycomb.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px)
        0 at a seed, near 1 where cells meet.
    """
    seeds = lattice_points(rng, height_px, width_px, spacing_px, jitter)
    canvas = np.ones((height_px, width_px), np.uint8)
    x, y = np.round(seeds).astype(int).T
    inside = (x >= 0) & (x < width_px) & (y >= 0) & (y < height_px)
    canvas[y[inside], x[inside]] = 0
    distance = cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_5)
    return distance * np.float32(1.0 / (0.58 * spacing_px))  # hexagon's outer radius


def cell_borders(
    rng: np.random.Generator,
    height_px: int,
    width_px: int,
    spacing_px: float,
    jitter: float = 0.3,
    line_px: float = 1.2,
) -> np.ndarray:
    """Draw the borders between the cells of a jittered honeycomb: a mesh.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    spacing_px : float
        Mean distance of neighbouring cells.
    jitter : float
        Shift of each cell as a share of the spacing.
    line_px : float
        Standard deviation of the lines' profile.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px)
        About 1 on a line, 0 in a cell.
    """
    seeds = lattice_points(rng, height_px, width_px, spacing_px, jitter)
    canvas = np.ones((height_px, width_px), np.uint8)
    x, y = np.round(seeds).astype(int).T
    inside = (x >= 0) & (x < width_px) & (y >= 0) & (y < height_px)
    canvas[y[inside], x[inside]] = 0
    _, cells = cv2.distanceTransformWithLabels(
        canvas, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    edge = np.zeros((height_px, width_px), np.float32)
    edge[:, 1:] = cells[:, 1:] != cells[:, :-1]
    edge[1:] = np.maximum(edge[1:], cells[1:] != cells[:-1])
    peak = 0.45 / max(line_px, 0.5)  # of a blurred line one to two pixels wide
    return np.minimum(cv2.GaussianBlur(edge, (0, 0), line_px) / np.float32(peak), 1.3)


def lattice_points(
    rng: np.random.Generator,
    height_px: int,
    width_px: int,
    spacing_px: float,
    jitter: float = 0.3,
) -> np.ndarray:
    """Place points on a jittered honeycomb lattice that covers a field.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    spacing_px : float
        Mean distance of neighbours.
    jitter : float
        Shift of each point as a share of the spacing.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        (x, y) in pixels; a margin of one spacing lies outside.
    """
    row_step = spacing_px * 0.866
    rows = np.arange(-1, height_px / row_step + 1)
    cols = np.arange(-1, width_px / spacing_px + 1)
    grid_x, grid_y = np.meshgrid(cols, rows)
    grid_x = grid_x + 0.5 * (rows[:, None] % 2)
    points = np.stack([grid_x * spacing_px, grid_y * row_step], axis=-1).reshape(-1, 2)
    return points + rng.normal(0.0, jitter * spacing_px * 0.6, points.shape)
