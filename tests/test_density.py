"""Density: a plain loop's order, scikit-learn's labels."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn import cluster
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from helpers.evaluate.cluster_agreement import rand_index
from helpers.features import density


def blobs(n, dimension, seed=0, spread=0.5):
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((6, dimension))
    return centres[rng.integers(0, 6, n)] + spread * rng.standard_normal((n, dimension))


def slow_order(X, min_samples):
    """Walk as Ankerst et al. write it, one row at a time; ties by row number."""
    D = cdist(X, X)
    core = np.sort(D, axis=1)[:, min_samples - 1]
    reach, before = np.full(len(X), np.inf), np.full(len(X), -1)
    order, left = [], list(range(len(X)))
    while left:
        point = min(left, key=lambda row: (reach[row], row))
        left.remove(point)
        order.append(point)
        for row in left:
            new = max(D[point, row], core[point])
            if new < reach[row]:
                reach[row], before[row] = new, point
    return np.array(order), reach, core, before


@pytest.mark.parametrize(("dimension", "min_samples"), [(2, 5), (20, 12), (60, 30)])
def test_optics_walks_as_a_plain_loop(dimension, min_samples):
    X = blobs(250, dimension, seed=dimension)
    found = density.optics(X, min_samples)
    order, reach, core, before = slow_order(X, min_samples)
    assert (found.ordering == order).all() and (found.predecessor == before).all()
    assert np.allclose(found.reachability, reach, rtol=1e-6)
    assert np.allclose(found.core_distances, core, rtol=1e-6)


@pytest.mark.parametrize(("dimension", "min_samples"), [(2, 20), (10, 20), (40, 25)])
def test_optics_labels_are_those_of_scikit_learn(dimension, min_samples):
    X = blobs(300, dimension, seed=1)
    found = density.optics(X, min_samples)
    with threadpool_limits(1):  # it asks for one row at a time: threads only wait
        wanted = cluster.OPTICS(min_samples=min_samples).fit(X)
    assert rand_index(found.labels, wanted.labels_) == 1
    assert ((found.labels == -1) == (wanted.labels_ == -1)).all()
    assert found.labels.max() >= 0
    assert np.allclose(found.core_distances, wanted.core_distances_, rtol=1e-6)


def test_hdbscan_and_dbscan_are_those_of_scikit_learn():
    X = blobs(600, 8, spread=0.3)
    wanted = cluster.HDBSCAN(min_cluster_size=20, min_samples=5, copy=True)
    found = density.hdbscan(X, 20, 5)
    assert rand_index(found, wanted.fit_predict(X)) == 1 and found.max() >= 4
    found = density.dbscan(X, 0.7, 10)
    assert (
        rand_index(found, cluster.DBSCAN(eps=0.7, min_samples=10).fit_predict(X)) == 1
    )
    assert found.max() >= 4 and (found == -1).any()
    assert (np.diff(np.bincount(found[found >= 0])) <= 0).all()


def test_k_distances_are_those_of_a_tree():
    X = blobs(300, 5)
    found = density.k_distances(X, 7)
    wanted = np.sort(NearestNeighbors(n_neighbors=8).fit(X).kneighbors()[0][:, 6])
    assert np.allclose(found.sorted, wanted)
    assert found.eps in found.sorted


def test_the_knee_parts_a_dense_group_from_scattered_rows():
    rng = np.random.default_rng(0)
    dense, scattered = rng.normal(0, 0.1, (200, 2)), rng.uniform(-10, 10, (10, 2))
    found = density.k_distances(np.vstack([dense, scattered]), 4)
    labels = density.dbscan(np.vstack([dense, scattered]), found.eps, 5)
    assert (labels[:200] == 0).mean() > 0.95 and (labels[200:] == -1).all()
