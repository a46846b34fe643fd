"""Skin of six Fitzpatrick types: colour from published ITA ranges, texture, pigment.

Absorbers multiply the light that comes back. With a display gamma near a pure power
law the product holds in display values too, so nothing here leaves sRGB.
"""

import cv2
import numpy as np

from helpers.data.sample.painting.cells import cell_borders, cell_distance
from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.structures import draw_vessel_tree

# Classes of Chardon et al. 1991, "dark" split off at -30 by Del Bino & Bernerd 2013
# (Br. J. Dermatol. 169 s3): very light, light, intermediate, tan, brown, dark. The
# open ends are closed at the extremes those studies observed.
ITA_RANGES_DEG = {
    1: (55.0, 70.0),
    2: (41.0, 55.0),
    3: (28.0, 41.0),
    4: (10.0, 28.0),
    5: (-30.0, 10.0),
    6: (-60.0, -30.0),
}
# b* and a* typical for an ITA: the banana of the skin-colour volume (Del Bino 2013).
_ITA_KNOTS = (-60.0, -40.0, -10.0, 19.0, 35.0, 48.0, 60.0, 70.0)
_B_AT_ITA = (8.5, 12.0, 17.5, 18.5, 17.0, 15.5, 13.0, 10.0)
_A_AT_ITA = (7.0, 9.0, 11.5, 12.0, 12.0, 11.5, 10.0, 9.0)

# Absorption in display R, G, B per unit of density. Melanin falls with wavelength like
# a power law, haemoglobin peaks in the green (S. Jacques, Phys. Med. Biol. 58, 2013);
# melanin deep in the dermis takes red light and looks blue (Tyndall effect).
MELANIN = np.float32([0.63, 1.00, 1.42])
BLOOD = np.float32([0.15, 1.00, 0.82])
DEEP_MELANIN = np.float32([1.00, 0.80, 0.52])


def draw_skin_lab(rng: np.random.Generator, skin_type: int) -> np.ndarray:
    """Draw the mean colour of one person's skin.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    skin_type : int
        Fitzpatrick type, 1 to 6.

    Returns
    -------
    ndarray of float64, shape (3,)
        CIE L*a*b* under D65, its ITA well inside ``ITA_RANGES_DEG[skin_type]``.
    """
    low, high = ITA_RANGES_DEG[skin_type]
    margin = 0.15 * (high - low)  # mottling must not push the mean over the border
    ita = rng.uniform(low + margin, high - margin)
    b = np.interp(ita, _ITA_KNOTS, _B_AT_ITA) * rng.uniform(0.92, 1.08)
    a = np.interp(ita, _ITA_KNOTS, _A_AT_ITA) * rng.uniform(0.88, 1.12)
    return np.array([50.0 + b * np.tan(np.radians(ita)), a, b])


def convert_lab_to_rgb(lab: np.ndarray) -> np.ndarray:
    """Convert one CIE L*a*b* colour to sRGB.

    Parameters
    ----------
    lab : ndarray of float, shape (3,)
        D65.

    Returns
    -------
    ndarray of float32, shape (3,)
        sRGB in [0, 1].
    """
    pixel = np.asarray(lab, np.float32).reshape(1, 1, 3)
    return np.clip(cv2.cvtColor(pixel, cv2.COLOR_LAB2RGB)[0, 0], 0.0, 1.0)


def absorb(
    rgb: np.ndarray,
    melanin: np.ndarray | float = 0.0,
    blood: np.ndarray | float = 0.0,
    deep: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Let absorbers in the skin take their share of the light.

    Parameters
    ----------
    rgb : ndarray of float32, shape (H, W, 3) or (3,)
        sRGB in [0, 1].
    melanin, blood, deep : ndarray of float32, shape (H, W), or float
        Extra density; negative values lighten. `deep` is dermal melanin, blue-grey.

    Returns
    -------
    ndarray of float32, shape (H, W, 3)
        sRGB in [0, 1].
    """
    layers = ((melanin, MELANIN), (blood, BLOOD), (deep, DEEP_MELANIN))
    kept = [(d, c) for d, c in layers if isinstance(d, np.ndarray) or d != 0.0]
    planes = []
    for k in range(3):
        density = sum(np.asarray(d, np.float32) * -c[k] for d, c in kept)
        planes.append(cv2.exp(np.ascontiguousarray(density)))
    return np.minimum(rgb * cv2.merge(planes), np.float32(1.0))


def draw_texture(
    rng: np.random.Generator, height_px: int, width_px: int, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw what makes skin look like skin, as absorber densities around zero.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the field.
    scale : float
        1 for a dermoscopic close-up (1 mm is about 16 px), less from farther away.

    Returns
    -------
    melanin, blood : ndarray of float32, shape (height_px, width_px)
        Densities with mean zero: skin lines, pores, mottling, faint vessels.
    """
    shape = height_px, width_px
    near = min(1.0, 0.25 + 0.75 * scale)  # from afar the eye averages the mottling
    melanin = noise(rng, *shape, 30 + 40 * scale) * np.float32(0.025)
    melanin += noise(rng, *shape, 9 * scale) * np.float32(0.012 * near)
    melanin += blur(noise(rng, *shape, 1), 0.7) * np.float32(0.03)
    blood = noise(rng, *shape, 20 + 35 * scale) * np.float32(0.035 * near)
    blood += noise(rng, *shape, 14 * scale) * np.float32(0.03 * near)
    if scale > 0.4:
        mesh = cell_borders(rng, *shape, rng.uniform(8, 13) * scale, 0.9, 0.9)
        lines = mesh * rng.uniform(0.015, 0.05)
        pores = smoothstep(0.16, 0.05, cell_distance(rng, *shape, 26 * scale, 0.9))
        melanin += lines + blur(pores, 1.1 * scale) * rng.uniform(0.0, 0.3)
        blood += _draw_faint_vessels(rng, shape) * rng.uniform(0.0, 0.3)
    return melanin - melanin.mean(), blood - blood.mean()


def _draw_faint_vessels(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw a few blurred vessel trees that enter from anywhere, in [0, 1]."""
    canvas = np.zeros(shape, np.uint8)
    for _ in range(rng.integers(1, 4)):
        start = rng.uniform(0, 1, 2) * shape[::-1]
        draw_vessel_tree(rng, canvas, start, rng.uniform(0, 6.3), 85.0, 1.9)
    return blur(canvas.astype(np.float32) * np.float32(1 / 255), 1.4)


def skin_patch(
    rng: np.random.Generator, skin_type: int, height_px: int, width_px: int
) -> np.ndarray:
    """Draw a patch of unaffected skin, evenly lit.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    skin_type : int
        Fitzpatrick type, 1 to 6.
    height_px, width_px : int
        Size of the patch.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px, 3)
        sRGB in [0, 1]; the ITA of the mean lies in ``ITA_RANGES_DEG[skin_type]``.
    """
    base = convert_lab_to_rgb(draw_skin_lab(rng, skin_type))
    melanin, blood = draw_texture(rng, height_px, width_px)
    return absorb(base, melanin, blood)
