"""Standardise, PCA and t-SNE: known answers, scikit-learn's answers, bad input."""

import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.preprocessing import StandardScaler

from helpers.base.errors import ParameterError
from helpers.features import projection


def some_vectors(n=60, n_features=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, n_features)) * np.linspace(3, 0.1, n_features)
    return X.astype(np.float32)


def test_columns_have_mean_zero_and_deviation_one():
    X = some_vectors() + 100
    Z = projection.standardise(X)
    assert Z.dtype == np.float32
    assert np.allclose(Z, StandardScaler().fit_transform(X.astype(float)), atol=1e-4)


def test_constant_columns_become_zero():
    X = some_vectors()
    X[:, 3] = 0.1  # its mean rounds: the spread comes out as 1e-9, not 0
    X[:, 5] = -1e20
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Z = projection.standardise(X)
    assert not Z[:, [3, 5]].any()
    assert Z[:, 4].std() == pytest.approx(1, abs=1e-5)
    assert not projection.standardise(X[:1]).any()


@pytest.mark.parametrize("n_components", [1, 5, 12])
def test_pca_is_that_of_the_singular_values(n_components):
    X = some_vectors()
    Z, cumulative = projection.pca(X, n_components, 0)
    centred = X.astype(float) - X.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    assert Z.dtype == np.float32 and Z.shape == (60, n_components)
    assert np.allclose(np.abs(Z), np.abs(u * s)[:, :n_components], atol=1e-3)
    shares = (s**2 / (s**2).sum()).cumsum()
    assert np.allclose(cumulative, shares[:n_components], atol=1e-5)


def test_pca_by_the_randomised_solver_is_the_same_each_time_and_nearly_exact():
    X = some_vectors(900, 700) / 2.0 ** np.minimum(np.arange(700), 9)
    a, b = (projection.pca(X, 4, seed=7) for _ in range(2))
    assert np.array_equal(a.Z, b.Z) and np.array_equal(a.cumulative, b.cumulative)
    assert np.allclose(PCA(4, svd_solver="full").fit_transform(X), a.Z, atol=1e-3)


def test_too_many_components_are_reduced_with_a_word():
    with pytest.warns(UserWarning, match="5 vectors of 12 numbers have 5"):
        Z, cumulative = projection.pca(some_vectors(5), 100, 0)
    assert Z.shape == (5, 5) and cumulative[-1] == pytest.approx(1)


def test_components_that_reach_a_share():
    cumulative = np.array([0.5, 0.8, 0.9, 1 - 1e-7])
    wanted = {0.5: 1, 0.51: 2, 0.8: 2, 0.9: 3, 0.95: 4, 1: 4}
    for share, n in wanted.items():
        assert projection.components_for(cumulative, share) == n
    with pytest.raises(ParameterError, match="explain 80.0% .* less than 90%"):
        projection.components_for(cumulative[:2], 0.9)
    for share in (0, 1.5, float("nan")):
        with pytest.raises(ParameterError, match="no share"):
            projection.components_for(cumulative, share)


def test_tsne_keeps_neighbours_and_repeats_itself():
    rng = np.random.default_rng(0)
    group = np.arange(60) % 3
    X = some_vectors() + 10 * rng.standard_normal((3, 12))[group]
    Z = projection.tsne(X, 10, 5)
    assert Z.shape == (60, 2) and Z.dtype == np.float32
    assert np.array_equal(Z, projection.tsne(X, 10, 5))
    assert trustworthiness(X, Z, n_neighbors=5) > 0.9


def test_perplexity_too_large_is_reduced_with_a_word():
    X = some_vectors(30)
    with pytest.warns(
        UserWarning, match="perplexity 10 .* 30 pictures: reduced to 9.67"
    ):
        Z = projection.tsne(X, 10, 0)
    assert np.isfinite(Z).all()
    with pytest.warns(UserWarning, match="reduced to 1.33"):
        assert np.isfinite(projection.tsne(X[:5], 30, 0)).all()


def test_what_no_map_can_be_made_of_is_refused():
    X = some_vectors()
    with pytest.raises(ParameterError, match="4 pictures says nothing: 5 are needed"):
        projection.tsne(X[:4], 1, 0)
    for perplexity in (0.5, float("nan")):
        with pytest.raises(ParameterError, match="no neighbour"):
            projection.tsne(X, perplexity, 0)
    with pytest.raises(ParameterError, match="0 components"):
        projection.pca(X, 0, 0)


CALLS = [
    lambda X: projection.standardise(X),
    lambda X: projection.pca(X, 2, 0).Z,
    lambda X: projection.tsne(X, 5, 0),
]


@pytest.mark.parametrize("call", CALLS)
def test_equal_rows_give_zeros_and_a_word(call):
    X = np.full((30, 6), 0.1)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        Z = call(X)
    assert not Z.any() and len(Z) == 30
    # Standardised vectors go on to the others, which say it.
    texts = [str(warning.message) for warning in said]
    assert all(text.startswith("all 30 vectors are equal") for text in texts)
    assert len(texts) == (call is not CALLS[0])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_rows_are_refused_by_number(call, value):
    X = some_vectors()
    X[[4, 50], [0, 3]] = value
    with pytest.raises(ParameterError, match=r"2 vectors hold NaN.*rows \[4, 50\]"):
        call(X)


@pytest.mark.parametrize("X", [np.ones(5), np.ones((0, 3)), np.ones((2, 0))])
def test_no_table_of_vectors_is_refused(X):
    with pytest.raises(ParameterError, match="X must be"):
        projection.standardise(X)
