"""Conditions of colour and surface: macules, plaques, rings, patches, nails."""

import numpy as np

from helpers.data.sample.painting.fields import blur, smoothstep
from helpers.data.sample.painting.rash import Rash, add_redness, add_scale
from helpers.data.sample.painting.strokes import draw_ribbon


def paint_plaque_scaly(rash: Rash) -> None:
    """Psoriasis: few sharp, salmon-red plaques under silvery scale."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 5), 0.22), (0.07, 0.19), 0.16)
    soft = 0.008 * rash.unit_px + 1
    body = smoothstep(-soft, soft, depth)
    rash.cover = body
    rash.blood += body * rng.uniform(0.4, 0.62) * (1 + 0.2 * rash.noise(0.05))
    rash.blood += smoothstep(-5 * soft, 0, depth) * 0.1
    rash.melanin += body * 0.05
    rash.relief += body * 0.35
    inner = smoothstep(0, 0.05 * rash.unit_px, depth)
    add_scale(rash, inner, rng.uniform(0.4, 0.75), 0.035)


def paint_ring(rash: Rash) -> None:
    """Tinea: ring with a red, scaly, raised rim and a clearing centre."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 4), 0.2), (0.09, 0.2), 0.1)
    body = smoothstep(-1.5, 2.0, depth)
    wide = rng.uniform(0.018, 0.032) * rash.unit_px
    rim = np.exp(-0.5 * ((depth - wide) / wide) ** 2)
    rash.cover = body
    rim *= np.clip(1 + 0.25 * rash.noise(0.03), 0.2, 1.5)
    rash.blood += rim * 0.5 + body * rng.uniform(0.08, 0.2)
    rash.melanin += body * rng.uniform(0.0, 0.16)
    rash.relief += rim * 0.4
    add_scale(rash, rim * 0.5, 0.35, 0.016)


def paint_macules_pale(rash: Rash) -> None:
    """Vitiligo: chalk-white, sharp, scalloped macules without scale."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(3, 9), 0.25), (0.04, 0.14), 0.26)
    body = smoothstep(-1.5, 1.5, depth)
    rash.cover = body
    islands = 1 - 0.8 * rash.mottle(0.012, 0.06, 0.2)
    # What is lost is melanin: the dark loses much of it, and form and hair stay seen.
    lost = np.clip(0.8 * np.log(0.74 / rash.tone), 0.06, 0.8) * rng.uniform(0.8, 1)
    rash.melanin -= body * islands * np.float32(lost)
    rash.blood += body * islands * np.float32(0.12 * lost)
    rash.coat(body * islands * rng.uniform(0.22, 0.4), [0.97, 0.88, 0.81])
    rash.melanin += np.exp(-0.5 * ((depth + 3) / 3.5) ** 2) * 0.12  # darker rim


def paint_macules_brown(rash: Rash) -> None:
    """Melasma and lentigines: flat brown patches with lacy rims."""
    rng = rash.rng
    large = rng.random() < 0.5
    n, radius = (
        (rng.integers(2, 5), (0.08, 0.17))
        if large
        else (rng.integers(10, 35), (0.008, 0.035))
    )
    depth = rash.blobs(rash.scatter(int(n), 0.25), radius, 0.3)
    soft = 0.01 * rash.unit_px + 1
    body = smoothstep(-soft, soft, depth)
    rash.cover = body
    lace = 0.7 + 0.45 * rash.mottle(0.03, 0.5, 0.8)
    rash.melanin += body * lace * rng.uniform(0.35, 0.62)


def paint_purpura(rash: Rash) -> None:
    """Vasculitis: many purple-red macules that do not blanch, some confluent."""
    rng = rash.rng
    n = int(rng.integers(35, 90))
    depth = rash.blobs(rash.scatter(n, 0.3), (0.006, 0.028), 0.16)
    soft = 0.004 * rash.unit_px + 1
    body = smoothstep(-soft, 1.4 * soft, depth)
    rash.cover = body
    age = np.clip(0.7 + 0.35 * rash.noise(0.1), 0.2, 1.3)
    rash.blood += body * (0.35 + 0.4 * age)
    rash.deep += body * age * rng.uniform(0.22, 0.45)
    rash.relief += blur(body, 1.5) * 0.15


def paint_lichenified(rash: Rash) -> None:
    """Eczema: ill-defined, thickened, dusky patch with coarse crossing lines."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 4), 0.18), (0.12, 0.24), 0.22)
    soft = 0.06 * rash.unit_px
    body = smoothstep(-soft, soft, depth)
    rash.cover = body
    rash.blood += body * rng.uniform(0.2, 0.36) * (1 + 0.25 * rash.noise(0.06))
    rash.melanin += body * rng.uniform(0.12, 0.3)
    lines = np.zeros(rash.shape, np.float32)
    y, x = np.mgrid[: rash.shape[0], : rash.shape[1]].astype(np.float32)
    turn = rng.uniform(0, np.pi)
    for angle in (turn, turn + rng.uniform(0.9, 1.4)):
        across = x * np.cos(angle) + y * np.sin(angle)
        wave = across * np.float32(2 * np.pi / max(0.022 * rash.unit_px, 3.5))
        wave = np.sin(wave + 1.7 * rash.noise(0.05) + 0.6 * rash.noise(0.02))
        lines = np.maximum(lines, smoothstep(0.55, 1.0, wave))
    rash.melanin += body * blur(lines, 0.6) * 0.24
    rash.relief -= body * blur(lines, 0.8) * 0.4
    scratches = rash.mottle(0.012, 0.03, 0.15) * body
    rash.blood += scratches * 0.5
    add_scale(rash, body * 0.3, 0.15, 0.02)


