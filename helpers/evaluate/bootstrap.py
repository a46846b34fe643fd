"""Every score of every resample at once: how far a score would have come out else."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from helpers.base.errors import ParameterError
from helpers.evaluate import voting
from helpers.evaluate.answer_checks import check_answers, check_lengths
from helpers.evaluate.intervals import Interval, bootstrap_mean, percentile_interval
from helpers.evaluate.label_counts import scores_of_counts

_VALUES_AT_ONCE = 5_000_000


def bootstrap(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    n_labels: int,
    rng: np.random.Generator,
    n_draws: int = 1000,
    groups: np.ndarray | None = None,
) -> pd.DataFrame:
    """Score resamples of the pictures, drawn with replacement.

    Parameters
    ----------
    y_true, y_pred, n_labels
        As for `helpers.evaluate.classification.scores`.
    rng : numpy.random.Generator
        Source of randomness.
    n_draws : int, optional
        Resamples.
    groups : array-like, shape (n,), optional
        What each picture belongs to (patient, lesion, near-duplicates): whole groups
        are drawn [2]_, so that ten pictures of one lesion do not count as ten trials.
        The number of pictures then differs from draw to draw.

    Returns
    -------
    DataFrame
        A row per draw, with the keys of `scores`, each as scikit-learn would score the
        pictures drawn; macro scores are over the labels that the draw holds.

    Raises
    ------
    ParameterError
        If there is no draw, a group is missing, lengths differ, or as `scores`.

    Notes
    -----
    All scores follow from how many pictures of each label were answered as each label.
    Drawing n pictures is drawing these counts from a multinomial law, and the three
    counts per label that scores need are one sparse product away. Memory is bounded:
    draws are made in blocks of 40 MB.

    References
    ----------
    .. [1] Efron & Tibshirani (1993). An introduction to the bootstrap, chapter 13.
    .. [2] Davison & Hinkley (1997). Bootstrap methods and their application, 3.8.
    """
    y_true, y_pred = check_answers(y_true, y_pred, n_labels)
    if n_draws < 1:
        raise ParameterError(f"{n_draws} draws", "n_draws", "give 1 or more")
    n_units, shares, counts = _units(y_true, y_pred, n_labels, groups)
    per_block = max(1, _VALUES_AT_ONCE // sum(counts.shape))
    blocks = []
    for start in range(0, n_draws, per_block):
        drawn = rng.multinomial(n_units, shares, min(per_block, n_draws - start))
        sums = np.split(drawn @ counts, 3, axis=1)
        blocks.append(pd.DataFrame(scores_of_counts(*sums)))
    return pd.concat(blocks, ignore_index=True)


def mean_interval(
    values: np.ndarray, rng: np.random.Generator, groups: Sequence | None = None
) -> Interval:
    """Return the 95 % bootstrap percentile interval of a mean over pictures.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One for each picture, for example a difference between two models.
    rng : numpy.random.Generator
        Source of randomness.
    groups : sequence, shape (n,), optional
        Pictures of one group (lesion, patient) are drawn together; one without a group
        stands alone.

    Returns
    -------
    Interval
        Of 2,000 draws; (-1, 1) where there is a single picture or group: nothing is
        known.

    Raises
    ------
    ParameterError
        If there are more or less groups than values.
    """
    values = np.asarray(values, np.float64)
    codes = np.unique(voting.families(groups, len(values)), return_inverse=True)[1]
    n_groups = int(codes.max()) + 1
    if n_groups < 2:
        return Interval(-1.0, 1.0)
    if n_groups == len(values):
        return bootstrap_mean(values, rng)
    sums, sizes = np.bincount(codes, values), np.bincount(codes)
    means = []
    for _ in range(2000):  # one by one: a table of all draws would not fit for 10,000
        drawn = rng.integers(0, n_groups, n_groups)
        means.append(sums[drawn].sum() / sizes[drawn].sum())
    return percentile_interval(np.array(means))


def _units(y_true, y_pred, n_labels: int, groups) -> tuple:
    """Return how many units a draw holds, each kind's share, and its counts.

    A unit is a picture; pictures with the same truth and answer are of one kind. With
    groups it is a group, each of its own kind. Counts are (n_kinds, 3 n_labels): right
    answers, true pictures and answers per label.
    """
    if groups is None:
        cells = y_true * n_labels + y_pred
        cells, kind_counts = np.unique(cells, return_counts=True)
        kinds, (y_true, y_pred) = np.arange(len(cells)), np.divmod(cells, n_labels)
    else:
        kinds = _group_codes(groups, len(y_true))
        kind_counts = np.ones(kinds.max() + 1)
    hit = y_true == y_pred
    columns = (y_true[hit], n_labels + y_true, 2 * n_labels + y_pred)
    places = (np.concatenate((kinds[hit], kinds, kinds)), np.concatenate(columns))
    shape = (len(kind_counts), 3 * n_labels)
    ones = np.ones(len(places[0]), np.int64)
    counts = sparse.coo_array((ones, places), shape).tocsr()
    n_units = int(kind_counts.sum())
    return n_units, kind_counts / n_units, counts


def _group_codes(groups, n: int) -> np.ndarray:
    codes, _ = pd.factorize(np.asarray(groups, dtype=object))
    check_lengths(n, groups=len(codes))
    if len(missing := np.flatnonzero(codes < 0)):
        raise ParameterError(
            f"{len(missing)} pictures have no group",
            where=f"groups, rows {missing[:10].tolist()}",
            way_out="give a picture that stands alone a group of its own",
        )
    return codes
