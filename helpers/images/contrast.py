"""How far a lesion stands out from its skin, and how far a processing moves colours."""

import cv2
import numpy as np

from helpers.images.colour import rgb_to_lab

RING_GAP, RING_WIDTH = 0.02, 0.12
"""Of the short side: between lesion and ring, for borders are soft; and the ring."""


def skin_ring(mask: np.ndarray) -> np.ndarray:
    """Return the ring of skin around lesions.

    Parameters
    ----------
    mask : ndarray of bool, shape (..., height, width)
        True on the lesion.

    Returns
    -------
    ndarray of bool, same shape
        Pixels whose distance from the lesion is in (`RING_GAP`, `RING_GAP` +
        `RING_WIDTH`] of the short side; none where there is no lesion.

    Raises
    ------
    ValueError
        If the mask is not of bool.
    """
    if mask.dtype != bool or mask.ndim < 2 or 0 in mask.shape[-2:]:
        raise ValueError(f"need bool (..., h, w), got {mask.dtype} {mask.shape}")
    ring, short_px = np.zeros(mask.shape, bool), min(mask.shape[-2:])
    low_px = RING_GAP * short_px
    high_px = low_px + max(1, RING_WIDTH * short_px)
    for place in np.ndindex(mask.shape[:-2]):
        if mask[place].any():
            outside = np.ascontiguousarray(~mask[place]).view(np.uint8)
            away_px = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_5)
            ring[place] = (away_px > low_px) & (away_px <= high_px)
    return ring


def median_lab(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the median colour under a mask; hair, glare and rulers hardly move it.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.
    mask : ndarray of bool, shape (..., height, width)
        Which pixels count.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        CIE L*, a* and b*, each its own median; NaN where no pixel counts. Of
        `skin_ring` it gives the typology angle by `colour.individual_typology_angle`.

    Raises
    ------
    ValueError
        If the shapes do not fit together or dtypes are others.
    """
    if mask.shape != rgb.shape[:-1] or mask.dtype != bool:
        raise ValueError(f"mask {mask.dtype} {mask.shape} for pictures {rgb.shape}")
    lab = np.full((*mask.shape[:-2], 3), np.nan)
    for place in np.ndindex(mask.shape[:-2]):
        if mask[place].any():
            lab[place] = np.median(rgb_to_lab(rgb[place][mask[place]]), axis=0)
    return lab


def lesion_contrast(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return how much lighter the ring of skin around a lesion is than the lesion.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.
    mask : ndarray of bool, shape (..., height, width)
        True on the lesion.

    Returns
    -------
    ndarray of float64, shape (...)
        Median L* of `skin_ring` less median L* of the lesion, in [-100, 100]; below 0
        the lesion is the lighter one. NaN where there is no lesion or no ring.

    Raises
    ------
    ValueError
        If the shapes do not fit together or dtypes are others.

    Notes
    -----
    L* and not Delta E: a threshold sees lightness alone, and a distance would give a
    lesion lighter than its skin, which Otsu's darker side must miss, the same number as
    a darker one. (On 800 pictures of HAM10000 both rank Otsu's IoU alike: .54, .54.)
    """
    skin, lesion = median_lab(rgb, skin_ring(mask)), median_lab(rgb, mask)
    return skin[..., 0] - lesion[..., 0]


def colour_shift(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return how far a processing moves colours, lightness left out.

    Parameters
    ----------
    before, after : ndarray of uint8, shape (..., height, width, 3)
        The same pictures; sRGB.

    Returns
    -------
    ndarray of float64, shape (...)
        Mean distance of the pixels in the plane of a* and b*, in units of Delta E; what
        changes lightness alone gives 0.

    Raises
    ------
    ValueError
        If the shapes differ or dtypes are others.
    """
    if before.shape != after.shape:
        raise ValueError(f"pictures of {before.shape} became {after.shape}")
    shift = np.empty(before.shape[:-3])
    for place in np.ndindex(shift.shape):
        move = rgb_to_lab(after[place])[..., 1:] - rgb_to_lab(before[place])[..., 1:]
        shift[place] = np.hypot(move[..., 0], move[..., 1]).mean(dtype=np.float64)
    return shift
