"""Can a probability be taken at its word? Reliability, its errors, and a remedy."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from helpers.evaluate.answer_checks import (
    check_codes,
    check_lengths,
    check_probabilities,
)
from helpers.evaluate.intervals import wilson

_LEAST = 1e-12
_TEMPERATURES = (0.05, 20.0)


class Calibration(NamedTuple):
    """What `calibrate` returns: a remedy from one part, judged on another."""

    temperature: float
    ece: float
    ece_after: float
    brier: float
    brier_after: float


def reliability(
    y_true: np.ndarray, y_prob: np.ndarray, n_bins: int = 15
) -> pd.DataFrame:
    """Return how often a model is right where it is so and so sure.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels, as positions in the label table.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities.
    n_bins : int, optional
        Bins of equal width from 0 to 1; the confidence of a picture is the probability
        of the label that it is given.

    Returns
    -------
    DataFrame
        A row per bin that holds a picture: low and high (bounds, the upper one is part
        of the bin), n, confidence (mean), accuracy, accuracy_interval (Wilson, 95 %).

    Raises
    ------
    ParameterError
        If labels and probabilities do not belong together.

    References
    ----------
    .. [1] Guo et al. (2017). On calibration of modern neural networks. ICML.
    """
    y_true, y_prob = _checked(y_true, y_prob)
    right = y_prob.argmax(axis=1) == y_true
    confidence = y_prob.max(axis=1)
    edges = np.linspace(0, 1, n_bins + 1)
    bins = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, n_bins - 1)
    rows = []
    for k in np.unique(bins):
        inside = bins == k
        n, n_right = int(inside.sum()), int(right[inside].sum())
        rows.append(
            {
                "low": edges[k],
                "high": edges[k + 1],
                "n": n,
                "confidence": float(confidence[inside].mean()),
                "accuracy": n_right / n,
                "accuracy_interval": wilson(n_right, n),
            }
        )
    return pd.DataFrame(rows)


def expected_calibration_error(
    y_true: np.ndarray, y_prob: np.ndarray, n_bins: int = 15
) -> float:
    """Return by how much confidence and accuracy differ, on average over pictures.

    Parameters
    ----------
    y_true, y_prob, n_bins
        As for `reliability`.

    Returns
    -------
    float
        In [0, 1]; 0 is perfect. With few pictures it is too high even for a perfect
        model: bins of a handful of pictures cannot agree.

    Raises
    ------
    ParameterError
        As `reliability`.
    """
    bins = reliability(y_true, y_prob, n_bins)
    gaps = (bins["confidence"] - bins["accuracy"]).abs()
    return float((gaps * bins["n"]).sum() / bins["n"].sum())


def brier(y_true: np.ndarray, y_prob: np.ndarray) -> float:
    """Return the mean squared distance of the probabilities from the truth.

    Parameters
    ----------
    y_true, y_prob
        As for `reliability`.

    Returns
    -------
    float
        In [0, 2]: the sum over labels, as Brier defined it (half of it, for two labels,
        is what scikit-learn calls so).

    Raises
    ------
    ParameterError
        As `reliability`.

    References
    ----------
    .. [1] Brier (1950). Verification of forecasts expressed in terms of probability.
       Monthly Weather Review 78(1).
    """
    y_true, y_prob = _checked(y_true, y_prob)
    distance = y_prob.copy()
    distance[np.arange(len(y_true)), y_true] -= 1
    return float((distance**2).sum(axis=1).mean())


def at_temperature(y_prob: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities made softer (above 1) or sharper (below 1).

    Parameters
    ----------
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities.
    temperature : float
        Above 0.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        Proportional to ``y_prob ** (1 / temperature)``: the softmax of the logits
        divided by the temperature. The order of the labels stays.

    Examples
    --------
    >>> at_temperature(np.array([[0.8, 0.2]]), 0.5).round(3).tolist()
    [[0.941, 0.059]]
    """
    logits = np.log(np.maximum(np.asarray(y_prob, np.float64), _LEAST)) / temperature
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def fit_temperature(y_true: np.ndarray, y_prob: np.ndarray) -> float:
    """Return the temperature under which the truths are likeliest.

    Parameters
    ----------
    y_true, y_prob
        As for `reliability`; of validation pictures, never of those that are judged.

    Returns
    -------
    float
        From .05 to 20, found on its logarithm: that of a likelihood has one valley.

    Raises
    ------
    ParameterError
        As `reliability`.
    """
    y_true, y_prob = _checked(y_true, y_prob)
    rows = np.arange(len(y_true))

    def surprise(log_temperature: float) -> float:
        """Return the mean negative logarithm of the truth's probability."""
        soft = at_temperature(y_prob, np.exp(log_temperature))
        return float(-np.log(np.maximum(soft[rows, y_true], _LEAST)).mean())

    bounds = tuple(np.log(_TEMPERATURES))
    found = optimize.minimize_scalar(surprise, bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def calibrate(
    validation: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]
) -> Calibration:
    """Fit a temperature on one part and judge it on another.

    Parameters
    ----------
    validation, test : tuple of (ndarray of int, ndarray of float)
        True labels and probabilities of each part.

    Returns
    -------
    Calibration
        Errors of the test part, before and after.

    Raises
    ------
    ParameterError
        As `reliability`.
    """
    temperature = fit_temperature(*validation)
    y_true, y_prob = test
    after = at_temperature(y_prob, temperature)
    return Calibration(
        temperature,
        expected_calibration_error(y_true, y_prob),
        expected_calibration_error(y_true, after),
        brier(y_true, y_prob),
        brier(y_true, after),
    )


def _checked(y_true: np.ndarray, y_prob: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    check_probabilities(y_prob)
    y_prob = np.asarray(y_prob, np.float64)
    y_true = check_codes(y_true, y_prob.shape[1], "y_true")
    check_lengths(len(y_true), y_prob=len(y_prob))
    return y_true, y_prob
