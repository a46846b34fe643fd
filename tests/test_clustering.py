"""Sweeps and trees: scikit-learn's clusters, numbered by size."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.cluster import AgglomerativeClustering, KMeans

from helpers.evaluate import cluster_scores
from helpers.evaluate.cluster_agreement import rand_index
from helpers.features import clustering
from helpers.features.cluster_rows import at_most, number_by_size, points_to_cluster


def blobs(n=300, dimension=12, seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((6, dimension))
    X = centres[rng.integers(0, 6, n)] + 0.4 * rng.standard_normal((n, dimension))
    return X.astype(dtype)


def assert_numbered(labels, k):
    sizes = np.bincount(labels)
    assert labels.dtype == np.int64 and len(sizes) == k
    assert (np.diff(sizes) <= 0).all()


def test_numbers_go_by_size_and_then_by_number():
    labels = np.array([9, 9, 2, 2, -1, 5, 5, 5])
    assert number_by_size(labels).tolist() == [2, 2, 1, 1, -1, 0, 0, 0]
    assert number_by_size(np.full(3, -1)).tolist() == [-1, -1, -1]
    assert number_by_size(np.array([], int)).tolist() == []


def test_counts_are_kept_reduced_or_refused():
    assert at_most(3, 5, "k") == 3
    with pytest.warns(UserWarning, match="k=9 is reduced to 5"):
        assert at_most(9, 5, "k") == 5


def test_points_are_a_copy_around_their_mean():
    X = blobs() + 50
    points = points_to_cluster(X)
    assert np.allclose(points.mean(axis=0), 0) and X.mean() > 40


def test_cuts_are_those_of_agglomerative_clustering():
    X, ks = blobs(dtype=np.float64), range(2, 24)
    labels = clustering.cut_tree_at(clustering.ward_tree(X), ks)
    assert labels.shape == (22, 300)
    for k, row in zip(ks, labels, strict=True):
        assert_numbered(row, k)
        assert rand_index(row, AgglomerativeClustering(k).fit_predict(X)) == 1


def test_a_cut_into_single_rows_and_one_that_is_reduced():
    tree = clustering.ward_tree(np.array([[0.0], [1], [5]]))
    assert sorted(clustering.cut_tree_at(tree, [3])[0]) == [0, 1, 2]
    with pytest.warns(UserWarning, match="reduced to 3"):
        assert len(set(clustering.cut_tree_at(tree, [7])[0])) == 3


def test_kmeans_is_that_of_scikit_learn():
    X, ks = blobs(), [2, 5, 11]
    sweep = clustering.kmeans_sweep(X, ks, seed=3)
    for k, labels, inertia in zip(ks, *sweep, strict=True):
        wanted = KMeans(k, random_state=3).fit(X)
        assert_numbered(labels, k)
        assert rand_index(labels, wanted.labels_) == 1
        assert inertia == pytest.approx(wanted.inertia_)


def test_fewer_different_rows_than_clusters_is_said_once():
    X = np.repeat(np.eye(3), 5, axis=0)
    with pytest.warns(UserWarning) as said:
        sweep = clustering.kmeans_sweep(X, [2, 4, 5], seed=0)
    assert [str(one.message) for one in said] == ["X has only 3 different rows"]
    assert sweep.labels.max(axis=1).tolist() == [1, 2, 2]


def test_grid_is_that_of_agglomerative_clustering():
    X = blobs(dtype=np.float64)
    grid = clustering.linkage_grid(X, 6)
    assert len(grid) == 10 and next(iter(grid)) == ("ward", "euclidean")
    for (linkage, metric), labels in grid.items():
        plain = AgglomerativeClustering(6, linkage=linkage, metric=metric)
        assert_numbered(labels, 6)
        assert rand_index(labels, plain.fit_predict(X)) == 1


def test_condensed_distances_are_those_of_scipy(monkeypatch):
    X = blobs(70, dtype=np.float64)
    monkeypatch.setattr(cluster_scores, "_BLOCK_BYTES", 70 * 8 * 11)
    assert np.allclose(clustering._euclidean(X), pdist(X))
    for metric, name in (("manhattan", "cityblock"), ("cosine", "cosine")):
        found = clustering._other_distances(X, metric)
        assert np.allclose(found, pdist(X, name), atol=1e-12)


def test_rows_of_zeros_are_said_and_are_at_distance_one():
    X = np.array([[0.0, 0], [1, 0], [0, 2], [0, 0]])
    with pytest.warns(UserWarning, match="2 rows are zero"):
        found = clustering._other_distances(X, "cosine")
    assert np.allclose(found, [1, 1, 0, 1, 1, 1])
