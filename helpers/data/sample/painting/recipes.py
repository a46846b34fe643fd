"""One recipe per diagnosis: which structures a lesion gets, how much, and where."""

import numpy as np

from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.lesions import (
    CANVAS_PX,
    Lesion,
    draw_outline,
    patches,
    speckle,
    vary,
)
from helpers.data.sample.painting.structures import (
    draw_fissures,
    draw_globules,
    draw_lacunae,
    draw_network,
    draw_streaks,
    draw_vessel_tree,
    sample_points,
)


def draw_nevus(rng: np.random.Generator) -> Lesion:
    """Draw nv: symmetric, one pattern (network, globules or even), soft even rim."""
    les = draw_outline(rng, (26, 66), 1.6, 0.035, 0.035)
    soft = rng.uniform(8, 26) * vary(rng, 90, 0.2)
    body = les.cover(soft) * vary(rng, 45, 0.15) * vary(rng, 14, 0.12)
    tone = rng.uniform(0.4, 1.1)
    pattern = rng.choice(["network", "globules", "even"], p=[0.45, 0.25, 0.3])
    les.melanin = body * (0.55 + 0.45 * les.inside) * tone
    if pattern == "network":
        lines = draw_network(rng, CANVAS_PX, rng.uniform(7, 10.5), 0.45)
        les.melanin *= 0.68 + 0.75 * lines * (1 - 0.5 * les.inside)
    elif pattern == "globules":
        n = int(rng.uniform(0.02, 0.035) * les.radius_px**2)
        spots = draw_globules(rng, les.depth > 2, n, (1.3, 3.6), 1.1)
        spots *= np.clip(vary(rng, 12, 0.35), 0, 1.4)
        les.melanin = les.melanin * 0.75 + 0.42 * tone * spots * les.cover(6)
    les.blood = body * rng.uniform(0.1, 0.55) * vary(rng, 50, 0.2)
    les.melanin *= 1 + 0.10 * speckle(rng) + 0.06 * speckle(rng, 2.0)
    return les


def draw_melanoma(rng: np.random.Generator) -> Lesion:
    """Draw mel: asymmetric, several colours, atypical network, veil, streaks."""
    les = draw_outline(rng, (34, 68), 1.7, 0.10, 0.07)
    soft = 4 + 22 * patches(rng, 90, 0.4)  # abrupt on one side, fading on another
    body = les.cover(soft)
    tone = rng.uniform(0.42, 1.05)
    uneven = 0.5 + 0.9 * patches(rng, les.radius_px * 0.8, 0.5, 1.1)
    uneven *= vary(rng, 16, 0.2) * vary(rng, 7, 0.12)
    les.melanin = body * tone * uneven
    lines = draw_network(rng, CANVAS_PX, rng.uniform(9, 14), 1.0)
    where = patches(rng, 60, 0.6, 0.8)
    les.melanin *= 1 + where * (1.0 * lines - 0.4)
    n = int(rng.uniform(0.004, 0.012) * les.radius_px**2)
    spots = draw_globules(
        rng, (les.depth > 0) * patches(rng, 50, 0.35), n, (1.2, 4.5), 1.2
    )
    les.melanin += 0.45 * spots
    if rng.random() < 0.55:
        les.melanin += 0.4 * draw_streaks(rng, les.depth, 30, les.radius_px * 0.15)
    core = les.cover(10, 8)
    veil = core * patches(rng, les.radius_px * 0.8, rng.uniform(0.03, 0.3), 0.8)
    les.deep = veil * rng.uniform(0.3, 0.8)
    les.white = veil * 0.12
    scar = core * patches(rng, les.radius_px * 0.5, rng.uniform(0.01, 0.2), 0.7)
    les.melanin *= 1 - 0.7 * scar
    les.white += scar * 0.18
    les.blood = body * rng.uniform(0.1, 0.38) * vary(rng, 45, 0.35) + 0.2 * scar
    les.melanin *= 1 + 0.13 * speckle(rng) + 0.08 * speckle(rng, 2.0)
    return les


