"""Retrieval: scikit-learn's curve, the threshold's promise, and known pairs."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve

from helpers.base.errors import ParameterError
from helpers.evaluate import retrieval

SCORED = st.lists(
    st.tuples(st.sampled_from(np.linspace(0, 1, 9).tolist()), st.booleans()),
    min_size=1,
).filter(lambda pairs: any(true for _, true in pairs))


def curve_of(pairs, n_more=0):
    score, is_true = map(np.array, zip(*pairs, strict=True))
    n_true = int(is_true.sum()) + n_more
    curve = retrieval.precision_recall(score, is_true, n_true)
    return score, is_true, n_true, curve


@settings(deadline=None)
@given(SCORED)
def test_the_curve_is_that_of_scikit_learn(pairs):
    score, is_true, _, curve = curve_of(pairs)
    precision, recall, thresholds = precision_recall_curve(is_true, score)
    assert curve["threshold"].tolist() == thresholds[::-1].tolist()
    assert np.allclose(curve["precision"], precision[:-1][::-1])
    assert np.allclose(curve["recall"], recall[:-1][::-1])


@settings(deadline=None)
@given(SCORED, st.integers(0, 5))
def test_the_chosen_threshold_gives_what_it_promises(pairs, n_more):
    score, is_true, n_true, curve = curve_of(pairs, n_more)
    choice = retrieval.choose_threshold(curve, n_true)
    assert choice == retrieval.at_threshold(score, is_true, n_true, choice.threshold)
    assert choice.f1 == pytest.approx(curve["f1"].max())
    for precision in (0.5, 0.9):
        if (curve["precision"] >= precision).any():
            choice = retrieval.choose_threshold(curve, n_true, precision)
            assert choice.precision >= precision
            fit = curve[curve["precision"] >= precision]
            assert choice.recall == fit["recall"].max()


def test_pairs_that_were_not_found_lower_recall_and_not_precision():
    *_, curve = curve_of([(0.9, True), (0.5, True), (0.4, False)], n_more=2)
    assert curve["recall"].tolist() == [0.25, 0.5, 0.5]
    assert curve["precision"].tolist() == [1, 1, pytest.approx(2 / 3)]
    assert curve["f1"].tolist() == pytest.approx([0.4, 2 / 3, 4 / 7])


def test_the_threshold_stands_between_the_accepted_and_the_next():
    score, is_true, n_true, curve = curve_of([(0.9, True), (0.8, True), (0.4, False)])
    choice = retrieval.choose_threshold(curve, n_true)
    assert choice.threshold == pytest.approx(0.6)
    assert choice.precision_interval.low == pytest.approx(0.342, abs=1e-3)
    edge = np.nextafter(0.8, 0)
    *_, curve = curve_of([(0.8, True), (edge, False)])
    assert retrieval.choose_threshold(curve, 1).threshold == 0.8


def test_a_precision_that_is_not_reached_is_said():
    _, _, n_true, curve = curve_of([(0.9, False), (0.8, True)])
    with pytest.raises(ParameterError, match="precision of 0.9; the best is 0.5"):
        retrieval.choose_threshold(curve, n_true, 0.9)
    with pytest.raises(ParameterError, match="no pair was found"):
        retrieval.choose_threshold(curve[:0], n_true)


def test_curves_without_truth_or_with_nan_are_refused():
    with pytest.raises(ParameterError, match="1 scores are NaN"):
        retrieval.precision_recall([0.5, np.nan], [True, False], 1)
    for n_true in (0, 1):
        with pytest.raises(ParameterError, match="2 pairs are said to be true"):
            retrieval.precision_recall([0.5, 0.4], [True, True], n_true)


def test_a_threshold_that_finds_nothing_has_no_precision():
    nothing = retrieval.at_threshold([0.5], [True], 3, 0.93)
    assert np.isnan(nothing.precision) and nothing.recall == 0 and nothing.f1 == 0
    assert nothing.precision_interval == (0, 1)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5)))
def test_pairs_within_groups_are_all_pairs_of_equals(group):
    found = retrieval.pairs_within(group)
    expected = [
        (i, j) for i, j in combinations(range(len(group)), 2) if group[i] == group[j]
    ]
    assert [*zip(found["i"], found["j"], strict=True)] == expected


def test_pairs_are_known_by_both_ends():
    pairs = pd.DataFrame({"i": [0, 0, 1], "j": [1, 2, 2], "score": [1, 1, 1]})
    known = pd.DataFrame({"i": [0, 1], "j": [2, 9]})
    assert retrieval.is_among(pairs, known).tolist() == [False, True, False]
    assert retrieval.is_among(pairs, known[:0]).tolist() == [False] * 3


@pytest.mark.parametrize("group", [[None, "a", None, "a"], [np.nan, 1, np.nan, 1]])
def test_pictures_without_a_group_are_in_no_pair(group):
    found = retrieval.pairs_within(group)
    assert found.values.tolist() == [[1, 3]]
    assert retrieval.pairs_within([None] * 3).empty
