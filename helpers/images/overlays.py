"""Masks shown on pictures without hiding them."""

import cv2
import numpy as np

OUTLINE_RGB = (0, 233, 255)
"""Cyan: no skin and no lesion has it."""


def outline_mask(
    rgb: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int] = OUTLINE_RGB
) -> np.ndarray:
    """Draw the outline of a mask onto a copy of its picture.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (height, width, 3)
        The picture.
    mask : ndarray of bool, shape (height, width)
        True inside.
    colour : tuple of int, optional
        RGB, 0 to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        A new picture; only pixels near the outline differ.

    Raises
    ------
    ValueError
        If the mask has another size.
    """
    if mask.shape != rgb.shape[:2]:
        raise ValueError(f"mask {mask.shape} does not fit picture {rgb.shape[:2]}")
    found = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    # One pixel on a thumbnail, more on a large picture: the line is seen on both.
    width_px = max(1, round(min(mask.shape) / 130))
    return cv2.drawContours(rgb.copy(), found[0], -1, colour, width_px, cv2.LINE_AA)
