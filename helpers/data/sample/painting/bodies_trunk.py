"""Trunk (back, chest, belly) and the close-up of one nail."""

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame, bump, capsule, join
from helpers.data.sample.painting.bodies_nails import Nail, outline_nail
from helpers.data.sample.painting.bodies_parts import Body, Figure, paint_figure
from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.strokes import bend


def model_trunk(rng: np.random.Generator, height_px: int, width_px: int) -> Figure:
    """Model a trunk seen from the back or the front, with the upper arms.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws view, crop and scale.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Figure
        Form and pigment; one unit is half the width of the chest.
    """
    view = rng.choice(["back", "chest", "belly"], p=[0.45, 0.3, 0.25])
    scale = min(height_px, width_px) * rng.uniform(0.42, 0.62)
    level = {"back": 0.05, "chest": 0.25, "belly": -0.95}[view]
    centre = (rng.normal(0, 0.16), level + rng.normal(0, 0.16))
    turn = np.radians(rng.normal(0, 5))
    frame = Frame(height_px, width_px, scale, turn, centre, bool(rng.integers(2)))
    x, y = frame.grid()
    solid = capsule(x, y, (-0.38, 0.25), (-0.26, -1.1), 0.50, 0.46)
    solid = join(solid, capsule(x, y, (0.38, 0.25), (0.26, -1.1), 0.50, 0.46), 0.5)
    solid = join(solid, capsule(x, y, (0, -1.1), (0, -2.2), 0.74, 0.92), 0.4)
    solid = join(solid, capsule(x, y, (-0.72, 0.52), (0.72, 0.52), 0.25, 0.25), 0.35)
    solid = join(solid, capsule(x, y, (0, 0.6), (0, 1.6), 0.30, 0.27), 0.5)
    figure = Figure(frame, solid[0], solid[1] * np.float32(0.65))
    figure.smooth(0.07)
    for side in (-1, 1):
        arm = capsule(x, y, (side * 0.88, 0.45), (side * 1.08, -1.3), 0.25, 0.19)
        figure.unite(arm, 0.07)
    {"back": _shape_back, "chest": _shape_front, "belly": _shape_front}[view](
        rng, figure
    )
    return figure


def _shape_back(rng: np.random.Generator, figure: Figure) -> None:
    """Add spine, shoulder blades and the dimples over the pelvis."""
    x, y = figure.xy
    spine = np.exp(-0.5 * (x / np.float32(0.07)) ** 2)
    figure.height -= 0.09 * spine * smoothstep(0.75, 0.2, y)
    for level in np.arange(0.65, -1.2, -0.14):
        figure.height += 0.012 * bump(x, y, 0, level, 0.03, 0.035)
    for side in (-1, 1):
        blade = bump(x, y, side * 0.42, 0.12, 0.20, 0.28)
        figure.height += 0.10 * blade
        figure.height -= 0.05 * bump(x, y, side * 0.22, 0.02, 0.05, 0.26)
        figure.height -= 0.03 * bump(x, y, side * 0.18, -1.35, 0.05, 0.05)
        figure.height += 0.05 * bump(x, y, side * 0.22, -0.75, 0.13, 0.4)
    figure.blood += 0.05 * bump(x, y, 0, 0.5, 0.5, 0.2)


def _shape_front(rng: np.random.Generator, figure: Figure) -> None:
    """Add collar bones, chest, nipples, midline and navel."""
    x, y = figure.xy
    for side in (-1, 1):
        figure.height += 0.10 * bump(x, y, side * 0.38, 0.08, 0.28, 0.2)
        figure.ridge(np.array([(side * 0.1, 0.56), (side * 0.7, 0.66)]), 0.03, 0.05)
        figure.height -= 0.03 * bump(x, y, side * 0.4, 0.55, 0.25, 0.04)
        fold = bend((side * 0.1, -0.14), (side * 0.68, 0.02), -side * 0.07)
        figure.crease(fold, 0.03, 0.10)
        spot = np.hypot(x - side * 0.44, y - 0.0).astype(np.float32)
        areola = smoothstep(0.095, 0.06, spot)
        figure.melanin += 0.42 * areola
        figure.blood += 0.28 * areola
        figure.height += 0.04 * bump(x, y, side * 0.44, 0.0, 0.025, 0.025)
    figure.height -= 0.03 * np.exp(-0.5 * (x / 0.05) ** 2) * smoothstep(0.4, 0.1, y)
    navel_y = -1.0
    figure.height -= 0.16 * bump(x, y, 0, navel_y, 0.05, 0.06)
    figure.height += 0.05 * bump(x, y, 0, navel_y, 0.11, 0.12)
    hood = bend((-0.06, navel_y + 0.01), (0.06, navel_y + 0.01), 0.05)
    figure.crease(hood, 0.035, 0.55)
    figure.melanin += 0.5 * bump(x, y, 0, navel_y - 0.005, 0.035, 0.04)
    figure.height += 0.05 * bump(x, y, 0, -0.95, 0.5, 0.5)