def draw_keratosis(rng: np.random.Generator) -> Lesion:
    """Draw bkl: stuck on, sharp moth-eaten rim, milia, plugs, furrows."""
    les = draw_outline(rng, (28, 68), 1.6, 0.06, 0.06)
    bites = 9 * patches(rng, 15, 0.4, 0.6)
    les.depth -= (bites * smoothstep(22, 0, np.abs(les.depth))).astype(np.float32)
    body = les.cover(rng.uniform(2.5, 9))
    tone = rng.uniform(0.25, 0.95)
    les.melanin = body * tone * vary(rng, 34, 0.28) * vary(rng, 9, 0.2)
    ridged = rng.random() < 0.55
    if ridged:
        furrows = draw_fissures(rng, CANVAS_PX, rng.uniform(14, 24))
        les.melanin += body * furrows * rng.uniform(0.15, 0.36)
    else:
        prints = draw_fissures(rng, CANVAS_PX, rng.uniform(8, 11), 0.4)
        les.melanin *= 0.75 + 0.55 * prints
    area = les.radius_px**2
    plugs = draw_globules(
        rng, les.depth > 4, int(area * rng.uniform(0.0, 0.003)) + 1, (1.4, 3.6), 1.2
    )
    milia = draw_globules(
        rng, les.depth > 5, int(area * rng.uniform(0.001, 0.006)) + 2, (0.7, 2.4), 1.2
    )
    les.melanin += plugs * 0.5
    les.white = milia * rng.uniform(0.3, 0.6) + body * rng.uniform(0.0, 0.08)
    les.keratin = body * rng.uniform(0.0, 0.28) * vary(rng, 35, 0.5)
    les.blood = body * rng.uniform(0.05, 0.35)
    if rng.random() < 0.25:
        les.deep = les.cover(12, 6) * patches(rng, 60, 0.3) * rng.uniform(0.2, 0.5)
    les.melanin *= 1 + 0.16 * speckle(rng) + 0.1 * speckle(rng, 2.0)
    return les


def draw_carcinoma(rng: np.random.Generator) -> Lesion:
    """Draw bcc: pink and pearly, arborising vessels, blue-grey nests, an erosion."""
    les = draw_outline(rng, (28, 66), 1.5, 0.07, 0.05)
    body = les.cover(rng.uniform(9, 22)) * vary(rng, 18, 0.15)
    les.blood = body * rng.uniform(0.2, 0.45) * vary(rng, 40, 0.25)
    les.white = body * rng.uniform(0.03, 0.16) * vary(rng, 30, 0.5)
    les.melanin = body * rng.uniform(0.0, 0.3) * vary(rng, 30, 0.4)
    tree = np.zeros(les.depth.shape, np.uint8)
    for point in sample_points(rng, np.abs(les.depth - 6) < 5, rng.integers(4, 10)):
        inward = np.arctan2(*(CANVAS_PX / 2 - point)[::-1]) + rng.normal(0, 0.5)
        length, width = les.radius_px * rng.uniform(0.7, 1.3), rng.uniform(1.3, 2.7)
        draw_vessel_tree(rng, tree, point, inward, length, width)
    sharp = tree.astype(np.float32) / 255
    vessels = (0.7 * blur(sharp, 0.6) + 0.5 * blur(sharp, 2.0)) * les.cover(14, -4)
    vessels *= np.clip(vary(rng, 30, 0.4), 0, 1.4)
    les.blood += vessels * rng.uniform(0.35, 0.7)
    les.white *= 1 - 0.8 * vessels
    nests = draw_globules(
        rng,
        (les.depth > 5) * patches(rng, 40, 0.4),
        rng.integers(2, 16),
        (2.5, 11),
        2.5,
    )
    ragged = nests + 0.2 * noise(rng, CANVAS_PX, CANVAS_PX, 7)
    leaves = blur(smoothstep(0.15, 0.95, ragged), 1.5) * les.cover(6)
    leaves *= vary(rng, 8, 0.2)
    les.deep = leaves * rng.uniform(0.25, 0.75)
    les.melanin += leaves * rng.uniform(0.05, 0.35)
    if rng.random() < 0.4:
        erosion = les.cover(8, 10) * patches(rng, 30, 0.12, 0.2)
        les.blood += erosion * 0.5
        les.melanin += erosion * 0.25
    return les


