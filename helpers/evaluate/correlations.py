"""Whether two measurements rise together, and whether a third explains it."""

import numpy as np
from scipy import stats


def rank_correlation(
    x: np.ndarray, y: np.ndarray, given: np.ndarray | None = None
) -> float:
    """Return Spearman's rank correlation, or the partial one with a third held fixed.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        Two measurements of the same things; a row with a NaN is left out.
    given : ndarray of float, shape (n,), optional
        A third, whose part in the ranks of both is taken out first.

    Returns
    -------
    float
        In [-1, 1]; NaN where a measurement does not vary (or only as `given` does), or
        fewer than three rows (with `given`, four) are left.

    Raises
    ------
    ValueError
        If lengths differ.

    Notes
    -----
    The partial one is Pearson's correlation of the residuals of the ranks after a
    straight line on the ranks of `given` (Kendall & Stuart, The Advanced Theory of
    Statistics, vol. 2, chapter 27, on ranks).

    Examples
    --------
    >>> round(rank_correlation(np.arange(5), np.arange(5) ** 3), 3)
    1.0
    """
    columns = [x, y] if given is None else [x, y, given]
    rows = np.array(columns, np.float64)
    rows = rows[:, ~np.isnan(rows).any(axis=0)]
    if rows.shape[1] < len(rows) + 1:
        return float("nan")
    ranks = stats.rankdata(rows, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    scale = np.linalg.norm(ranks, axis=1)
    if given is not None:
        z = ranks[2] / (scale[2] or 1.0)
        ranks = ranks[:2] - np.outer(ranks[:2] @ z, z)
    left = np.linalg.norm(ranks[:2], axis=1)
    if (left <= 1e-9 * np.maximum(scale[:2], 1)).any():
        return float("nan")
    return float(np.clip(ranks[0] @ ranks[1] / left.prod(), -1, 1))