def draw_nail_close_up(
    rng: np.random.Generator, base: np.ndarray, height_px: int, width_px: int
) -> Body:
    """Draw one or two fingertips so near that the nail fills much of the picture.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws pose, crop and scale.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Body
        Picture and masks.
    """
    scale = min(height_px, width_px) * rng.uniform(0.52, 0.68)
    turn = np.radians(rng.normal(0, 18)) + (width_px > 1.2 * height_px) * rng.choice(
        [-1.4, 1.4]
    )
    centre = (rng.normal(0, 0.06), 0.12 + rng.normal(0, 0.08))
    frame = Frame(height_px, width_px, scale, turn, centre, bool(rng.integers(2)))
    x, y = frame.grid()
    solid = capsule(x, y, (0, 0.40), (0.02, -2.5), 0.46, 0.60)
    figure = Figure(frame, solid[0], solid[1] * np.float32(0.8))
    if rng.random() < 0.45:  # the neighbouring finger, a little behind
        near = capsule(x, y, (1.04, 0.12), (1.14, -2.5), 0.42, 0.54)
        figure.unite((near[0], near[1] * np.float32(0.7)), 0.0)
    figure.blood += 0.25 * bump(x, y, 0, 0.75, 0.4, 0.25)
    for level in (-0.86, -0.95, -1.06, -0.78):
        half = rng.uniform(0.22, 0.36)
        line = bend((-half, level), (half, level + rng.normal(0, 0.02)), 0.05)
        figure.crease(line, 0.022, 0.2)
    nail = Nail(np.array([0.0, 0.27]), np.array([0.0, 1.0]), 0.66, 0.92)
    groove = outline_nail(Nail(nail.centre, nail.along, 0.72, 0.97), 60)
    figure.crease(np.vstack([groove[28:], groove[:2]]), 0.025, 0.3)
    figure.height += (
        0.06 * smoothstep(0.55, 0.0, np.abs(y + 0.28)) * smoothstep(0.5, 0.2, np.abs(x))
    )
    body = paint_figure(rng, figure, base, 0.6)
    body.nail_mask = _draw_plate(rng, frame, body, nail, base)
    body.skin_mask &= ~body.nail_mask
    return body


def _draw_plate(
    rng: np.random.Generator, frame: Frame, body: Body, nail: Nail, base: np.ndarray
) -> np.ndarray:
    """Draw a large nail plate onto the body's picture; return its mask."""
    x, y = (frame.enlarge(f) for f in frame.grid())
    plate = frame.fill(outline_nail(nail, 80), 0.8)
    u = (x - nail.centre[0]) / np.float32(nail.width / 2)
    v = (y - nail.centre[1]) / np.float32(nail.length / 2)
    side = np.float32(rng.uniform(-0.35, 0.35))
    curve = 1.04 - 0.34 * (u - 0.3 * side) ** 2 - 0.05 * v
    pink = np.float32([0.93, 0.70, 0.67]) * 0.62 + base * 0.38
    colour = np.broadcast_to(pink, (*u.shape, 3))
    moon = smoothstep(0.10, -0.10, np.hypot(u / 0.62, (v + 1.0) / 0.42) - 1)
    colour = blend(colour, moon * np.float32(0.42), np.float32([0.95, 0.87, 0.86]))
    free = smoothstep(0.0, 0.07, v - 0.78 + 0.16 * u * u)
    colour = blend(colour, free * np.float32(0.7), np.float32([0.95, 0.92, 0.86]))
    band = smoothstep(0.08, 0.0, np.abs(v - 0.74 + 0.16 * u * u))
    colour = blend(colour, band * np.float32(0.18), np.float32([0.85, 0.55, 0.5]))
    ridges = np.sin(u * 30 + noise(rng, *u.shape, 40) * 0.8) * np.float32(0.008)
    colour = dim(colour, (curve + ridges) * np.float32(0.96))
    gleam = np.exp(-0.5 * ((u - side) / 0.13) ** 2) * smoothstep(0.9, 0.2, np.abs(v))
    gleam *= np.float32(0.38) * (1 + 0.15 * noise(rng, *u.shape, 12))
    colour = blend(colour, np.clip(gleam, 0, 1), np.ones(3))
    fold = blur(plate, 0.035 * frame.scale_px)
    groove = np.clip(fold - plate, 0, 1) * np.float32(0.55)
    rgb = dim(body.rgb, 1 - groove)
    lip = smoothstep(0.10, 0.0, np.abs(np.hypot(u, np.minimum(v, 0)) - 1.02))
    lip = lip * (v < -0.2)  # the cuticle: a thin pale skin that grows onto the plate
    rgb = blend(rgb, plate, np.clip(colour, 0, 1))
    body.rgb = blend(rgb, blur(lip, 1.0) * np.float32(0.28), base * 1.06)
    return plate > 0.5
