"""Is a model as good for everybody? Scores by group, and how far the gap is known."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate import classification, voting
from helpers.evaluate.answer_checks import check_answers, check_lengths
from helpers.evaluate.intervals import Interval, wilson

FEWEST = 10
"""A group of fewer pictures can show any accuracy, and takes no part in a gap."""


class Gap(NamedTuple):
    """What `largest_gap` returns."""

    best: str
    worst: str
    difference: float  # of accuracy
    interval: Interval  # 95 %
    n_best: int
    n_worst: int


def scores_by_group(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    groups: Sequence,
    n_labels: int,
    rng: np.random.Generator,
    units: Sequence | None = None,
) -> pd.DataFrame:
    """Score a model for each group of people or pictures.

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (n,)
        As for `classification.scores`.
    groups : sequence, shape (n,)
        For example skin types; missing ones (NaN, None, "") make the group "unknown".
    n_labels : int
        Length of the label table.
    rng : numpy.random.Generator
        Of the bootstrap.
    units : sequence, shape (n,), optional
        Lesions or patients, which are drawn together.

    Returns
    -------
    DataFrame
        A row per group (index ``group``, as text, sorted, "unknown" last):
        `classification.scores_with_intervals`, and n_labels, the number of labels that
        its pictures have: macro F1 over four labels is another task than over twelve.

    Raises
    ------
    ParameterError
        If lengths differ, or an answer is no position in the label table.
    """
    y_true, y_pred = check_answers(y_true, y_pred, n_labels)
    names = _names(groups, len(y_true))
    rows = {}
    for name in _in_order(names):
        here = names == name
        within = None if units is None else np.asarray(units, dtype=object)[here]
        rows[name] = classification.scores_with_intervals(
            y_true[here], y_pred[here], n_labels, rng, within
        )
        rows[name]["n_labels"] = len(np.unique(y_true[here]))
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")
    return frame.astype({"n": int, "n_labels": int})


def largest_gap(
    y_true: np.ndarray, y_pred: np.ndarray, groups: Sequence, n_labels: int
) -> Gap | None:
    """Return the largest difference of accuracy between two groups.

    Parameters
    ----------
    y_true, y_pred, groups, n_labels
        As for `scores_by_group`.

    Returns
    -------
    Gap or None
        Of known groups with at least `FEWEST` pictures; None where there are fewer than
        two. The interval is Newcombe's of two proportions [1]_ for the pair that was
        chosen: the largest of many gaps is large by chance, too, so an interval that
        just misses 0 proves nothing.

    Raises
    ------
    ParameterError
        As `scores_by_group`.

    References
    ----------
    .. [1] Newcombe (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17 (method 10).

    Examples
    --------
    >>> y, answers = np.zeros(40, int), np.repeat([0, 1], [30, 10])
    >>> gap = largest_gap(y, answers, ["light"] * 20 + ["dark"] * 20, 2)
    >>> gap.best, gap.worst, gap.difference
    ('light', 'dark', 0.5)
    """
    y_true, y_pred = check_answers(y_true, y_pred, n_labels)
    names = _names(groups, len(y_true))
    found = []
    for name in _in_order(names):
        right = (y_true == y_pred)[names == name]
        if name != _UNKNOWN and len(right) >= FEWEST:
            found.append((right.mean(), int(right.sum()), len(right), name))
    if len(found) < 2:
        return None
    best, worst = max(found, key=lambda one: one[0]), min(found, key=lambda one: one[0])
    interval = difference_of_shares(*best[1:3], *worst[1:3])
    gap = float(best[0] - worst[0])
    return Gap(best[3], worst[3], gap, interval, best[2], worst[2])


def difference_of_shares(
    n_hits: int, n: int, n_other_hits: int, n_other: int
) -> Interval:
    """Return Newcombe's interval of the difference of two independent shares.

    Parameters
    ----------
    n_hits, n : int
        Successes and trials of the one.
    n_other_hits, n_other : int
        Of the other.

    Returns
    -------
    Interval
        Of one less other, 95 %, from -1 to 1.

    Raises
    ------
    ParameterError
        If there are no trials.

    Examples
    --------
    >>> str(difference_of_shares(56, 70, 48, 80))  # Newcombe 1998, table II (a)
    '0.052 to 0.334'
    """
    if not (n and n_other):
        raise ParameterError(
            f"{n} and {n_other} trials make no difference", "n", "give one or more"
        )
    one, other = n_hits / n, n_other_hits / n_other
    low, high = wilson(n_hits, n)
    other_low, other_high = wilson(n_other_hits, n_other)
    difference = one - other
    return Interval(
        float(difference - np.hypot(one - low, other_high - other)),
        float(difference + np.hypot(high - one, other - other_low)),
    )


_UNKNOWN = "unknown"


def _names(groups: Sequence, n: int) -> np.ndarray:
    check_lengths(n, groups=len(groups))
    numbers, names = voting.codes(groups)
    texts = np.array([*map(_text, names), _UNKNOWN], dtype=object)
    return texts[numbers]  # -1 is the last


def _text(value: object) -> str:
    """Return a group's name; whole numbers without the ".0" that a gap gives them."""
    is_whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if is_whole else str(value)


def _in_order(names: np.ndarray) -> list[str]:
    return sorted(set(names), key=lambda name: (name == _UNKNOWN, name))
