"""How well a mask covers the true one."""

import numpy as np


def iou(mask_true: np.ndarray, mask_pred: np.ndarray) -> np.ndarray:
    """Return the intersection over union (Jaccard index) of masks.

    Parameters
    ----------
    mask_true, mask_pred : ndarray of bool, shape (..., height, width)
        One pair or many; shapes that broadcast, for one true mask against many.

    Returns
    -------
    ndarray of float64, shape (...)
        In [0, 1]; 1 where both are empty, for then nothing was missed or made up.

    Raises
    ------
    ValueError
        If they are not bool or of another size.

    Examples
    --------
    >>> left, top = np.array([[1, 0], [1, 0]], bool), np.array([[1, 1], [0, 0]], bool)
    >>> round(float(iou(left, top)), 3)
    0.333
    """
    n_both, n_true, n_pred = _overlap(mask_true, mask_pred)
    return _share(n_both, n_true + n_pred - n_both)


def dice(mask_true: np.ndarray, mask_pred: np.ndarray) -> np.ndarray:
    """Return the Dice coefficient (the F1 score of the pixels) of masks.

    Parameters
    ----------
    mask_true, mask_pred : ndarray of bool, shape (..., height, width)
        As for `iou`.

    Returns
    -------
    ndarray of float64, shape (...)
        In [0, 1], ``2 iou / (1 + iou)``; 1 where both are empty.

    Raises
    ------
    ValueError
        If they are not bool or of another size.

    Examples
    --------
    >>> left, top = np.array([[1, 0], [1, 0]], bool), np.array([[1, 1], [0, 0]], bool)
    >>> float(dice(left, top))
    0.5
    """
    n_both, n_true, n_pred = _overlap(mask_true, mask_pred)
    return _share(2 * n_both, n_true + n_pred)


def _overlap(
    mask_true: np.ndarray, mask_pred: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels of both masks, of the true and of the predicted one."""
    true, pred = np.asarray(mask_true), np.asarray(mask_pred)
    if true.dtype != bool or pred.dtype != bool:
        raise ValueError(f"need masks of bool, got {true.dtype} and {pred.dtype}")
    # The last two axes must be equal, not only broadcast: a row is no mask.
    if true.ndim < 2 or pred.ndim < 2 or true.shape[-2:] != pred.shape[-2:]:
        raise ValueError(f"masks of one size, got {true.shape} and {pred.shape}")
    counts = [np.count_nonzero(m, axis=(-2, -1)) for m in (true & pred, true, pred)]
    return counts[0], counts[1], counts[2]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    empty = np.equal(whole, 0)
    return np.where(empty, 1.0, part / np.where(empty, 1, whole))
