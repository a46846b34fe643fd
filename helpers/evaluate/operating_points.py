"""One model, many ways to answer: labels as rare as they are or alike, thresholds."""

from typing import NamedTuple

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_codes, check_probabilities
from helpers.evaluate.intervals import Interval, wilson


class Rates(NamedTuple):
    """What a threshold lets through; see `rates_at`."""

    threshold: float  # a score from this on is called the label
    sensitivity: float  # share of the label's pictures that are called it
    sensitivity_interval: Interval
    specificity: float  # share of all other pictures that are not
    specificity_interval: Interval
    n_true: int
    n: int


def label_shares(y_train: np.ndarray, n_labels: int) -> np.ndarray:
    """Return how common each label is in training.

    Parameters
    ----------
    y_train : ndarray of int, shape (n,)
        Labels, as positions in the label table.
    n_labels : int
        Length of that table.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        They sum to 1; 0 for a label without a picture.

    Raises
    ------
    ParameterError
        If there is no picture, or a value is no position in the table.
    """
    y_train = check_codes(y_train, n_labels, "y_train")
    return np.bincount(y_train, minlength=n_labels) / len(y_train)


def balanced(y_prob: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Turn natural answers into balanced ones, as if all labels were equally common.

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, n_labels)
        Answers of a model trained on labels as common as `shares`, for example with
        plain cross-entropy.
    shares : ndarray of float, shape (n_labels,)
        From `label_shares`.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        Proportional to ``y_prob / shares``: the answer with the best balanced accuracy
        that these probabilities allow [1]_. A label that was not in training stays at
        0: the model knows nothing of it.

    Raises
    ------
    ParameterError
        As `change_shares`.

    References
    ----------
    .. [1] Menon et al. (2021). Long-tail learning via logit adjustment. ICLR,
       arXiv 2007.07314.
    """
    shares = np.asarray(shares, np.float64)
    return change_shares(y_prob, shares, _equal(shares))


def natural(y_prob: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Turn balanced answers into natural ones; the way back from `balanced`.

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, n_labels)
        Answers of a model trained as if all labels were equally common: with a
        logit-adjusted loss, with weights, or on balanced batches.
    shares : ndarray of float, shape (n_labels,)
        How common labels are where the model is used; of training, from `label_shares`.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        Proportional to ``y_prob * shares``.

    Raises
    ------
    ParameterError
        As `change_shares`.
    """
    shares = np.asarray(shares, np.float64)
    return change_shares(y_prob, _equal(shares), shares)


def change_shares(
    y_prob: np.ndarray, trained: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Move answers from one prevalence of the labels to another.

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, n_labels)
        Answers where labels are as common as `trained`.
    trained, wanted : ndarray of float, shape (n_labels,)
        Shares of the labels, each row summing to 1.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        Proportional to ``y_prob * wanted / trained`` [1]_. A label with a share of 0 on
        either side has 0; a row in which nothing is left has `wanted`.

    Raises
    ------
    ParameterError
        If `y_prob` holds no probabilities, or shares are not of these labels, are
        negative or do not sum to 1.

    References
    ----------
    .. [1] Saerens, Latinne & Decaestecker (2002). Adjusting the outputs of a classifier
       to new a priori probabilities: a simple procedure. Neural Computation 14, 21-41.

    Examples
    --------
    >>> change_shares([[0.5, 0.5]], [0.5, 0.5], [0.9, 0.1])
    array([[0.9, 0.1]])
    """
    check_probabilities(y_prob)
    y_prob = np.asarray(y_prob, np.float64)
    trained, wanted = np.asarray(trained, float), np.asarray(wanted, float)
    for name, shares in (("trained", trained), ("wanted", wanted)):
        _check_shares(shares, y_prob.shape[1], name)
    weights = np.divide(wanted, trained, out=np.zeros_like(wanted), where=trained > 0)
    moved = y_prob * weights
    sums = moved.sum(axis=1, keepdims=True)
    return np.where(sums > 0, moved / np.where(sums > 0, sums, 1), wanted)


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
        raise ParameterError(
            f"no specificity is {specificity}", "specificity", "0 to 1"
        )
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


def _equal(shares: np.ndarray) -> np.ndarray:
    """Return equal shares of the labels that there are."""
    there = shares > 0
    return there / max(there.sum(), 1)


def _check_shares(shares: np.ndarray, n_labels: int, name: str) -> None:
    sound = shares.shape == (n_labels,) and (shares >= 0).all()
    if not sound or abs(shares.sum() - 1) > 1e-6:
        raise ParameterError(
            f"{shares.tolist()} are no shares of {n_labels} labels",
            where=name,
            way_out="use label_shares of the training part, with the same label table",
        )


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