def paint_alopecia_patch(rash: Rash) -> None:
    """Alopecia areata: smooth, round, bare, slightly pale patch."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 3), 0.12), (0.16, 0.26), 0.06)
    soft = 0.02 * rash.unit_px + 2
    body = smoothstep(-soft, soft, depth)
    rash.cover = body
    rash.melanin -= body * rng.uniform(0.05, 0.12)
    rash.blood += body * rng.uniform(0.02, 0.10)
    stubs = rash.mottle(0.008, 0.02, 0.1) * body * smoothstep(0.1, 0.0, body - 0.8)
    rash.coat(stubs * 0.6, [0.2, 0.14, 0.1])


def paint_nail_dystrophy(rash: Rash) -> None:
    """Onychomycosis: yellow-brown, crumbling, ridged plate."""
    rng = rash.rng
    if rash.nail_mask is None:
        depth = rash.blobs(rash.scatter(rng.integers(1, 4), 0.2), (0.06, 0.12), 0.15)
        body = smoothstep(-1.0, 1.5, depth)
    else:
        body = rash.mottle(0.5, rng.uniform(0.55, 0.85), 0.5)
        body = np.maximum(body, 0.25) * rash.nail_mask
    rash.cover = np.where(body > 0.35, 1.0, 0.0).astype(np.float32)
    yellow = np.float32([0.78, 0.68, 0.48]) * np.float32(rng.normal(1, 0.05))
    rash.coat(body * rng.uniform(0.55, 0.8), yellow)
    rash.coat(body * rash.mottle(0.16, 0.25, 0.6) * 0.6, [0.45, 0.31, 0.18])
    rash.coat(body * rash.mottle(0.05, 0.2, 0.4) * 0.6, [0.93, 0.88, 0.76])
    rash.relief += body * (0.3 * rash.noise(0.07) + 0.15 * rash.noise(0.03))


def paint_burrows(rash: Rash) -> None:
    """Scabies: short wavy grey burrows, red scratched papules."""
    rng = rash.rng
    dots = rash.scatter(int(rng.integers(14, 34)), 0.25)
    depth = rash.blobs(dots, (0.007, 0.016), 0.2)
    body = smoothstep(-1.0, 1.2, depth)
    add_redness(rash, depth, 0.5, 0.025 * rash.unit_px)
    tracks = _draw_tracks(rash, int(rng.integers(8, 16)))
    rash.relief += body * 0.4 + tracks * 0.3
    rash.melanin += tracks * 0.55
    rash.coat(blur(tracks, 0.5) * 0.25, [0.8, 0.76, 0.7])
    rash.coat(body * (rash.noise(0.03) > 0.5) * 0.7, [0.36, 0.12, 0.09])
    rash.cover = np.maximum(smoothstep(-4, -1, depth), smoothstep(0.1, 0.4, tracks))


def _draw_tracks(rash: Rash, n: int) -> np.ndarray:
    """Draw short wavy lines around the focus, in [0, 1]."""
    canvas = np.zeros(rash.shape, np.uint8)
    for start in rash.scatter(n, 0.22):
        steps = rash.rng.normal(0, 0.55, 9).cumsum() * 0.6 + rash.rng.uniform(0, 6.28)
        size = rash.rng.uniform(0.006, 0.013) * rash.unit_px
        moves = np.stack([np.cos(steps), np.sin(steps)], axis=1) * size
        width = np.full(9, max(1.0, 0.006 * rash.unit_px))
        draw_ribbon(canvas, start + np.cumsum(moves, axis=0), width)
    return blur(canvas.astype(np.float32) * np.float32(1 / 255), 0.5)


FLAT = {
    "alopecia_patch": paint_alopecia_patch,
    "burrows": paint_burrows,
    "lichenified": paint_lichenified,
    "macules_brown": paint_macules_brown,
    "macules_pale": paint_macules_pale,
    "nail_dystrophy": paint_nail_dystrophy,
    "plaque_scaly": paint_plaque_scaly,
    "purpura": paint_purpura,
    "ring": paint_ring,
}
