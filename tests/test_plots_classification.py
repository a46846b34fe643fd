"""Scores with intervals, confusion matrices of few and many labels, confusions."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from helpers.show import plots_classification as plots
from helpers.show import saving, style
from helpers.show.labels import percent

ODD = "皮膚 <b>lupus</b> $x^2$ with a name of more than sixty characters in all"


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def scores():
    rows = {
        "gray": {"accuracy": 0.5, "f1_macro": 0.4, "accuracy_interval": (0.4, 0.6)},
        ODD: {"accuracy": 0.3, "f1_macro": np.nan, "accuracy_interval": (0.2, 0.4)},
    }
    return pd.DataFrame.from_dict(rows, orient="index").assign(n=2048)


def markers(ax):
    """Return the values of the dots of each score."""
    return [
        np.asarray(line.get_xdata()).tolist()
        for line in ax.lines
        if line.get_linestyle() == "None" and len(line.get_xdata()) == len(scores())
    ]


def test_score_bars_draw_every_score_its_interval_and_the_majority():
    ax = plots.score_bars(scores(), "Test", 200, 0.25)
    dots = markers(ax)
    assert dots[0] == [0.5, 0.3] and dots[1][0] == 0.4 and np.isnan(dots[1][1])
    (intervals,) = [each for each in ax.collections if each.get_segments()]
    ends = [segment[:, 0].tolist() for segment in intervals.get_segments()]
    assert ends == [[0.4, 0.6], [0.2, 0.4]]
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [set(line.get_xdata()) for line in dashed] == [{0.25}]
    assert ax.get_title(loc="left") == "Test  (n = 200 pictures)"
    said = [text.get_text() for text in ax.figure.legends[0].get_texts()]
    assert said[:2] == ["accuracy", "macro F1"] and "0.25" in said[2]


def test_the_best_of_each_score_is_bold():
    ax = plots.score_bars(scores(), "Test", 200, 0.25)
    bold = [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"]
    assert bold == ["0.50", "0.40"]
    assert "–" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("baseline", "places"),
    [
        ({"gray": 0.2, ODD: 0.6}, [0.2, 0.6]),
        ({"accuracy": 0.3, "f1_macro": 0.1, "f1_weighted": 0.2}, [0.3, 0.1]),
    ],
)
def test_a_baseline_may_differ_by_model_or_by_score(baseline, places):
    ax = plots.score_bars(scores(), "Test", 200, baseline)
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == places


@pytest.mark.parametrize("rows", [[], [0], [0, 1]])
def test_score_bars_of_what_there_is(rows, tmp_path):
    table = scores().iloc[rows]
    ax = plots.score_bars(table, "x", 0, 0.1, ax=style.make_axes())
    saving.save_figure(ax.figure, tmp_path, "scores", "Scores.")


def test_score_table_has_scores_and_intervals_in_one_cell():
    shown = plots.score_table(scores())
    assert list(shown) == ["accuracy", "macro F1", "n"]
    assert shown.loc["gray"].tolist() == ["0.50 (0.40 to 0.60)", "0.40", "2,048"]
    assert shown.loc[ODD].tolist() == ["0.30 (0.20 to 0.40)", "–", "2,048"]
    assert "&lt;b&gt;" in shown.to_html()


def matrix(k, seed=0):
    rng = np.random.default_rng(seed)
    return rng.poisson(0.4, (k, k)) + np.diag(rng.integers(1, 9, k))


def names(k):
    return [ODD, *(f"label {number}" for number in range(1, k))][:k]


@pytest.mark.parametrize("k", [1, 2, 5, 12, 30, 114])
def test_every_true_label_is_named_with_its_pictures(k, tmp_path):
    counts = matrix(k)
    ax = plots.confusion_matrix(counts, names(k), "CNN")
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert len(rows) == k
    assert all(f"({n})" in row for row, n in zip(rows, counts.sum(1), strict=True))
    share = percent(np.trace(counts) / counts.sum())
    title = f"CNN  (n = {counts.sum():,} pictures, {share} right)"
    assert ax.get_title(loc="left") == title
    saving.save_figure(ax.figure, tmp_path, "confusion", "Confusions.")


def test_rows_are_true_labels_and_colours_shares_of_the_row():
    counts = np.array([[3, 1], [0, 4]])
    ax = plots.confusion_matrix(counts, ["a", "b"], "CNN")
    values = np.ma.filled(ax.collections[0].get_array(), 0).reshape(2, 2)
    assert values.tolist() == [[0.75, 0.25], [0, 1]]
    said = {tuple(t.get_position()): t.get_text() for t in ax.texts}
    assert said[1.5, 0.5] == "25 %\n1" and (0.5, 1.5) not in said
    ax = plots.confusion_matrix(counts, ["a", "b"], "CNN", normalise=False)
    assert np.ma.filled(ax.collections[0].get_array(), 0).sum() == 8
    assert sorted(text.get_text() for text in ax.texts) == ["1", "3", "4"]


def test_of_many_columns_those_predicted_most_are_named_and_never_touch():
    counts = np.diag(np.arange(1, 115))
    ax = plots.confusion_matrix(counts, names(114), "CNN")
    places = np.sort(ax.get_xticks())
    assert 113.5 in places and len(places) == 15 and np.diff(places).min() > 2
    assert not ax.texts


def test_labels_without_a_picture_are_gray_and_nothing_is_divided_by_zero():
    counts = np.array([[2, 0], [0, 0]])
    ax = plots.confusion_matrix(counts, ["a", "b"], "CNN")
    assert [patch.get_y() for patch in ax.patches] == [1]
    empty = plots.confusion_matrix(np.zeros((2, 2), int), ["a", "b"], "CNN")
    assert empty.get_title(loc="left") == "CNN  (n = 0 pictures)"
    plots.confusion_matrix(
        np.zeros((0, 0), int), [], "x"
    ).figure.draw_without_rendering()


def test_confused_pictures_have_a_line_for_each_row():
    pictures = [[np.full((4, 6, 3), 9, np.uint8)] * 3, [np.zeros((9, 3, 3), np.uint8)]]
    captions = ["nevus, called melanoma: 12 pictures", f"{ODD}, called {ODD}"]
    sheet = plots.confused_pictures(pictures, captions, "CNN", "CC0", n=40)
    said = [t.get_text() for t in sheet.axes[0].texts if t.get_text()]
    assert said[0] == captions[0] and "…" in said[1] and len(said) == 2
    title = "CNN  (n = 40 pictures, 4 of them shown)"
    assert sheet.axes[0].get_title(loc="left") == title
    assert sheet.get_supxlabel() == "CC0"
    with pytest.raises(ValueError):
        plots.confused_pictures(pictures, captions[:1], "CNN")
    plots.confused_pictures([], [], "x").draw_without_rendering()
