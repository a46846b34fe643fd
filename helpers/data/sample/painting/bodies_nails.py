"""Nails of hands and feet."""

from dataclasses import dataclass

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame
from helpers.data.sample.painting.layers import blend


@dataclass(frozen=True)
class Nail:
    """A nail plate: centre, direction of growth, width and length (body units)."""

    centre: np.ndarray
    along: np.ndarray
    width: float
    length: float


def outline_nail(nail: Nail, n: int = 40) -> np.ndarray:
    """Return the outline of a nail plate, a rounded oblong, in body coordinates."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    u = np.sign(c) * np.abs(c) ** 0.7 * nail.width / 2
    v = np.sign(s) * np.abs(s) ** 0.75 * nail.length / 2
    across = np.array([-nail.along[1], nail.along[0]])
    return nail.centre + u[:, None] * across + v[:, None] * nail.along


def draw_nail(
    rng: np.random.Generator,
    frame: Frame,
    rgb: np.ndarray,
    nail: Nail,
    base: np.ndarray,
) -> np.ndarray:
    """Draw a small nail in place: rosy plate, pale lunula and edge, a gleam.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    frame : Frame
        Where the hand or foot lies.
    rgb : ndarray of float32, shape (H, W, 3)
        Painted skin, changed in place.
    nail : Nail
        The plate.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.

    Returns
    -------
    ndarray of float32, shape (H, W)
        Coverage of the plate.
    """
    plate = frame.fill(outline_nail(nail))
    small = Nail(
        nail.centre - nail.along * nail.length * 0.36,
        nail.along,
        nail.width * 0.5,
        nail.length * 0.34,
    )
    lunula = frame.fill(outline_nail(small), 1.0)
    tip = Nail(
        nail.centre + nail.along * nail.length * 0.46,
        nail.along,
        nail.width * 0.86,
        nail.length * 0.14,
    )
    edge = frame.fill(outline_nail(tip), 0.6) * plate
    across = np.array([-nail.along[1], nail.along[0]])
    mid = nail.centre + across * nail.width * 0.16
    ends = mid - nail.along * nail.length * 0.25, mid + nail.along * nail.length * 0.2
    gleam = frame.stroke([np.array(ends)], [nail.width * 0.2], 0.03 * frame.scale_px)
    rim = frame.fill(
        outline_nail(
            Nail(nail.centre, nail.along, nail.width * 1.12, nail.length * 1.08)
        ),
        0.8,
    )
    pink = np.float32([0.90, 0.70, 0.66]) * 0.5 + base * 0.5
    rgb_dark = base * np.float32([0.62, 0.48, 0.44])
    shaded = blend(rgb, (rim - plate).clip(0) * np.float32(0.3), rgb_dark)
    shaded = blend(shaded, plate * np.float32(0.75), pink)
    shaded = blend(shaded, lunula * np.float32(0.4), np.float32([0.95, 0.88, 0.86]))
    shaded = blend(shaded, edge * np.float32(0.5), np.float32([0.94, 0.90, 0.84]))
    rgb[:] = blend(shaded, gleam * np.float32(rng.uniform(0.3, 0.6)), np.ones(3))
    return plate
