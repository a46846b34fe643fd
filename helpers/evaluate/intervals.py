"""Intervals: how far a number from a small sample can be trusted."""

from typing import NamedTuple

import numpy as np
from scipy import stats

_VALUES_AT_ONCE = 20_000_000


class Interval(NamedTuple):
    """A lower and an upper bound."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}"


def wilson(n_hits: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of a proportion.

    Unlike ``p +- 1.96 s`` it stays inside [0, 1] and is honest for few trials and for
    proportions near 0 or 1.

    Parameters
    ----------
    n_hits : int
        Successes, 0 to `n`.
    n : int
        Trials.
    confidence : float, optional
        In (0, 1).

    Returns
    -------
    Interval
        Bounds in [0, 1]; (0, 1) where `n` is 0: nothing is known.

    Raises
    ------
    ValueError
        If `n_hits` is not in [0, n] or `confidence` not in (0, 1).

    References
    ----------
    .. [1] Wilson (1927). Probable inference, the law of succession, and statistical
       inference. JASA 22(158), 209-212.

    Examples
    --------
    >>> low, high = wilson(10, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.722 to 1.000'
    """
    _check_confidence(confidence)
    if not 0 <= n_hits <= n:
        raise ValueError(f"{n_hits} of {n} is no proportion")
    if n == 0:
        return Interval(0.0, 1.0)
    z = stats.norm.ppf(0.5 + confidence / 2)
    share, weight = n_hits / n, z**2 / n
    middle = (share + weight / 2) / (1 + weight)
    spread = z / (1 + weight) * np.sqrt(share * (1 - share) / n + weight / (4 * n))
    low = 0.0 if n_hits == 0 else max(0.0, float(middle - spread))
    high = 1.0 if n_hits == n else min(1.0, float(middle + spread))
    return Interval(low, high)


def bootstrap_mean(
    values: np.ndarray,
    rng: np.random.Generator,
    confidence: float = 0.95,
    n_draws: int = 2000,
) -> Interval:
    """Return the percentile bootstrap interval of a mean.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        The sample.
    rng : numpy.random.Generator
        Source of randomness.
    confidence : float, optional
        In (0, 1).
    n_draws : int, optional
        Samples drawn with replacement.

    Returns
    -------
    Interval
        Bounds of the mean.

    Raises
    ------
    ValueError
        If there are no values, one is NaN or infinite, or `confidence` not in (0, 1).

    References
    ----------
    .. [1] Efron & Tibshirani (1993). An introduction to the bootstrap, chapter 13.
    """
    _check_confidence(confidence)
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError("need a row of finite numbers, and at least one")
    per_block = max(1, _VALUES_AT_ONCE // values.size)
    means = []
    for start in range(0, n_draws, per_block):
        shape = (min(per_block, n_draws - start), values.size)
        means.append(values[rng.integers(0, values.size, shape)].mean(axis=1))
    return percentile_interval(np.concatenate(means), confidence)


def percentile_interval(draws: np.ndarray, confidence: float = 0.95) -> Interval:
    """Return the central part of bootstrap draws; draws that are NaN do not count.

    Parameters
    ----------
    draws : ndarray of float, shape (n_draws,)
        A statistic of each resample.
    confidence : float, optional
        In (0, 1).

    Returns
    -------
    Interval
        NaN twice where every draw is NaN.

    Raises
    ------
    ValueError
        If `confidence` is not in (0, 1).
    """
    _check_confidence(confidence)
    draws = draws[~np.isnan(draws)]
    if not len(draws):
        return Interval(float("nan"), float("nan"))
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
