"""Near pairs: exactly those of a plain loop, whatever the blocks."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.features import neighbours


def slow_pairs(X, threshold):
    X = X.astype(np.float64)
    found = {}
    for i in range(len(X)):
        for j in range(i + 1, len(X)):
            scale = np.sqrt((X[i] @ X[i]) * (X[j] @ X[j]))
            similarity = X[i] @ X[j] / scale if scale else 0
            if similarity >= threshold - 1e-12:
                found[i, j] = similarity
    return found


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    dimension=st.integers(1, 40),
    threshold=st.floats(0.05, 1),
    block_rows=st.integers(1, 70),
)
def test_pairs_are_those_of_a_plain_loop(seed, n, dimension, threshold, block_rows):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, dimension)).astype(np.float32)
    X[n // 2 :] = X[: n - n // 2] * 3 + rng.choice([0, 0.1]) * X[n // 2 :]
    if n > 2:  # one vector alone, or two, are not "all equal"
        X[0] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all equal: tested in faults
        found = neighbours.near_pairs(X, threshold, block_rows)
    expected = slow_pairs(X, threshold)
    pairs = [*zip(found["i"], found["j"], strict=True)]
    assert sorted(pairs) == sorted(expected)
    wanted = [expected[pair] for pair in pairs]
    assert np.allclose(found["similarity"], wanted, atol=1e-5)
    assert found["similarity"].is_monotonic_decreasing


def test_pairs_at_the_threshold_are_settled_in_float64():
    # All these cosines lie within float32 rounding of the threshold.
    rng = np.random.default_rng(0)
    base = np.zeros(512)
    base[0] = 1
    other = np.zeros(512)
    other[1] = 1
    steps = np.linspace(-3e-7, 3e-7, 61)
    X = np.stack([base] + [c * base + np.sqrt(1 - c**2) * other for c in 0.9 + steps])
    turn = np.linalg.qr(rng.standard_normal((512, 512)))[0]
    X = X @ turn
    found = neighbours.near_pairs(X, 0.9)
    with_base = set(found["j"][found["i"] == 0])
    assert with_base == {j for _, j in slow_pairs(X, 0.9) if _ == 0}
    assert 20 < len(with_base) < 41


def test_equal_vectors_reach_a_threshold_of_one():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 333)).astype(np.float32)
    X[30] = X[3]
    X[31] = X[4] * 7
    found = neighbours.near_pairs(X, 1.0)
    assert set(zip(found["i"], found["j"], strict=True)) == {(3, 30), (4, 31)}


def test_length_and_dtype_do_not_matter():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((50, 8))
    found = neighbours.near_pairs(X, 0.6)[["i", "j"]]
    longer = X * rng.uniform(1e-6, 1e6, (50, 1))
    assert neighbours.near_pairs(longer, 0.6)[["i", "j"]].values.tolist() == (
        found.values.tolist()
    )
    whole = (X * 1000).astype(np.int64)
    assert len(neighbours.near_pairs(whole, 0.6)) == len(slow_pairs(whole, 0.6))


@pytest.mark.parametrize("threshold", [0, -0.5, 1.01, float("nan")])
def test_thresholds_that_are_none_are_refused(threshold):
    with pytest.raises(ParameterError, match="cannot be a threshold"):
        neighbours.near_pairs(np.eye(3), threshold)


def test_one_dimension_too_few_is_refused():
    with pytest.raises(ParameterError, match="X must be"):
        neighbours.near_pairs(np.ones(5), 0.9)


def test_nothing_and_one_vector_have_no_pairs():
    for n in (0, 1):
        found = neighbours.near_pairs(np.ones((n, 4)), 0.9)
        assert found.empty and list(found) == ["i", "j", "similarity"]


def test_similarity_of_given_pairs_and_the_lowest_of_all():
    X = np.array([[1.0, 0], [1, 1], [0, 2], [0, 0]])
    i, j = np.array([0, 0, 0]), np.array([1, 2, 3])
    similarity = neighbours.pair_similarity(X, i, j)
    assert similarity == pytest.approx([np.sqrt(0.5), 0, 0])
    assert neighbours.lowest_similarity(X[:2]) == pytest.approx(np.sqrt(0.5))
    assert neighbours.lowest_similarity(X[:3]) == 0
