import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from helpers.evaluate.correlations import rank_correlation

numbers = hnp.arrays(np.float64, (3, 12), elements=st.integers(-5, 5))


@settings(deadline=None)
@given(numbers)
def test_it_is_scipys_spearman(rows):
    x, y, _ = rows
    found = rank_correlation(x, y)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)


@settings(deadline=None)
@given(numbers)
def test_the_partial_one_is_the_published_formula(rows):
    x, y, z = rows
    found = rank_correlation(x, y, z)
    r_xy, r_xz, r_yz = (rank_correlation(*pair) for pair in ((x, y), (x, z), (y, z)))
    if np.isfinite([r_xy, r_xz, r_yz]).all() and max(abs(r_xz), abs(r_yz)) < 1 - 1e-9:
        wanted = (r_xy - r_xz * r_yz) / np.sqrt((1 - r_xz**2) * (1 - r_yz**2))
        assert found == pytest.approx(wanted, abs=1e-6)
    elif np.ptp(z) == 0:
        np.testing.assert_equal(found, r_xy)
    else:
        assert np.isnan(found)


def test_a_third_that_explains_both_leaves_nothing():
    rng = np.random.default_rng(0)
    z = rng.normal(size=2000)
    x, y = z + rng.normal(size=2000), z + rng.normal(size=2000)
    assert rank_correlation(x, y) > 0.4
    assert abs(rank_correlation(x, y, z)) < 0.06


def test_gaps_are_left_out_and_too_few_give_nothing():
    x, y = np.array([1, 2, np.nan, 4, 5]), np.array([1, 3, 0, 2, np.nan])
    assert rank_correlation(x, y) == pytest.approx(0.5)
    assert np.isnan(rank_correlation(x, y, given=np.arange(5)))
    assert np.isnan(rank_correlation(x[:2], y[:2]))
    assert np.isnan(rank_correlation([], []))
    with pytest.raises(ValueError):
        rank_correlation(x, y[:-1])
