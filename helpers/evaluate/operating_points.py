"""One model, two ways to answer: for labels as rare as they are, or all alike."""

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_codes, check_probabilities


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
