"""Agreement of clusters with a truth: scikit-learn's index, and its interval."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import cluster_agreement
from helpers.evaluate.cluster_agreement import agreement_with, composition, rand_index


@given(
    st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 3)), min_size=1, max_size=60)
)
def test_index_is_that_of_scikit_learn(pairs):
    a, b = np.array(pairs).T
    wanted = metrics.adjusted_rand_score(a, b)
    assert rand_index(a, b) == pytest.approx(wanted, abs=1e-12)


def some(n, noise, rng):
    truth = rng.integers(0, 5, n)
    labels = np.where(rng.random(n) < noise, rng.integers(0, 5, n), truth)
    return labels, truth


def test_only_rows_with_cluster_and_truth_count():
    rng = np.random.default_rng(0)
    labels, truth = some(300, 0.3, rng)
    labels[:40] = -1
    names = pd.Series(truth).map(dict(enumerate("abcde"))).mask(np.arange(300) >= 250)
    found = agreement_with(labels, names, rng)
    rows = slice(40, 250)
    assert found.n == 210 and found.covered == pytest.approx(210 / 250)
    wanted = metrics.adjusted_rand_score(truth[rows], labels[rows])
    assert found.ari == pytest.approx(wanted)
    wanted = metrics.normalized_mutual_info_score(truth[rows], labels[rows])
    assert found.nmi == pytest.approx(wanted)
    assert found.ari_interval.low < found.ari < found.ari_interval.high


def test_interval_covers_the_index_of_the_population():
    rng = np.random.default_rng(1)
    wanted = rand_index(*some(200_000, 0.4, rng))
    inside = [
        found.low <= wanted <= found.high
        for found in (
            agreement_with(*some(150, 0.4, rng), rng, 300).ari_interval
            for _ in range(150)
        )
    ]
    assert 0.88 <= np.mean(inside) <= 0.99


def test_draws_are_those_of_resampled_rows():
    rng = np.random.default_rng(2)
    a, b = some(80, 0.5, rng)
    draws = cluster_agreement._bootstrap(a, b, rng, 3000)
    rows = rng.integers(0, 80, (1000, 80))
    slow = [rand_index(a[some_rows], b[some_rows]) for some_rows in rows]
    assert draws.mean() == pytest.approx(np.mean(slow), abs=0.01)
    assert draws.std() == pytest.approx(np.std(slow), rel=0.1)


def test_same_groups_agree_wholly_and_within_bounds():
    labels = np.repeat([0, 1, 2], 20)
    found = agreement_with(labels, labels + 7, np.random.default_rng(0))
    assert found.ari == 1 and found.nmi == pytest.approx(1)
    assert found.ari_interval == (1, 1)


@pytest.mark.parametrize(
    ("labels", "truth", "what"),
    [
        ([0, 1, 1], ["a", "a", "a"], "a single value"),
        ([-1, -1, 0], ["a", "b", None], "no row"),
        ([0, 1], [None, None], "no row"),
        ([], [], "no row"),
    ],
)
def test_a_truth_that_says_nothing_is_said(labels, truth, what):
    with pytest.warns(UserWarning, match=what):
        found = agreement_with(np.array(labels), truth, np.random.default_rng(0))
    assert np.isnan([found.ari, *found.ari_interval, found.nmi]).all()


def test_composition_counts_noise_first_and_missing_last():
    values = pd.Series(
        ["hand", "face", "face", None, "hand", "face"], index=range(5, 11)
    )
    table = composition(np.array([0, 0, 1, 1, -1, 0]), values)
    assert list(table.index) == [-1, 0, 1] and table.index.name == "cluster"
    assert list(table) == ["face", "hand", "(missing)"]
    assert table.to_numpy().tolist() == [[0, 1, 0], [2, 1, 0], [1, 0, 1]]


def test_composition_takes_categories_and_numbers():
    types = pd.array([1, 2, pd.NA, 2], dtype="Int64")
    assert list(composition(np.zeros(4, int), types)) == [2, 1, "(missing)"]
    named = pd.Series(["a", None], dtype="category")
    assert composition(np.zeros(2, int), named)["(missing)"].tolist() == [1]
    assert composition(np.zeros(1, int), pd.Series([True]))[True].tolist() == [1]


def test_lengths_must_agree():
    with pytest.raises(ParameterError, match="3 labels"):
        agreement_with(np.zeros(3, int), ["a"], np.random.default_rng(0))
    with pytest.raises(ParameterError, match="3 labels"):
        composition(np.zeros(3, int), ["a"])
