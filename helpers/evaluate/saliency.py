"""Is it the lesion that a map points at? Scores of maps against masks and chance."""

import numpy as np
import pandas as pd
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_lengths

N_THRESHOLDS = 20
"""At which `best_iou` cuts a map."""


def centre_map(height_px: int, width_px: int, spread: float = 0.25) -> np.ndarray:
    """Return the map of somebody who always looks into the middle.

    Lesions lie in the middle of their pictures: a map has to beat this one before it
    has seen anything.

    Parameters
    ----------
    height_px, width_px : int
        Size of the map.
    spread : float, optional
        Standard deviation, as a share of each side.

    Returns
    -------
    ndarray of float64, shape (height_px, width_px)
        A Gaussian, 1 in the middle.
    """
    rows, columns = ((np.arange(n) + 0.5) / n - 0.5 for n in (height_px, width_px))
    return np.exp(-(rows[:, None] ** 2 + columns**2) / (2 * spread**2))


def energy_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Return the share of each map that lies on the lesion.

    Parameters
    ----------
    maps : ndarray of float, shape (n, height, width)
        At least 0.
    masks : ndarray of bool, shape (n, height, width)
        True on the lesion.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]; NaN for a map of nothing. A map that knows nothing has the lesion's
        share of the picture.

    Raises
    ------
    ParameterError
        If they are not of the same pictures, or a map is negative or no number.

    References
    ----------
    .. [1] Wang et al. (2020). Score-CAM. CVPR workshops (energy-based pointing game).
    """
    maps, masks = _checked(maps, masks)
    total = maps.sum((1, 2))
    inside = (maps * masks).sum((1, 2))
    return np.divide(inside, total, out=np.full(len(maps), np.nan), where=total > 0)


def points_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Tell whether the highest point of each map lies on the lesion.

    Parameters
    ----------
    maps, masks
        As for `energy_inside`.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 or 0, between them where several points are equally high (their mean); NaN for
        a map of nothing.

    Raises
    ------
    ParameterError
        As `energy_inside`.

    References
    ----------
    .. [1] Zhang et al. (2018). Top-down neural attention by excitation backprop. IJCV
       126 (the pointing game).
    """
    maps, masks = _checked(maps, masks)
    top = maps.max((1, 2), keepdims=True)
    highest = maps == top
    hit = (highest & masks).sum((1, 2)) / highest.sum((1, 2))
    return np.where(top[:, 0, 0] > 0, hit, np.nan)


def best_iou(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Return how well each map, cut at its best threshold, covers the lesion.

    Parameters
    ----------
    maps, masks
        As for `energy_inside`.

    Returns
    -------
    ndarray of float64, shape (n,)
        The best intersection over union of `N_THRESHOLDS` cuts between 0 and the map's
        maximum: as kind as a cut can be, for it is chosen with the mask at hand. NaN
        for a map of nothing.

    Raises
    ------
    ParameterError
        As `energy_inside`.
    """
    maps, masks = _checked(maps, masks)
    top = maps.max((1, 2))
    best = np.zeros(len(maps))
    for share in np.arange(N_THRESHOLDS) / N_THRESHOLDS:
        cut = maps > (share * top)[:, None, None]
        both, either = (cut & masks).sum((1, 2)), (cut | masks).sum((1, 2))
        best = np.maximum(best, both / np.maximum(either, 1))
    return np.where(top > 0, best, np.nan)


def score_maps(maps: np.ndarray, masks: np.ndarray) -> pd.DataFrame:
    """Score each map against its mask, beside what chance and the middle would get.

    Parameters
    ----------
    maps, masks
        As for `energy_inside`.

    Returns
    -------
    DataFrame
        A row per picture: area_share (the lesion's, which is the energy of a map that
        knows nothing), and of the map and of `centre_map` (with "centre_" in front)
        energy_inside, points_inside and best_iou.

    Raises
    ------
    ParameterError
        As `energy_inside`.
    """
    maps, masks = _checked(maps, masks)
    middle = np.broadcast_to(centre_map(*maps.shape[1:]), maps.shape)
    found = {"area_share": masks.mean((1, 2))}
    for prefix, some in (("", maps), ("centre_", middle)):
        found[f"{prefix}energy_inside"] = energy_inside(some, masks)
        found[f"{prefix}points_inside"] = points_inside(some, masks)
        found[f"{prefix}best_iou"] = best_iou(some, masks)
    return pd.DataFrame(found)


def rank_correlations(maps: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how alike two maps of each picture are, by the order of their pixels.

    Parameters
    ----------
    maps, others : ndarray of float, shape (n, height, width)
        For example of a trained model, and of the same with random weights: a method
        whose maps stay alike does not look at the model [1]_.

    Returns
    -------
    ndarray of float64, shape (n,)
        Spearman's, in [-1, 1]; NaN where a map has one value only.

    Raises
    ------
    ParameterError
        If they are not of the same pictures.

    References
    ----------
    .. [1] Adebayo et al. (2018). Sanity checks for saliency maps. NeurIPS.
    """
    maps, others = np.asarray(maps, np.float64), np.asarray(others, np.float64)
    _refuse_other_shapes(maps, others)
    found = np.full(len(maps), np.nan)
    for i, (one, other) in enumerate(zip(maps, others, strict=True)):
        if np.ptp(one) > 0 and np.ptp(other) > 0:
            found[i] = stats.spearmanr(one.ravel(), other.ravel()).statistic
    return found


def _checked(maps: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    maps, masks = np.asarray(maps, np.float64), np.asarray(masks, bool)
    _refuse_other_shapes(maps, masks)
    if not (maps >= 0).all():  # NaN is not, either
        raise ParameterError(
            "a map holds negative values, or none that are numbers",
            where="maps",
            way_out="give what speaks for a label, 0 and more",
        )
    return maps, masks


def _refuse_other_shapes(maps: np.ndarray, others: np.ndarray) -> None:
    check_lengths(len(maps), others=len(others))
    if maps.ndim != 3 or maps.shape != others.shape:
        raise ParameterError(
            f"maps of shape {maps.shape} do not lie on {others.shape}",
            where="maps",
            way_out="give both as (n, height, width), in one size",
        )
