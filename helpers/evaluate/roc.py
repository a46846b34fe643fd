"""Each label against all others: ROC curves, their areas, and a point on them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import ranking, voting
from helpers.evaluate.answer_checks import (
    check_codes,
    check_lengths,
    check_probabilities,
)
from helpers.evaluate.intervals import Interval, percentile_interval, wilson

_VALUES_AT_ONCE = 2_000_000


class Curve(NamedTuple):
    """The ROC curve of one label against all others; see `curves`."""

    false_positive_rate: np.ndarray  # float64 (n_points,), rising from 0 to 1
    sensitivity: np.ndarray  # float64 (n_points,), rising from 0 to 1
    auc: float
    interval: Interval  # of the AUC
    n_true: int
    n: int


class Rates(NamedTuple):
    """What a threshold lets through; see `rates_at`."""

    threshold: float  # a score from this on is called the label
    sensitivity: float  # share of the label's pictures that are called it
    sensitivity_interval: Interval
    specificity: float  # share of all other pictures that are not
    specificity_interval: Interval
    n_true: int
    n: int


def curves(
    y_true: np.ndarray, y_prob: np.ndarray, labels: Sequence[str]
) -> dict[str, Curve]:
    """Return the ROC curve of each label against all others.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels, as positions in `labels`.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities.
    labels : sequence of str
        The label table.

    Returns
    -------
    dict of str to Curve
        In the table's order. AUC with DeLong's variance, as
        `helpers.evaluate.ranking.ranking_quality`. A label that no picture has, or
        every picture, has a curve without points and an AUC of NaN.

    Raises
    ------
    ParameterError
        If there is no picture, `y_prob` holds no probabilities of these labels, lengths
        differ, or a value is no position in the table.
    """
    y_true, y_prob = _checked(y_true, y_prob, len(labels))
    found = {}
    for code, label in enumerate(labels):
        is_true, score = y_true == code, y_prob[:, code]
        quality = ranking.ranking_quality(score, is_true)
        points = np.empty((2, 0))
        if 0 < quality.n_true < quality.n:
            points = np.array(metrics.roc_curve(is_true, score)[:2])
        counts = quality.n_true, quality.n
        found[label] = Curve(*points, quality.auroc, quality.interval, *counts)
    return found


def auc_table(found: dict[str, Curve]) -> pd.DataFrame:
    """Return the areas under the curves as a table.

    Parameters
    ----------
    found : dict of str to Curve
        As `curves` returns it.

    Returns
    -------
    DataFrame
        A row per label (index ``label``): n (its pictures), auc and auc_interval (95
        %). The mean of auc is `auc_macro`.
    """
    rows = {
        label: {"n": one.n_true, "auc": one.auc, "auc_interval": one.interval}
        for label, one in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("label")


def auc_macro(y_true: np.ndarray, y_prob: np.ndarray) -> float:
    """Return the mean area under the ROC curves of the labels, each against all others.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities.

    Returns
    -------
    float
        In [0, 1]; .5 is chance, whatever the labels' shares. Labels without a picture
        do not count, as for the other macro scores; NaN where none is left.

    Raises
    ------
    ParameterError
        As `curves`.

    Examples
    --------
    >>> auc_macro(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    1.0
    """
    y_true, y_prob = _checked(y_true, y_prob, np.shape(y_prob)[-1])
    ones = np.ones((1, len(y_true)))
    return float(_macro_of_draws(y_true, y_prob, ones)[0])


def auc_macro_interval(
    y_true: np.ndarray,
    y_prob: np.ndarray,
    rng: np.random.Generator,
    groups: Sequence | None = None,
    n_draws: int = 1000,
) -> Interval:
    """Return the bootstrap percentile interval of `auc_macro`.

    Parameters
    ----------
    y_true, y_prob
        As for `auc_macro`.
    rng : numpy.random.Generator
        Source of randomness.
    groups : sequence, shape (n,), optional
        Pictures of one group are drawn together: they are no independent witnesses.
    n_draws : int, optional
        Resamples.

    Returns
    -------
    Interval
        95 %; (0, 1) where there is a single picture or group: nothing is known.

    Raises
    ------
    ParameterError
        As `curves`, or if there is no draw.
    """
    y_true, y_prob = _checked(y_true, y_prob, np.shape(y_prob)[-1])
    if n_draws < 1:
        raise ParameterError(f"{n_draws} draws", "n_draws", "give 1 or more")
    units, codes = np.unique(voting.families(groups, len(y_true)), return_inverse=True)
    if len(units) < 2:
        return Interval(0.0, 1.0)
    shares = np.full(len(units), 1 / len(units))
    per_block, values = max(1, _VALUES_AT_ONCE // len(y_true)), []
    for start in range(0, n_draws, per_block):
        size = min(per_block, n_draws - start)
        drawn = rng.multinomial(len(units), shares, size)[:, codes]
        values.append(_macro_of_draws(y_true, y_prob, drawn.astype(float)))
    return percentile_interval(np.concatenate(values))


def threshold_at(
    is_true: np.ndarray, score: np.ndarray, specificity: float = 0.95
) -> float:
    """Return the threshold that keeps a specificity, chosen as low as it may be.

    Parameters
    ----------
    is_true : ndarray of bool, shape (n,)
        Whether each picture has the label.
    score : ndarray of float, shape (n,)
        The higher, the likelier the label.
    specificity : float, optional
        In [0, 1]: at least this share of the others must score below.

    Returns
    -------
    float
        One of the scores; infinity where not even the highest keeps it, NaN where there
        is no picture of either kind. Choose it on the validation part.

    Raises
    ------
    ParameterError
        If lengths differ, a score is NaN, or `specificity` is no share.
    """
    is_true, score = _checked_scores(is_true, score)
    if not 0 <= specificity <= 1:
        raise ParameterError(f"no specificity is {specificity}", "specificity", "0 to 1")
    others = np.sort(score[~is_true])[::-1]
    if not 0 < len(others) < len(score):
        return float("nan")
    # The small number: .1 of ten pictures must be one, and not .9999999.
    n_passed = int((1 - specificity) * len(others) + 1e-9)
    if n_passed >= len(others):
        return float(score.min())
    above = score[score > others[n_passed]]
    return float(above.min()) if len(above) else float("inf")


def rates_at(is_true: np.ndarray, score: np.ndarray, threshold: float) -> Rates:
    """Return sensitivity and specificity of a threshold, with Wilson intervals (95 %).

    Parameters
    ----------
    is_true, score
        As for `threshold_at`.
    threshold : float
        A score from this on is called the label. Where it was chosen on the same
        pictures (a point read off their ROC curve), the intervals do not know of that.

    Returns
    -------
    Rates
        NaN, and intervals of (0, 1), for a kind without a picture; NaN for both where
        the threshold is NaN.

    Raises
    ------
    ParameterError
        If lengths differ or a score is NaN.
    """
    is_true, score = _checked_scores(is_true, score)
    n_true, called = int(is_true.sum()), score >= threshold
    known = not np.isnan(threshold)
    hits = int((called & is_true).sum()), int((~called & ~is_true).sum())
    pairs = []
    for n_hits, n in zip(hits, (n_true, len(score) - n_true), strict=True):
        usable = known and n > 0
        share = n_hits / n if usable else float("nan")
        pairs += [share, wilson(n_hits, n) if usable else Interval(0.0, 1.0)]
    return Rates(float(threshold), *pairs, n_true, len(score))


def _macro_of_draws(
    y_true: np.ndarray, y_prob: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return the macro AUC of each draw; weights (n_draws, n) count the pictures."""
    total, n_found = np.zeros(len(weights)), np.zeros(len(weights))
    for code in np.unique(y_true):
        order = np.argsort(y_prob[:, code], kind="stable")
        score, is_true, drawn = y_prob[order, code], y_true[order] == code, None
        drawn = weights[:, order]
        below = np.zeros((len(weights), len(score) + 1))
        np.cumsum(np.where(is_true, 0, drawn), axis=1, out=below[:, 1:])
        # Of those that score the same, half count as below (Mann-Whitney).
        first = np.searchsorted(score, score[is_true], "left")
        last = np.searchsorted(score, score[is_true], "right")
        placed = (below[:, first] + below[:, last]) / 2
        drawn = drawn[:, is_true]
        n_pairs = drawn.sum(axis=1) * below[:, -1]
        there = n_pairs > 0
        total[there] += (drawn * placed).sum(axis=1)[there] / n_pairs[there]
        n_found += there
    return np.where(n_found, total / np.maximum(n_found, 1), np.nan)


def _checked(y_true, y_prob, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Refuse what cannot be ranked, and return truths and probabilities."""
    check_probabilities(y_prob)
    y_prob = np.asarray(y_prob)
    if y_prob.shape[1] != n_labels:
        raise ParameterError(
            f"{y_prob.shape[1]} probabilities a picture for {n_labels} labels",
            where="y_prob",
            way_out="give the label table that the model was trained with",
        )
    y_true = check_codes(y_true, n_labels, "y_true")
    check_lengths(len(y_true), y_prob=len(y_prob))
    return y_true, y_prob


def _checked_scores(is_true, score) -> tuple[np.ndarray, np.ndarray]:
    is_true, score = np.asarray(is_true, bool), np.asarray(score, np.float64)
    if is_true.shape != score.shape or score.ndim != 1 or np.isnan(score).any():
        raise ParameterError(
            f"{score.shape} scores, {np.isnan(score).sum()} of them NaN, do not belong "
            f"to {is_true.shape} truths",
            where="score",
            way_out="give one number and one truth per picture",
        )
    return is_true, score
