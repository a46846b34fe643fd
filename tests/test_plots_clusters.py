"""Figures of clusters, trees and density: the numbers drawn are those counted."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from scipy.cluster import hierarchy

from helpers.features.clustering import cut_tree_at
from helpers.show import (
    panels,
    plots_clusters,
    plots_density,
    plots_trees,
    saving,
    style,
)
from helpers.show.templating import TEMPLATES


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


@pytest.fixture
def blobs():
    rng = np.random.default_rng(3)
    centres = 20 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    labels = np.repeat([0, 1, 2, 3], [40, 30, 20, 10])
    return centres[labels] + rng.normal(size=(100, 2)), labels


def title(ax):
    return ax.get_title(loc="left")


def words(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def colours_of(lines):
    return [mpl.colors.to_hex(line.get_color()) for line in lines]


def test_cluster_map_numbers_clusters_and_counts_noise(blobs):
    points, labels = blobs
    labels = np.where(np.arange(100) % 25 == 0, -1, labels)
    ax = plots_clusters.cluster_map(points, labels, "Map")
    assert words(ax) == ["0", "1", "2", "3"]
    assert sum(len(each.get_offsets()) for each in ax.collections) == 100
    assert title(ax) == "Map  (n = 100 pictures, 4 of them noise, 4 clusters)"


def test_number_stands_on_a_picture_of_its_cluster_even_where_it_is_a_ring():
    turn = np.linspace(0, 2 * np.pi, 60)
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    ax = plots_clusters.cluster_map(ring, np.zeros(60, int), "Ring")
    (number,) = ax.texts
    assert np.hypot(*number.xy) == pytest.approx(1)


def test_clusters_up_to_42_differ_in_look_and_none_is_gray():
    looks = [panels.look_of(cluster) for cluster in range(42)]
    assert len(set(looks)) == 42
    assert {colour for colour, _ in looks} == set(style.CATEGORICAL) - {"#4d5358"}
    assert panels.look_of(-1)[0] == panels.PALER


def test_a_cluster_has_the_same_shape_in_figures_and_in_the_browser():
    script = (TEMPLATES / "explorer_signs.js").read_text("utf-8")
    names = re.search(r"const SHAPES = \[(.+)\]", script)[1].replace('"', "")
    signs = {"disc": "o", "square": "s", "triangle": "^", "diamond": "D"}
    for turn, name in enumerate(names.split(", ")):
        assert panels.look_of(6 * turn) == (style.HUES[0], signs[name])


@pytest.mark.parametrize(
    "labels", [[], [0], [-1], [-1] * 9, [0] * 9, list(range(60)), [5, 5, -1]]
)
def test_maps_of_any_clusters_can_be_drawn(labels):
    labels = np.array(labels, int)
    points = np.zeros((len(labels), 3))
    points[:, 0] = np.arange(len(labels))
    ax = plots_clusters.cluster_map(points[:, :2], labels, "x")
    ax.figure.draw_without_rendering()
    plots_clusters.cluster_map_3d(points, labels, "x").draw_without_rendering()


def test_map_of_three_dimensions_has_two_views(blobs):
    points = np.column_stack([blobs[0], blobs[0][:, 0]])
    figure = plots_clusters.cluster_map_3d(points, blobs[1], "Three")
    first, second = figure.axes
    assert abs(first.azim - second.azim) == 90
    assert words(first) == words(second) == ["0", "1", "2", "3"]
    assert figure.get_suptitle() == "Three  (n = 100 pictures, 4 clusters)"


def test_sizes_are_in_order_with_noise_last():
    sizes = pd.Series({-1: 5, 1: 30, 0: 1200})
    ax = plots_clusters.cluster_sizes(sizes, "Sizes")
    assert [bar.get_height() for bar in ax.patches] == [1200, 30, 5]
    assert words(ax) == ["1,200", "30", "5"]
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == ["0", "1", "noise"]
    assert title(ax) == "Sizes  (n = 1,235 pictures)"


def test_sizes_of_sixty_clusters_are_read_off_the_axis():
    ax = plots_clusters.cluster_sizes(pd.Series([7] * 60), "x")
    assert words(ax) == [] and len(ax.patches) == 60 and len(ax.get_yticks())


def test_composition_writes_counts_and_colours_shares():
    counts = pd.DataFrame({"hand": [3, 0], "face": [1, 1200]}, [0, -1])
    ax = plots_clusters.composition(counts, "Regions", x_label="region")
    assert words(ax) == ["3", "1", "1,200", "4", "1,200"]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["0", "noise"]
    (mesh,) = ax.collections
    assert mesh.get_array().filled(0).ravel().tolist() == [0.75, 0.25, 0, 1]
    assert title(ax) == "Regions  (n = 1,204 pictures)"


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 30), (60, 3)])
def test_composition_of_any_shape_can_be_drawn(shape):
    counts = pd.DataFrame(np.zeros(shape, int)).add_prefix("a label with a long name ")
    plots_clusters.composition(counts, "x").figure.draw_without_rendering()


@pytest.mark.parametrize("k", [2, 4, 40])
def test_dendrogram_shows_the_cut_that_made_the_labels(blobs, k):
    tree = hierarchy.linkage(blobs[0], "ward")
    labels = cut_tree_at(tree, [k])[0]
    ax = plots_trees.dendrogram(tree, labels, "Ward")
    n_leaves = max(30, k)
    counts = [int(label.get_text()) for label in ax.get_xticklabels()]
    assert len(counts) == n_leaves and sum(counts) == 100
    assert words(ax)[-1] == f"cut:\n{k} clusters"
    cut = ax.lines[-1].get_ydata()[0]
    links = ax.lines[: n_leaves - 1]
    above = [link.get_ydata().max() > cut for link in links]
    assert sum(above) == k - 1
    gray = [colour == style.QUIET_INK for colour in colours_of(links)]
    assert gray == above


def test_feet_of_the_dendrogram_carry_number_and_colour_of_their_cluster(blobs):
    tree = hierarchy.linkage(blobs[0], "ward")
    labels = cut_tree_at(tree, [4])[0]
    ax = plots_trees.dendrogram(tree, labels, "Ward")
    assert sorted(words(ax)[:4]) == ["0", "1", "2", "3"]
    counts = np.array([int(label.get_text()) for label in ax.get_xticklabels()])
    ticks = ax.get_xticks()
    for line, name in zip(ax.lines[29:33], words(ax)[:4], strict=True):
        left, right = line.get_xdata()
        inside = counts[(ticks > left) & (ticks < right)].sum()
        assert inside == (labels == int(name)).sum()
        assert line.get_color() == panels.look_of(int(name))[0]


@pytest.mark.parametrize("n", [1, 2, 50])
def test_dendrogram_of_equal_or_hardly_any_pictures(n):
    tree = hierarchy.linkage(np.ones((n, 3)), "ward") if n > 1 else np.empty((0, 4))
    ax = plots_trees.dendrogram(tree, np.zeros(n, int), "x")
    ax.figure.draw_without_rendering()


def test_linkages_ring_the_best_of_each_score_and_show_the_huge_cluster():
    rows = [("ward", "euclidean"), ("single", "cosine"), ("complete", "cosine")]
    scores = {
        "silhouette": [0.36, 0.1, np.nan],
        "davies_bouldin": [0.94, 0.52, 1.2],
        "calinski_harabasz": [4244, 12.34, 900],
        "largest_share": [0.1, 0.97, 0.3],
    }
    table = pd.DataFrame(scores, pd.Index(rows))
    ax = plots_trees.linkage_grid(table, "Linkages", 19559)
    ringed = [text.get_text() for text in ax.texts if text.get_bbox_patch()]
    assert ringed == ["0.360", "0.520", "4,244"]
    assert {"12.3", "900"} < set(words(ax))
    assert words(ax)[-3:] == ["10 %", "97 %", "30 %"] and "none" in words(ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["ward · euclidean", "single · cosine", "complete · cosine"]
    assert title(ax) == "Linkages  (n = 19,559 pictures)"


def test_linkages_without_any_score():
    names = ["silhouette", "davies_bouldin", "calinski_harabasz", "largest_share"]
    table = pd.DataFrame(np.full((2, 4), np.nan), ["a", "b"], names)
    ax = plots_trees.linkage_grid(table.fillna({"largest_share": 1}), "x", 3)
    assert words(ax) == ["none"] * 6 + ["100 %"] * 2


def test_reachability_draws_each_cluster_over_its_pictures():
    distances = np.array([np.inf, 0.2, 0.3, 0.9, 0.2, 0.1])
    labels = np.array([0, 0, 0, -1, 1, 1])
    ax = plots_density.reachability(distances, labels, "OPTICS")
    assert words(ax) == ["0", "1"]
    areas = [np.sum(p.get_data().values) for p in ax.patches]
    top = ax.get_ylim()[1]
    assert areas == pytest.approx([0.9, top + 0.5, 0.3])
    assert title(ax) == "OPTICS  (n = 6 pictures, 17 % of them noise)"


def test_reachability_says_where_it_is_cut():
    distances = np.r_[np.full(99, 0.1), 50.0]
    ax = plots_density.reachability(distances, np.zeros(100, int), "x")
    assert ax.get_ylabel().endswith("cut at 0.3") and ax.get_ylim()[1] < 1


@pytest.mark.parametrize("value", [np.inf, 0.0])
@pytest.mark.parametrize("n", [0, 1, 3000])
def test_reachability_of_noise_only(n, value):
    ax = plots_density.reachability(np.full(n, value), np.full(n, -1), "x")
    ax.figure.draw_without_rendering()


def test_k_distance_marks_eps_on_its_curve():
    curves = {"k = 5": np.array([3.0, 1.0, 2.0, 9.0])}
    ax = plots_density.k_distance(curves, "Space", {"k = 5": 2.5, "k = 9": 1.0})
    curve, _, mark = ax.lines
    assert curve.get_ydata().tolist() == [1, 2, 3, 9]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (2, 2.5)
    assert legend(ax) == ["k = 5: eps = 2.5"]
    assert ax.get_ylabel() == "distance to neighbour k"
    assert plots_density.k_distance({}, "x", k=9).get_ylabel().endswith(" 9")
    assert title(ax) == "Space  (n = 4 pictures)"
    plots_density.k_distance({}, "x").figure.draw_without_rendering()


def test_off_topic_scores_tell_found_missed_and_false_by_shape():
    scores = np.array([0.1, 0.2, 0.3, 0.6, 0.8, 0.9])
    flags, truth = scores > 0.5, np.array([0, 0, 1, 0, 1, 1], bool)
    ax = plots_density.off_topic_scores(scores, flags, 0.5, "Scores", truth)
    assert sorted(legend(ax)) == [
        "flagged (3)",
        "flagged, not planted (1)",
        "not flagged (3)",
        "planted, flagged (2)",
        "planted, not flagged (1)",
    ]
    assert words(ax) == ["flagged from 0.50"]
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert not box.overlaps(ax.get_window_extent())
    places = [marks.get_offsets()[:, 0].tolist() for marks in ax.collections]
    assert places == [[0.8, 0.9], [0.3], [0.6]]  # found, missed, flagged for nothing
    assert ax.lines[0].get_xdata()[0] == 0.5
    assert sum(bar.get_height() for bar in ax.patches) == 6
    assert title(ax) == "Scores  (n = 6 pictures)"


@pytest.mark.parametrize("n", [0, 1])
def test_off_topic_scores_where_the_truth_is_not_known(n):
    ax = plots_density.off_topic_scores(np.zeros(n), np.zeros(n, bool), 0.5, "x")
    ax.figure.draw_without_rendering()
    assert not ax.collections


def test_the_same_clusters_give_the_same_bytes(tmp_path, blobs):
    points, labels = blobs
    tree = hierarchy.linkage(points, "ward")
    for folder in ("one", "two"):
        figures = {
            "map": plots_clusters.cluster_map(points, labels, "x"),
            "tree": plots_trees.dendrogram(tree, labels, "x"),
        }
        for name, ax in figures.items():
            saving.save_figure(ax.figure, tmp_path / folder, name, "Clusters.")
    for name in ("map.png", "map.svg", "tree.png", "tree.svg"):
        one, two = (tmp_path / each / "figures" / name for each in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
