"""Balanced and natural answers, and thresholds that keep a specificity."""

import numpy as np
import pytest
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import operating_points as points
from helpers.evaluate.intervals import wilson

SHARES = np.array([0.7, 0.2, 0.1])


def test_shares_are_those_of_the_training_part():
    found = points.label_shares(np.array([0, 0, 0, 2]), 3)
    np.testing.assert_allclose(found, [0.75, 0, 0.25])
    with pytest.raises(ParameterError, match="outside the table"):
        points.label_shares(np.array([3]), 3)


def test_answers_that_know_nothing_but_the_shares_become_even():
    np.testing.assert_allclose(points.balanced(SHARES[None], SHARES), [[1 / 3] * 3])
    even = np.full((1, 3), 1 / 3)
    np.testing.assert_allclose(points.natural(even, SHARES), SHARES[None])


def test_balanced_is_a_softmax_without_the_log_of_the_shares():
    logits = np.random.default_rng(0).normal(size=(20, 3))

    def softmax(values):
        odds = np.exp(values)
        return odds / odds.sum(axis=1, keepdims=True)

    plain, adjusted = softmax(logits + np.log(SHARES)), softmax(logits)
    np.testing.assert_allclose(points.balanced(plain, SHARES), adjusted)
    np.testing.assert_allclose(points.natural(adjusted, SHARES), plain)


def test_bayes_by_hand():
    # Positive in 90 % of the sick and 20 % of the healthy; half are sick there, a tenth
    # here.
    study = 0.9 / (0.9 + 0.2)
    here = 0.9 * 0.1 / (0.9 * 0.1 + 0.2 * 0.9)
    found = points.change_shares([[study, 1 - study]], [0.5, 0.5], [0.1, 0.9])
    np.testing.assert_allclose(found, [[here, 1 - here]])


def test_a_label_that_was_not_in_training_stays_at_nothing():
    shares = np.array([0.8, 0.2, 0.0])
    found = points.balanced(np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]]), shares)
    np.testing.assert_allclose(found[0], np.array([0.625, 1.5, 0]) / 2.125)
    np.testing.assert_allclose(found[1], [0.5, 0.5, 0])  # nothing else was said
    assert (points.natural(np.full((1, 3), 1 / 3), shares) == shares).all()


@pytest.mark.parametrize(
    "shares", [[0.5, 0.5], [0.5, 0.4, 0.2], [1.2, -0.2, 0.0], [np.nan, 0.5, 0.5]]
)
def test_what_are_no_shares_of_these_labels_is_refused(shares):
    for move in (points.balanced, points.natural):
        with pytest.raises(ParameterError, match="no shares of 3 labels"):
            move(np.full((2, 3), 1 / 3), np.array(shares))


def test_what_are_no_probabilities_is_refused():
    with pytest.raises(ParameterError, match="do not sum to 1"):
        points.balanced(np.ones((2, 3)), SHARES)


@pytest.mark.parametrize("specificity", [0.0, 0.5, 0.9, 0.95, 1.0])
@pytest.mark.parametrize("decimals", [1, 6])
def test_a_threshold_has_the_best_sensitivity_that_keeps_the_specificity(
    specificity, decimals
):
    rng = np.random.default_rng(1)
    is_true = rng.random(300) < 0.2
    score = np.round(rng.normal(size=300) + 1.5 * is_true, decimals)
    threshold = points.threshold_at(is_true, score, specificity)
    rates = points.rates_at(is_true, score, threshold)
    x, y, _ = metrics.roc_curve(is_true, score, drop_intermediate=False)
    assert rates.sensitivity == y[1 - x >= specificity - 1e-9].max()
    assert rates.specificity >= specificity
    n_true = int(is_true.sum())
    hits = round(rates.sensitivity * n_true)
    assert rates.sensitivity_interval == wilson(hits, n_true)
    rest = 300 - n_true
    kept = round(rates.specificity * rest)
    assert rates.specificity_interval == wilson(kept, rest)
    assert (rates.n_true, rates.n) == (n_true, 300)


def test_a_share_that_binary_numbers_cannot_hold_is_not_rounded_away():
    is_true = np.array([True] + [False] * 10)
    score = np.array([0.85] + [0.9, *np.linspace(0, 0.5, 9)])
    # One of ten may score above: (1 - .9) * 10 is .99999...
    assert points.threshold_at(is_true, score, 0.9) == 0.85


def test_where_the_highest_score_is_wrong_no_threshold_is_specific_enough():
    is_true, score = np.array([True, False]), np.array([0.5, 0.5])
    threshold = points.threshold_at(is_true, score, 1.0)
    rates = points.rates_at(is_true, score, threshold)
    assert threshold == np.inf and rates.sensitivity == 0 and rates.specificity == 1


@pytest.mark.parametrize("kind", [True, False])
def test_of_one_kind_only_there_is_no_threshold(kind):
    is_true, score = np.full(3, kind), np.arange(3.0)
    assert np.isnan(threshold := points.threshold_at(is_true, score))
    rates = points.rates_at(is_true, score, threshold)
    assert np.isnan([rates.sensitivity, rates.specificity]).all()
    rates = points.rates_at(is_true, score, 1.0)
    both = [rates.sensitivity, rates.specificity]
    np.testing.assert_allclose(both, [2 / 3, np.nan] if kind else [np.nan, 1 / 3])
    unknown = rates.specificity_interval if kind else rates.sensitivity_interval
    assert tuple(unknown) == (0, 1)


def test_scores_that_are_none_are_refused():
    for score in ([0.1, np.nan], [0.1], [[0.1, 0.2]]):
        with pytest.raises(ParameterError, match="do not belong"):
            points.threshold_at(np.array([True, False]), np.array(score))
    with pytest.raises(ParameterError, match="no specificity"):
        points.threshold_at(np.array([True, False]), np.zeros(2), 95)
