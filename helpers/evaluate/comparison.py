"""Several models on the same pictures, and what they have to beat."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers.base.errors import ParameterError
from helpers.evaluate import classification
from helpers.evaluate.answer_checks import check_codes, check_lengths

STRENGTHS = (0.01, 0.1, 1.0)
"""Inverse regularisation that `linear_baseline` chooses from."""


class Linear(NamedTuple):
    """What `linear_baseline` returns."""

    y_prob: np.ndarray  # float64 (n, n_labels), of all rows
    strength: float  # of `STRENGTHS`, the best on the validation part


def compare(
    y_true: np.ndarray,
    answers: Mapping[str, np.ndarray],
    n_labels: int,
    rng: np.random.Generator,
    groups: Sequence | None = None,
) -> pd.DataFrame:
    """Score models on the same pictures.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        Codes.
    answers : mapping of str to ndarray of float, shape (n, n_labels)
        Model -> probabilities.
    n_labels : int
        Labels in the table.
    rng : numpy.random.Generator
        Of the bootstrap.
    groups : sequence, shape (n,), optional
        Pictures of one group are drawn together: they are no independent witnesses.

    Returns
    -------
    DataFrame
        One row per model: `classification.scores_with_intervals`.

    Raises
    ------
    ParameterError
        If probabilities do not sum to 1 or are not of `n_labels` labels, or lengths
        differ.
    """
    rows = {}
    for name, y_prob in answers.items():
        classification.check_probabilities(y_prob)
        if np.shape(y_prob)[1] != n_labels:  # argmax would mean another label
            raise ParameterError(
                f"{name!r} answers for {np.shape(y_prob)[1]} labels, not {n_labels}",
                where="answers",
                way_out="compare models of one label table",
            )
        rows[name] = classification.scores_with_intervals(
            y_true, np.argmax(y_prob, axis=1), n_labels, rng, groups
        )
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")
    return frame.astype({"n": int})


def majority_answers(y_train: np.ndarray, n: int, n_labels: int) -> np.ndarray:
    """Return the answers of a model that knows nothing but the labels' shares.

    Parameters
    ----------
    y_train : ndarray of int, shape (n_train,)
        Codes of the training pictures.
    n : int
        Pictures to answer for.
    n_labels : int
        Labels in the table.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        The shares, n times: the likeliest label is always the commonest.

    Raises
    ------
    ParameterError
        If there is no training picture, or a code is not in the table.

    Examples
    --------
    >>> majority_answers(np.array([1, 1, 0, 1]), 1, 2)
    array([[0.25, 0.75]])
    """
    y_train = check_codes(y_train, n_labels, "y_train")
    shares = np.bincount(y_train, minlength=n_labels) / len(y_train)
    return np.tile(shares, (n, 1))


def linear_baseline(
    X: np.ndarray, y: np.ndarray, part: Sequence[str], n_labels: int
) -> Linear:
    """Fit a logistic regression on embeddings: what a network has to beat.

    Parameters
    ----------
    X : ndarray of float, shape (n, dimension)
        Embeddings of all pictures.
    y : ndarray of int, shape (n,)
        Codes.
    part : sequence of str, shape (n,)
        "train", "validation" or "test"; the regularisation is chosen on validation.
    n_labels : int
        Labels in the table.

    Returns
    -------
    Linear
        A label that no training picture has gets the probability 0.

    Raises
    ------
    ParameterError
        If lengths differ, a code is not in the table, a vector is not finite, the
        training part has one label only, or there is no validation picture.
    """
    y, part = check_codes(y, n_labels, "y"), np.asarray(part)
    check_lengths(len(X), y=len(y), part=len(part))
    train, validation = part == "train", part == "validation"
    n_train_labels, finite = len(np.unique(y[train])), np.isfinite(X).all()
    if n_train_labels < 2 or not validation.any() or not finite:
        raise ParameterError(
            f"{n_train_labels} labels in training, {validation.sum()} validation "
            f"pictures and {'finite' if finite else 'NaN or infinite'} vectors make no "
            "classifier",
            where="linear baseline",
            way_out="give two labels in training, a picture in validation, and numbers",
        )
    best: tuple[float, Linear] | None = None
    for strength in STRENGTHS:
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=strength, max_iter=2000)
        )
        model.fit(X[train], y[train])
        y_prob = np.zeros((len(X), n_labels))
        y_prob[:, model.classes_] = model.predict_proba(X)
        chosen = np.argmax(y_prob[validation], axis=1)
        score = classification.scores(y[validation], chosen, n_labels)["f1_macro"]
        if best is None or score > best[0]:
            best = score, Linear(y_prob, strength)
    return best[1]


def part_table(
    models: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
) -> pd.DataFrame:
    """Tabulate models as P2 did: six rows for each part, a column for each model.

    Parameters
    ----------
    models : mapping of str to mapping of str to (ndarray of int, ndarray of float)
        Model -> part -> codes (n,) and probabilities (n, n_labels).

    Returns
    -------
    DataFrame
        Rows (part, score): loss (the mean of ``-log P(true label)``), accuracy,
        precision and recall (macro), macro F1, weighted F1; and, which P2 left out, the
        accuracy of always naming the commonest label, and the number of pictures. NaN
        where a part is empty.
    """
    names = {
        "accuracy": "accuracy",
        "precision_macro": "precision",
        "recall_macro": "recall",
        "f1_macro": "macro F1",
        "f1_weighted": "weighted F1",
    }
    columns = {}
    for model, parts in models.items():
        columns[model] = column = {}
        for part, (y_true, y_prob) in parts.items():
            column[part, "loss"] = np.nan
            column |= {(part, shown): np.nan for shown in names.values()}
            column |= {(part, "always the commonest"): np.nan}
            column[part, "pictures"] = len(y_true)
            if not len(y_true):
                continue
            counts = np.bincount(y_true)
            column[part, "always the commonest"] = counts.max() / len(y_true)
            given = np.clip(y_prob[np.arange(len(y_true)), y_true], 1e-7, 1)
            found = classification.scores(
                y_true, np.argmax(y_prob, axis=1), y_prob.shape[1]
            )
            column[part, "loss"] = float(-np.log(given).mean())
            column |= {(part, shown): found[key] for key, shown in names.items()}
    return pd.DataFrame(columns)
