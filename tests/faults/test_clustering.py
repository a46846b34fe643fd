"""Rows 13, 14, 42, 43 and 44 of the faults, for clusters and their scores."""

import warnings

import numpy as np
import pytest

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_scores import score_labellings
from helpers.features import cluster_choice, clustering, density

WAYS = {
    "ward": lambda X: clustering.cut_tree_at(clustering.ward_tree(X), [2, 3])[1],
    "kmeans": lambda X: clustering.kmeans_sweep(X, [2, 3], 0).labels[1],
    "grid": lambda X: clustering.linkage_grid(X, 3)["average", "cosine"],
    "dbscan": lambda X: density.dbscan(X, 0.5, 3),
    "hdbscan": lambda X: density.hdbscan(X, 3, 2),
    "optics": lambda X: density.optics(X, 3).labels,
    "k-distances": lambda X: density.k_distances(X, 2).sorted,
}


def some(n=30):
    return np.random.default_rng(0).standard_normal((n, 4)).astype(np.float32)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_42_nan_or_infinity_stops_with_the_rows(way, bad):
    X = some()
    X[17, 3] = bad
    with pytest.raises(ParameterError, match=r"NaN or infinity \[rows \[17\]\]"):
        WAYS[way](X)


def test_42_nan_is_never_averaged_into_a_score():
    X = some()
    X[3] = np.nan
    with pytest.raises(ParameterError, match=r"rows \[3\]"):
        score_labellings(X, [np.arange(30) % 2])
    with pytest.raises(ParameterError, match=r"rows \[3\]"):
        cluster_choice.representatives(X, np.arange(30) % 2, 2)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [0, 1])
def test_14_no_row_and_one_are_refused(way, n):
    with pytest.raises(ParameterError, match=f"{n} rows cannot be clustered"):
        WAYS[way](some(n))


@pytest.mark.parametrize("way", WAYS)
def test_44_two_rows_are_enough_and_what_is_reduced_is_said(way):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert len(WAYS[way](some(2))) == 2
    if way != "k-distances":
        assert any("is reduced to 2" in str(one.message) for one in said)
    else:
        assert any("is reduced to 1" in str(one.message) for one in said)


@pytest.mark.parametrize("way", WAYS)
def test_43_equal_rows_are_said_and_divide_by_nothing(way):
    with (
        np.errstate(divide="raise", invalid="raise"),
        warnings.catch_warnings(record=True) as said,
    ):
        warnings.simplefilter("always")
        found = WAYS[way](np.full((20, 4), 0.1, np.float32))
    assert "all 20 rows are equal" in str(said[0].message)
    assert len(found) == 20 and np.isfinite(found).all()


@pytest.mark.parametrize("way", ["ward", "kmeans", "hdbscan", "optics", "grid"])
def test_43_zero_rows_and_duplicates_only(way):
    X = np.repeat(some(3), 10, axis=0)
    X[:10] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = WAYS[way](X).reshape(3, 10)
    assert (found == found[:, :1]).all() and len(set(found[:, 0])) == 3


@pytest.mark.parametrize("k", [1, 0, -3])
def test_44_no_clustering_has_fewer_than_two_clusters(k):
    X = some()
    for function in (
        lambda: clustering.cut_tree_at(clustering.ward_tree(X), [k]),
        lambda: clustering.kmeans_sweep(X, [k], 0),
        lambda: clustering.linkage_grid(X, k),
    ):
        with pytest.raises(ParameterError, match="give 2 or more"):
            function()


def test_44_parameters_of_density_that_are_none():
    for function, name in (
        (lambda: density.dbscan(some(), 0.0, 3), "eps=0.0 is no radius"),
        (lambda: density.dbscan(some(), float("nan"), 3), "eps=nan is no radius"),
        (lambda: density.dbscan(some(), 1, 0), "min_samples=0"),
        (lambda: density.hdbscan(some(), 1, 1), "min_cluster_size=1"),
        (lambda: density.optics(some(), 1), "min_samples=1"),
        (lambda: density.k_distances(some(), 0), "k=0"),
    ):
        with pytest.raises(ParameterError, match=name):
            function()


def test_a_vector_instead_of_a_matrix_is_refused():
    with pytest.raises(ParameterError, match="X must be"):
        clustering.ward_tree(np.ones(5))
