"""Conditions with volume: papules, blisters, wheals, nodules, crusts, ulcers."""

import numpy as np

from helpers.data.sample.painting.cells import cell_distance
from helpers.data.sample.painting.fields import blur, smoothstep
from helpers.data.sample.painting.rash import Rash, add_redness
from helpers.data.sample.painting.strokes import draw_discs
from helpers.data.sample.painting.structures import draw_vessel_tree


def _dome(depth: np.ndarray, radius_px: float) -> np.ndarray:
    """Return a rounded height in [0, 1] that is full `radius_px` inside the rim."""
    t = np.clip(depth / np.float32(max(radius_px, 1.0)), 0, 1)
    return np.sqrt(t * (2 - t))


def _gleam(rash: Rash, centres: np.ndarray, radius: float, amount: float) -> None:
    """Add a small lamp reflection on the upper left of each dome."""
    size = max(radius * rash.unit_px, 0.8)
    spots = draw_discs(
        rash.shape, centres - 0.9 * size, np.full(len(centres), size), 0.5 * size
    )
    rash.coat(spots * amount, [1.0, 1.0, 1.0])


def paint_papules_red(rash: Rash) -> None:
    """Acne: red papules, some with a yellow head, a few open comedones."""
    rng = rash.rng
    centres = rash.scatter(int(rng.integers(14, 42)), 0.28)
    depth = rash.blobs(centres, (0.010, 0.024), 0.1)
    add_redness(rash, depth, rng.uniform(0.45, 0.7), 0.022 * rash.unit_px)
    dome = _dome(depth, 0.016 * rash.unit_px)
    rash.relief += dome * 0.8
    heads = centres[rng.random(len(centres)) < 0.4]
    size = np.full(len(heads), 0.008 * rash.unit_px)
    pus = draw_discs(rash.shape, heads, size, 0.003 * rash.unit_px)
    rash.coat(pus * 0.8, [0.95, 0.88, 0.66])
    plugs = rash.scatter(int(rng.integers(3, 14)), 0.3)
    size = np.full(len(plugs), max(0.0035 * rash.unit_px, 0.7))
    rash.coat(draw_discs(rash.shape, plugs, size, 0.5) * 0.7, [0.22, 0.15, 0.12])
    _gleam(rash, centres, 0.004, 0.3)
    rash.cover = smoothstep(-4.0, 0.0, depth)


def paint_vesicles(rash: Rash) -> None:
    """Herpes: a tight group of clear, dewy vesicles on a red base."""
    rng = rash.rng
    focus = rash.scatter(int(rng.integers(1, 4)), 0.15)
    base = rash.blobs(focus, (0.07, 0.13), 0.2)
    add_redness(rash, base, rng.uniform(0.4, 0.6), 0.045 * rash.unit_px)
    offsets = rng.normal(0, 0.045 * rash.unit_px, (len(focus), 16, 2))
    centres = (focus[:, None] + offsets).reshape(-1, 2)
    depth = rash.blobs(centres, (0.010, 0.020), 0.05)
    dome = _dome(depth, 0.014 * rash.unit_px)
    rash.relief += dome * 1.0
    rash.blood -= dome * 0.25
    fluid = [0.93, 0.83, 0.70] if rng.random() < 0.5 else [0.93, 0.80, 0.77]
    rash.coat(dome * 0.34, fluid)
    rash.melanin += np.exp(-0.5 * (depth / 1.3) ** 2) * 0.14
    _gleam(rash, centres, 0.0055, 0.8)
    rash.cover = smoothstep(-2.0, 1.0, np.maximum(base, depth))


def paint_bullae(rash: Rash) -> None:
    """Pemphigoid: a few large tense blisters, clear or bloody, and raw erosions."""
    rng = rash.rng
    centres = rash.scatter(int(rng.integers(3, 8)), 0.24)
    depth = rash.blobs(centres, (0.03, 0.075), 0.06)
    add_redness(rash, depth, 0.4, 0.035 * rash.unit_px)
    dome = _dome(depth, 0.05 * rash.unit_px)
    rash.relief += dome * 1.5
    rash.blood -= dome * 0.2
    rash.coat(dome * 0.4, [0.93, 0.80, 0.58] if rng.random() < 0.7 else [0.5, 0.2, 0.2])
    rash.melanin += np.exp(-0.5 * (depth / 1.5) ** 2) * 0.2
    _gleam(rash, centres, 0.012, 0.7)
    raw = rash.blobs(rash.scatter(int(rng.integers(1, 4)), 0.3), (0.03, 0.06), 0.15)
    open_ = smoothstep(-1, 2, raw) * smoothstep(2, -1, depth)
    rash.blood += open_ * (0.55 + 0.12 * rash.noise(0.015))
    rash.cover = np.maximum(smoothstep(-2, 1, depth), open_)