def draw_actinic(rng: np.random.Generator) -> Lesion:
    """Draw akiec: ill-defined red, strawberry follicles or coiled vessels, scale."""
    les = draw_outline(rng, (36, 70), 1.5, 0.09, 0.09)
    body = les.cover(rng.uniform(14, 34)) * vary(rng, 12, 0.15)
    les.blood = body * rng.uniform(0.25, 0.5) * vary(rng, 35, 0.3)
    if rng.random() < 0.6:
        meshes = 1 - draw_lacunae(rng, CANVAS_PX, rng.uniform(13, 19))
        les.blood *= 0.55 + 0.9 * meshes
        holes = draw_lacunae(rng, CANVAS_PX, 17) * les.cover(14)
        les.white = holes * rng.uniform(0.05, 0.16)
    else:
        n = int(rng.uniform(0.012, 0.03) * les.radius_px**2)
        where = (les.depth > 3) * patches(rng, 30, 0.5)
        les.blood += draw_globules(rng, where, n, (1.2, 2.6)) * 0.7
    les.melanin = body * rng.uniform(0.05, 0.45) * patches(rng, 32, 0.45, 0.8)
    les.melanin += body * 0.2 * draw_network(rng, CANVAS_PX, 14, 0.8)
    scale = patches(rng, rng.uniform(14, 24), rng.uniform(0.05, 0.28), 0.6)
    scale *= np.clip(1 + 0.45 * speckle(rng, 1.2), 0, 2)
    les.keratin = les.cover(16, 4) * scale * rng.uniform(0.25, 0.6)
    les.white += les.keratin * 0.3
    return les


def draw_fibroma(rng: np.random.Generator) -> Lesion:
    """Draw df: white scar-like centre in a faint brown ring with delicate network."""
    les = draw_outline(rng, (28, 62), 1.35, 0.03, 0.03)
    body = les.cover(rng.uniform(18, 34)) * vary(rng, 16, 0.12)
    tone = rng.uniform(0.25, 0.75)
    lines = draw_network(rng, CANVAS_PX, rng.uniform(6.5, 9), 0.5)
    les.melanin = body * tone * (0.7 + 0.5 * lines) * vary(rng, 45, 0.15)
    off = noise(rng, CANVAS_PX, CANVAS_PX, les.radius_px) * np.float32(0.15)
    shift = les.radius_px * (rng.uniform(0.4, 0.7) + off)
    scar = les.cover(les.radius_px * rng.uniform(0.3, 0.7), shift)
    scar *= np.clip(vary(rng, 14, 0.3) * vary(rng, 40, 0.3), 0, 1.3)
    les.melanin *= 1 - rng.uniform(0.2, 0.9) * np.clip(scar, 0, 1)
    les.white = scar * rng.uniform(0.02, 0.42)
    les.blood = body * rng.uniform(0.12, 0.5) * vary(rng, 40, 0.25)
    shine = draw_fissures(rng, CANVAS_PX, 16, 0.12)
    les.white += 0.25 * shine * scar
    les.melanin *= 1 + 0.05 * speckle(rng)
    return les


def draw_vascular(rng: np.random.Generator) -> Lesion:
    """Draw vasc: red, purple or black lacunae with pale septa, sharp rim."""
    les = draw_outline(rng, (23, 54), 1.4, 0.05, 0.05)
    body = les.cover(rng.uniform(3, 9))
    lakes = draw_lacunae(rng, CANVAS_PX, rng.uniform(9, 18))
    dense = rng.uniform(0.5, 1.15)
    les.blood = body * (0.5 + 0.65 * lakes * vary(rng, 25, 0.3)) * dense
    dark = lakes * patches(rng, 30, rng.uniform(0.05, 0.6), 0.5)
    les.deep = body * dark * rng.uniform(0.2, 0.9)
    les.melanin = body * rng.uniform(0.0, 0.15) * vary(rng, 30, 0.3)
    les.white = body * (1 - lakes) * rng.uniform(0.0, 0.13)
    halo = les.cover(les.radius_px * 0.5, -les.radius_px * 0.1)
    les.blood += halo * rng.uniform(0.0, 0.12)
    return les


RECIPES = {
    "akiec": draw_actinic,
    "bcc": draw_carcinoma,
    "bkl": draw_keratosis,
    "df": draw_fibroma,
    "mel": draw_melanoma,
    "nv": draw_nevus,
    "vasc": draw_vascular,
}
DERMOSCOPY_CLASSES = tuple(RECIPES)
