"""How far clusters agree with a truth, or with other clusters, beyond chance."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import normalized_mutual_info_score

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_scores import NOISE
from helpers.evaluate.intervals import Interval, percentile_interval

_VALUES_AT_ONCE = 5_000_000


class ClusterAgreement(NamedTuple):
    """What `agreement_with` returns, of the `n` rows with a cluster and a truth."""

    ari: float
    ari_interval: Interval
    nmi: float
    n: int
    covered: float


def agreement_with(
    labels: np.ndarray,
    truth: np.ndarray | pd.Series,
    rng: np.random.Generator,
    n_draws: int = 2000,
) -> ClusterAgreement:
    """Compare clusters with what is known of the pictures.

    Parameters
    ----------
    labels : ndarray of int, shape (n_rows,)
        A cluster per row; -1 is noise and does not count.
    truth : array-like, shape (n_rows,)
        Any values; rows where it is missing (NaN, None, NA) do not count.
    rng : numpy.random.Generator
        For the bootstrap.
    n_draws : int, optional
        Bootstrap draws.

    Returns
    -------
    ClusterAgreement
        ari: adjusted Rand index [1]_ in [-0.5, 1], 0 by chance, 1 for the same groups;
        ari_interval: its 95 % bootstrap interval over pictures; nmi: normalised mutual
        information in [0, 1], which is above 0 by chance where there are many clusters;
        n: rows that count; covered: `n` over the rows whose truth is known. A method
        that calls hard pictures noise agrees better with less: read `covered` beside.
        NaN where no row counts or the truth has a single value.

    Raises
    ------
    ParameterError
        If the lengths differ.

    Warns
    -----
    UserWarning
        If the truth has a single value among the rows that count, or no row counts.

    Notes
    -----
    Drawing pictures with replacement is drawing the table of clusters by truth from a
    multinomial law. A picture drawn twice agrees with itself, which lifts the draws a
    little: they are shifted so that their mean is the index.

    References
    ----------
    .. [1] Hubert & Arabie (1985). Comparing partitions. J. Classification 2, 193-218.
    """
    labels, truth = np.asarray(labels), pd.Series(truth).reset_index(drop=True)
    if len(labels) != len(truth):
        raise ParameterError(
            f"{len(labels)} labels cannot be compared with {len(truth)} truths",
            where="truth",
            way_out="give one value per label; None where it is not known",
        )
    known = truth.notna().to_numpy()
    counts = known & (labels != NOISE)
    n, n_known = int(counts.sum()), int(known.sum())
    a, b = pd.factorize(labels[counts])[0], pd.factorize(truth[counts])[0]
    covered = n / n_known if n_known else float("nan")
    if n == 0 or b.max() == 0:
        what = "the truth has a single value" if n else "no row has cluster and truth"
        warnings.warn(f"{what}: there is no agreement to measure", stacklevel=2)
        nan = float("nan")
        return ClusterAgreement(nan, Interval(nan, nan), nan, n, covered)
    ari = rand_index(a, b)
    draws = _bootstrap(a, b, rng, n_draws)
    low, high = percentile_interval(draws - (draws.mean() - ari))
    interval = Interval(low, min(1.0, high))
    nmi = float(normalized_mutual_info_score(b, a))
    return ClusterAgreement(ari, interval, nmi, n, covered)


def rand_index(a: np.ndarray, b: np.ndarray) -> float:
    """Return the adjusted Rand index of two groupings of the same rows.

    Parameters
    ----------
    a, b : array-like, shape (n,)
        Group of each row, of any kind; every value is a group (noise too).

    Returns
    -------
    float
        In [-0.5, 1]; 1 where the groups are the same, or both put all rows together.

    Examples
    --------
    >>> rand_index([0, 0, 1, 1], [5, 5, 3, 3])
    1.0
    """
    a, b = (pd.factorize(np.asarray(side))[0] for side in (a, b))
    cells, rows, columns = _cells(a, b)
    return float(_rand_indices(cells[None], rows, columns)[0])


def composition(labels: np.ndarray, values: np.ndarray | pd.Series) -> pd.DataFrame:
    """Count what each cluster is made of.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        A cluster per row; -1 is noise.
    values : array-like, shape (n,)
        Body region, class or data set of each row; may be missing.

    Returns
    -------
    DataFrame
        Counts: a row per cluster in order (index ``cluster``; noise, -1, first), a
        column per value, the commonest first; missing values in a last column
        ``(missing)``.

    Raises
    ------
    ParameterError
        If the lengths differ.
    """
    values = pd.Series(values).reset_index(drop=True)
    if len(labels) != len(values):
        raise ParameterError(
            f"{len(labels)} labels cannot be laid to {len(values)} values",
            where="values",
            way_out="give one value per label; None where it is not known",
        )
    order = [*values.value_counts().index]
    if values.isna().any():
        values, order = values.astype(object), [*order, "(missing)"]
        values[values.isna()] = "(missing)"
    clusters = pd.Series(np.asarray(labels), name="cluster")
    return pd.crosstab(clusters, values)[order].rename_axis(columns=None)


def _cells(a: np.ndarray, b: np.ndarray):
    """Return the occupied cells of the table a x b: counts, row and column of each."""
    n_columns = b.max(initial=0) + 1
    flat, cells = np.unique(a * n_columns + b, return_counts=True)
    return cells, *np.divmod(flat, n_columns)


def _bootstrap(a, b, rng: np.random.Generator, n_draws: int) -> np.ndarray:
    """Return the adjusted Rand index of `n_draws` resamples of the rows."""
    cells, rows, columns = _cells(a, b)
    per_block = max(1, _VALUES_AT_ONCE // len(cells))
    draws = []
    for start in range(0, n_draws, per_block):
        n_here = min(per_block, n_draws - start)
        tables = rng.multinomial(len(a), cells / len(a), n_here)
        draws.append(_rand_indices(tables, rows, columns))
    return np.concatenate(draws)


def _rand_indices(tables: np.ndarray, rows, columns) -> np.ndarray:
    """Return the index of many tables, (n_tables, n_cells), of one set of cells."""
    n = tables[0].sum(dtype=np.float64)

    def pairs(counts: np.ndarray) -> np.ndarray:
        """Return the pairs of rows within the same cell."""
        counts = counts.astype(np.float64)
        return (counts * (counts - 1)).sum(axis=1) / 2

    both = pairs(tables)
    in_a, in_b = (
        pairs(tables @ np.eye(places.max() + 1)[places]) for places in (rows, columns)
    )
    chance = in_a * in_b / max(1, n * (n - 1) / 2)
    most = (in_a + in_b) / 2
    # No room above chance: both put every row alone, or all together.
    none = most == chance
    return np.where(none, 1.0, (both - chance) / np.where(none, 1, most - chance))
