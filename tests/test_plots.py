"""Figures from arrays: what is drawn is what was counted; any number of classes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.show import (
    labels,
    plots,
    plots_download,
    plots_eda,
    plots_splits,
    plots_tables,
    style,
)


def words(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return ax.get_title(loc="left")


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def counts_of(n):
    return pd.Series(range(1, n + 1), [f"class {i}" for i in range(1, n + 1)])


@given(st.text(max_size=300), st.integers(3, 60))
def test_shorten_fits_and_keeps_what_is_short(text, n):
    line = labels.shorten(text, n)
    assert len(line) <= n and "\n" not in line
    plain = " ".join(text.split())
    assert line == plain or "…" in line


@pytest.mark.parametrize(
    "share, text", [(0, "0 %"), (0.479, "48 %"), (0.0312, "3.1 %"), (1, "100 %")]
)
def test_percent(share, text):
    assert labels.percent(share) == text


def test_text_can_be_read_on_every_colour_of_the_map():
    for colour in style.SEQUENTIAL(np.linspace(0, 1, 50)):
        ink, fill = labels._luminance(labels.ink_on(colour)), labels._luminance(colour)
        contrast = (max(ink, fill) + 0.05) / (min(ink, fill) + 0.05)
        assert contrast > 3.9


def test_bars_are_sorted_and_carry_their_value():
    ax = plots.bar_counts(pd.Series({"a": 5, "b": 1200, "c": 7}), "Letters")
    assert names(ax) == ["b", "c", "a"]
    assert words(ax) == ["1,200", "7", "5"]
    assert [bar.get_width() for bar in ax.patches] == [1200, 7, 5]
    assert title(ax) == "Letters  (n = 1,212 pictures)"


def test_bars_keep_an_order_of_their_own_and_a_colour_each():
    counts = pd.Series({1: 5, 2: 9, 3: 1})
    ax = plots.bar_counts(
        counts, "Types", colours=style.SKIN_TYPE_COLOURS, keep_order=True
    )
    assert names(ax) == ["1", "2", "3"]
    assert len({bar.get_facecolor() for bar in ax.patches}) == 3


@pytest.mark.parametrize("n", [0, 1, 40])
def test_bars_of_few_classes_are_all_drawn(n):
    ax = plots.bar_counts(counts_of(n), "x")
    assert len(ax.patches) == n
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize("n", [41, 114, 5000])
def test_bars_of_many_classes_show_both_ends_and_say_what_is_between(n):
    ax = plots.bar_counts(counts_of(n), "x")
    assert len(ax.patches) == 30
    assert names(ax)[0] == f"class {n}" and names(ax)[-1] == "class 1"
    (between,) = (word for word in words(ax) if "…" in word)
    assert between == f" … {n - 30} classes with 16 to {n - 15:,}"
    assert ax.figure.get_figheight() < 12


def test_histogram_shares_sum_to_one_for_each_group():
    values = {"a": np.arange(10.0), "b": np.full(1000, 3.0)}
    ax = plots.histogram(values, "Values", "value in px", bins=5)
    filled = [bar.get_height() for bar in ax.patches if bar.get_alpha()]
    assert sum(filled) == pytest.approx(2)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["a (n = 10)", "b (n = 1,000)"]
    assert title(ax) == "Values  (n = 1,010 pictures)"


def test_histogram_passes_over_what_is_no_number():
    values = {"a": np.array([1.0, np.nan, 2.0, np.inf])}
    ax = plots.histogram(values, "Values", "value")
    assert title(ax) == "Values  (n = 2 pictures)"
    filled = [bar.get_height() for bar in ax.patches if bar.get_alpha()]
    assert sum(filled) == pytest.approx(1)


def test_histogram_of_nothing():
    plots.histogram({}, "x", "y").figure.draw_without_rendering()
    plots.histogram({"a": np.empty(0)}, "x", "y").figure.draw_without_rendering()


def test_missing_values_are_counted_by_column():
    frame = pd.DataFrame({"full": [1, 2, 3, 4], "half": [None, 2, None, 4]})
    ax = plots.missing_values(frame, "Table")
    assert names(ax) == ["half", "full"]
    assert words(ax) == ["2  (50 %)", "none"]


def test_stacked_shares_add_up_to_one_and_a_row_without_pictures_is_empty():
    counts = pd.DataFrame({"histo": [3, 0, 5], "follow_up": [1, 0, 0]}, ["a", "b", "c"])
    ax = plots.stacked_shares(counts, "How")
    widths = np.reshape([bar.get_width() for bar in ax.patches], (2, 3))
    assert widths.sum(axis=0).tolist() == [1, 0, 1]
    assert {"75 %", "25 %", "100 %", "4", "0", "5"} <= set(words(ax))


def test_heat_map_marks_what_is_missing():
    counts = pd.DataFrame({"1": [0, 1200], "6": [3, 0]}, ["a", "b"])
    ax = plots_tables.heat_map(counts, "Label x type", x_label="type")
    assert words(ax) == ["○", "3", "1,200", "○"]
    assert title(ax) == "Label x type  (n = 1,203 pictures)"


def test_heat_map_of_114_classes_keeps_every_name():
    counts = pd.DataFrame(np.ones((114, 7), int), [f"label {i}" for i in range(114)])
    ax = plots_tables.heat_map(counts, "x")
    assert len(names(ax)) == 114 and len(words(ax)) == 114 * 7


def test_heat_map_of_zeros_only():
    counts = pd.DataFrame([[0, 0]], ["a"])
    plots_tables.heat_map(counts, "x").figure.draw_without_rendering()


def test_agreement_matrix_says_kappa_count_and_share():
    counts = pd.DataFrame([[3, 1], [0, 0]], ["I", "II"], ["I", "II"])
    ax = plots_tables.agreement_matrix(counts, 0.368, "Two", interval=(0.3, 0.44))
    assert words(ax) == ["3\n75 %", "1\n25 %", "0\n0 %", "0\n0 %"]
    assert title(ax) == "Two\nkappa = 0.37 [0.30, 0.44]  (n = 4 pictures)"


def test_sunburst_has_a_wedge_for_each_label_and_names_the_wide_ones():
    rows = [("m", "mm", "melanoma")] * 60 + [("b", "bb", "nevus")] * 139
    table = pd.DataFrame([*rows, ("b", "bb", "tiny")], columns=["3", "9", "114"])
    ax = plots_eda.sunburst(table, ["3", "9", "114"], "Labels")
    assert len(ax.patches) == 2 + 2 + 3
    for ring in range(3):
        inner = plots_eda._RINGS[ring][0]
        turn = sum(p.get_width() for p in ax.patches if p.get_y() == inner)
        assert turn == pytest.approx(2 * np.pi)
    assert {"melanoma", "nevus", "m", "b"} <= set(words(ax))
    assert "tiny" not in words(ax)
    assert title(ax) == "Labels  (n = 200 pictures, 3 labels)"


def test_sunburst_puts_the_largest_first_within_each_parent():
    rows = [("a", "x")] * 2 + [("b", "y")] * 5 + [("b", "z")] * 9
    order = plots_eda._nested_counts(pd.DataFrame(rows, columns=["p", "l"]), ["p", "l"])
    assert list(order.items()) == [(("b", "z"), 9), (("b", "y"), 5), (("a", "x"), 2)]


def test_picture_sizes_draw_one_point_for_each_size():
    ax = plots_eda.picture_sizes([200] * 99 + [100], [150] * 99 + [100], "Sizes")
    (points,) = ax.collections
    assert sorted(map(tuple, points.get_offsets())) == [(100, 100), (200, 150)]
    sizes = points.get_sizes()
    assert sizes.max() > 10 * sizes.min()


def test_age_pyramid_counts_each_side_and_the_unknown():
    age = pd.Series([3.0, 4.0, 71.0, None, 50.0])
    sex = pd.Series(["male", "female", "female", "male", "unknown"])
    ax = plots_eda.age_pyramid(age, sex, "People")
    widths = [bar.get_width() for bar in ax.patches]
    assert (
        sum(w for w in widths if w < 0) == -2 and sum(w for w in widths if w > 0) == 1
    )
    assert title(ax) == "People  (n = 3 pictures, 2 more of unknown age or sex)"


def test_age_pyramid_where_no_age_is_known():
    nothing = pd.Series([None, None], dtype=float)
    plots_eda.age_pyramid(nothing, pd.Series(["male", "x"]), "x")


def test_fates_of_downloads_by_host():
    counts = pd.DataFrame({"downloaded": [8, 0], "404": [2, 5]}, ["a.example", "b"])
    ax = plots_download.download_fates(counts, "Fates")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["downloaded (8)", "404 (7)"]
    assert [word.strip() for word in words(ax)] == ["10", "5"]
    assert title(ax) == "Fates  (n = 15 addresses)"


def test_coverage_says_how_much_of_how_much():
    ax = plots_download.coverage(pd.Series({1: 3}), pd.Series({1: 4, 2: 2}), "Types")
    assert [word.strip() for word in words(ax)] == ["3 of 4  (75 %)", "0 of 2  (0 %)"]


def test_precision_recall_marks_each_threshold_on_the_curve():
    curve = pd.DataFrame(
        {
            "threshold": [0.9, 0.95, 0.8],
            "precision": [0.6, 0.9, 0.2],
            "recall": [0.7, 0.4, 1.0],
        }
    )
    marks = {"chosen": 0.9, "published": 0.93}
    ax = plots_splits.precision_recall(curve, marks, "Curve", 77)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == [
        "chosen 0.9:\nprecision 0.60, recall 0.70",
        "published 0.93:\nprecision 0.90, recall 0.40",
    ]
    assert title(ax) == "Curve  (n = 77 pairs)"


def test_a_threshold_above_all_scores_is_named_and_not_drawn():
    curve = pd.DataFrame({"threshold": [0.8], "precision": [1.0], "recall": [0.5]})
    ax = plots_splits.precision_recall(curve, {"published": 0.93}, "Curve", 2)
    (text,) = ax.get_legend().get_texts()
    assert text.get_text() == "published 0.93:\nfinds no pair"
    assert np.isnan(ax.lines[-1].get_ydata()).all()
    ax.figure.draw_without_rendering()


def test_row_holds_axes_of_one_figure():
    row = style.make_row(3)
    assert len(row) == 3 and len({ax.figure for ax in row}) == 1


@pytest.mark.parametrize("n", [1, 7, 114])
def test_split_balance_draws_the_gap_of_every_part(n):
    whole = np.full(n, 1 / n)
    parts = {"train": whole, "validation": whole + 0.003, "test": whole - 0.02}
    shares = pd.DataFrame({"whole": whole, **parts}, [f"c{i}" for i in range(n)])
    ax = plots_splits.split_balance(shares, 1000, "Split")
    gaps = [points.get_offsets()[0, 0] for points in ax.collections]
    assert gaps == pytest.approx([0, 0.3, -2.0])
    assert ax.get_xlim()[0] < -2


def test_split_balance_passes_over_what_is_no_part():
    parts = {"train": [0.5, 0.5], "test": [0.52, 0.48]}  # no validation was asked for
    shares = pd.DataFrame({"n": [500, 500], "whole": [0.5, 0.5], **parts, "gap": 0.02})
    ax = plots_splits.split_balance(shares, 1000, "Split")
    assert len(ax.collections) == 2 and ax.get_xlim()[1] < 3


def test_sibling_leak_says_none_where_there_is_none():
    ax = plots_splits.sibling_leak({"random": 0.388, "grouped": 0.0}, 7993, "Leak")
    assert words(ax) == ["39 %", "none"]
    assert names(ax) == ["random", "grouped"]


@pytest.mark.filterwarnings("ignore:Glyph")
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6, unique=True))
def test_labels_from_anywhere_can_be_drawn(keys):
    with mpl.rc_context():
        style.apply()
        ax = plots.bar_counts(pd.Series(range(len(keys)), keys), "x")
        ax.figure.draw_without_rendering()
