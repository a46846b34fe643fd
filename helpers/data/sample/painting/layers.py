"""Layers over a picture: opaque ones cover it, shade and light multiply it."""

import cv2
import numpy as np


def blend(rgb: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Lay a colour over a picture.

    Parameters
    ----------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.
    cover : ndarray of float32, shape (H, W)
        Opacity in [0, 1].
    colour : ndarray of float32, shape (3,) or (H, W, 3)
        What to lay over it.

    Returns
    -------
    ndarray of float32, shape (H, W, 3)
        The mixture.
    """
    cover = np.ascontiguousarray(cover, np.float32)
    x, y, width, height = cv2.boundingRect((cover > 0.003).view(np.uint8))
    out = rgb.astype(np.float32)  # a copy
    if width == 0:
        return out
    window = np.s_[y : y + height, x : x + width]
    colour = np.asarray(colour, np.float32)
    top = colour[window] if colour.ndim == 3 and colour.shape[0] > 1 else colour
    share = cv2.merge([cover[window]] * 3)  # contiguous: thrice as fast as [..., None]
    share *= top - out[window]
    out[window] += share
    return out


def dim(rgb: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Multiply all three channels by one field.

    Parameters
    ----------
    rgb : ndarray of float32, shape (H, W, 3) or (3,)
        Picture or colour.
    factor : ndarray of float32, shape (H, W)
        Brightness.

    Returns
    -------
    ndarray of float32, shape (H, W, 3)
        The product.
    """
    return cv2.merge([np.ascontiguousarray(factor, np.float32)] * 3) * rgb
