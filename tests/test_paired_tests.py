"""McNemar, Holm, and pairs of models, against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.base.errors import ParameterError
from helpers.evaluate import bootstrap, paired_tests


def test_mcnemar_counts_only_where_models_disagree():
    first = np.array([1] * 9 + [0] * 2 + [1] * 50 + [0] * 30, bool)
    second = np.array([0] * 9 + [1] * 2 + [1] * 50 + [0] * 30, bool)
    found = paired_tests.mcnemar(first, second)
    assert found[:2] == (9, 2)
    # Twice the chance of at most 2 heads among 11 coins.
    assert found.p_value == pytest.approx(2 * stats.binom.cdf(2, 11, 0.5))
    assert paired_tests.mcnemar(second, first).p_value == found.p_value
    assert paired_tests.mcnemar(first, first) == (0, 0, 1.0)


def test_holm_by_hand():
    found = paired_tests.holm([0.04, 0.001, 0.5, 0.02])
    np.testing.assert_allclose(found, [0.08, 0.004, 0.5, 0.06])
    assert paired_tests.holm([0.9, 0.8]).tolist() == [1, 1]
    assert len(paired_tests.holm([])) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_keeps_the_order_and_stays_below_bonferroni(p_values):
    p, found = np.array(p_values), paired_tests.holm(p_values)
    assert (found >= p - 1e-15).all()
    assert (found <= np.minimum(1, len(p) * p) + 1e-12).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_every_pair_has_its_row():
    rng = np.random.default_rng(0)
    right = {name: rng.random(200) < share for name, share in
             (("good", 0.9), ("fair", 0.6), ("other", 0.6))}  # fmt: skip
    found = paired_tests.compare_pairs(right, np.random.default_rng(1))
    pairs = list(zip(found["first"], found["second"], strict=True))
    assert pairs == [("good", "fair"), ("good", "other"), ("fair", "other")]
    lead = right["good"].mean() - right["fair"].mean()
    assert found["difference"][0] == pytest.approx(lead)
    low, high = found["difference_interval"][0]
    assert low < lead < high
    assert found["p_corrected"][0] < 0.001 and found["p_corrected"][2] > 0.05
    corrected = paired_tests.holm(found["p_value"])
    np.testing.assert_allclose(found["p_corrected"], corrected)


def test_pictures_of_one_lesion_widen_the_interval():
    rng = np.random.default_rng(0)
    right = {"a": np.repeat(rng.random(40) < 0.8, 5), "b": np.ones(200, bool)}
    alone = paired_tests.compare_pairs(right, np.random.default_rng(1))
    groups = np.repeat(np.arange(40), 5)
    together = paired_tests.compare_pairs(right, np.random.default_rng(1), groups)
    width = [np.ptp(one["difference_interval"][0]) for one in (alone, together)]
    assert width[1] > 1.5 * width[0]


def test_the_mean_of_one_group_is_not_known():
    rng = np.random.default_rng(0)
    assert bootstrap.mean_interval([0.5, 0.7], rng, ["a", "a"]) == (-1, 1)


def test_what_makes_no_pair_is_refused():
    with pytest.raises(ParameterError, match="no pair"):
        paired_tests.compare_pairs({"a": np.ones(3, bool)}, np.random.default_rng(0))
    with pytest.raises(ParameterError, match="do not belong"):
        paired_tests.mcnemar(np.ones(3, bool), np.ones(2, bool))
    with pytest.raises(ParameterError, match="no p-values"):
        paired_tests.holm([1.2])
