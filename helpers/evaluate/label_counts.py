"""Scores from three counts per label, of one set of answers or of many resamples."""

import numpy as np

SCORES = (
    "accuracy",
    "balanced_accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "f1_weighted",
)
"""What `scores_of_counts` returns besides ``n``."""


def counts_by_label(
    y_true: np.ndarray, y_pred: np.ndarray, n_labels: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count what was answered rightly, is true, and was answered, per label.

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (n,)
        Positions in the label table, checked.
    n_labels : int
        Length of the table.

    Returns
    -------
    tuple of ndarray of int64, each of shape (n_labels,)
        Right answers, true pictures, answers.
    """
    chosen = (y_true[y_true == y_pred], y_true, y_pred)
    right, true, answered = (np.bincount(y, minlength=n_labels) for y in chosen)
    return right, true, answered


def scores_by_label(
    right: np.ndarray, true: np.ndarray, answered: np.ndarray
) -> dict[str, np.ndarray]:
    """Score each label.

    Parameters
    ----------
    right, true, answered : ndarray, shape (..., n_labels)
        As `counts_by_label` returns them; any number of sets at once.

    Returns
    -------
    dict of str to ndarray of float64, each of shape (..., n_labels)
        precision, recall and f1 in [0, 1]; 0 where there is nothing to divide by.
    """
    return {
        "precision": right / np.maximum(answered, 1),
        "recall": right / np.maximum(true, 1),
        "f1": 2 * right / np.maximum(true + answered, 1),
    }


def scores_of_counts(
    right: np.ndarray, true: np.ndarray, answered: np.ndarray
) -> dict[str, np.ndarray]:
    """Return all scores.

    Parameters
    ----------
    right, true, answered : ndarray, shape (..., n_labels)
        As `counts_by_label` returns them; any number of sets at once, each with a
        picture or more.

    Returns
    -------
    dict of str to ndarray, each of shape (...)
        ``n`` and `SCORES`; `helpers.evaluate.classification.scores` says what they are.
    """
    by_label = scores_by_label(right, true, answered)
    n, n_present = true.sum(axis=-1), (true > 0).sum(axis=-1)
    accuracy = right.sum(axis=-1) / n
    f1_weighted = (by_label["f1"] * true).sum(axis=-1) / n
    # Recall and F1 are 0 where a label has no picture; precision is so, too, because
    # no answer can be right.
    precision, recall, f1 = (
        each.sum(axis=-1) / n_present for each in by_label.values()
    )
    found = (accuracy, recall, precision, recall, f1, f1_weighted)
    return {"n": n} | dict(zip(SCORES, found, strict=True))
