"""The sweeps give what the single steps give."""

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_score

from helpers.evaluate import cluster_scores
from helpers.features import cluster_sweeps, clustering, projection


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return rng.normal(size=(4, 6))[rng.integers(0, 4, 120)] * 5 + rng.normal(
        size=(120, 6)
    )


def test_every_k_of_both_methods_is_scored_in_its_own_space(X):
    spaces = {"all": X, "half": X[:, :3]}
    trees = {name: clustering.ward_tree(Z) for name, Z in spaces.items()}
    table = cluster_sweeps.sweep_ks(spaces, trees, range(2, 6), seed=1)
    assert len(table) == 2 * 2 * 4
    at = table.set_index(["name", "k"])
    for name, Z in spaces.items():
        ward = AgglomerativeClustering(4).fit_predict(Z)
        assert at.loc[(f"ward, {name}", 4), "silhouette"] == pytest.approx(
            silhouette_score(Z, ward)
        )
        means = KMeans(3, random_state=1).fit(Z)
        row = at.loc[(f"k-means, {name}", 3)]
        assert row["inertia"] == pytest.approx(means.inertia_)
        assert row["silhouette"] == pytest.approx(silhouette_score(Z, means.labels_))
    assert at.loc["ward, all", "inertia"].isna().all()


def test_sizes_are_compared_by_two_methods_each_in_its_own_map(X):
    maps = {3: X[:, :3], 6: X}
    table = cluster_sweeps.sweep_sizes(maps, X, n_clusters=4, min_samples=8, seed=0)
    assert table[["n_components", "method"]].to_numpy().tolist() == [
        [3, "k-means"],
        [3, "OPTICS"],
        [6, "k-means"],
        [6, "OPTICS"],
    ]
    Z = projection.standardise(X)
    labels = clustering.kmeans_sweep(Z, [4], 0).labels
    expected = cluster_scores.score_labellings(Z, labels)["silhouette"].iloc[0]
    assert table["silhouette"].iloc[2] == pytest.approx(expected)
    assert table["n_noise"].iloc[[0, 2]].eq(0).all()
    shared = silhouette_score(X, labels[0])
    assert table["silhouette_original"].iloc[2] == pytest.approx(shared)


def test_spaces_are_those_of_the_single_steps(X):
    made = cluster_sweeps.make_spaces(X, 3, 4, [5], seed=0, standardise=True)
    base = projection.standardise(X)
    assert np.array_equal(made.base, base) and list(made.maps) == [2, 3, 4, 5]
    assert np.array_equal(made.by_name["PCA"], projection.pca(base, 3, 0).Z)
    umap = projection.standardise(made.maps[4])
    assert np.array_equal(made.by_name["UMAP"], umap)
    assert cluster_sweeps.make_spaces(X, 3, 2, [], seed=0).base is X


def test_plain_groups_are_stable_when_the_map_is_redrawn_and_others_are_not(X):
    held = cluster_sweeps.stability_redrawn(X, 2, 4, seed=0, n_draws=2)
    again = cluster_sweeps.stability_redrawn(X, 2, 4, seed=0, n_draws=2)
    assert held.values.shape == (2, 1) and np.array_equal(held.values, again.values)
    assert held.mean[0] > 0.9
    noise = np.random.default_rng(0).normal(size=(90, 6))
    assert cluster_sweeps.stability_redrawn(noise, 2, 9, 0, n_draws=2).mean[0] < 0.7
