"""How good answers are: accuracy, precision, recall, F1, and what is confused."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import (
    check_answers,
    check_codes,
    check_lengths,
    check_probabilities,
)
from helpers.evaluate.bootstrap import bootstrap
from helpers.evaluate.intervals import Interval, percentile_interval, wilson
from helpers.evaluate.label_counts import (
    counts_by_label,
    scores_by_label,
    scores_of_counts,
)

WITH_INTERVALS = ("accuracy", "balanced_accuracy", "f1_macro", "f1_weighted")
"""The scores that `scores_with_intervals` gives an interval."""


def scores(y_true: np.ndarray, y_pred: np.ndarray, n_labels: int) -> dict[str, float]:
    """Score one answer per picture.

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (n,)
        True and answered label of each picture, as positions in the label table.
    n_labels : int
        Length of that table.

    Returns
    -------
    dict
        n and, in [0, 1], accuracy, balanced_accuracy, precision_macro, recall_macro,
        f1_macro and f1_weighted.

    Raises
    ------
    ParameterError
        If there is no picture, lengths differ, or a value is no position in the table.

    Notes
    -----
    Macro scores are means over the labels that `y_true` holds, each counted once: a
    label without a picture in this part has no recall to average. Weighted F1 counts
    each label by its pictures. A label that is never answered has a precision of 0.
    Balanced accuracy is macro recall, under the name by which ISIC challenges rank.

    Examples
    --------
    >>> round(scores([0, 0, 1], [0, 1, 1], n_labels=2)["f1_macro"], 3)
    0.667
    """
    y_true, y_pred = check_answers(y_true, y_pred, n_labels)
    found = scores_of_counts(*counts_by_label(y_true, y_pred, n_labels))
    return {"n": int(found.pop("n"))} | {key: float(v) for key, v in found.items()}


def scores_with_intervals(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    n_labels: int,
    rng: np.random.Generator,
    groups: np.ndarray | None = None,
) -> dict[str, float | Interval]:
    """Score one answer per picture, and say how far the scores can be trusted.

    Parameters
    ----------
    y_true, y_pred, n_labels
        As for `scores`.
    rng, groups
        As for `bootstrap`.

    Returns
    -------
    dict
        As `scores`, and for each of `WITH_INTERVALS` ``"<score>_interval"``: its 95 %
        bootstrap percentile interval, of 1,000 draws. (0, 1) where there is a single
        picture or group: nothing is known.

    Raises
    ------
    ParameterError
        As `scores` and `bootstrap`.

    Notes
    -----
    Where every answer is right (or wrong) no draw differs, and the interval is a point:
    `per_label` has Wilson intervals, which do not fall for that.
    """
    found: dict[str, float | Interval] = dict(scores(y_true, y_pred, n_labels))
    draws = bootstrap(y_true, y_pred, n_labels, rng, groups=groups)
    n_units = len(y_true) if groups is None else len(pd.unique(np.asarray(groups)))
    for key in WITH_INTERVALS:
        interval = percentile_interval(draws[key].to_numpy())
        found[f"{key}_interval"] = interval if n_units > 1 else Interval(0.0, 1.0)
    return found


def per_label(
    y_true: np.ndarray, y_pred: np.ndarray, labels: Sequence[str]
) -> pd.DataFrame:
    """Score each label by itself.

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (n,)
        As for `scores`.
    labels : sequence of str
        The label table.

    Returns
    -------
    DataFrame
        A row per label, in the table's order (index ``label``): n (its pictures),
        precision, recall, f1 and recall_interval (Wilson, 95 %). A label without a
        picture has NaN: the means of the columns are the macro scores.

    Raises
    ------
    ParameterError
        As `scores`.
    """
    y_true, y_pred = check_answers(y_true, y_pred, len(labels))
    right, true, answered = counts_by_label(y_true, y_pred, len(labels))
    found = pd.DataFrame(scores_by_label(right, true, answered))
    found[true == 0] = float("nan")
    found.index = pd.Index(labels, name="label")
    found.insert(0, "n", true)
    return found.assign(recall_interval=[*map(wilson, right.tolist(), true.tolist())])


def confusion(y_true: np.ndarray, y_pred: np.ndarray, n_labels: int) -> np.ndarray:
    """Count the pictures of each label that were answered as each label.

    Parameters
    ----------
    y_true, y_pred, n_labels
        As for `scores`.

    Returns
    -------
    ndarray of int64, shape (n_labels, n_labels)
        Rows are true labels, columns answers.

    """
    y_true, y_pred = check_answers(y_true, y_pred, n_labels)
    cells = np.bincount(y_true * n_labels + y_pred, minlength=n_labels**2)
    return cells.reshape(n_labels, n_labels)


def commonest_confusions(
    matrix: np.ndarray, labels: Sequence[str], n: int = 5
) -> pd.DataFrame:
    """Return the commonest mistakes.

    Parameters
    ----------
    matrix : ndarray of int, shape (n_labels, n_labels)
        As `confusion` returns it.
    labels : sequence of str
        The label table.
    n : int, optional
        At most so many; mistakes that never happened are left out.

    Returns
    -------
    DataFrame
        Columns true, predicted and count, the commonest first, ties by the table.
    """
    wrong = np.where(np.eye(len(matrix), dtype=bool), 0, matrix).ravel()
    order = np.argsort(-wrong, kind="stable")[:n]
    order = order[wrong[order] > 0]
    true, predicted = np.divmod(order, len(matrix))
    names = np.array(list(labels), dtype=object)
    columns = {"true": names[true], "predicted": names[predicted]}
    return pd.DataFrame(columns | {"count": wrong[order]})


def largest(matrix: np.ndarray, k: int) -> np.ndarray:
    """Return the positions of the labels with most pictures.

    Parameters
    ----------
    matrix : ndarray of int, shape (n_labels, n_labels)
        As `confusion` returns it.
    k : int
        How many; all where there are fewer, with a warning.

    Returns
    -------
    ndarray of int64, shape (k,)
        The largest first; those as large in the order of the label table.

    Raises
    ------
    ParameterError
        If `k` is less than 1.
    """
    k = _at_most(k, len(matrix))
    return np.argsort(-matrix.sum(axis=1), kind="stable")[:k]


def top_k_accuracy(y_true: np.ndarray, y_prob: np.ndarray, k: int) -> float:
    """Return the share of pictures whose label is among the `k` likeliest.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities. Of equal ones, the first in the table counts as the likelier:
        ``k=1`` is the accuracy of ``argmax``.
    k : int
        Answers allowed; all where there are fewer labels, with a warning.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ParameterError
        If `k` is less than 1, `y_prob` holds no probabilities, or as `scores`.
    """
    check_probabilities(y_prob)
    n_labels = np.shape(y_prob)[1]
    y_true = check_codes(y_true, n_labels, "y_true")
    check_lengths(len(y_true), y_prob=len(y_prob))
    order = np.argsort(-np.asarray(y_prob), axis=1, kind="stable")
    hits = order[:, : _at_most(k, n_labels)] == y_true[:, None]
    return float(hits.sum() / len(hits))


def _at_most(k: int, n_labels: int) -> int:
    if k < 1:
        raise ParameterError(f"{k} labels are too few", "k", "give 1 or more")
    if k > n_labels:
        what = f"there are {n_labels} labels only, so k is {n_labels} and not {k}"
        warnings.warn(what, stacklevel=3)
    return min(k, n_labels)
