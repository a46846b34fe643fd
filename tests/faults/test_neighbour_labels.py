"""Rows 13, 14, 42, 43 and 44 of the faults, for labels checked by neighbours."""

import warnings

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.evaluate import neighbour_labels, ranking
from helpers.evaluate.intervals import Interval

RIGHT = np.array([[1, 2], [0, 2], [1, 0]])


def test_13_a_single_class_is_said():
    with pytest.warns(UserWarning, match="a single class"):
        found = neighbour_labels.knn_accuracy(RIGHT, ["nv"] * 3, 2)
    assert found.accuracy == found.balanced == found.majority == found.chance == 1
    assert found.interval.low < 0.5
    table = neighbour_labels.label_disagreement(RIGHT, ["nv"] * 3)
    assert (table["margin"] == -1).all() and (table["disagreement"] == 0).all()


@pytest.mark.parametrize("missing", ["", None, np.nan, pd.NA])
def test_13_missing_labels_are_left_out_and_counted(missing):
    labels = np.array(["a", missing, "a"], dtype=object)
    with pytest.warns(UserWarning, match=r"2 of 2 pictures|a single class"):
        found = neighbour_labels.knn_accuracy(RIGHT, labels, 2)
    assert (found.n, found.n_unlabelled, found.n_alone) == (2, 1, 0)
    table = neighbour_labels.label_disagreement(RIGHT, labels)
    assert sorted(table.index) == [0, 2] and (table["n_votes"] == 1).all()
    nobody = neighbour_labels.knn_accuracy(RIGHT, [missing] * 3, 2)
    assert nobody.n == 0 and np.isnan(nobody.accuracy) and np.isnan(nobody.balanced)
    assert nobody.interval == Interval(0, 1)
    assert neighbour_labels.label_disagreement(RIGHT, [missing] * 3).empty


@pytest.mark.parametrize("n", [0, 1])
def test_14_no_picture_and_one(n):
    nobody = np.empty((n, 0), np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = neighbour_labels.knn_accuracy(nobody, ["a"] * n, 3)
    assert found.n == 0 and found.n_alone == n and np.isnan(found.majority)
    assert neighbour_labels.label_disagreement(nobody, ["a"] * n).empty
    assert neighbour_labels.sibling_recall(nobody, ["a"] * n, 3).n == 0
    same = neighbour_labels.preparation_effect(nobody, nobody, 3)
    assert same.n == 0 and np.isnan(same.mean) and same.interval == Interval(0, 1)


def test_14_nobody_has_a_relative_and_nothing_is_planted():
    found = neighbour_labels.sibling_recall(RIGHT, [1, 2, 3], 2)
    assert np.isnan(found.recall) and found.interval == Interval(0, 1)
    for truth in ([False] * 3, [True] * 3, []):
        none = ranking.ranking_quality(np.arange(len(truth)), truth)
        assert np.isnan(none.auroc) and none.interval == Interval(0, 1)
    one = ranking.ranking_quality([1.0, 2, 3], [False, False, True])
    assert one.auroc == 1 and one.interval.low < 0.5


def test_42_scores_and_similarities_that_are_nan_are_refused():
    with pytest.raises(ParameterError):
        ranking.ranking_quality([0.1, np.nan], [True, False])
    with pytest.raises(ParameterError):
        ranking.ranking_quality([0.1, 0.2, 0.3], [True, False])
    similarity = np.array([[1, np.nan], [1, 1], [1, 1]])
    with pytest.raises(ParameterError, match="one finite number per neighbour"):
        neighbour_labels.label_disagreement(RIGHT, list("abc"), similarity)


def test_43_equal_scores_rank_as_chance_does():
    found = ranking.ranking_quality(np.zeros(10), np.arange(10) < 4)
    assert found.auroc == 0.5 and found.average_precision == pytest.approx(0.4)


def test_43_neighbours_without_any_similarity_are_no_votes():
    similarity = np.array([[0, -1], [1, 0.5], [1, 0.5]])
    table = neighbour_labels.label_disagreement(RIGHT, list("aab"), similarity)
    assert sorted(table.index) == [1, 2]
    assert np.isfinite(table[["disagreement", "margin"]].to_numpy()).all()


def test_44_fewer_voters_than_k_are_said():
    with pytest.warns(UserWarning, match="3 of 3 pictures have fewer than 9"):
        found = neighbour_labels.knn_accuracy(RIGHT, list("aab"), 9)
    assert found.n == 3
    with pytest.warns(UserWarning, match="fewer than 2"):  # all are relatives
        found = neighbour_labels.knn_accuracy(RIGHT, list("aab"), 2, [7, 7, 7])
    assert found.n == 0 and found.n_alone == 3
    assert neighbour_labels.sibling_recall(RIGHT, [7, 7, 7], 9).recall == 1
    assert neighbour_labels.preparation_effect(RIGHT, RIGHT, 9).mean == 1


@pytest.mark.parametrize(
    ("neighbours", "k", "groups"),
    [
        (RIGHT, 0, None),
        (RIGHT[:2], 1, None),
        (RIGHT[0], 1, None),
        (RIGHT + 1, 1, None),
        (RIGHT - 1, 1, None),
        (RIGHT.astype(float), 1, None),
        (RIGHT, 1, [1, 2]),
    ],
)
def test_44_what_are_no_neighbours_is_refused(neighbours, k, groups):
    with pytest.raises(ParameterError):
        neighbour_labels.knn_accuracy(neighbours, list("abc"), k, groups)
