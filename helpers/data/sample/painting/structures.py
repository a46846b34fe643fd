"""Dermoscopic structures as coverage maps: network, globules, vessels, lacunae ...

Names and looks follow the revised pattern analysis of the International Dermoscopy
Society (Kittler et al., J. Am. Acad. Dermatol. 74, 2016).
"""

import numpy as np

from helpers.data.sample.painting.cells import cell_borders, cell_distance
from helpers.data.sample.painting.fields import blur, fractal_noise, noise, smoothstep
from helpers.data.sample.painting.strokes import bend, draw_discs, draw_ribbon


def draw_network(
    rng: np.random.Generator, size_px: int, spacing_px: float, jitter: float
) -> np.ndarray:
    """Draw a pigment network: brown lines around lighter holes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    size_px : int
        Side of the square field.
    spacing_px : float
        Mean distance of the holes.
    jitter : float
        0.2 is a typical network, 0.8 an atypical one.

    Returns
    -------
    ndarray of float32, shape (size_px, size_px)
        1 on a line, 0 in a hole.
    """
    fine = cell_borders(rng, size_px, size_px, spacing_px, jitter, 0.17 * spacing_px)
    return np.clip(fine * (0.75 + 0.3 * noise(rng, size_px, size_px, 25)), 0, 1.2)


def draw_globules(
    rng: np.random.Generator,
    weight: np.ndarray,
    n: int,
    radius_px: tuple[float, float],
    soft_px: float = 0.8,
) -> np.ndarray:
    """Scatter round dots or globules where a weight map allows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    weight : ndarray of float, shape (H, W)
        Relative density of centres; negative counts as zero.
    n : int
        How many.
    radius_px : tuple of float
        Smallest and largest radius.
    soft_px : float
        Blur of the rims.

    Returns
    -------
    ndarray of float32, shape (H, W)
        Coverage in [0, 1].
    """
    centres = sample_points(rng, weight, n)
    radii = rng.uniform(*radius_px, size=len(centres))
    return draw_discs(weight.shape, centres, radii, soft_px)


def sample_points(rng: np.random.Generator, weight: np.ndarray, n: int) -> np.ndarray:
    """Draw points with a probability proportional to a weight map.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    weight : ndarray of float or bool, shape (H, W)
        Relative density; negative counts as zero.
    n : int
        How many.

    Returns
    -------
    ndarray of float64, shape (n, 2) or (0, 2)
        (x, y) in pixels; none if the weight is zero everywhere.
    """
    total = np.cumsum(np.maximum(weight, 0).ravel(), dtype=np.float64)
    if total[-1] <= 0:
        return np.zeros((0, 2))
    flat = np.searchsorted(total, rng.uniform(0, total[-1], n), side="right")
    y, x = np.divmod(np.minimum(flat, weight.size - 1), weight.shape[1])
    return np.stack([x, y], axis=1) + rng.uniform(-0.5, 0.5, (len(flat), 2))


def draw_vessel_tree(
    rng: np.random.Generator,
    canvas: np.ndarray,
    start: np.ndarray,
    angle_rad: float,
    length_px: float,
    width_px: float,
) -> None:
    """Draw one arborising vessel, in place: a stem that branches and thins.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    canvas : ndarray of uint8, shape (H, W)
        Coverage, 255 is full.
    start : ndarray of float, shape (2,)
        (x, y) in pixels.
    angle_rad : float
        Direction of the stem.
    length_px, width_px : float
        Length and width of the stem; branches are shorter and thinner.
    """
    if length_px < 12 or width_px < 0.45:
        return
    n = max(4, int(length_px / 8))
    turns = angle_rad + np.cumsum(rng.normal(0, 0.28, n))
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * (length_px / n)
    path = np.asarray(start) + np.concatenate(
        [np.zeros((1, 2)), np.cumsum(steps, axis=0)]
    )
    draw_ribbon(canvas, path, np.linspace(width_px, width_px * 0.45, n + 1))
    for _ in range(rng.integers(1, 4)):
        k = int(rng.integers(1, n))
        side = rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.1)
        share = rng.uniform(0.35, 0.65)
        draw_vessel_tree(
            rng, canvas, path[k], turns[k] + side, length_px * share, width_px * 0.65
        )


def draw_lacunae(
    rng: np.random.Generator, size_px: int, spacing_px: float
) -> np.ndarray:
    """Draw the blood lakes of an angioma: round, packed, with paler septa between.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    size_px : int
        Side of the square field.
    spacing_px : float
        Mean distance of the lakes.

    Returns
    -------
    ndarray of float32, shape (size_px, size_px)
        1 in a lake, 0 on a septum.
    """
    edge = cell_distance(rng, size_px, size_px, spacing_px, 0.8)
    lakes = blur(smoothstep(1.15, 0.45, edge), 0.08 * spacing_px)
    if rng.random() < 0.6:
        return lakes
    septa = cell_borders(rng, size_px, size_px, spacing_px, 0.8, 0.13 * spacing_px)
    return np.clip(1.0 - rng.uniform(0.3, 0.7) * septa, 0, 1) * (0.6 + 0.4 * lakes)


def draw_fissures(
    rng: np.random.Generator, size_px: int, cell_px: float, width: float = 0.22
) -> np.ndarray:
    """Draw winding furrows, as between the ridges of a seborrhoeic keratosis.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    size_px : int
        Side of the square field.
    cell_px : float
        Distance of neighbouring furrows, roughly.
    width : float
        Share of the field under a furrow.

    Returns
    -------
    ndarray of float32, shape (size_px, size_px)
        1 in a furrow.
    """
    field = np.abs(fractal_noise(rng, size_px, size_px, cell_px, 2))
    return blur(smoothstep(width, 0.0, field), 0.7)


def draw_streaks(
    rng: np.random.Generator, depth: np.ndarray, n: int, length_px: float
) -> np.ndarray:
    """Draw radial streaks and pseudopods on the rim of a lesion.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    depth : ndarray of float32, shape (H, W)
        Distance inside the lesion, pixels, negative outside.
    n : int
        How many.
    length_px : float
        Typical length.

    Returns
    -------
    ndarray of float32, shape (H, W)
        Coverage in [0, 1].
    """
    canvas = np.zeros(depth.shape, np.uint8)
    rim = sample_points(rng, np.abs(depth - 4) < 2, n)
    if len(rim) == 0:
        return canvas.astype(np.float32)
    sector = rng.uniform(-np.pi, np.pi)  # streaks crowd in one part: asymmetry
    centre = np.array(depth.shape[::-1]) / 2
    for point in rim:
        outward = (point - centre) / max(np.hypot(*(point - centre)), 1e-6)
        off = np.cos(np.arctan2(outward[1], outward[0]) - sector)
        if rng.uniform(-1, 1) > off:
            continue
        reach = length_px * rng.uniform(0.6, 1.3)
        path = bend(point - outward * reach, point + outward * reach, rng.normal(0, 2))
        bulb = np.linspace(1.5, rng.uniform(2, 4.5), len(path))
        draw_ribbon(canvas, path, bulb)
    return blur(canvas.astype(np.float32) * np.float32(1 / 255), 1.0)
