"""Intervals: scipy's answers, and what must hold for all numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.evaluate import intervals


@given(st.integers(1, 500), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_scipys(n, data, confidence):
    n_hits = data.draw(st.integers(0, n))
    exact = stats.binomtest(n_hits, n).proportion_ci(confidence, method="wilson")
    found = intervals.wilson(n_hits, n, confidence)
    assert found == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert 0 <= found.low <= n_hits / n <= found.high <= 1


def test_wilson_of_nothing_knows_nothing():
    assert intervals.wilson(0, 0) == (0, 1)


@pytest.mark.parametrize(("n_hits", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_what_is_no_proportion_is_refused(n_hits, n):
    with pytest.raises(ValueError, match="is no proportion"):
        intervals.wilson(n_hits, n)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_what_is_no_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        intervals.wilson(1, 2, confidence)
    with pytest.raises(ValueError, match="between 0 and 1"):
        intervals.bootstrap_mean([1, 2], np.random.default_rng(0), confidence)


def test_bootstrap_mean_is_near_scipys_and_the_same_for_a_seed():
    values = np.random.default_rng(0).exponential(size=80)
    ours = intervals.bootstrap_mean(values, np.random.default_rng(1), n_draws=20_000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=2
    ).confidence_interval
    assert ours == pytest.approx(tuple(theirs), abs=0.01)
    again = intervals.bootstrap_mean(values, np.random.default_rng(1), n_draws=20_000)
    assert ours == again


def test_bootstrap_in_blocks_draws_as_many(monkeypatch):
    rng = np.random.default_rng(3)
    values = rng.normal(size=50)
    monkeypatch.setattr(intervals, "_VALUES_AT_ONCE", 120)
    low, high = intervals.bootstrap_mean(values, np.random.default_rng(1))
    spread = values.std() / np.sqrt(50)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.1)


def test_bootstrap_of_one_value_and_of_none():
    rng = np.random.default_rng(0)
    assert intervals.bootstrap_mean([2.5], rng) == (2.5, 2.5)
    for bad in ([], [1, np.nan], [np.inf], [[1, 2]]):
        with pytest.raises(ValueError, match="finite numbers"):
            intervals.bootstrap_mean(bad, rng)


def test_percentiles_pass_over_nan():
    draws = np.r_[np.arange(101), np.nan]
    found = intervals.percentile_interval(draws, 0.9)
    assert found == pytest.approx((5, 95))
    assert np.isnan(intervals.percentile_interval(np.array([np.nan]))).all()
