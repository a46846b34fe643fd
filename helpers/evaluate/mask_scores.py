"""Masks judged picture by picture: overlap, boundary, and how many are failures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import spatial

from helpers.base.errors import ParameterError
from helpers.evaluate import segmentation
from helpers.evaluate.answer_checks import check_lengths
from helpers.evaluate.bootstrap import mean_interval
from helpers.evaluate.intervals import Interval, wilson

FAILED_BELOW_JACCARD = 0.65
"""ISIC 2018, task 1: below, a mask differs from an expert's more than experts do."""

COLUMNS = ("dice", "iou", "hausdorff95_px", "area_true", "area_pred")


def score_masks(
    masks_true: Sequence[np.ndarray],
    masks_pred: Sequence[np.ndarray],
    image_ids: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Score predicted masks, each in the size of its own picture.

    Parameters
    ----------
    masks_true, masks_pred : sequence of ndarray of bool, shape (height, width)
        One pair per picture; pictures may differ in size.
    image_ids : sequence of str, shape (n,), optional
        Becomes the index; by default 0, 1, 2, ...

    Returns
    -------
    DataFrame
        A row per picture: dice and iou in [0, 1], hausdorff95_px as `hausdorff95_px`,
        area_true and area_pred as shares of the picture. Where both masks are empty,
        dice and iou are 1 and the distance is 0; where one is, they are 0 and the
        distance is the picture's diagonal.

    Raises
    ------
    ParameterError
        If there is no picture, lengths differ, or a pair is not of bool and one size;
        the error names the picture.
    """
    n = len(masks_true)
    ids = list(range(n)) if image_ids is None else list(image_ids)
    check_lengths(n, masks_pred=len(masks_pred), image_ids=len(ids))
    if not n:
        raise ParameterError("there is no mask to score", "masks_true", "give one")
    rows = []
    for image_id, true, pred in zip(ids, masks_true, masks_pred, strict=True):
        try:
            rows.append(_row(np.asarray(true), np.asarray(pred)))
        except ValueError as error:
            raise ParameterError(
                f"no pair of masks: {error}",
                where=f"picture {image_id}",
                way_out="cut probabilities at a threshold, and bring the mask to the "
                "picture's size",
            ) from error
    index = pd.Index(ids, name="image_id")
    return pd.DataFrame(rows, index=index, columns=COLUMNS, dtype=np.float64)


def hausdorff95_px(mask_true: np.ndarray, mask_pred: np.ndarray) -> float:
    """Return how far apart the outlines of two masks are, but for the worst 5 %.

    Parameters
    ----------
    mask_true, mask_pred : ndarray of bool, shape (height, width)
        Of one size.

    Returns
    -------
    float
        In pixels: of the distances from each boundary pixel of one mask to the nearest
        of the other, the 95th percentile, the larger of both directions. 0 where both
        masks are empty; the diagonal of the picture, the largest there can be, where
        one is (as BraTS did [2]_).

    Raises
    ------
    ValueError
        If they are not bool, or not of one size.

    Notes
    -----
    A boundary pixel is one of the mask with a neighbour, of four, outside the mask or
    outside the picture: a lesion cut by the frame ends there.

    References
    ----------
    .. [1] Huttenlocher, Klanderman & Rucklidge (1993). Comparing images using the
       Hausdorff distance. IEEE Trans. PAMI 15(9), 850-863.
    .. [2] Baid et al. (2021). The RSNA-ASNR-MICCAI BraTS 2021 benchmark.
       arXiv 2107.02314.

    Examples
    --------
    >>> mask = np.zeros((20, 20), bool)
    >>> mask[5:9, 5:9] = True
    >>> hausdorff95_px(mask, np.roll(mask, 3, axis=1))
    3.0
    """
    true, pred = np.asarray(mask_true), np.asarray(mask_pred)
    if {true.dtype, pred.dtype} != {np.dtype(bool)}:
        raise ValueError(f"need masks of bool, got {true.dtype} and {pred.dtype}")
    if true.ndim != 2 or true.shape != pred.shape:
        raise ValueError(f"masks of one size, got {true.shape} and {pred.shape}")
    if not true.any() or not pred.any():
        return float(np.hypot(*true.shape)) if true.any() or pred.any() else 0.0
    ends = _boundary(true), _boundary(pred)
    # A tree of the few boundary pixels: the same distances as a distance transform of
    # the whole picture gives, many times faster.
    distances = [
        spatial.cKDTree(other).query(one)[0] for one, other in (ends, ends[::-1])
    ]
    return float(max(np.percentile(each, 95) for each in distances))


def summarise_masks(
    scores: pd.DataFrame, rng: np.random.Generator, groups: Sequence | None = None
) -> dict[str, float | Interval]:
    """Sum up a table of masks.

    Parameters
    ----------
    scores : DataFrame
        As `score_masks` returns it.
    rng : numpy.random.Generator
        Of the bootstrap.
    groups : sequence, shape (n,), optional
        Pictures of one group (lesion, patient) are drawn together; one without a group
        stands alone.

    Returns
    -------
    dict
        n; dice_mean and iou_mean with dice_interval and iou_interval (bootstrap
        percentile, 95 %); jaccard_below_065, the share of pictures with an IoU below
        .65, with jaccard_below_065_interval (Wilson, 95 %); jaccard_thresholded_mean,
        the mean IoU with 0 for these, by which ISIC 2018 ranked; and
        hausdorff95_px_median. Intervals of means are (0, 1) where there is a single
        picture or group: nothing is known.

    Raises
    ------
    ParameterError
        If there is no picture, a column is not there, or lengths differ.
    """
    missing = [name for name in COLUMNS[:3] if name not in scores]
    if missing or not len(scores):
        raise ParameterError(
            f"{len(scores)} pictures, without {missing}: nothing to sum up",
            where="scores",
            way_out="give the table that score_masks returns",
        )
    iou, n = scores["iou"].to_numpy(float), len(scores)
    failed = iou < FAILED_BELOW_JACCARD
    return {
        "n": n,
        "dice_mean": float(scores["dice"].mean()),
        "dice_interval": _of_shares(scores["dice"].to_numpy(float), rng, groups),
        "iou_mean": float(iou.mean()),
        "iou_interval": _of_shares(iou, rng, groups),
        "jaccard_below_065": float(failed.mean()),
        "jaccard_below_065_interval": wilson(int(failed.sum()), n),
        "jaccard_thresholded_mean": float(np.where(failed, 0, iou).mean()),
        "hausdorff95_px_median": float(scores["hausdorff95_px"].median()),
    }


def _row(true: np.ndarray, pred: np.ndarray) -> tuple[float, ...]:
    """Score one pair, in the order of `COLUMNS`."""
    distance = hausdorff95_px(true, pred)
    dice, iou = segmentation.dice(true, pred), segmentation.iou(true, pred)
    return float(dice), float(iou), distance, float(true.mean()), float(pred.mean())


def _boundary(mask: np.ndarray) -> np.ndarray:
    """Return the places of boundary pixels, shape (n, 2)."""
    padded = np.pad(mask, 1)
    beside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.argwhere(mask & ~beside)


def _of_shares(
    values: np.ndarray, rng: np.random.Generator, groups: Sequence | None
) -> Interval:
    """Return the interval of a mean of values from 0 to 1."""
    low, high = mean_interval(values, rng, groups)
    return Interval(max(0.0, low), high)
