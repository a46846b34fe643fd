"""Face, scalp and mouth."""

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame, bump, capsule, join
from helpers.data.sample.painting.bodies_hair import draw_hair_mass, draw_hair_tuft
from helpers.data.sample.painting.bodies_parts import Body, Figure, paint_figure
from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.skin import absorb
from helpers.data.sample.painting.strokes import bend

EYE_X, EYE_Y, EYE_HALF = 0.31, 0.14, 0.155  # of half a face's width, drawing canon
IRIS_COLOURS = np.float32([[0.25, 0.15, 0.09], [0.35, 0.46, 0.50], [0.38, 0.36, 0.2]])


def draw_face(
    rng: np.random.Generator, base: np.ndarray, height_px: int, width_px: int
) -> Body:
    """Draw a face, or the part of it a close picture shows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws features, crop and scale.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Body
        Picture and masks.
    """
    scale = min(height_px, width_px) * rng.uniform(0.56, 0.95)
    centre = (rng.normal(0, 0.12), rng.uniform(-0.22, 0.12))
    turn = np.radians(rng.normal(0, 6))
    frame = Frame(height_px, width_px, scale, turn, centre, bool(rng.integers(2)))
    x, y = frame.grid()
    solid = capsule(x, y, (0, 0.30), (0, -0.40), 0.76, 0.54)
    solid = join(solid, capsule(x, y, (0, -0.62), (0, -0.64), 0.27, 0.27), 0.3)
    neck = capsule(x, y, (0, -0.7), (0, -2.0), 0.44, 0.5)
    figure = Figure(frame, solid[0], solid[1] * np.float32(0.8))
    figure.smooth(0.05)
    figure.tuck(neck[0], neck[1] * np.float32(0.3))
    for side in (-1, 1):
        ear = capsule(x, y, (side * 0.77, 0.16), (side * 0.73, -0.12), 0.11, 0.07)
        figure.unite(ear, 0.02)
        figure.blood += 0.2 * bump(x, y, side * 0.8, 0.05, 0.06, 0.16)
    _shape_face(figure)
    body = paint_figure(rng, figure, base, 0.22)
    iris = rng.choice(3, p=[0.6, 0.2, 0.2])
    open_eyes = rng.random() < 0.6
    for side in (-1, 1):
        _draw_eye(rng, frame, body, side, base, iris, open_eyes)
    _draw_lips(frame, body)
    colour = np.float32([[0.09, 0.07, 0.06], [0.22, 0.14, 0.09], [0.45, 0.33, 0.2]])
    dark = base.mean() < 0.6
    tone = colour[0 if dark else rng.choice(3, p=[0.4, 0.4, 0.2])]
    brows = draw_hair_tuft(rng, frame, tone)
    body.rgb = blend(body.rgb, brows * np.float32(0.85), tone)
    line = smoothstep(-0.03, 0.05, y - 0.80 + 0.38 * np.abs(x) ** 2.2)
    sides = smoothstep(0.64, 0.76, np.abs(x)) * smoothstep(-0.05, 0.35, y)
    line = np.maximum(line, sides)
    cover = frame.enlarge(line)
    body.over, body.over_rgb = draw_hair_mass(rng, frame, cover, tone)
    return body


