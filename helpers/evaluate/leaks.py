"""What a leak is worth: one test part, trained for with and without its siblings."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate.intervals import Interval

MIN_TEST = 10
"""With fewer test lesions a difference would say nothing."""


class LeakRows(NamedTuple):
    """Rows of a leak experiment, each int64 and rising; see `leak_rows`."""

    test: np.ndarray  # one picture of each test lesion
    siblings: np.ndarray  # the other pictures of these lesions
    fillers: np.ndarray  # of other lesions, label by label as many as siblings
    base: np.ndarray  # all other pictures that are no kin of the test part

    @property
    def with_siblings(self) -> np.ndarray:
        """Rows to train on with the leak."""
        return np.sort(np.concatenate([self.base, self.siblings]))

    @property
    def without_siblings(self) -> np.ndarray:
        """Rows to train on without: as many pictures, of the same labels."""
        return np.sort(np.concatenate([self.base, self.fillers]))


class Paired(NamedTuple):
    """What `paired_seeds` returns."""

    n_seeds: int
    with_mean: float
    without_mean: float
    difference: float  # with less without
    interval: Interval  # of the difference, 95 %, over seeds


def leak_rows(
    table: pd.DataFrame, rng: np.random.Generator, share: float = 0.5
) -> LeakRows:
    """Choose the parts of a leak experiment: same test part, with or without siblings.

    Parameters
    ----------
    table : DataFrame
        A row per picture, with group (lesion) and label.
    rng : numpy.random.Generator
        Source of randomness.
    share : float, optional
        In (0, 1]: of the lesions of each label with two pictures or more, how many give
        a test picture, rounded up.

    Returns
    -------
    LeakRows
        Disjoint rows. Test and base, and test and fillers, share no group. Fillers have
        as many pictures of each label as siblings: a lesion whose siblings cannot be
        matched so gives no test picture, and its pictures stay in base. So the two
        trainings differ in one thing, whether lesions of the test part are in them.

    Raises
    ------
    ParameterError
        If a column is not there or has empty cells, `share` is no share, or there are
        fewer than `MIN_TEST` test lesions.
    """
    groups, labels = _coded(table, "group"), _coded(table, "label")
    if not 0 < share <= 1:
        raise ParameterError(f"no share is {share}", "share", "give 0 < share <= 1")
    rows = rng.permutation(len(table))
    first = rows[np.unique(groups[rows], return_index=True)[1]]  # one of each group
    several = first[np.bincount(groups)[groups[first]] > 1]
    spare = np.bincount(labels)  # pictures that may still fill, by label
    chosen: list[int] = []
    for label in range(len(spare)):
        mine = rng.permutation(several[labels[several] == label])
        n_wanted = int(np.ceil(share * len(mine)))
        chosen += _matched(mine, n_wanted, groups, labels, spare)
    test = np.sort(np.array(chosen, np.int64))
    if len(test) < MIN_TEST:
        raise ParameterError(
            f"{len(test)} lesions have a second picture to leave in training, and as "
            "many pictures of the same label to put in its place",
            where=f"{len(table)} pictures of {len(first)} groups",
            way_out=f"give at least {MIN_TEST} such lesions: more pictures, or a table "
            "whose groups are lesions",
        )
    kin = np.isin(groups, groups[test])
    siblings = np.setdiff1d(np.flatnonzero(kin), test)
    fillers = _fillers(np.flatnonzero(~kin), siblings, groups, labels, rng)
    base = np.setdiff1d(np.flatnonzero(~kin), fillers)
    return LeakRows(test, siblings, fillers, base)


def paired_seeds(with_: Sequence[float], without: Sequence[float]) -> Paired:
    """Return the difference between two trainings, paired by their seeds.

    Parameters
    ----------
    with_, without : sequence of float, shape (n_seeds,)
        A score of each training; those of one seed stand at one place.

    Returns
    -------
    Paired
        With Student's t interval of the mean difference. It tells how far another seed
        might have moved it, on these test pictures; not what others would give.

    Raises
    ------
    ParameterError
        If lengths differ, there are fewer than two seeds, or a score is no number.

    Examples
    --------
    >>> round(paired_seeds([0.8, 0.82, 0.81], [0.78, 0.79, 0.8]).difference, 3)
    0.02
    """
    one, other = np.asarray(with_, np.float64), np.asarray(without, np.float64)
    if one.ndim != 1 or one.shape != other.shape or len(one) < 2:
        raise ParameterError(
            f"{one.shape} scores with and {other.shape} without make no pairs",
            where="seeds",
            way_out="train both ways with the same seeds, two at least",
        )
    if not np.isfinite(one + other).all():
        raise ParameterError(
            "a score is no number", "seeds", "leave the seed out on both sides"
        )
    difference = one - other
    error = difference.std(ddof=1) / np.sqrt(len(one))
    reach = float(stats.t.ppf(0.975, len(one) - 1) * error)
    middle = float(difference.mean())
    interval = Interval(middle - reach, middle + reach)
    return Paired(len(one), float(one.mean()), float(other.mean()), middle, interval)


def _matched(
    lesions: np.ndarray,
    n_wanted: int,
    groups: np.ndarray,
    labels: np.ndarray,
    spare: np.ndarray,
) -> list[int]:
    """Take test pictures while others are left to match their siblings.

    `spare`, changed in place, counts the pictures of each label that fillers may be
    taken from: a test lesion takes its own away, and its siblings need as many.
    """
    taken: list[int] = []
    for row in lesions:
        if len(taken) == n_wanted:
            break
        own = np.bincount(labels[groups == groups[row]], minlength=len(spare))
        needed = own.copy()
        needed[labels[row]] -= 1
        if (spare >= own + needed).all():
            spare -= own + needed
            taken.append(int(row))
    return taken


def _fillers(
    others: np.ndarray,
    siblings: np.ndarray,
    groups: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw as many pictures of each label as siblings have, lesion by lesion."""
    # Whole lesions, as siblings are: fillers with kin in base would add less.
    place = rng.permutation(int(groups.max()) + 1)
    others = others[np.argsort(place[groups[others]], kind="stable")]
    n_needed = np.bincount(labels[siblings], minlength=labels.max() + 1)
    parts = [others[labels[others] == label][:n] for label, n in enumerate(n_needed)]
    return np.sort(np.concatenate(parts)).astype(np.int64)


def _coded(table: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as numbers from 0; refuse one with empty cells."""
    values = (
        table[column] if column in table else pd.Series([None] * max(1, len(table)))
    )
    codes = pd.factorize(values.mask(values.eq("")))[0]
    if n_empty := int((codes < 0).sum()):
        raise ParameterError(
            f"{n_empty} of {len(table)} pictures have no {column}",
            where=f"column {column!r}",
            way_out="give the table of a split, with group and label of each picture",
        )
    return codes
