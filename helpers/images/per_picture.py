"""One picture's processing for batches of any shape."""

from collections.abc import Callable

import numpy as np


def each_picture(
    function: Callable[[np.ndarray], np.ndarray],
    rgb: np.ndarray,
    one_channel: bool = False,
) -> np.ndarray:
    """Apply a function of one picture to each picture of a batch of any shape.

    Parameters
    ----------
    function : callable
        Takes uint8 (height, width, 3), contiguous; gives the same, or (height, width).
    rgb : ndarray of uint8, shape (..., height, width, 3)
        One picture or many; never changed.
    one_channel : bool, optional
        Whether the function gives (height, width).

    Returns
    -------
    ndarray of uint8, shape (..., height, width, 3) or (..., height, width)
        New memory.

    Raises
    ------
    ValueError
        If `rgb` is no such array, or its pictures have no pixel.
    """
    shape = rgb.shape[-3:]
    if rgb.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        raise ValueError(f"need uint8 (..., h, w, 3), got {rgb.dtype} {rgb.shape}")
    changed = np.empty(rgb.shape[:-1] if one_channel else rgb.shape, np.uint8)
    for place in np.ndindex(rgb.shape[:-3]):
        changed[place] = function(np.ascontiguousarray(rgb[place]))
    return changed
