"""What a model is worth that may say "I do not know"."""

import numpy as np
import pandas as pd

from helpers.evaluate.answer_checks import (
    check_codes,
    check_lengths,
    check_probabilities,
)


def risk_coverage(y_true: np.ndarray, y_prob: np.ndarray) -> pd.DataFrame:
    """Return the share of wrong answers among the surest pictures, for each share.

    Parameters
    ----------
    y_true : ndarray of int, shape (n,)
        True labels, as positions in the label table.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities; the largest of a picture says how sure the model is.

    Returns
    -------
    DataFrame
        A row for each number of pictures that can be answered, fewest first: n,
        coverage (share of all), risk (share of wrong answers) and threshold (the least
        confidence among them). Pictures of one confidence are answered together.

    Raises
    ------
    ParameterError
        If labels and probabilities do not belong together.

    References
    ----------
    .. [1] Geifman & El-Yaniv (2017). Selective classification for deep neural networks.
       NeurIPS.

    Examples
    --------
    >>> y_prob = np.array([[0.9, 0.1], [0.6, 0.4]])
    >>> risk_coverage(np.array([0, 1]), y_prob)["risk"].tolist()
    [0.0, 0.5]
    """
    check_probabilities(y_prob)
    y_prob = np.asarray(y_prob, np.float64)
    y_true = check_codes(y_true, y_prob.shape[1], "y_true")
    check_lengths(len(y_true), y_prob=len(y_prob))
    confidence = y_prob.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(y_prob.argmax(axis=1)[order] != y_true[order])
    sorted_confidence = confidence[order]
    last = np.append(np.diff(sorted_confidence) != 0, True)  # of equally sure ones
    n = np.flatnonzero(last) + 1
    return pd.DataFrame(
        {
            "n": n,
            "coverage": n / len(y_true),
            "risk": wrong[last] / n,
            "threshold": sorted_confidence[last],
        }
    )


def area_under_risk(curve: pd.DataFrame) -> float:
    """Return the mean risk over all coverages.

    Parameters
    ----------
    curve : DataFrame
        From `risk_coverage`.

    Returns
    -------
    float
        In [0, 1]; 0 where no answer is wrong. A model that does not know when it errs
        has its own error rate.
    """
    width = np.diff(curve["coverage"].to_numpy(), prepend=0.0)
    return float((curve["risk"] * width).sum())


def coverage_at(curve: pd.DataFrame, risk: float) -> float:
    """Return the share of pictures that can be answered at a risk.

    Parameters
    ----------
    curve : DataFrame
        From `risk_coverage`; where the threshold shall be used on other pictures, of
        validation pictures.
    risk : float
        The largest share of wrong answers, in [0, 1].

    Returns
    -------
    float
        In [0, 1]; 0 where even the surest answers are wrong too often.
    """
    enough = curve["risk"] <= risk
    return float(curve.loc[enough, "coverage"].max()) if enough.any() else 0.0
