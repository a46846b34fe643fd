"""Cluster scores: scikit-learn's, for many labellings at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from helpers.base.errors import ParameterError
from helpers.evaluate import cluster_scores
from helpers.evaluate.cluster_scores import score_labellings

SCORES = {
    "silhouette": metrics.silhouette_score,
    "davies_bouldin": metrics.davies_bouldin_score,
    "calinski_harabasz": metrics.calinski_harabasz_score,
}


def assert_as_scikit_learn(X, labellings, table):
    # Far from the origin scikit-learn's own distances between centres lose digits.
    X = X.astype(np.float64) - X.mean(axis=0, dtype=np.float64)
    for labels, (_, row) in zip(labellings, table.iterrows(), strict=True):
        kept = labels != -1
        n_clusters = len(set(labels[kept]))
        assert (row["n_clusters"], row["n_noise"]) == (n_clusters, (~kept).sum())
        for name, score in SCORES.items():
            if 1 < n_clusters < kept.sum():
                wanted = score(X[kept], labels[kept])
                assert row[name] == pytest.approx(wanted, rel=1e-6, abs=1e-6)
            else:
                assert np.isnan(row[name])


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(2, 80),
    dimension=st.integers(1, 30),
    offset=st.sampled_from([0, 1000]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_scores_are_those_of_scikit_learn(seed, n, dimension, offset, dtype):
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, dimension)) + offset).astype(dtype)
    labellings = [rng.integers(-1, k, n) for k in (1, 2, 5, n)]
    assert_as_scikit_learn(X, labellings, score_labellings(X, labellings))


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 5))
    labellings = {"a": rng.integers(0, 4, 200), "b": rng.integers(-1, 9, 200)}
    table = score_labellings(X, labellings)
    monkeypatch.setattr(cluster_scores, "_BLOCK_BYTES", 200 * 8 * 33)
    blocks = [len(block) for _, block in cluster_scores.distance_rows(X)]
    assert blocks == [33] * 6 + [2]
    rest = [block.shape for _, block in cluster_scores.distance_rows(X, upper=True)]
    assert rest == [(33, 200 - start) for start in range(0, 198, 33)] + [(2, 2)]
    again = score_labellings(X, labellings)
    assert np.allclose(table.to_numpy(float), again.to_numpy(float), rtol=1e-12)
    assert list(table.index) == ["a", "b"]


def test_distances_are_exact_far_from_the_origin():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((60, 7)) + 1e6
    points = cluster_scores.centred_points(X)
    found = np.vstack([b.copy() for _, b in cluster_scores.distance_rows(points)])
    assert np.allclose(found, metrics.pairwise_distances(points), atol=1e-7)
    assert (np.diag(found) == 0).all()


def test_clusters_far_apart_score_as_known():
    X = np.array([[0.0, 0], [0, 2], [10, 0], [10, 2]])
    row = score_labellings(X, [np.array([5, 5, 9, 9])]).loc[0]
    far = (10 + np.sqrt(104)) / 2
    assert row["silhouette"] == pytest.approx((far - 2) / far)
    assert row["davies_bouldin"] == pytest.approx(0.2)
    assert row["calinski_harabasz"] == pytest.approx(100 / 1 / (4 / 2))
    assert row["largest_share"] == 0.5


def test_tuples_name_two_levels():
    X = np.arange(6.0)[:, None]
    labels = np.repeat([0, 1], 3)
    table = score_labellings(X, {("ward", "euclidean"): labels})
    assert table.index.nlevels == 2


def test_equal_rows_in_two_clusters_score_as_in_scikit_learn():
    X = np.ones((6, 3))
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert_as_scikit_learn(X, [labels], score_labellings(X, [labels]))


def test_no_labelling_and_no_cluster():
    assert score_labellings(np.eye(3), {}).empty
    row = score_labellings(np.eye(3), [np.full(3, -1)]).loc[0]
    assert row["n_clusters"] == 0 and row["n_noise"] == 3
    assert row["largest_share"] == 0 and np.isnan(row["silhouette"])


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match=r"shape \(3,\).*'mine'"):
        score_labellings(np.eye(4), {"mine": np.zeros(3, int)})
