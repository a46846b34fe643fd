"""The seven HAM10000 diagnoses as layers of pigment, blood and keratin.

Every recipe draws from overlapping ranges: what tells the classes apart is the
arrangement (symmetry, border, structure), and never one colour alone. Descriptions
follow Tschandl et al. 2018 (Sci Data 5, 180161) and dermoscopedia.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from helpers.data.sample.painting.fields import (
    blur,
    fractal_noise,
    noise,
    polar_grid,
    smoothstep,
)

CANVAS_PX = 320  # side of the lesion's own square
CANVAS_SCALE = 1.1  # its pixels per pixel of a 200 x 150 picture


@dataclass
class Lesion:
    """One lesion in its own frame, before anyone photographs it.

    Attributes
    ----------
    depth : ndarray of float32, shape (CANVAS_PX, CANVAS_PX)
        Distance inside the border in pixels, roughly; negative outside.
    melanin, blood, deep : ndarray of float32
        Absorber densities, see `helpers.data.sample.painting.skin.absorb`.
    white, keratin : ndarray of float32
        Share of white (scar, milia, shine) and of yellowish keratin, in [0, 1].
    radius_px : float
        Radius of the disc with about the same area.
    """

    depth: np.ndarray
    radius_px: float
    melanin: np.ndarray = field(init=False)
    blood: np.ndarray = field(init=False)
    deep: np.ndarray = field(init=False)
    white: np.ndarray = field(init=False)
    keratin: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty layers."""
        for name in ("melanin", "blood", "deep", "white", "keratin"):
            setattr(self, name, np.zeros_like(self.depth))

    def cover(self, soft_px: float | np.ndarray, shift_px: float = 0.0) -> np.ndarray:
        """Return the lesion's coverage with a rim `soft_px` wide, in [0, 1]."""
        return smoothstep(-0.5, 0.5, (self.depth - shift_px) / soft_px)

    @property
    def inside(self) -> np.ndarray:
        """Depth as a share of the radius: 0 at the border, 1 at the centre."""
        return np.clip(self.depth / np.float32(self.radius_px), 0.0, 1.0)


def draw_outline(
    rng: np.random.Generator,
    radius_px: tuple[float, float],
    stretch: float = 1.2,
    lobes: float = 0.06,
    rough: float = 0.03,
) -> Lesion:
    """Draw the border of a lesion.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    radius_px : tuple of float
        Smallest and largest radius, on the canvas.
    stretch : float
        Largest ratio of length to width.
    lobes : float
        Size of bays and lobes as a share of the radius: the asymmetry.
    rough : float
        Size of the fine notches as a share of the radius.

    Returns
    -------
    Lesion
        With its `depth` set and no pigment yet.
    """
    radius = rng.uniform(*radius_px)
    distance, angle = polar_grid(CANVAS_PX // 2)  # form is smooth: half will do
    ratio = np.sqrt(rng.uniform(1.0, stretch))
    turned = angle - np.float32(rng.uniform(-np.pi, np.pi))
    flat = np.hypot(np.cos(turned) / ratio, np.sin(turned) * ratio)
    rim = np.ones_like(distance)
    for k in range(2, 7):
        size = rng.normal(0, lobes) * (2.0 / k)
        rim += np.float32(size) * np.cos(k * turned + np.float32(rng.uniform(0, 6.28)))
    depth = rim * np.float32(radius) - distance * flat * np.float32(2)
    depth = cv2.resize(depth.astype(np.float32), (CANVAS_PX, CANVAS_PX))
    warp = fractal_noise(rng, CANVAS_PX, CANVAS_PX, radius * 0.5, 3)
    return Lesion(
        (depth + warp * np.float32(rough * radius)).astype(np.float32), radius
    )


def vary(rng: np.random.Generator, cell_px: float, amount: float) -> np.ndarray:
    """Draw a factor around 1 that varies smoothly over the canvas.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    cell_px : float
        Feature size.
    amount : float
        Standard deviation; the factor stays above 0.1.

    Returns
    -------
    ndarray of float32, shape (CANVAS_PX, CANVAS_PX)
        The factor.
    """
    field_ = noise(rng, CANVAS_PX, CANVAS_PX, cell_px) * np.float32(amount) + 1
    return np.maximum(field_, np.float32(0.1))


def patches(
    rng: np.random.Generator, cell_px: float, share: float, soft: float = 0.35
) -> np.ndarray:
    """Draw irregular patches that cover a share of the canvas.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    cell_px : float
        Size of the patches.
    share : float
        Share of the canvas covered, about.
    soft : float
        Width of the patches' rims, in standard deviations of the noise.

    Returns
    -------
    ndarray of float32, shape (CANVAS_PX, CANVAS_PX)
        Coverage in [0, 1].
    """
    noisy = fractal_noise(rng, CANVAS_PX, CANVAS_PX, cell_px, 3)
    level = np.quantile(noisy[::6, ::6], 1.0 - share)
    return smoothstep(level - soft, level + soft, noisy)


def speckle(rng: np.random.Generator, soft_px: float = 0.8) -> np.ndarray:
    """Draw fine granular noise with standard deviation near 1 on the canvas."""
    return blur(noise(rng, CANVAS_PX, CANVAS_PX, 1), soft_px) * np.float32(2 * soft_px)
