"""The open mouth: lips, teeth, tongue."""

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame, bump, capsule
from helpers.data.sample.painting.bodies_parts import Body, Figure, paint_figure
from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.skin import absorb


def draw_mouth(
    rng: np.random.Generator, base: np.ndarray, height_px: int, width_px: int
) -> Body:
    """Draw an open mouth with lips, teeth and tongue.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws how far it opens, crop and scale.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Body
        Picture; the mask holds skin, lips and tongue, not teeth nor the dark.
    """
    scale = min(height_px, width_px) * rng.uniform(0.50, 0.66)
    frame = Frame(
        height_px,
        width_px,
        scale,
        np.radians(rng.normal(0, 6)),
        tuple(rng.normal(0, 0.06, 2)),
        bool(rng.integers(2)),
    )
    gape = rng.uniform(0.26, 0.56)
    x, y = frame.grid()
    outer, inner = _lip_depths(x, y, gape)
    cheeks = capsule(x, y, (0, 0.8), (0, -0.5), 1.9, 1.6)
    figure = Figure(frame, cheeks[0], cheeks[1] * np.float32(0.4))
    ring = smoothstep(-0.06, 0.10, outer)
    figure.height += 0.10 * ring * smoothstep(0.06, -0.10, inner)
    figure.height -= 0.05 * bump(x, y, 0, gape * 0.5 + 0.36, 0.07, 0.14)
    figure.height -= 0.06 * bump(x, y, 0, -gape - 0.38, 0.4, 0.07)
    figure.height += 0.08 * bump(x, y, 0, -gape - 0.65, 0.3, 0.16)
    lip = frame.enlarge(smoothstep(-0.02, 0.03, outer))
    body = paint_figure(rng, figure, base, 0.4)
    ridges = noise(rng, height_px, width_px, 3.0 * max(scale / 150, 0.6))
    stain = lip * (1 + 0.10 * ridges)
    body.rgb = absorb(body.rgb, stain * np.float32(0.06), stain * np.float32(0.42))
    inside = smoothstep(-0.012, 0.012, frame.enlarge(inner))
    cavity, tissue = _draw_cavity(rng, frame, gape)
    body.rgb = blend(body.rgb, inside, cavity)
    body.rgb = dim(body.rgb, 1 - 0.25 * blur(inside, 0.02 * scale) * (1 - inside))
    gleam = smoothstep(0.0, 2.2, noise(rng, height_px, width_px, 0.07 * scale))
    belt = (
        lip
        * (1 - inside)
        * frame.enlarge(bump(x, y, 0, -gape * 0.62 - 0.1, 0.25, 0.05))
    )
    body.rgb = blend(body.rgb, belt * gleam * np.float32(0.4), np.ones(3))
    body.skin_mask &= (inside < 0.5) | tissue
    return body


def _lip_depths(
    x: np.ndarray, y: np.ndarray, gape: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return signed depths inside the lips' outer border and inside the opening."""
    span = np.clip(1 - (x / np.float32(0.66)) ** 2, 0, None)
    bow = 0.05 * bump(x, y * 0, 0.12, 0, 0.09, 1) + 0.05 * bump(
        x, y * 0, -0.12, 0, 0.09, 1
    )
    arch = np.sqrt(span)
    top = arch * (gape * 0.42 + 0.17) + bow * arch
    bottom = -arch * (gape * 0.85 + 0.22)
    edge = (0.66 - np.abs(x)) * 0.8
    outer = np.minimum(np.minimum(top - y, y - bottom), edge)
    span_in = np.sqrt(np.clip(1 - (x / np.float32(0.56)) ** 2, 0, None))
    inner = np.minimum(span_in * gape * 0.42 - y, y + span_in * gape * 0.78)
    inner = np.minimum(inner, (0.56 - np.abs(x)) * 0.8)
    return outer.astype(np.float32), inner.astype(np.float32)


def _draw_cavity(
    rng: np.random.Generator, frame: Frame, gape: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw what shows between the lips; return the picture and the tongue's mask."""
    x, y = (frame.enlarge(f) for f in frame.grid())
    dark = np.float32([0.22, 0.07, 0.07])
    rgb = dim(dark, 0.5 + 0.6 * smoothstep(gape * 0.5, -gape, y))
    low = -gape * 0.42
    tongue = 1 - np.hypot(x / 0.44, (y - low + gape * 0.22) / (gape * 0.62))
    cover = smoothstep(-0.03, 0.06, tongue)
    buds = noise(rng, *x.shape, max(2.0, 0.022 * frame.scale_px)) * np.float32(0.05)
    groove = 0.16 * np.exp(-0.5 * (x / 0.035) ** 2) * smoothstep(0.0, 0.5, tongue)
    glow = np.clip(0.55 + 0.65 * np.sqrt(np.clip(tongue, 0, 1)) - groove + buds, 0, 1.2)
    pink = np.float32([0.80, 0.44, 0.43]) * np.float32(rng.normal(1, 0.04, 3))
    rgb = blend(rgb, cover, dim(pink.astype(np.float32), glow))
    for sign, reach in ((1, 0.15), (-1, 0.08)):
        rgb = _draw_teeth(rng, rgb, x, y, gape, sign, reach)
    return np.clip(rgb, 0, 1), (tongue > 0.1)


def _draw_teeth(
    rng: np.random.Generator,
    rgb: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    gape: float,
    sign: int,
    reach: float,
) -> np.ndarray:
    """Draw one row of teeth, narrower and darker towards the cheeks."""
    lip = gape * (0.42 if sign > 0 else 0.78)
    root = sign * lip * np.sqrt(np.clip(1 - (x / 0.56) ** 2, 0, None)) * 0.97
    bend_x = np.arcsin(np.clip(x / 0.6, -1, 1)) * np.float32(0.6 / 0.145)
    within = np.abs(bend_x - np.round(bend_x - 0.5) - 0.5)
    tip = 0.03 * (2 * within) ** 3
    from_lip = (root - y) * sign
    cover = smoothstep(reach - tip + 0.012, reach - tip - 0.012, from_lip)
    cover *= smoothstep(0.5, 0.455, within) * smoothstep(0.5, 0.42, np.abs(x))
    light = (1 - 0.9 * x * x) * (0.82 + 0.16 * smoothstep(0.0, 0.1, from_lip))
    ivory = np.float32([0.93, 0.89, 0.80]) * np.float32(rng.uniform(0.9, 1.0))
    return blend(rgb, cover * np.float32(0.96), dim(ivory, light))
