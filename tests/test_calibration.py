"""Reliability, ECE, Brier score and temperature against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import calibration
from helpers.evaluate.intervals import wilson


def drawn(n, n_labels=4, temperature=1.0, seed=0):
    """Truths drawn from probabilities, which are then told at another temperature."""
    rng = np.random.default_rng(seed)
    honest = rng.dirichlet(np.ones(n_labels), n)
    y = np.array([rng.choice(n_labels, p=row) for row in honest])
    return y, calibration.at_temperature(honest, 1 / temperature)


def test_bins_and_ece_by_hand():
    # Twice 95 % sure and once right; three times 55 % sure and always right.
    y_prob = np.array([[0.95, 0.05]] * 2 + [[0.55, 0.45]] * 3)
    y_true = np.array([0, 1, 0, 0, 0])
    bins = calibration.reliability(y_true, y_prob, n_bins=10)
    assert bins[["low", "high"]].round(6).to_numpy().tolist() == [[0.5, 0.6], [0.9, 1]]
    assert bins["n"].tolist() == [3, 2]
    np.testing.assert_allclose(bins["confidence"], [0.55, 0.95])
    assert bins["accuracy"].tolist() == [1.0, 0.5]
    assert bins["accuracy_interval"].tolist() == [wilson(3, 3), wilson(1, 2)]
    found = calibration.expected_calibration_error(y_true, y_prob, n_bins=10)
    assert found == pytest.approx((3 * 0.45 + 2 * 0.45) / 5)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below_and_one_to_the_last():
    y_prob = np.array([[0.5, 0.5], [1.0, 0.0]])
    bins = calibration.reliability(np.array([0, 0]), y_prob, n_bins=2)
    assert bins[["low", "high", "n"]].to_numpy().tolist() == [[0, 0.5, 1], [0.5, 1, 1]]


def test_brier_is_the_sum_over_labels():
    y, y_prob = drawn(50)
    one_hot = np.eye(4)[y]
    assert calibration.brier(y, y_prob) == pytest.approx(
        ((y_prob - one_hot) ** 2).sum() / 50
    )
    y, y_prob = drawn(50, n_labels=2)
    half = metrics.brier_score_loss(y, y_prob[:, 1])
    assert calibration.brier(y, y_prob) == pytest.approx(2 * half)
    assert calibration.brier(np.array([0]), np.array([[1.0, 0]])) == 0
    assert calibration.brier(np.array([1]), np.array([[1.0, 0]])) == 2


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_planted_is_found(temperature):
    """An overconfident model tells its probabilities at a temperature below 1."""
    y, told = drawn(4000, temperature=temperature)
    assert calibration.fit_temperature(y, told) == pytest.approx(temperature, rel=0.1)


def test_overconfident_answers_are_mended_on_other_pictures():
    validation, test = (drawn(3000, temperature=3.0, seed=s) for s in (1, 2))
    found = calibration.calibrate(validation, test)
    assert found.ece > 0.1 > 0.04 > found.ece_after
    assert found.brier > found.brier_after
    assert found.ece == calibration.expected_calibration_error(*test)


@given(st.floats(0.1, 10), st.integers(0, 1000))
def test_a_temperature_keeps_the_order_and_the_sum(temperature, seed):
    y_prob = np.random.default_rng(seed).dirichlet(np.ones(5), 3)
    soft = calibration.at_temperature(y_prob, temperature)
    np.testing.assert_allclose(soft.sum(axis=1), 1)
    np.testing.assert_array_equal(soft.argsort(axis=1), y_prob.argsort(axis=1))


def test_perfect_and_constant_answers():
    y = np.array([0, 1, 1])
    assert calibration.expected_calibration_error(y, np.eye(2)[y]) == 0
    shares = np.tile([1 / 3, 2 / 3], (3, 1))
    assert calibration.expected_calibration_error(y, shares) == pytest.approx(0)
    assert calibration.fit_temperature(y, np.eye(2)[y]) > 0


def test_what_is_no_probability_is_refused():
    with pytest.raises(ParameterError, match="sum to 1"):
        calibration.reliability(np.array([0]), np.array([[0.5, 0.6]]))
    with pytest.raises(ParameterError, match="do not belong"):
        calibration.brier(np.array([0, 1]), np.array([[0.5, 0.5]]))