def _shape_face(figure: Figure) -> None:
    """Raise nose, brows, cheeks, lips and chin; sink the eye sockets."""
    x, y = figure.xy
    relief = 0.13 * bump(x, y, 0, -0.16, 0.085, 0.075)
    bridge = np.exp(-0.5 * (x / (0.055 + 0.04 * smoothstep(0.2, -0.2, y))) ** 2)
    relief += 0.11 * bridge * smoothstep(0.42, -0.12, y) * smoothstep(-0.26, -0.17, y)
    relief += 0.03 * bump(x, y, 0, -0.4, 0.2, 0.11) + 0.06 * bump(
        x, y, 0, -0.74, 0.13, 0.09
    )
    relief -= 0.02 * bump(x, y, 0, -0.285, 0.025, 0.05)
    relief -= 0.04 * bump(x, y, 0, -0.56, 0.16, 0.035)
    for side in (-1, 1):
        relief += 0.06 * bump(x, y, side * 0.105, -0.19, 0.045, 0.045)
        relief += 0.06 * bump(x, y, side * 0.3, 0.33, 0.17, 0.05)
        relief -= 0.10 * bump(x, y, side * 0.28, 0.15, 0.15, 0.085)
        relief += 0.07 * bump(x, y, side * EYE_X, EYE_Y, 0.09, 0.055)
        relief += 0.06 * bump(x, y, side * 0.42, -0.1, 0.14, 0.12)
        figure.blood += 0.11 * bump(x, y, side * 0.42, -0.12, 0.18, 0.15)
        figure.melanin += 0.10 * bump(x, y, side * EYE_X, EYE_Y - 0.08, 0.13, 0.05)
        fold = bend((side * 0.15, -0.2), (side * 0.29, -0.45), -side * 0.03)
        figure.crease(fold, 0.025, 0.12)
        lid = (
            (side * (EYE_X - 0.14), EYE_Y + 0.04),
            (side * (EYE_X + 0.16), EYE_Y + 0.05),
        )
        figure.crease(bend(*lid, side * 0.035 * 1.4), 0.016, 0.3)
        hole = bend((side * 0.035, -0.235), (side * 0.10, -0.235), side * 0.012)
        figure.crease(hole, 0.05, 0.9)
    figure.blood += 0.16 * bump(x, y, 0, -0.16, 0.09, 0.09)
    figure.height = figure.height + relief


def _draw_eye(
    rng: np.random.Generator,
    frame: Frame,
    body: Body,
    side: int,
    base: np.ndarray,
    iris: int,
    is_open: bool,
) -> None:
    """Draw one eye onto the face, open with iris and gleam, or closed with lashes."""
    inner = (side * (EYE_X - EYE_HALF), EYE_Y - 0.012)
    outer = (side * (EYE_X + EYE_HALF), EYE_Y + 0.012)
    upper = bend(inner, outer, side * 0.036, 20)
    lower = bend(inner, outer, -side * 0.028, 20)
    if is_open:
        ball = frame.fill(np.vstack([upper, lower[::-1]]), 0.7)
        _draw_eyeball(frame, body, side, ball, float(base.mean()), iris)
    lid = upper if is_open else lower
    lashes = [lid]
    for k in range(2, 19, 1 if not is_open else 2):
        root, way = lid[k], (0.03 if is_open else -0.05)
        lashes.append(bend(root, root + (side * 0.004 * (k - 8), way), 0.004, 5))
    widths = [0.026] + [0.008] * (len(lashes) - 1)
    line = frame.stroke(lashes, widths, 0.7)
    body.rgb = blend(body.rgb, line * np.float32(0.8), np.float32([0.10, 0.07, 0.06]))
    rim = frame.stroke([lower], [0.014], 0.8)
    body.rgb = blend(
        body.rgb, rim * np.float32(0.4), base * np.float32([0.8, 0.6, 0.58])
    )


def _draw_eyeball(
    frame: Frame, body: Body, side: int, ball: np.ndarray, tone: float, iris: int
) -> None:
    """Draw sclera, iris, pupil and gleam between the lids, in the lids' shadow."""
    lit = np.float32(min(1.0, 0.45 + 0.75 * tone))
    t = np.linspace(0, 2 * np.pi, 30)
    ring = np.stack([np.cos(t), np.sin(t)], axis=1)
    middle = np.array([side * EYE_X, EYE_Y + 0.008])
    disc = frame.fill(middle + 0.066 * ring, 0.8) * ball
    pupil = frame.fill(middle + 0.028 * ring, 0.7) * ball
    gleam = frame.fill(middle + (0.02, 0.025) + 0.013 * ring, 0.6)
    rgb = blend(body.rgb, ball, np.float32([0.90, 0.87, 0.85]) * lit)
    rgb = blend(rgb, disc, IRIS_COLOURS[iris] * lit)
    rgb = blend(rgb, pupil, np.float32([0.03, 0.03, 0.03]))
    rgb = blend(rgb, gleam * np.float32(0.85), np.ones(3))
    under = np.clip(blur(ball, 0.03 * frame.scale_px), 0, 1) * ball
    body.rgb = dim(rgb, 1 - 0.3 * (1 - under) * ball)
    body.skin_mask &= ball < 0.5


