"""Lesions found without learning: a threshold, and the spot in the middle kept."""

import cv2
import numpy as np

from helpers.images import processing
from helpers.images.colour import rgb_to_lab
from helpers.images.per_picture import each_picture

DARK_L = 20.0
"""Below this L*, what touches the frame is the dermatoscope's rim and no skin."""

_FRAME = 1 / 12  # of the short side: the band along the frame that is taken for skin
_BLUR = 1 / 50  # of the short side: the spread of a Gaussian that hair does not survive
_OPENING = 1 / 60  # of the short side: what is thinner is no lesion
_CENTRE = 0.25  # of either side: spread of the weight that pixels in the middle have
_GLARE_L = 10.0  # so much lighter than the skin are glare and scales, and no lesion
_LEVELS = 255.0
# Light that falls off towards the frame changes L* and leaves a* and b* nearly alone.
_WEIGHTS = np.array([0.5, 1.0, 1.0], np.float32)


def gray_mask(rgb: np.ndarray) -> np.ndarray:
    """Find the lesion as the darker side of Otsu's threshold on luma.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of bool, shape (..., height, width)
        As `processing.otsu_mask` of all but the dark rim, and of it what `keep_lesion`
        keeps; empty where all pixels have one luma.
    """
    return each_picture(_by_luma, rgb, one_channel=True).view(bool)


def colour_mask(rgb: np.ndarray) -> np.ndarray:
    """Find the lesion by how far its colour is from that of the skin around.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of bool, shape (..., height, width)
        Otsu's threshold [1]_ on the distance in CIE L*a*b*, L* counting half, from the
        median colour of the band along the frame, of which `keep_lesion` keeps one
        spot; empty where all pixels have one colour.

    Notes
    -----
    It assumes what is true of most dermoscopy: that the lesion is in the middle and
    skin at the frame, and that a lesion is not lighter than its skin. The rim of the
    dermatoscope counts as neither. The picture is smoothed first.

    References
    ----------
    .. [1] Otsu (1979). A threshold selection method from gray-level histograms. IEEE
       Trans. Systems, Man, and Cybernetics 9(1), 62-66.
    """
    return each_picture(_by_colour, rgb, one_channel=True).view(bool)


def keep_lesion(mask: np.ndarray) -> np.ndarray:
    """Keep one spot of a mask: the largest, where pixels in the middle count more.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        What a threshold found.

    Returns
    -------
    ndarray of bool, shape (height, width)
        What is thin (hair) is cut off first, where anything else is left; then the spot
        whose pixels weigh most, each by a Gaussian around the middle of the picture,
        with its holes filled. Empty where the mask is.

    Raises
    ------
    ValueError
        If the mask is not of bool, or has no pixel.
    """
    if mask.dtype != bool or mask.ndim != 2 or not mask.size:
        raise ValueError(f"need bool (height, width), got {mask.dtype} {mask.shape}")
    wide_px = 2 * max(1, round(min(mask.shape) * _OPENING)) + 1
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide_px, wide_px))
    levels = np.ascontiguousarray(mask).view(np.uint8)
    opened = cv2.morphologyEx(levels, cv2.MORPH_OPEN, element)
    levels = opened if opened.any() else levels
    n_spots, spots = cv2.connectedComponents(levels, connectivity=4)
    if n_spots < 2:
        return np.zeros(mask.shape, bool)
    weights = np.bincount(spots.ravel(), _centrality(mask.shape).ravel(), n_spots)
    kept = spots == 1 + np.argmax(weights[1:])
    outlines, _ = cv2.findContours(
        kept.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros(mask.shape, np.uint8)
    return cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED).view(bool)


def _centrality(shape: tuple[int, int]) -> np.ndarray:
    """Return the weight of each pixel: 1 in the middle, falling off smoothly."""
    sides = [np.linspace(-0.5, 0.5, n) if n > 1 else np.zeros(1) for n in shape]
    falls = [np.exp(-0.5 * (side / _CENTRE) ** 2) for side in sides]
    return np.outer(*falls)


def _by_luma(rgb: np.ndarray) -> np.ndarray:
    rim = _rim(rgb_to_lab(rgb)[..., 0])
    if rim.all():
        return np.zeros(rim.shape, np.uint8)
    threshold = processing.otsu_threshold(rgb[~rim][None])
    darker = processing.gray(rgb)[..., 0] <= threshold
    return keep_lesion(darker & ~rim).view(np.uint8)


def _by_colour(rgb: np.ndarray) -> np.ndarray:
    lab = rgb_to_lab(rgb)
    rim = _rim(lab[..., 0])
    band = _band(rim.shape) & ~rim
    if not band.any():
        return np.zeros(rim.shape, np.uint8)
    lab[rim] = skin = np.median(lab[band], axis=0)  # else it would darken its rest
    apart = cv2.GaussianBlur(lab, (0, 0), max(0.5, _BLUR * min(rim.shape))) - skin
    apart[apart[..., 0] > _GLARE_L] = 0
    apart[..., 0] = np.minimum(apart[..., 0], 0)
    away = np.linalg.norm(apart * _WEIGHTS, axis=-1)[~rim]
    if away.max() - away.min() < 0.5:  # far below what an eye can tell apart
        return np.zeros(rim.shape, np.uint8)
    levels = np.zeros(rim.shape, np.uint8)
    levels[~rim] = np.rint(_LEVELS / away.max() * away)
    threshold = cv2.threshold(levels[~rim], 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return keep_lesion(levels > threshold[0]).view(np.uint8)


def _band(shape: tuple[int, int]) -> np.ndarray:
    """Return the band along the frame."""
    wide_px = max(1, round(min(shape) * _FRAME))
    band = np.ones(shape, bool)
    band[wide_px:-wide_px, wide_px:-wide_px] = False
    return band


def _rim(lightness: np.ndarray) -> np.ndarray:
    """Return what is dark and touches the frame."""
    dark = (lightness < DARK_L).view(np.uint8)
    spots = cv2.connectedComponents(dark, connectivity=4)[1]
    ends = np.concatenate([spots[[0, -1]].ravel(), spots[:, [0, -1]].ravel()])
    return np.isin(spots, ends[ends > 0])
