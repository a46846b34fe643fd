"""Figures of sweeps: a panel for each score, the same line the same look."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from helpers.show import plots_sweeps, saving, style


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def table():
    ks = np.arange(2, 24)
    kmeans = {"name": "k-means, UMAP", "k": ks, "inertia": 900.0 / ks}
    ward = {"name": "Ward, UMAP", "k": ks[::-1]}
    scores = {"silhouette": 0.3, "davies_bouldin": 0.9, "calinski_harabasz": 400.0}
    parts = [pd.DataFrame(kmeans | scores), pd.DataFrame(ward | scores)]
    return pd.concat([parts[1], parts[0]], ignore_index=True)


def shown(figure):
    return {ax.get_title(loc="left"): ax for ax in figure.axes if ax.axison}


def line(ax, label):
    (only,) = (each for each in ax.lines if each.get_label() == label)
    return only


def labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_sweep_has_a_panel_for_each_score_that_says_which_way_is_better():
    panels = shown(plots_sweeps.sweep(table(), "Sweep", 370, chosen=9))
    names = ["inertia", "silhouette", "Davies-Bouldin", "Calinski-Harabasz"]
    assert list(panels) == names
    better = [ax.texts[0].get_text() for ax in panels.values()]
    assert better[1:] == ["higher is better", "lower is better", "higher is better"]


def test_sweep_draws_lines_in_order_of_k_with_one_look_in_every_panel():
    figure = plots_sweeps.sweep(table(), "Sweep", 370, chosen=9)
    assert labels(figure) == ["Ward, UMAP", "k-means, UMAP", "chosen: k = 9"]
    looks = set()
    for ax in shown(figure).values():
        kmeans = line(ax, "k-means, UMAP")
        looks.add((kmeans.get_color(), kmeans.get_marker()))
        assert kmeans.get_xdata().tolist() == list(range(2, 24))
        assert line(ax, "Ward, UMAP").get_xdata().tolist() == list(range(2, 24))
        assert line(ax, "chosen: k = 9").get_xdata()[0] == 9
    assert len(looks) == 1
    assert figure.get_suptitle() == "Sweep  (n = 370 pictures)"


def test_inertia_is_drawn_as_a_share_so_that_spaces_compare():
    ax = shown(plots_sweeps.sweep(table(), "x", 1))["inertia"]
    values = line(ax, "k-means, UMAP").get_ydata()
    assert values[0] == 1 and values[-1] == pytest.approx(2 / 23)


def test_scores_that_differ_by_orders_have_a_log_axis():
    rows, name = table(), "Calinski-Harabasz"
    assert shown(plots_sweeps.sweep(rows, "x", 1))[name].get_yscale() == "linear"
    rows.loc[0, "calinski_harabasz"] = 4.0
    assert shown(plots_sweeps.sweep(rows, "x", 1))[name].get_yscale() == "log"


@pytest.mark.parametrize("columns", [[], ["silhouette"], ["inertia", "silhouette"]])
@pytest.mark.parametrize("n_rows", [0, 1, 44])
def test_sweep_of_what_there_is(columns, n_rows):
    rows = table()[["name", "k", *columns]].iloc[:n_rows]
    figure = plots_sweeps.sweep(rows, "x", n_rows, chosen=3)
    figure.draw_without_rendering()


def test_scores_that_are_nowhere_known_have_no_panel():
    rows = table().assign(stability=np.nan)
    assert len(shown(plots_sweeps.sweep(rows, "x", 1))) == 4
    rows.loc[3, "stability"] = 0.7
    assert len(shown(plots_sweeps.sweep(rows, "x", 1))) == 5


def test_component_sweep_draws_published_figures_beside_ours():
    rows = pd.DataFrame(
        {
            "n_components": [50, 100, 200],
            "silhouette": [0.3, 0.4, 0.5],
            "published_silhouette": [0.331, 0.355, 0.357],
        }
    )
    figure = plots_sweeps.component_sweep(rows, "Components", 370)
    (ax,) = shown(figure).values()
    assert line(ax, "here").get_ydata().tolist() == [0.3, 0.4, 0.5]
    assert line(ax, "published").get_ydata().tolist() == [0.331, 0.355, 0.357]
    assert line(ax, "published").get_linestyle() != line(ax, "here").get_linestyle()
    assert labels(figure) == ["here", "published"]
    alone = plots_sweeps.component_sweep(rows.iloc[:, :2], "x", 370)
    assert not alone.legends


def test_stability_draws_every_pair_and_the_mean():
    values = {"k = 2": [0.9, 1.0, 0.5], "k = 3": [-0.1, np.nan], "k = 4": []}
    ax = plots_sweeps.stability(values, "Stability")
    drawn = [points.get_offsets()[:, 0].tolist() for points in ax.collections]
    assert drawn == [[0.9, 1.0, 0.5], [-0.1], []]
    assert [text.get_text() for text in ax.texts] == ["0.80", "-0.10"]
    assert ax.get_xlim()[0] < -0.1
    assert ax.get_title(loc="left") == "Stability  (n = 4 comparisons)"
    plots_sweeps.stability({}, "x").figure.draw_without_rendering()


def test_the_same_sweep_gives_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        figure = plots_sweeps.sweep(table(), "Sweep", 370, chosen=9)
        saving.save_figure(figure, tmp_path / folder, "sweep", "Scores.")
    for name in ("sweep.png", "sweep.svg"):
        one, two = (tmp_path / each / "figures" / name for each in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