def _draw_lips(frame: Frame, body: Body) -> None:
    """Draw closed lips: a bow above, a fuller curve below, a dark line between."""
    half, level = 0.25, -0.415
    left, right = np.array([-half, level]), np.array([half, level])
    bow = [
        left,
        (-0.13, level + 0.05),
        (-0.045, level + 0.075),
        (0, level + 0.06),
        (0.045, level + 0.075),
        (0.13, level + 0.05),
        right,
    ]
    lower = bend(right, left, 0.058, 14)
    upper = smooth_path(np.array(bow, float))
    lips = frame.fill(np.vstack([upper, lower]), 0.012 * frame.scale_px)
    body.rgb = absorb(body.rgb, lips * np.float32(0.08), lips * np.float32(0.36))
    line = frame.stroke([bend(left, right, 0.006)], [0.026], 1.0)
    body.rgb = blend(body.rgb, line * np.float32(0.6), np.float32([0.2, 0.08, 0.07]))
    gleam = frame.stroke(
        [bend((-0.1, level - 0.06), (0.08, level - 0.06), -0.01)],
        [0.03],
        0.02 * frame.scale_px,
    )
    body.rgb = blend(body.rgb, gleam * np.float32(0.3), np.ones(3))


def smooth_path(points: np.ndarray, n: int = 40) -> np.ndarray:
    """Resample a polyline to `n` points along a smooth curve through it."""
    t = np.linspace(0, 1, len(points))
    fine = np.linspace(0, 1, n)
    curve = np.stack([np.interp(fine, t, points[:, k]) for k in (0, 1)], axis=1)
    padded = np.vstack([curve[:1]] * 2 + [curve] + [curve[-1:]] * 2)
    weights = np.array([1, 2, 3, 2, 1]) / 9
    smooth = [np.convolve(padded[:, k], weights, "valid") for k in (0, 1)]
    return np.stack(smooth, axis=1)


def draw_scalp(
    rng: np.random.Generator, base: np.ndarray, height_px: int, width_px: int
) -> Body:
    """Draw a head from above: hair combed away from a parting, skin showing in it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws parting, density, colour, crop and scale.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Body
        Picture, skin mask (where hair is thin) and hair.
    """
    short = min(height_px, width_px)
    frame = Frame(
        height_px,
        width_px,
        short * rng.uniform(0.5, 0.75),
        rng.uniform(-0.6, 0.6),
        tuple(rng.normal(0, 0.12, 2)),
    )
    x, y = frame.grid()
    dome = capsule(x, y, (0, 0.22), (0, -0.3), 0.98, 0.94)
    ears = join(dome, capsule(x, y, (-1.0, -0.15), (1.0, -0.15), 0.1, 0.1), 0.05)
    figure = Figure(frame, ears[0], ears[1] * np.float32(0.55), backdrop="blue")
    body = paint_figure(rng, figure, base, 0.3)
    bald = rng.random() < 0.35
    wander = 0.05 * noise(rng, *x.shape, 40)
    off = np.abs(x - rng.normal(0, 0.15) + 0.12 * y + wander)
    gap = rng.uniform(0.06, 0.13)
    cover = smoothstep(gap * 0.4, gap * 1.3, off)
    if bald:
        spot = np.hypot(x - rng.normal(0, 0.1), (y - 0.05) / 1.2)
        cover *= smoothstep(0.25, 0.75, spot + 0.08 * noise(rng, *x.shape, 14))
    cover = frame.enlarge(cover) * smoothstep(-1, 1, frame.enlarge(figure.depth) * 40)
    tones = np.float32(
        [[0.09, 0.075, 0.07], [0.23, 0.15, 0.1], [0.5, 0.38, 0.24], [0.55, 0.53, 0.5]]
    )
    tone = tones[0 if base.mean() < 0.58 else rng.choice(4, p=[0.4, 0.35, 0.15, 0.1])]
    away = frame.enlarge(x + 0.12 * y + wander)
    body.over, body.over_rgb = draw_hair_mass(rng, frame, cover, tone, away)
    body.skin_mask &= body.over < 0.55
    return body