def paint_wheals(rash: Rash) -> None:
    """Urticaria: pale pink swollen map-like wheals with a red flare."""
    rng = rash.rng
    centres = rash.scatter(int(rng.integers(5, 14)), 0.27)
    depth = rash.blobs(centres, (0.04, 0.11), 0.12)
    add_redness(rash, depth, rng.uniform(0.32, 0.5), 0.035 * rash.unit_px)
    dome = _dome(depth, 0.035 * rash.unit_px)
    rash.relief += blur(dome, 0.008 * rash.unit_px) * 1.1
    rash.blood -= smoothstep(0, 0.05 * rash.unit_px, depth) * rng.uniform(0.16, 0.32)
    rash.cover = smoothstep(-2.5, 0.5, depth)


def paint_nodule_pigmented(rash: Rash) -> None:
    """Melanoma or nevus: one brown to black lesion, even or patchy."""
    rng = rash.rng
    wild = rng.random() < 0.55
    depth = rash.blobs(
        rash.scatter(1, 0.1).repeat(1 + wild, 0) + rng.normal(0, 2, (1 + wild, 2)),
        (0.04, 0.10),
        0.18 if wild else 0.06,
    )
    soft = 0.008 * rash.unit_px + 1
    body = smoothstep(-soft, soft, depth)
    patchy = 0.55 + 1.0 * rash.mottle(0.05, 0.5, 0.6) if wild else 1.0
    rash.melanin += body * patchy * rng.uniform(0.6, 1.05)
    rash.blood += body * rng.uniform(0.1, 0.35)
    if wild:
        rash.deep += body * rash.mottle(0.06, 0.3, 0.5) * 0.5
    dome = _dome(depth, 0.08 * rash.unit_px)
    rash.relief += dome * rng.uniform(0.2, 1.0) + body * 0.1 * rash.noise(0.02)
    rash.cover = body


def paint_nodule_pearly(rash: Rash) -> None:
    """Basal cell carcinoma: shiny skin-coloured nodule, rolled rim, fine vessels."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(1, 0.1), (0.06, 0.12), 0.08)
    wide = 0.025 * rash.unit_px
    body = smoothstep(-2, 2, depth)
    rim = np.exp(-0.5 * ((depth - wide) / wide) ** 2)
    rash.blood += body * 0.28
    rash.relief += rim * 1.0 + _dome(depth, 0.05 * rash.unit_px) * 0.9
    rash.coat(rim * 0.30, [0.97, 0.86, 0.83])
    tree = np.zeros(rash.shape, np.uint8)
    for _ in range(6):
        start = rash.focus + rng.normal(0, 0.06 * rash.unit_px, 2)
        reach, thick = 0.12 * rash.unit_px, max(1.0, 0.007 * rash.unit_px)
        draw_vessel_tree(rng, tree, start, rng.uniform(0, 6.28), reach, thick)
    rash.blood += blur(tree.astype(np.float32) / 255, 0.6) * body * 0.7
    core = smoothstep(2.2 * wide, 3.2 * wide, depth)
    if rng.random() < 0.6:
        rash.coat(core * rash.mottle(0.03, 0.7) * 0.8, [0.42, 0.16, 0.11])
        rash.relief -= core * 0.7
    spots = rash.scatter(3, 0.03)
    _gleam(rash, spots, 0.008, 0.6)
    rash.cover = body


def paint_keratosis_stuck_on(rash: Rash) -> None:
    """Seborrhoeic keratosis: waxy, warty brown plaques, stuck on, with plugs."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 7), 0.22), (0.03, 0.085), 0.12)
    body = smoothstep(-1.0, 1.5, depth)
    warty = cell_distance(rng, *rash.shape, max(0.016 * rash.unit_px, 3.0), 0.8)
    knobs = blur(smoothstep(1.1, 0.1, warty), 0.7)
    tone = rng.uniform(0.3, 0.85)
    rash.melanin += body * tone * (1.25 - 0.6 * knobs) * (1 + 0.2 * rash.noise(0.06))
    rash.relief += body * (0.5 + 0.35 * knobs)
    rash.coat(body * knobs * 0.14, [0.85, 0.74, 0.58])
    rash.cover = body


