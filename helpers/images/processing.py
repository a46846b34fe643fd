"""Processings of a picture before a model sees it: equalised, thresholded, stretched.

All are pure functions of 8-bit sRGB: of one picture or of many of one size.
"""

from collections.abc import Callable

import cv2
import numpy as np

from helpers.images.per_picture import each_picture

LEVELS_PER_L = 2.55
"""L* from 0 to 100 is cut into 256 levels for its histogram."""

STRETCH_PERCENT = (1, 99)
"""`stretch` makes these percentiles black and white; what lies beyond is cut."""

# Inferno (van der Walt & Smith 2015): its lightness rises evenly, as jet's does not, so
# no edge appears that is not in the picture; read without telling red from green, too.
_HEAT_RGB = cv2.applyColorMap(
    np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_INFERNO
)[:, 0, ::-1]


def equalise(rgb: np.ndarray) -> np.ndarray:
    """Equalise the histogram of lightness; colour is kept.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
        L* fills [0, 100] evenly, a* and b* are as they were, as far as sRGB has such
        colours. A picture of one lightness is unchanged, to 1 level of rounding.

    Notes
    -----
    Gonzalez & Woods, Digital Image Processing, section 3.3, on 256 levels of L*.
    """
    return each_picture(lambda one: _with_lightness(one, cv2.equalizeHist), rgb)


def equalise_channels(rgb: np.ndarray) -> np.ndarray:
    """Equalise R, G and B one by one: a known mistake, kept to be measured.

    Reddish skin comes out gray, green or blue; `contrast.colour_shift` says how far.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
    """
    return each_picture(
        lambda one: cv2.merge([cv2.equalizeHist(c) for c in cv2.split(one)]), rgb
    )


def clahe(rgb: np.ndarray, clip_limit: float = 2.0, n_tiles: int = 8) -> np.ndarray:
    """Equalise lightness tile by tile, with a limit to how much contrast may rise.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.
    clip_limit : float, optional
        The largest count of a level, in multiples of the mean count; above 0.
    n_tiles : int, optional
        Tiles along either side; a side of fewer pixels has as many as pixels.

    Returns
    -------
    ndarray of uint8, same shape
        Also a picture of one lightness comes out somewhat lighter.

    Raises
    ------
    ValueError
        If `clip_limit` or `n_tiles` is not above 0.

    References
    ----------
    .. [1] Zuiderveld (1994). Contrast limited adaptive histogram equalization.
       Graphics Gems IV, 474-485.
    """
    if clip_limit <= 0 or n_tiles < 1:
        raise ValueError(f"no CLAHE of clip limit {clip_limit} and {n_tiles} tiles")

    def limited(levels: np.ndarray) -> np.ndarray:
        """Equalise one picture's lightness."""
        tiles = (min(n_tiles, levels.shape[1]), min(n_tiles, levels.shape[0]))
        return cv2.createCLAHE(clip_limit, tiles).apply(levels)

    return each_picture(lambda one: _with_lightness(one, limited), rgb)


def gray(rgb: np.ndarray) -> np.ndarray:
    """Return the luma three times over: a gray picture of the same shape.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
        .299 R + .587 G + .114 B (ITU-R BT.601).
    """
    return each_picture(lambda one: cv2.cvtColor(_luma(one), cv2.COLOR_GRAY2RGB), rgb)


def otsu_threshold(rgb: np.ndarray) -> np.ndarray:
    """Return the luma that parts a picture best into a darker and a lighter side.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of int64, shape (...)
        The largest luma of the darker side, 0 to 254; -1 where all pixels have one
        luma: then there are no two sides.

    References
    ----------
    .. [1] Otsu (1979). A threshold selection method from gray-level histograms. IEEE
       Trans. Systems, Man, and Cybernetics 9(1), 62-66.
    """
    lumas = each_picture(_luma, rgb, one_channel=True)
    thresholds = [_threshold(lumas[place]) for place in np.ndindex(lumas.shape[:-2])]
    return np.array(thresholds, np.int64).reshape(lumas.shape[:-2])


def otsu_mask(rgb: np.ndarray) -> np.ndarray:
    """Return the darker side of a picture by Otsu's threshold: lesions are darker.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of bool, shape (..., height, width)
        True on the darker side; nowhere, where all pixels have one luma.
    """
    return each_picture(_darker, rgb, one_channel=True).view(bool)


def otsu(rgb: np.ndarray) -> np.ndarray:
    """Return the picture with all but the darker side by Otsu's threshold blackened.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
        Unchanged where `otsu_mask` is True, 0 elsewhere.
    """
    return each_picture(_darker_side, rgb)


def stretch(rgb: np.ndarray) -> np.ndarray:
    """Spread the values of a picture over the whole range, one way for all channels.

    R, G and B share the two ends, so the hue stays.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
        Linear between `STRETCH_PERCENT` of all values, cut to [0, 255]; unchanged where
        these are one value.
    """
    return each_picture(_stretched, rgb)


def heat_map(rgb: np.ndarray) -> np.ndarray:
    """Colour the luma of a picture from black over purple and orange to pale yellow.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB.

    Returns
    -------
    ndarray of uint8, same shape
        Matplotlib's map "inferno" of `gray`; nothing is added to what `gray` holds.
    """
    return each_picture(lambda one: _HEAT_RGB.take(_luma(one), axis=0), rgb)


def _luma(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def _with_lightness(
    rgb: np.ndarray, function: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Change a picture's L*, handed to `function` as levels 0 to 255."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    levels = np.rint(LEVELS_PER_L * lab[..., 0]).astype(np.uint8)
    # Moved by the difference of levels: a level that stays moves no pixel.
    moves = function(levels).astype(np.float32) - levels
    lab[..., 0] = np.clip(lab[..., 0] + moves / LEVELS_PER_L, 0, 100)
    back = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
    return np.rint(255 * back.clip(0, 1)).astype(np.uint8)


def _threshold(luma: np.ndarray) -> int:
    low, high, _, _ = cv2.minMaxLoc(luma)
    if low == high:
        return -1
    return int(cv2.threshold(luma, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])


def _darker(rgb: np.ndarray) -> np.ndarray:
    luma = _luma(rgb)
    return (luma <= _threshold(luma)).view(np.uint8)


def _darker_side(rgb: np.ndarray) -> np.ndarray:
    return cv2.bitwise_and(rgb, rgb, mask=_darker(rgb))


def _stretched(rgb: np.ndarray) -> np.ndarray:
    counts = np.bincount(rgb.reshape(-1), minlength=256).cumsum()
    low, high = np.searchsorted(counts, np.array(STRETCH_PERCENT) / 100 * rgb.size)
    if low == high:
        return rgb
    levels = np.rint(255.0 / (high - low) * (np.arange(256.0) - low))
    return cv2.LUT(rgb, levels.clip(0, 255).astype(np.uint8))
