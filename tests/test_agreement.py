"""Agreement: scikit-learn's kappa, the known answer of Fitzpatrick17k, edge cases."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from helpers.base.errors import ParameterError
from helpers.evaluate.agreement import agreement

SCALE = [1, 2, 3, 4, 5, 6]


def compare(a, b, n_draws=50, scale=SCALE):
    return agreement(a, b, scale, np.random.default_rng(0), n_draws)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SCALE), st.sampled_from(SCALE)), min_size=2))
def test_kappas_are_those_of_scikit_learn(ratings):
    a, b = map(list, zip(*ratings, strict=True))
    found = compare(a, b)
    if len(set(a + b)) > 1:
        for ours, weights in (
            (found.kappa, None),
            (found.weighted_kappa, "quadratic"),
        ):
            theirs = cohen_kappa_score(a, b, labels=SCALE, weights=weights)
            assert ours == pytest.approx(theirs, abs=1e-9)
    else:
        assert np.isnan(found.kappa) and np.isnan(found.weighted_kappa)
    distance = np.abs(np.subtract(a, b))
    assert found.exact == pytest.approx((distance == 0).mean())
    assert found.within_one == pytest.approx((distance <= 1).mean())
    assert found.matrix.to_numpy().sum() == found.n == len(a)


def test_the_interval_is_that_of_drawing_pairs():
    rng = np.random.default_rng(1)
    a = rng.integers(1, 7, 300)
    b = np.clip(a + rng.integers(-1, 2, 300), 1, 6)
    found = compare(a, b, n_draws=2000)
    draws = []
    for _ in range(400):
        rows = rng.integers(0, 300, 300)
        draws.append(cohen_kappa_score(a[rows], b[rows], labels=SCALE))
    slow = np.quantile(draws, [0.025, 0.975])
    assert found.kappa_interval == pytest.approx(tuple(slow), abs=0.02)
    assert found.kappa_interval.low < found.kappa < found.kappa_interval.high
    low, high = found.weighted_kappa_interval
    assert low < found.weighted_kappa < high


def test_rows_and_columns_are_a_and_b():
    matrix = compare([1, 1, 2], [3, 3, 2]).matrix
    assert matrix.loc[1, 3] == 2 and matrix.loc[2, 2] == 1 and matrix.loc[3, 1] == 0


def test_what_is_missing_does_not_count():
    a = pd.Series([1, 2, None, 4], dtype="Int64", index=[9, 8, 7, 6])
    b = pd.Series([1, None, 3, 5], dtype="Int64")
    found = compare(a, b)
    assert found.n == 2 and found.exact == 0.5 and found.within_one == 1


def test_nothing_rated_by_both_is_no_number():
    found = compare(pd.Series([None], dtype="Int64"), [1])
    assert found.n == 0 and np.isnan([found.exact, found.kappa]).all()
    assert found.exact_interval == (0, 1) and np.isnan(found.kappa_interval).all()


def test_values_off_the_scale_are_refused_with_their_rows():
    with pytest.raises(ParameterError, match=r"not on the scale.*rows \[1\]"):
        compare([1, -1, 2], [1, 2, 2])
    with pytest.raises(ParameterError, match="cannot be compared"):
        compare([1], [1, 2])


@pytest.mark.real_data
def test_fitzpatrick_scale_and_centaur_agree_as_the_facts_say(real_data):
    table = pd.read_csv(real_data / "fitzpatrick17k" / "fitzpatrick17k.csv")
    columns = ["fitzpatrick_scale", "fitzpatrick_centaur"]
    scale, centaur = (table[name].where(table[name] > 0) for name in columns)
    found = compare(scale, centaur, n_draws=200)
    assert round(found.exact, 3) == 0.479 and round(found.within_one, 3) == 0.910
    assert found.kappa_interval.high - found.kappa_interval.low < 0.03
