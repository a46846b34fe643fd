"""Is one model better than another on the same pictures? Tests, and many of them."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_lengths
from helpers.evaluate.bootstrap import mean_interval
from helpers.evaluate.intervals import Interval


class McNemar(NamedTuple):
    """What `mcnemar` returns."""

    n_first_only: int  # pictures that the first has right and the second wrong
    n_second_only: int
    p_value: float


def mcnemar(right_first: np.ndarray, right_second: np.ndarray) -> McNemar:
    """Test whether two models are right equally often, on the same pictures.

    Parameters
    ----------
    right_first, right_second : ndarray of bool, shape (n,)
        Whether each model has each picture right.

    Returns
    -------
    McNemar
        With the exact two-sided p-value: only pictures on which the models disagree
        count, and under equality each falls to either side like a coin [1]_. 1 where
        they never disagree. It takes pictures for independent witnesses, which several
        of one lesion are not.

    Raises
    ------
    ParameterError
        If they are not of the same pictures.

    References
    ----------
    .. [1] McNemar (1947). Note on the sampling error of the difference between
       correlated proportions or percentages. Psychometrika 12.

    Examples
    --------
    >>> first, second = np.array([1, 1, 1, 0], bool), np.array([0, 0, 0, 0], bool)
    >>> mcnemar(first, second).p_value
    0.25
    """
    first, second = np.asarray(right_first, bool), np.asarray(right_second, bool)
    check_lengths(len(first), right_second=len(second))
    n_first, n_second = int((first & ~second).sum()), int((second & ~first).sum())
    n = n_first + n_second
    p_value = float(stats.binomtest(n_first, n).pvalue) if n else 1.0
    return McNemar(n_first, n_second, p_value)


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Correct p-values for how many tests there are.

    Parameters
    ----------
    p_values : sequence of float, shape (n_tests,)
        In [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_tests,)
        In their order, at most 1: where those below .05 are called different, the
        chance that even one is called so wrongly is at most .05 [1]_.

    Raises
    ------
    ParameterError
        If one is no probability.

    References
    ----------
    .. [1] Holm (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ParameterError(
            f"{p_values} are no p-values", "p_values", "give numbers from 0 to 1"
        )
    order = np.argsort(p, kind="stable")
    factors = np.arange(len(p), 0, -1)
    raised = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    corrected = np.empty_like(p)
    corrected[order] = raised
    return corrected


def compare_pairs(
    right: Mapping[str, np.ndarray],
    rng: np.random.Generator,
    groups: Sequence | None = None,
) -> pd.DataFrame:
    """Compare every two models on the same pictures.

    Parameters
    ----------
    right : mapping of str to ndarray of bool, shape (n,)
        Model -> whether it has each picture right; two models at least.
    rng : numpy.random.Generator
        Of the bootstrap.
    groups : sequence, shape (n,), optional
        As for `bootstrap.mean_interval`; McNemar's test does not know them.

    Returns
    -------
    DataFrame
        A row per pair: first, second, n_first_only, n_second_only, difference (of
        accuracy, first less second), difference_interval (95 %, not corrected),
        p_value and p_corrected (`holm`, over all rows).

    Raises
    ------
    ParameterError
        If there are fewer than two models, or they are not of the same pictures.
    """
    if len(right) < 2:
        raise ParameterError(
            f"{len(right)} models make no pair", "right", "give two models or more"
        )
    rows = []
    for first, second in combinations(right, 2):
        tested = mcnemar(right[first], right[second])
        lead = np.asarray(right[first], float) - np.asarray(right[second], float)
        interval: Interval = mean_interval(lead, rng, groups)
        rows.append(
            {
                "first": first,
                "second": second,
                "n_first_only": tested.n_first_only,
                "n_second_only": tested.n_second_only,
                "difference": float(lead.mean()),
                "difference_interval": interval,
                "p_value": tested.p_value,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.assign(p_corrected=holm(frame["p_value"].to_numpy()))
