"""Risk against coverage, by hand and by property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.evaluate import selective

SURE = np.array([0.9, 0.8, 0.8, 0.6])
Y_PROB = np.stack([SURE, 1 - SURE], axis=1)


def test_curve_by_hand_with_two_equally_sure():
    curve = selective.risk_coverage(np.array([0, 1, 0, 1]), Y_PROB)
    assert curve["n"].tolist() == [1, 3, 4]
    np.testing.assert_allclose(curve["coverage"], [0.25, 0.75, 1])
    np.testing.assert_allclose(curve["risk"], [0, 1 / 3, 1 / 2])
    np.testing.assert_allclose(curve["threshold"], [0.9, 0.8, 0.6])
    assert selective.area_under_risk(curve) == pytest.approx(0.5 / 3 + 0.25 / 2)
    assert selective.coverage_at(curve, 0.4) == 0.75
    assert selective.coverage_at(curve, 0.1) == 0.25


def test_who_is_always_right_or_always_wrong():
    right = selective.risk_coverage(np.zeros(4, int), Y_PROB)
    assert selective.area_under_risk(right) == 0
    assert selective.coverage_at(right, 0) == 1
    wrong = selective.risk_coverage(np.ones(4, int), Y_PROB)
    assert selective.area_under_risk(wrong) == 1
    assert selective.coverage_at(wrong, 0.5) == 0


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_everything_answered_is_the_error_rate_and_order_does_not_matter(seed, n):
    rng = np.random.default_rng(seed)
    y_prob, y = rng.dirichlet(np.ones(3), n), rng.integers(0, 3, n)
    curve = selective.risk_coverage(y, y_prob)
    assert curve["coverage"].iloc[-1] == 1
    error_rate = (y_prob.argmax(axis=1) != y).mean()
    assert curve["risk"].iloc[-1] == pytest.approx(error_rate)
    mixed = rng.permutation(n)
    again = selective.risk_coverage(y[mixed], y_prob[mixed])
    np.testing.assert_allclose(curve, again)


def test_no_picture_is_refused():
    with pytest.raises(ParameterError):
        selective.risk_coverage(np.array([], int), np.empty((0, 2)))
