"""A part of a picture hidden, to learn what somebody knows who does not see it."""

import numpy as np


def box_around(mask: np.ndarray, margin: float = 0.05) -> np.ndarray:
    """Return the box around a mask.

    A box tells the size of what it hides, and not its shape.

    Parameters
    ----------
    mask : ndarray of bool, shape (height, width)
        What is to be in it.
    margin : float, optional
        Added on each side, as a share of the height.

    Returns
    -------
    ndarray of bool, shape (height, width)
        True in the box; nowhere for an empty mask.

    Examples
    --------
    >>> box_around(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], bool), 0).astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 0]])
    """
    box, edge_px = np.zeros_like(mask), round(margin * len(mask))
    if mask.any():
        top, bottom = np.flatnonzero(mask.any(axis=1))[[0, -1]]
        left, right = np.flatnonzero(mask.any(axis=0))[[0, -1]]
        across = slice(max(left - edge_px, 0), right + edge_px + 1)
        box[max(top - edge_px, 0) : bottom + edge_px + 1, across] = True
    return box


def hide(pixels: np.ndarray, hidden: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Fill what is hidden with the mean colour of the skin in its picture.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, height, width, 3)
        Pictures.
    hidden, skin : ndarray of bool, shape (n, height, width)
        What is filled, and what gives the colour (black where there is none).

    Returns
    -------
    ndarray of uint8, shape (n, height, width, 3)
        Copies.
    """
    filled = pixels.copy()
    for picture, gone, kept in zip(filled, hidden, skin, strict=True):
        picture[gone] = picture[kept].mean(axis=0) if kept.any() else 0
    return filled
