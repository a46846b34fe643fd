"""Dark hair found in a picture and painted over with what lies beside it."""

import cv2
import numpy as np

from helpers.images.per_picture import each_picture

CONTRAST = 16
"""A hair is darker than what lies beside it by more than this luma."""

# Of the short side: hair of HAM10000 is 2 to 6 px wide in pictures of 600 x 450 px.
_WIDEST = 1 / 30
# In widths of the widest hair: what is shorter is a dot or a stripe of the lesion.
_SHORTEST = 2.5
# Of the area of the box around it: a hair fills little, a patch of network much.
_FULLEST = 0.35


def hair_mask(rgb: np.ndarray) -> np.ndarray:
    """Find dark hair: what is thin, long and darker than its surroundings.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB, at least some 100 px a side: below, a hair is thinner than a pixel.

    Returns
    -------
    ndarray of bool, shape (..., height, width)
        True on hair.
    """
    return each_picture(_hair_of, rgb, one_channel=True).view(bool)


def remove_hair(rgb: np.ndarray) -> np.ndarray:
    """Paint dark hair over with the skin beside it, after DullRazor [1]_.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        sRGB, as for `hair_mask`.

    Returns
    -------
    ndarray of uint8, same shape
        Unchanged away from hair.

    Notes
    -----
    As DullRazor: a closing of the gray picture is lighter where something dark is
    thinner than its element, and what is not long is dropped. Unlike it: one element in
    place of lines in three directions, and inpainting [2]_ in place of a line across
    each hair. Light hair stays.

    References
    ----------
    .. [1] Lee, Ng, Gallagher, Coldman & McLean (1997). DullRazor: a software approach
       to hair removal from images. Computers in Biology and Medicine 27(6), 533-543.
    .. [2] Telea (2004). An image inpainting technique based on the fast marching
       method. J. Graphics Tools 9(1), 23-34.
    """
    return each_picture(_without_hair, rgb)


def _widest_px(rgb: np.ndarray) -> int:
    """Return the side of the closing's element: odd, and wider than any hair."""
    return 2 * max(1, round(min(rgb.shape[:2]) * _WIDEST / 2)) + 1


def _hair_of(rgb: np.ndarray) -> np.ndarray:
    luma, widest_px = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), _widest_px(rgb)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (widest_px, widest_px))
    darker = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, element) > CONTRAST
    _, parts, facts, _ = cv2.connectedComponentsWithStats(darker.astype(np.uint8))
    width_px, height_px = facts[:, cv2.CC_STAT_WIDTH], facts[:, cv2.CC_STAT_HEIGHT]
    diagonal_px = np.hypot(width_px, height_px)
    # A straight hair along an axis fills its box: its box is taken as a square.
    fill = facts[:, cv2.CC_STAT_AREA] / np.maximum(width_px, height_px) ** 2
    hair = (diagonal_px >= _SHORTEST * widest_px) & (fill < _FULLEST)
    hair[0] = False  # the background
    return hair.astype(np.uint8)[parts]


def _without_hair(rgb: np.ndarray) -> np.ndarray:
    # One pixel more: the rim of a hair is mixed with skin, and would be smeared.
    hair = cv2.dilate(_hair_of(rgb), np.ones((3, 3), np.uint8))
    return cv2.inpaint(rgb, hair, 3, cv2.INPAINT_TELEA) if hair.any() else rgb
