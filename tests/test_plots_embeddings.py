"""Figures of embeddings: every picture drawn once, groups named, nothing overlaps."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from helpers.features.projection import components_for
from helpers.show import plots_embeddings, plots_maps, plots_pictures, saving, style


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def title(ax):
    return ax.get_title(loc="left")


def legend(owner):
    """Return the words of a legend, of axes or of a figure."""
    box = owner.legends[0] if hasattr(owner, "legends") else owner.get_legend()
    return [text.get_text() for text in box.get_texts()]


def one_map(points, groups):
    return plots_maps.maps_grid({"UMAP": points}, groups, "x")


def n_drawn(ax):
    return sum(len(marks.get_offsets()) for marks in ax.collections)


def squares(n, size=8):
    colours = np.arange(1, n + 1, dtype=np.uint8)[:, None, None, None]
    return np.broadcast_to(colours, (n, size, size, 3)).copy()


def test_map_draws_every_picture_and_names_groups_by_size(rng):
    groups = ["face"] * 3 + ["hand"] * 9 + [None, np.nan, ""]
    figure = one_map(rng.normal(size=(15, 2)), groups)
    (ax,) = figure.axes
    assert n_drawn(ax) == 15
    assert legend(figure) == ["hand (9)", "face (3)", "unknown (3)"]
    assert not ax.get_xticks().size and not ax.get_yticks().size


def test_map_has_one_scale_for_both_axes(rng):
    (ax,) = one_map(rng.normal(size=(9, 2)) * (9, 1), ["a"] * 9).axes
    ax.figure.draw_without_rendering()
    (x0, y0), (x1, y1) = ax.transData.transform([(0, 0), (1, 1)])
    assert x1 - x0 == pytest.approx(y1 - y0, rel=0.01)


@pytest.mark.parametrize("n_groups, n_named", [(7, 7), (12, 12), (13, 6), (114, 6)])
def test_map_of_many_groups_names_the_largest(rng, n_groups, n_named):
    sizes = np.arange(n_groups) + 1
    groups = np.repeat([f"label {k}" for k in range(n_groups)], sizes)
    figure = one_map(rng.normal(size=(len(groups), 2)), groups)
    names = legend(figure)
    assert names[0] == f"label {n_groups - 1} ({n_groups})"
    others = names[n_named:]
    assert len(names) - len(others) == n_named
    if others:
        n_rest = sizes[: n_groups - n_named].sum()
        assert others == [f"{n_groups - n_named} others ({n_rest:,})"]
    assert n_drawn(figure.axes[0]) == len(groups)


def test_no_two_named_groups_look_the_same(rng):
    groups = [f"region {k}" for k in range(12)]
    handles = one_map(rng.normal(size=(12, 2)), groups).legends[0].legend_handles
    looks = {(handle.get_color(), handle.get_marker()) for handle in handles}
    assert len(looks) == 12


def test_grid_of_maps_shares_legend_and_colours(rng):
    maps = {name: rng.normal(size=(20, 2)) for name in ("PCA", "t-SNE", "UMAP")}
    figure = plots_maps.maps_grid(maps, ["a"] * 12 + ["b"] * 8, "Maps", 2)
    shown = [ax for ax in figure.axes if ax.axison]
    assert [title(ax) for ax in shown] == list(maps)
    assert [n_drawn(ax) for ax in shown] == [20] * 3
    colours = [[tuple(c.get_facecolor()[0]) for c in ax.collections] for ax in shown]
    assert colours[0] == colours[1] == colours[2]
    assert legend(figure) == ["a (12)", "b (8)"]
    assert figure.get_suptitle() == "Maps  (n = 20 pictures)"


def test_grid_of_long_names_is_no_wider_than_a_page(rng):
    groups = [f"{'very long name of a label ' * 3}{k}" for k in range(12)]
    maps = {"name " * 30: rng.normal(size=(12, 2)), "b": rng.normal(size=(12, 2))}
    figure = plots_maps.maps_grid(maps, groups, "Maps")
    figure.draw_without_rendering()
    assert figure.get_tightbbox().width < 9.05


@pytest.mark.parametrize("n", [0, 1, 2])
def test_maps_of_hardly_anything(n):
    points = np.zeros((n, 2))
    one_map(points, ["a"] * n).draw_without_rendering()
    plots_maps.maps_grid({"a": points}, [None] * n, "x").draw_without_rendering()
    plots_maps.maps_grid({}, [], "x").draw_without_rendering()
    ax = plots_pictures.picture_map(points, squares(n), "x")
    ax.figure.draw_without_rendering()


def test_picture_map_shows_what_fits_and_dots_for_the_rest(rng):
    points = np.concatenate([np.zeros((50, 2)), [[-9.0, -9.0], [9.0, 9.0]]])
    ax = plots_pictures.picture_map(points, squares(52), "Map")
    assert title(ax) == "Map  (n = 52 pictures, 11 of them shown)"  # 3 x 3, and two
    assert n_drawn(ax) == 41
    assert title(plots_pictures.picture_map(points[-2:], squares(2), "M")) == (
        "M  (n = 2 pictures)"
    )


@pytest.mark.parametrize("stretch", [(1, 1), (1, 5), (5, 1), (0, 1), (1, 0)])
def test_picture_map_draws_pictures_whole_near_their_place(rng, stretch):
    places, height_px = plots_pictures._places_px(rng.random((200, 2)) * stretch, 120)
    size_px = 60
    n_columns, n_lines = plots_pictures._WIDTH_PX // size_px, height_px // size_px
    cells = plots_pictures._cells(places / size_px, n_columns, n_lines)
    assert len(set(cells.values())) == len(cells) > 20
    at = np.array(list(cells.values()))
    assert (at >= 0).all() and (at < (n_columns, n_lines)).all()
    gaps = np.abs((at + 0.5) * size_px - places[list(cells)])
    assert gaps.max() <= 1.5 * size_px


def test_picture_map_is_upright():
    ax = plots_pictures.picture_map(np.array([[0, 0], [0, 9.0]]), squares(2), "x")
    raster = ax.images[0].get_array()
    column = raster[:, raster[..., 3].any(axis=0), 0].max(axis=1)
    shown = column[column > 0]
    assert shown[0] == 2 and shown[-1] == 1  # the second has the larger y: it is above


def test_neighbours_of_the_same_label_are_ticked():
    rows = [[squares(1)[0]] * 3, [squares(1)[0]] * 2]
    captions = [["nail", "nail", "hand"], ["", "foot"]]
    sheet = plots_pictures.neighbour_sheet(rows, captions, [[0.9, 0.5], [0.4]], "Near")
    (ax,) = sheet.axes
    words = [text.get_text().replace("\n", " ") for text in ax.texts]
    assert words == ["nail", "✓ 0.90 nail", "✗ 0.50 hand", "query", "0.40 foot", ""]
    assert title(ax) == "Near  (n = 2 queries)"
    green = np.round(255 * np.array(mpl.colors.to_rgb(style.GOOD)))
    raster = ax.images[0].get_array()
    assert (raster == green).all(axis=2).any()


def test_rows_of_pictures_are_named_and_counted():
    rows = {"cluster 0": [*squares(3)], "cluster 1": [squares(1)[0]]}
    (ax,) = plots_pictures.row_sheet(rows, "Rows", n=70).axes
    words = [text.get_text() for text in ax.texts]
    assert words == ["cluster 0", "", "", "cluster 1", "", ""]
    assert title(ax) == "Rows  (n = 70 pictures, 4 of them shown)"
    (ax,) = plots_pictures.row_sheet({}, "Rows").axes
    assert title(ax) == "Rows  (n = 0 pictures)"


def test_cumulative_variance_marks_what_is_reached():
    curve = np.array([0.6, 0.85, 0.95])
    ax = plots_embeddings.cumulative_variance({"a": curve, "b": curve[:1]}, "PCA", 370)
    assert legend(ax) == ["a\n80 %: 2 · 90 %: 3", "b"]
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == [2, 3]
    assert [components_for(curve, share) for share in (0.8, 0.9)] == [2, 3]
    assert title(ax) == "PCA  (n = 370 pictures)"


def test_similarity_histogram_counts_pairs_and_marks_medians():
    related, chance = np.array([0.9, 0.95, 1.0, np.nan]), np.linspace(0, 0.4, 5)
    ax = plots_embeddings.similarity_histogram(related, chance, "x", name="sibling")
    assert sorted(legend(ax)) == [
        "median of random pairs: 0.20",
        "median of sibling pairs: 0.95",
        "random pairs (n = 5)",
        "sibling pairs (n = 3)",
    ]
    assert [line.get_xdata()[0] for line in ax.lines] == pytest.approx([0.95, 0.2])
    assert title(ax) == "x  (n = 8 pairs)"
    empty = plots_embeddings.similarity_histogram(np.empty(0), np.empty(0), "x")
    empty.figure.draw_without_rendering()


def test_similarity_histograms_in_a_row_name_marks_and_cover_no_line(rng):
    row = style.make_row(3)
    for ax, n in zip(row, (4, 400, 40_000), strict=True):
        pairs = rng.normal(0.5, 0.1, n), rng.normal(0.1, 0.1, n)
        marks = {"published": 0.93}
        plots_embeddings.similarity_histogram(*pairs, "x", ax, "kin", marks)
        assert ax.lines[-1].get_xdata()[0] == 0.93
        assert "published: 0.93" in legend(ax)
    row[0].figure.draw_without_rendering()
    for ax in row:
        inside, box = ax.get_window_extent(), ax.get_legend().get_window_extent()
        assert not inside.overlaps(box)
        assert box.y1 < ax.xaxis.label.get_window_extent().y0
        ticks = [label.get_text() for label in ax.get_yticklabels()]
        assert len(set(ticks)) == len(ticks) and not any("." in tick for tick in ticks)
    boxes = [ax.get_tightbbox() for ax in row]
    assert all(a.x1 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))


def test_encoders_are_sorted_with_interval_and_baseline():
    values = {"score": [0.2, 0.4], "low": [0.1, 0.3], "high": [0.3, 0.5]}
    table = pd.DataFrame(values, ["poor", "good"])
    ax = plots_embeddings.encoder_bars(table, "k-NN", 370, "accuracy", 0.06)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good", "poor"]
    words = [text.get_text() for text in ax.texts]
    assert words[:2] == ["0.400  [0.300, 0.500]", "0.200  [0.100, 0.300]"]
    assert words[2] == "baseline 0.060" and ax.lines[0].get_xdata()[0] == 0.06
    assert ax.get_xlim()[0] == 0
    assert title(ax) == "k-NN  (n = 370 pictures)"


def test_the_same_map_gives_the_same_bytes(tmp_path, rng):
    points, groups = rng.normal(size=(30, 2)), ["a", "b", "c"] * 10
    for folder in ("one", "two"):
        figures = {
            "scatter": one_map(points, groups),
            "pictures": plots_pictures.picture_map(points, squares(30), "x").figure,
        }
        for name, figure in figures.items():
            saving.save_figure(figure, tmp_path / folder, name, "A map.")
    for name in ("scatter.png", "scatter.svg", "pictures.png", "pictures.svg"):
        one, two = (tmp_path / each / "figures" / name for each in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