def paint_wart(rash: Rash) -> None:
    """Draw common warts: grey-white rough domes with black dots (clotted vessels)."""
    rng = rash.rng
    centres = rash.scatter(int(rng.integers(2, 10)), 0.2)
    depth = rash.blobs(centres, (0.022, 0.055), 0.1)
    body = smoothstep(-1.0, 1.5, depth)
    cells = cell_distance(rng, *rash.shape, max(0.013 * rash.unit_px, 2.6), 0.7)
    knobs = blur(smoothstep(1.0, 0.1, cells), 0.5)
    rash.relief += _dome(depth, 0.03 * rash.unit_px) * 1.3 + body * knobs * 0.5
    rash.coat(body * (0.3 + 0.4 * knobs), [0.90, 0.83, 0.72])
    rash.melanin += body * (1 - knobs) * 0.35
    dots = rash.mottle(0.009, 0.05, 0.15) * smoothstep(1, 4, depth)
    rash.coat(dots * 0.75, [0.18, 0.1, 0.09])
    rash.blood += np.exp(-0.5 * ((depth + 2) / 2.5) ** 2) * 0.2
    rash.cover = body


def paint_vascular_red(rash: Rash) -> None:
    """Haemangioma: bright to deep red lobulated tumour, shiny."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 4), 0.07), (0.05, 0.12), 0.12)
    body = smoothstep(-1.5, 2.0, depth)
    lobes = cell_distance(rng, *rash.shape, max(0.04 * rash.unit_px, 5), 0.7)
    lobes = blur(smoothstep(1.1, 0.2, lobes), 0.006 * rash.unit_px)
    rash.blood += body * rng.uniform(0.75, 1.2) * (1.1 - 0.2 * lobes)
    rash.deep += body * rng.uniform(0.0, 0.35) * rash.mottle(0.06, 0.5, 0.8)
    rash.relief += _dome(depth, 0.05 * rash.unit_px) * 1.2 + body * lobes * 0.7
    _gleam(rash, rash.scatter(5, 0.05), 0.008, 0.4)
    rash.cover = body


def paint_crust_honey(rash: Rash) -> None:
    """Impetigo: honey-yellow crusts on weeping red skin."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(3, 9), 0.16), (0.035, 0.085), 0.22)
    add_redness(rash, depth, 0.5, 0.03 * rash.unit_px)
    inner = smoothstep(0, 0.02 * rash.unit_px, depth)
    crust = rash.mottle(0.035, 0.65, 0.4) * inner
    grain = np.clip(0.85 + 0.3 * rash.noise(0.012), 0.3, 1.4)
    rash.relief += crust * (0.8 + 0.5 * rash.noise(0.02))
    rash.coat(crust * 0.72, [0.78, 0.55, 0.26])
    rash.coat(crust * rash.mottle(0.018, 0.35) * grain * 0.4, [0.90, 0.75, 0.46])
    rash.coat(crust * rash.mottle(0.02, 0.12, 0.3) * 0.7, [0.42, 0.20, 0.10])
    rash.cover = smoothstep(-2.0, 1.0, depth)


def paint_ulcer(rash: Rash) -> None:
    """Ulcer: punched-out wound, red granulation, yellow slough, dusky rim."""
    rng = rash.rng
    depth = rash.blobs(rash.scatter(rng.integers(1, 3), 0.06), (0.08, 0.17), 0.14)
    wide = 0.03 * rash.unit_px
    add_redness(rash, depth, 0.5, 2.2 * wide)
    rash.melanin += np.exp(-0.5 * ((depth + wide) / wide) ** 2) * 0.2
    bed = smoothstep(-1.5, 2.0, depth)
    grain = 0.85 + 0.25 * rash.noise(0.012) + 0.15 * rash.noise(0.03)
    rash.coat(bed * 0.78, [0.58, 0.19, 0.17])
    rash.coat(bed * rash.mottle(0.09, 0.35, 1.0) * 0.62, [0.76, 0.64, 0.42])
    rash.coat(bed * rash.mottle(0.07, 0.08, 0.6) * 0.6, [0.22, 0.13, 0.11])
    rash.relief -= smoothstep(0, 1.5 * wide, depth) * 1.6
    rash.relief += np.exp(-0.5 * ((depth + 2) / 4) ** 2) * 0.5 + bed * 0.3 * grain
    rash.cover = bed


RAISED = {
    "bullae": paint_bullae,
    "crust_honey": paint_crust_honey,
    "keratosis_stuck_on": paint_keratosis_stuck_on,
    "nodule_pearly": paint_nodule_pearly,
    "nodule_pigmented": paint_nodule_pigmented,
    "papules_red": paint_papules_red,
    "ulcer": paint_ulcer,
    "vascular_red": paint_vascular_red,
    "vesicles": paint_vesicles,
    "wart": paint_wart,
    "wheals": paint_wheals,
}
