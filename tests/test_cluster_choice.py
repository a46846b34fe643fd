"""How many clusters, how stable, and which pictures stand for them."""

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.evaluate.cluster_scores import score_labellings
from helpers.features import cluster_choice, clustering
from helpers.features.cluster_choice import suggest_n_clusters

KS = range(2, 10)


def blobs(n_groups, n=400, spread=0.5):
    rng = np.random.default_rng(0)
    centres = 4 * np.eye(max(8, n_groups))[:n_groups]
    X = centres[rng.integers(0, n_groups, n)]
    return X + spread * rng.standard_normal(X.shape)


def cut(X):
    return clustering.cut_tree_at(clustering.ward_tree(X), KS)


@pytest.mark.parametrize("n_groups", [3, 5, 7])
def test_groups_that_are_there_are_found_and_named(n_groups):
    X = blobs(n_groups)
    scores = score_labellings(X, cut(X))
    held = cluster_choice.stability(X, cut, np.random.default_rng(0), n_draws=4)
    found = suggest_n_clusters(scores, held.mean)
    assert found.n_clusters == n_groups and f"k = {n_groups} is" in found.reason
    assert held.mean[n_groups - 2] == 1 and held.mean[-1] < 0.95


def test_rows_without_groups_are_said_not_to_be_clear():
    X = np.random.default_rng(0).standard_normal((300, 5))
    held = cluster_choice.stability(X, cut, np.random.default_rng(0), n_draws=4)
    found = suggest_n_clusters(score_labellings(X, cut(X)), held.mean)
    assert "not clear" in found.reason and held.mean.max() < 0.9


def test_of_equally_good_ones_the_finest_stable_is_taken():
    scores = pd.DataFrame(
        {"n_clusters": [2, 3, 4, 5], "silhouette": [0.5, 0.51, 0.495, 0.4]}
    )
    held = [1.0, 0.95, 0.85, 0.99]
    assert suggest_n_clusters(scores, held).n_clusters == 3
    assert suggest_n_clusters(scores, [0.5, 0.2, 0.1, 1]).n_clusters == 2
    scores.loc[1, "silhouette"] = np.nan
    assert suggest_n_clusters(scores, held).n_clusters == 2


def test_nothing_to_choose_from_is_refused():
    scores = pd.DataFrame({"n_clusters": [1], "silhouette": [np.nan]})
    with pytest.raises(ParameterError, match="no clustering has a silhouette"):
        suggest_n_clusters(scores, [1])
    with pytest.raises(ParameterError, match="3 stabilities"):
        suggest_n_clusters(scores, [1, 1, 1])


def test_stability_takes_one_labelling_and_compares_shared_rows():
    X, seen = blobs(4), []

    def by_rows(rows):
        seen.append(len(rows))
        return np.argmax(rows, axis=1)

    held = cluster_choice.stability(X, by_rows, np.random.default_rng(0), 3)
    assert held.values.shape == (3, 1) and (held.values == 1).all()
    assert seen == [320] * 6
    cluster_choice.stability(X, by_rows, np.random.default_rng(0), 1, max_rows=100)
    assert seen[6:] == [80, 80]
    rng = np.random.default_rng(1)
    chance = cluster_choice.stability(
        X, lambda rows: rng.integers(0, 4, len(rows)), np.random.default_rng(0), 20
    )
    assert abs(chance.mean[0]) < 0.02
    assert chance.values.min() < 0 < chance.values.max()


@pytest.mark.parametrize("n", [0, 3])
def test_subsets_that_share_nothing_are_refused(n):
    with pytest.raises(ParameterError, match=f"parts of {n} rows share too few"):
        cluster_choice.stability(np.ones((n, 2)), len, np.random.default_rng(0))


def test_representatives_go_from_the_centre_to_the_edge():
    X = np.array([[0.0], [1], [2], [3], [10], [50], [99]])
    labels = np.array([0, 0, 0, 0, 0, 1, -1])
    found = cluster_choice.representatives(X, labels, 3)
    assert list(found) == [0, 1, -1]
    assert found[0].tolist() == [3, 1, 4]  # the mean is 3.2
    assert found[1].tolist() == [5] and found[-1].tolist() == [6]


def test_representatives_are_different_rows_of_their_cluster():
    X = blobs(5)
    labels = cut(X)[3]
    for number, rows in cluster_choice.representatives(X, labels, 12).items():
        assert len(set(rows)) == 12 and (labels[rows] == number).all()
    with pytest.raises(ParameterError, match="cannot be chosen"):
        cluster_choice.representatives(X, labels, 0)
