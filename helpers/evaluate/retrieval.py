"""Pairs found against pairs known: precision, recall, and a threshold chosen."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals


class Choice(NamedTuple):
    """A threshold, and what it gives on the known pairs."""

    threshold: float
    n_found: int
    precision: float
    precision_interval: intervals.Interval
    recall: float
    recall_interval: intervals.Interval
    f1: float


def pairs_within(group: np.ndarray) -> pd.DataFrame:
    """List all pairs of the members of each group: the pairs to be found.

    Parameters
    ----------
    group : array-like, shape (n,)
        Group of each picture, for example its lesion; one without a group is in no
        pair.

    Returns
    -------
    DataFrame
        Columns i < j (int64), sorted.
    """
    codes = pd.factorize(pd.Series(group))[0]
    order = np.argsort(codes, kind="stable")[(codes < 0).sum() :]  # missing: -1, first
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    found = [np.empty((2, 0), np.int64)]
    for members in np.split(order, starts[1:]):
        if len(members) > 1:
            found.append(members[np.stack(np.triu_indices(len(members), 1))])
    i, j = np.hstack(found)
    frame = pd.DataFrame({"i": i, "j": j})
    return frame.sort_values(["i", "j"], ignore_index=True)


def is_among(pairs: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Tell which pairs are among the known ones.

    Parameters
    ----------
    pairs, known : DataFrame
        Columns i < j.

    Returns
    -------
    ndarray of bool, shape (len(pairs),)
    """
    ours, theirs = (pd.MultiIndex.from_frame(p[["i", "j"]]) for p in (pairs, known))
    return ours.isin(theirs)


def precision_recall(
    score: np.ndarray, is_true: np.ndarray, n_true: int
) -> pd.DataFrame:
    """Compute precision and recall of "score at least t" at every t that matters.

    Parameters
    ----------
    score : ndarray of float, shape (n_pairs,)
        Of the pairs found; leave pairs out whose truth is not known.
    is_true : ndarray of bool, shape (n_pairs,)
        Whether each is one of the known pairs.
    n_true : int
        How many known pairs there are, found or not.

    Returns
    -------
    DataFrame
        One row per distinct score, from the highest: threshold, n_found, n_hits,
        precision, recall, f1.

    Raises
    ------
    ParameterError
        If a score is NaN, no pair is known, or more are found than known.
    """
    score, is_true = np.asarray(score, np.float64), np.asarray(is_true, bool)
    if np.isnan(score).any():
        raise ParameterError(f"{np.isnan(score).sum()} scores are NaN", where="score")
    if not n_true or is_true.sum() > n_true:
        raise ParameterError(
            f"{is_true.sum()} pairs are said to be true, of {n_true} known",
            where="n_true",
            way_out="count all known pairs, at least one: plant copies if there are "
            "none",
        )
    order = np.argsort(-score, kind="stable")
    score, hits = score[order], np.cumsum(is_true[order])
    last = np.flatnonzero(np.diff(score, append=-np.inf))
    n_found = last + 1
    return pd.DataFrame(
        {
            "threshold": score[last],
            "n_found": n_found,
            "n_hits": hits[last],
            "precision": hits[last] / n_found,
            "recall": hits[last] / n_true,
            "f1": 2 * hits[last] / (n_found + n_true),
        }
    )


def choose_threshold(
    curve: pd.DataFrame, n_true: int, min_precision: float | None = None
) -> Choice:
    """Choose a threshold: the best F1, or the lowest that keeps a precision.

    Parameters
    ----------
    curve : DataFrame
        From `precision_recall`.
    n_true : int
        How many known pairs there are.
    min_precision : float, optional
        If given, the lowest threshold whose precision is at least this is taken.

    Returns
    -------
    Choice
        The threshold lies halfway between the lowest score that is accepted and the
        next one, so that neither sits on the edge; precision and recall come with 95 %
        Wilson intervals. They flatter: the threshold was chosen on the pairs that it is
        scored on. Quote those of `at_threshold` on pairs the choice has not seen.

    Raises
    ------
    ParameterError
        If no threshold reaches the precision, or nothing was found.
    """
    if not len(curve):
        raise ParameterError(
            "no threshold can be chosen: no pair was found",
            where="curve",
            way_out="search with a lower similarity, or use another encoder",
        )
    fit = curve if min_precision is None else curve[curve["precision"] >= min_precision]
    if not len(fit):
        raise ParameterError(
            f"no threshold reaches a precision of {min_precision}; the best is "
            f"{curve['precision'].max():.3g}",
            where="min_precision",
            way_out="ask for less, or use another encoder",
        )
    place = fit["f1"].idxmax() if min_precision is None else fit.index[-1]
    row = curve.loc[place]
    below = curve["threshold"].iloc[place + 1 : place + 2]
    lowest = float(row["threshold"])
    next_lower = float(below.iloc[0]) if len(below) else lowest
    middle = (lowest + next_lower) / 2
    n_found, n_hits = int(row["n_found"]), int(row["n_hits"])
    return Choice(
        # Between two neighbouring floats there is no middle.
        threshold=middle if middle > next_lower else lowest,
        n_found=n_found,
        precision=float(row["precision"]),
        precision_interval=intervals.wilson(n_hits, n_found),
        recall=float(row["recall"]),
        recall_interval=intervals.wilson(n_hits, n_true),
        f1=float(row["f1"]),
    )


def at_threshold(
    score: np.ndarray, is_true: np.ndarray, n_true: int, threshold: float
) -> Choice:
    """Return what a given threshold gives on the known pairs.

    Parameters
    ----------
    score, is_true, n_true
        As for `precision_recall`.
    threshold : float
        For example the .93 of a published project.

    Returns
    -------
    Choice
        Precision is NaN where nothing reaches the threshold.
    """
    found = np.asarray(score) >= threshold
    n_found, n_hits = int(found.sum()), int(np.asarray(is_true, bool)[found].sum())
    return Choice(
        threshold=threshold,
        n_found=n_found,
        precision=n_hits / n_found if n_found else float("nan"),
        precision_interval=intervals.wilson(n_hits, n_found),
        recall=n_hits / n_true if n_true else float("nan"),
        recall_interval=intervals.wilson(n_hits, n_true),
        f1=2 * n_hits / (n_found + n_true) if n_found + n_true else float("nan"),
    )
