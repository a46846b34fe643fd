"""Hair as a mass of combed strands, and as tufts of single hairs."""

import cv2
import numpy as np

from helpers.data.sample.painting.bodies_form import Frame
from helpers.data.sample.painting.fields import blur, noise
from helpers.data.sample.painting.layers import dim
from helpers.data.sample.painting.strokes import bend, draw_lines


def draw_hair_mass(
    rng: np.random.Generator,
    frame: Frame,
    density: np.ndarray,
    tone: np.ndarray,
    away: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw combed hair over part of the picture.

    Strands are noise that is fine across the hair and long along it; where the hair
    is thin, only its densest strands are left, and skin shows between them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    frame : Frame
        Where the head lies.
    density : ndarray of float32, shape (H, W)
        0 is bare skin, 1 is full hair.
    tone : ndarray of float32, shape (3,)
        Mean colour of the hair, sRGB.
    away : ndarray of float32, shape (H, W), optional
        Signed distance from the parting; hair runs down its slope. Without it the
        hair runs outwards from the face.

    Returns
    -------
    over, over_rgb : ndarray of float32, shape (H, W) and (H, W, 3)
        Coverage in [0, 1] and colour of the hair.
    """
    height, width = density.shape
    x, y = (frame.enlarge(f) for f in frame.grid())
    if away is None:
        along = np.hypot(x, y - 0.1)
        across = np.arctan2(y - 0.1, x) * np.float32(0.9)
    else:
        along, across = away, y - 0.35 * np.abs(away) * np.float32(rng.uniform(0.3, 1))
    sway = blur(noise(rng, height, width, max(height, width) / 6), 1) * np.float32(0.05)
    fine = _sample_strands(rng, along * 0.6, across + sway, 70)
    locks = _sample_strands(rng, along * 0.5, across + sway, 16)
    strands = 0.65 * fine + 0.6 * locks
    thin = 4 * density * (1 - density)  # only at the seam do single strands show
    over = np.clip(density * 1.3 - 0.15 + 0.3 * fine * thin, 0, 1)
    over = np.where(density > 0.02, over, 0).astype(np.float32)
    gloss = np.exp(-0.5 * ((along - 0.5 * along.max()) / 0.16) ** 2)
    light = 1 + 0.28 * strands + (0.35 + 0.2 * locks) * gloss
    rgb = dim(tone, np.clip(light, 0.25, 2.4))
    return over, np.clip(rgb, 0, 1).astype(np.float32)


def _sample_strands(
    rng: np.random.Generator, along: np.ndarray, across: np.ndarray, per_unit: float
) -> np.ndarray:
    """Look up stretched noise at hair coordinates; standard deviation near 1."""
    size = 256
    table = blur(rng.standard_normal((size, size), dtype=np.float32), 0.8) * 3
    u = along * np.float32(6) + np.float32(128)
    v = across * np.float32(per_unit) + np.float32(128)
    mirror = cv2.BORDER_REFLECT_101  # goes on for ever, without a seam
    return cv2.remap(table, u, v, cv2.INTER_LINEAR, borderMode=mirror) * 0.7


def draw_hair_tuft(
    rng: np.random.Generator, frame: Frame, tone: np.ndarray
) -> np.ndarray:
    """Draw both eyebrows, hair by hair.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    frame : Frame
        Where the face lies.
    tone : ndarray of float32, shape (3,)
        Colour of the hair; unused but for its darkness, which makes brows fuller.

    Returns
    -------
    ndarray of float32, shape (H, W)
        Coverage in [0, 1].
    """
    n = int(rng.uniform(70, 120) * (1.2 - float(tone.mean())))
    thick = rng.uniform(0.018, 0.036)
    roots, tips = [], []
    for side in (-1, 1):
        spine = bend((side * 0.14, 0.30), (side * 0.52, 0.31), side * 0.05, 40)
        for t in rng.uniform(0, 0.97, n):
            roots.append(spine[int(t * 40)] + (0, rng.normal(0, thick) * (1 - 0.6 * t)))
            lift = 0.055 * (1 - 1.3 * t)
            step = side * rng.uniform(0.03, 0.07), lift * rng.uniform(0.4, 1)
            tips.append(roots[-1] + step)
    ends = frame.to_px(np.array(roots + tips)).reshape(2, -1, 2)
    canvas = np.zeros((frame.height_px, frame.width_px), np.uint8)
    draw_lines(canvas, ends.transpose(1, 0, 2), 0.0055 * frame.scale_px)
    return blur(canvas.astype(np.float32) * np.float32(1 / 255), 0.6)
