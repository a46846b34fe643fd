"""A lesion under the dermatoscope: the lesion's own frame, then one view of it."""

from dataclasses import dataclass

import cv2
import numpy as np

from helpers.data.sample.painting import artefacts
from helpers.data.sample.painting.fields import noise
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.lesions import CANVAS_PX, CANVAS_SCALE, Lesion
from helpers.data.sample.painting.recipes import DERMOSCOPY_CLASSES, RECIPES
from helpers.data.sample.painting.skin import (
    absorb,
    convert_lab_to_rgb,
    draw_skin_lab,
    draw_texture,
)
from helpers.images.colour import individual_typology_angle

__all__ = ["DERMOSCOPY_CLASSES", "View", "photograph_lesion"]

# HAM10000's cameras shift towards magenta: its normal skin has b* near 2, not 15.
DEVICE_CAST = np.float32([1.02, 0.97, 1.10])
SCAR_WHITE = np.float32([0.93, 0.88, 0.88])
KERATIN_YELLOW = np.float32([0.86, 0.74, 0.52])


@dataclass(frozen=True)
class View:
    """One photograph: the picture, the lesion's mask, and what else is on it."""

    rgb: np.ndarray
    mask: np.ndarray
    facts: dict


def photograph_lesion(
    rng: np.random.Generator,
    dx: str,
    skin_type: int,
    height_px: int,
    width_px: int,
    lesion_seed: int,
) -> View:
    """Draw a lesion and take one dermoscopic photograph of it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Governs the view: rotation, zoom, shift, light, hairs and artefacts.
    dx : str
        One of `DERMOSCOPY_CLASSES`.
    skin_type : int
        Fitzpatrick type, 1 to 6.
    height_px, width_px : int
        Size of the picture.
    lesion_seed : int
        Governs the lesion and the patient's skin; the same seed is the same lesion.

    Returns
    -------
    View
        `rgb` float32 in [0, 1], `mask` bool.
    """
    own = np.random.default_rng([lesion_seed, DERMOSCOPY_CLASSES.index(dx)])
    lab = draw_skin_lab(own, skin_type)
    lesion = RECIPES[dx](own)
    hairy = own.choice([0, 4, 18], p=[0.55, 0.25, 0.2])
    picture, depth = _render(own, lesion, convert_lab_to_rgb(lab))
    area = float(np.count_nonzero(depth > 0))
    matrix = _aim(rng, height_px, width_px, area)
    size = (width_px, height_px)
    flags = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REFLECT_101}
    rgb = cv2.warpAffine(picture, matrix, size, **flags)
    mask = cv2.warpAffine(depth, matrix, size, **flags) > 0
    return _add_artefacts(
        rng, rgb, mask, float(individual_typology_angle(lab)), int(hairy)
    )


def _render(rng: np.random.Generator, lesion: Lesion, base: np.ndarray) -> tuple:
    """Let skin and lesion act on the base colour; return picture and depth."""
    melanin, blood = draw_texture(rng, CANVAS_PX, CANVAS_PX)
    flat = 1 - 0.5 * lesion.cover(10)  # the contact plate shows less skin relief there
    rgb = absorb(
        base, lesion.melanin + melanin * flat, lesion.blood + blood, lesion.deep
    )
    glow = base[0] / np.float32(0.85)  # white tissue on dark skin is no brighter lamp
    lit = np.float32(0.35 + 0.65 * min(glow, 1.0))
    rgb = blend(rgb, np.clip(lesion.keratin, 0, 1), KERATIN_YELLOW * lit)
    rgb = blend(rgb, np.clip(lesion.white, 0, 1), SCAR_WHITE * lit)
    # Tissue is pulled and pressed: bend everything a little, so that no disc is round.
    rows, cols = np.indices(lesion.depth.shape, dtype=np.float32)
    for axis in (cols, rows):
        axis += noise(rng, CANVAS_PX, CANVAS_PX, 24) * np.float32(2.0)
        axis += noise(rng, CANVAS_PX, CANVAS_PX, 8) * np.float32(0.7)
    border = cv2.BORDER_REFLECT_101
    bent = cv2.remap(rgb, cols, rows, cv2.INTER_LINEAR, borderMode=border)
    return bent, cv2.remap(
        lesion.depth, cols, rows, cv2.INTER_LINEAR, borderMode=border
    )


def _aim(
    rng: np.random.Generator, height_px: int, width_px: int, lesion_area: float
) -> np.ndarray:
    """Draw the affine map from the lesion's frame to the picture."""
    unit = np.sqrt(height_px * width_px / 30000.0)
    zoom = unit / CANVAS_SCALE * np.exp(rng.normal(0, 0.09))
    # A photographer keeps the lesion in view: between 4.5 and 48 % of the picture.
    frame = height_px * width_px / lesion_area
    zoom = float(np.clip(zoom, np.sqrt(0.045 * frame), np.sqrt(0.48 * frame)))
    angle = rng.normal(0, 25)
    centre = (CANVAS_PX - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), angle, zoom)
    shift = np.clip(rng.normal(0, 0.045, 2), -0.1, 0.1) * (width_px, height_px)
    matrix[:, 2] += np.array([width_px - 1, height_px - 1]) / 2 - centre + shift
    return matrix


def _add_artefacts(
    rng: np.random.Generator,
    rgb: np.ndarray,
    mask: np.ndarray,
    ita_deg: float,
    hairy: int,
) -> View:
    """Put hair, gel, ruler, lens and light over the bare view."""
    height, width = mask.shape
    n_hairs = int(rng.poisson(hairy))
    ruler, vignette, glare = rng.random(3) < (0.10, 0.20, 0.15)
    drift = noise(rng, height, width, 80) * np.float32(0.015)
    rgb = dim(DEVICE_CAST * rgb, 1 + drift)
    if n_hairs:
        rgb, _ = artefacts.draw_hairs(rng, rgb, n_hairs)
    if glare:
        rgb, _ = artefacts.draw_gel(rng, rgb)
    if ruler:
        rgb, _ = artefacts.draw_ruler(rng, rgb)
    if vignette:
        rgb, _ = artefacts.draw_vignette(rng, rgb, mask)
    rgb = artefacts.light_scene(rng, rgb, 1.3)
    facts = {
        "ita_deg": ita_deg,
        "n_hairs": n_hairs,
        "has_ruler": bool(ruler),
        "has_vignette": bool(vignette),
        "has_glare": bool(glare),
    }
    return View(rgb, mask, facts)
