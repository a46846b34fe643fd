"""What the neighbours of a picture say of its label, and of the encoder."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals, voting


class KnnAccuracy(NamedTuple):
    """What `knn_accuracy` returns; shares are NaN where `n` is 0."""

    accuracy: float
    interval: intervals.Interval
    balanced: float  # mean over the classes of their shares of hits: macro recall
    balanced_interval: intervals.Interval
    majority: float  # accuracy of always saying the most frequent label
    chance: float  # balanced accuracy of the same: 1 / number of classes
    n: int  # pictures that have a label and a voter
    n_unlabelled: int
    n_alone: int  # pictures that have a label, but no voter


class SiblingRecall(NamedTuple):
    """Share of the `n` pictures with a relative that find one; NaN if there is none."""

    recall: float
    interval: intervals.Interval
    n: int


class Overlap(NamedTuple):
    """Mean share of the neighbours of `n` pictures that are kept."""

    mean: float
    interval: intervals.Interval
    n: int


def knn_accuracy(
    neighbours: np.ndarray, labels: np.ndarray, k: int, groups: np.ndarray | None = None
) -> KnnAccuracy:
    """Predict each label from the k nearest other pictures, and count the hits.

    Parameters
    ----------
    neighbours : ndarray of int, shape (n, n_neighbours)
        Positions of each picture's neighbours, the nearest first. The picture itself
        and its relatives have no vote: give some more than `k`.
    labels : array-like, shape (n,)
        One that is missing (NaN, None, "") neither votes nor is predicted.
    k : int
        Voters. Of labels with equal votes the one with the nearest voter wins.
    groups : array-like, shape (n,), optional
        Lesion or near-duplicate group; who has none (NaN, None, "") has no relatives.

    Returns
    -------
    KnnAccuracy
        Intervals (95 %) count a group as one witness; see `voting.wilson`. A class
        with one picture adds nothing to that of `balanced`, which is then too narrow.

    Raises
    ------
    ParameterError
        If lengths differ, a neighbour is no position, or `k` is less than 1.

    Warns
    -----
    UserWarning
        If pictures have fewer than `k` voters, or there is a single class.
    """
    codes, _ = voting.codes(labels)
    family = voting.families(groups, len(codes))
    votes = voting.voters(neighbours, codes, family, k)
    known = codes >= 0
    if n_short := int((votes[known].sum(axis=1) < k).sum()):
        warnings.warn(
            f"{n_short} of {known.sum()} pictures have fewer than {k} neighbours that "
            "are labelled and no relatives of theirs; those they have vote",
            stacklevel=2,
        )
    seen = known & votes.any(axis=1)
    winner, _ = voting.elect(codes[neighbours[seen]], votes[seen])
    hits = winner == codes[seen]
    present, own, n_each = np.unique(
        codes[seen], return_inverse=True, return_counts=True
    )
    if len(present) == 1:
        warnings.warn("there is a single class: every vote is a hit", stacklevel=2)
    recalls = np.bincount(own, hits, len(present)) / n_each
    accuracy, balanced = voting.mean(hits), voting.mean(recalls)
    # What each picture adds to the error of either mean, to first order.
    error = (hits - accuracy) / max(len(hits), 1)
    class_error = (hits - recalls[own]) / (n_each[own] * len(present))
    return KnnAccuracy(
        accuracy=accuracy,
        interval=voting.interval(accuracy, error, family[seen]),
        balanced=balanced,
        balanced_interval=voting.interval(balanced, class_error, family[seen]),
        majority=float(n_each.max() / len(hits)) if len(hits) else np.nan,
        chance=1 / len(present) if len(hits) else np.nan,
        n=len(hits),
        n_unlabelled=int((~known).sum()),
        n_alone=int((known & ~seen).sum()),
    )


def label_disagreement(
    neighbours: np.ndarray,
    labels: np.ndarray,
    similarity: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> pd.DataFrame:
    """Rank pictures by how far their neighbours contradict their label.

    Parameters
    ----------
    neighbours, labels, groups
        As for `knn_accuracy`; all neighbours vote that are no relatives.
    similarity : ndarray of float, shape (n, n_neighbours), optional
        Weight of each vote; one below 0 counts as 0. By default all weigh the same.

    Returns
    -------
    DataFrame
        One row per picture with a label and a vote, its index the position, the most
        suspicious first: label; preferred, the label with most weight (of equals the
        nearest's); disagreement, the share of the weight with another label, in [0, 1];
        margin, the share of the strongest other label less that of its own, in [-1, 1];
        n_votes. Where most pictures are of one class, its members are seldom suspected
        and all others often.

    Raises
    ------
    ParameterError
        As for `knn_accuracy`, or if a similarity is NaN.
    """
    codes, names = voting.codes(labels)
    votes = voting.voters(neighbours, codes, voting.families(groups, len(codes)))
    weight = votes.astype(np.float64)
    if similarity is not None:
        if np.shape(similarity) != votes.shape or not np.isfinite(similarity).all():
            raise ParameterError(
                f"{np.shape(similarity)} similarities, or some that are NaN, for "
                f"{votes.shape} neighbours",
                where="similarity",
                way_out="give one finite number per neighbour",
            )
        weight *= np.clip(similarity, 0, None)
    rows = np.flatnonzero((codes >= 0) & (weight.sum(axis=1) > 0))
    theirs, weight, own = codes[neighbours[rows]], weight[rows], codes[rows, None]
    winner, support = voting.elect(theirs, weight)
    total = weight.sum(axis=1)
    agreeing = np.where(theirs == own, weight, 0).sum(axis=1) / total
    strongest = np.where(theirs == own, 0, support).max(axis=1, initial=0) / total
    frame = pd.DataFrame(
        {
            "label": names[own[:, 0]],
            "preferred": names[winner],
            "disagreement": 1 - agreeing,
            "margin": strongest - agreeing,
            "n_votes": votes[rows].sum(axis=1),
        },
        index=rows,
    )
    return frame.sort_values(["margin", "disagreement"], ascending=False, kind="stable")


def sibling_recall(neighbours: np.ndarray, group: np.ndarray, k: int) -> SiblingRecall:
    """Return the share of pictures that find a relative among their k nearest.

    Parameters
    ----------
    neighbours, group, k
        As `neighbours`, `groups` and `k` of `knn_accuracy`, relatives among them.

    Returns
    -------
    SiblingRecall
        Of the pictures that have a relative; the interval counts groups.

    Raises
    ------
    ParameterError
        As for `knn_accuracy`.
    """
    family = voting.families(group, len(neighbours))
    near = voting.voters(neighbours, family, np.arange(len(family)), k)
    related = np.bincount(family)[family] > 1
    found = ((family[neighbours] == family[:, None]) & near).any(axis=1)[related]
    recall = voting.mean(found)
    error = (found - recall) / max(len(found), 1)
    interval = voting.interval(recall, error, family[related])
    return SiblingRecall(recall, interval, len(found))


def preparation_effect(
    neighbours_right: np.ndarray, neighbours_wrong: np.ndarray, k: int
) -> Overlap:
    """Return the share of the k nearest neighbours that another preparation keeps.

    Parameters
    ----------
    neighbours_right, neighbours_wrong : ndarray of int, shape (n, n_neighbours)
        Of the same pictures, prepared in two ways; the picture itself does not count.
    k : int
        How many of the nearest are compared.

    Returns
    -------
    Overlap
        1 where the same are nearest, in whatever order; by chance ``k / (n - 1)``.

    Raises
    ------
    ParameterError
        As for `knn_accuracy`.
    """
    each = np.arange(len(neighbours_right))
    one, other = (
        np.where(voting.voters(near, each, each, k), near, -1)
        for near in (neighbours_right, neighbours_wrong)
    )
    kept = [(other == j[:, None]).any(axis=1) & (j >= 0) for j in one.T]
    n_compared = (one >= 0).sum(axis=1)
    seen = n_compared > 0
    share = np.sum(kept, axis=0)[seen] / n_compared[seen] if seen.any() else seen[:0]
    mean, n = voting.mean(share), len(share)
    interval = voting.interval(mean, (share - mean) / max(n, 1), each[seen])
    return Overlap(mean, interval, n)
