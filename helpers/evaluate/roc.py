"""Each label against all others: ROC curves and the areas under them."""

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
from helpers.evaluate.intervals import Interval, percentile_interval

_VALUES_AT_ONCE = 2_000_000


class Curve(NamedTuple):
    """The ROC curve of one label against all others; see `curves`."""

    false_positive_rate: np.ndarray  # float64 (n_points,), rising from 0 to 1
    sensitivity: np.ndarray  # float64 (n_points,), rising from 0 to 1
    auc: float
    interval: Interval  # of the AUC
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


def _macro_of_draws(
    y_true: np.ndarray, y_prob: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return the macro AUC of each draw; weights (n_draws, n) count the pictures."""
    total, n_found = np.zeros(len(weights)), np.zeros(len(weights))
    for code in np.unique(y_true):
        order = np.argsort(y_prob[:, code], kind="stable")
        score, is_true = y_prob[order, code], y_true[order] == code
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
