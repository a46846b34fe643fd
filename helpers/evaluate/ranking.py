"""How well a score without labels puts those first that are looked for."""

from typing import NamedTuple

import numpy as np
from scipy import stats
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals, voting


class RankingQuality(NamedTuple):
    """What `ranking_quality` returns."""

    auroc: float
    interval: intervals.Interval  # of the AUROC
    average_precision: float  # by chance: n_true / n
    n: int
    n_true: int


def ranking_quality(score: np.ndarray, is_true: np.ndarray) -> RankingQuality:
    """Return how well a score puts the true ones first.

    Parameters
    ----------
    score : array-like of float, shape (n,)
        Higher is more suspicious.
    is_true : array-like of bool, shape (n,)
        Whether each is one of those looked for.

    Returns
    -------
    RankingQuality
        AUROC with DeLong's variance [1]_ and average precision; both NaN where all or
        none are true. Precision at every depth: `retrieval.precision_recall`.

    Raises
    ------
    ParameterError
        If lengths differ or a score is NaN.

    References
    ----------
    .. [1] DeLong, DeLong & Clarke-Pearson (1988). Comparing the areas under two or
       more correlated receiver operating characteristic curves. Biometrics 44, 837-845.
    """
    score, is_true = np.asarray(score, np.float64), np.asarray(is_true, bool)
    if score.shape != is_true.shape or np.isnan(score).any():
        raise ParameterError(
            f"{score.shape} scores, {np.isnan(score).sum()} of them NaN, cannot be "
            f"ranked against {is_true.shape} truths",
            where="score",
            way_out="give one number and one truth per picture",
        )
    n, n_true = len(score), int(is_true.sum())
    if n_true in (0, n):
        return RankingQuality(np.nan, intervals.wilson(0, 0), np.nan, n, n_true)
    ranks = stats.rankdata(score)
    # Of each, the share of the other kind that it is on the right side of; the false
    # ones' is that of the true ones they are below, less 1.
    placed = [
        (ranks[side] - stats.rankdata(score[side])) / (~side).sum()
        for side in (is_true, ~is_true)
    ]
    auroc, n_least = float(placed[0].mean()), min(n_true, n - n_true)
    variance = sum(p.var(ddof=1) / len(p) for p in placed) if n_least > 1 else 0.0
    precision = float(metrics.average_precision_score(is_true, score))
    interval = voting.wilson(auroc, variance, n_least, n)
    return RankingQuality(auroc, interval, precision, n, n_true)
