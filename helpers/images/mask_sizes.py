"""A mask from a model's square, in the size of the picture that it is of."""

import cv2
import numpy as np

THRESHOLD = 0.5


def at_size(probability: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """Bring a mask to the size of its picture, and decide what is lesion.

    The reverse of `resize.resize` with ``"squash"``. Probabilities are resampled, and
    cut at `THRESHOLD` afterwards: the outline is smooth, not a stair of large pixels.

    Parameters
    ----------
    probability : ndarray of float, shape (height, width)
        Probability of lesion, in [0, 1].
    height_px, width_px : int
        Size of the picture, at least 1.

    Returns
    -------
    ndarray of bool, shape (height_px, width_px)
        True on the lesion.

    Examples
    --------
    >>> at_size(np.array([[0.0, 1.0]]), 1, 4)
    array([[False, False,  True,  True]])
    """
    share = np.asarray(probability, dtype=np.float32)
    # Two steps, as in resize: where one axis shrinks and the other grows, OpenCV's
    # area mode would not average along either.
    height, width = min(height_px, share.shape[0]), min(width_px, share.shape[1])
    if (height, width) != share.shape:
        share = cv2.resize(share, (width, height), interpolation=cv2.INTER_AREA)
    if (height, width) != (height_px, width_px):
        size = (width_px, height_px)
        share = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)
    return share > THRESHOLD
