"""ROC panels: each label's own curve in front, its point, its numbers."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.evaluate import operating_points, roc
from helpers.show import plots_roc, saving, style

ODD = "皮膚 <b>lupus</b> $x^2$ with a long name"


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def curves(labels, n=90, absent=()):
    rng = np.random.default_rng(0)
    kept = [code for code in range(len(labels)) if code not in absent]
    y_true = rng.choice(kept, n)
    odds = np.exp(rng.normal(size=(n, len(labels))) + np.eye(len(labels))[y_true])
    y_prob = odds / odds.sum(axis=1, keepdims=True)
    return y_true, y_prob, roc.curves(y_true, y_prob, labels)


def said(ax):
    return [text.get_text() for text in ax.texts]


def panels(figure):
    return [ax for ax in figure.axes if ax.axison]


def own_line(ax):
    (line,) = [each for each in ax.lines if to_hex(each.get_color()) == style.ACCENT]
    return line.get_xydata()


def test_each_panel_has_its_labels_curve_and_numbers():
    labels = ["a", "b", "c"]
    y_true, _, found = curves(labels)
    figure = plots_roc.roc_curves(found, "Test", auc_macro=0.91234)
    assert len(panels(figure)) == 3
    for code, (ax, label) in enumerate(zip(panels(figure), labels, strict=True)):
        wanted = np.column_stack(found[label][:2])
        np.testing.assert_array_equal(own_line(ax), wanted)
        n = (y_true == code).sum()
        assert ax.get_title(loc="left") == f"{label}  (n = {n})\n"
        assert said(ax)[0].startswith(f"AUC {found[label].auc:.3f} (")
        assert len(ax.lines) == 4  # two others, chance, its own
    assert figure.get_suptitle() == "Test  (n = 90 pictures, macro AUC 0.912)"


def test_a_point_is_drawn_where_it_is_with_its_interval():
    labels = ["a", "b", "c"]
    y_true, y_prob, found = curves(labels)
    threshold = operating_points.threshold_at(y_true == 1, y_prob[:, 1], 0.9)
    rates = operating_points.rates_at(y_true == 1, y_prob[:, 1], threshold)
    figure = plots_roc.roc_curves(found, "Test", {"b": rates, "unknown": rates})
    ax = panels(figure)[1]
    marks = [line.get_xydata() for line in ax.lines if line.get_color() == style.BAD]
    bar, point = marks
    assert point.tolist() == [[1 - rates.specificity, rates.sensitivity]]
    assert bar[:, 1].tolist() == [*rates.sensitivity_interval]
    assert f"sensitivity {100 * rates.sensitivity:.0f} %" in said(ax)[0]
    for other in (panels(figure)[0], panels(figure)[2]):
        assert style.BAD not in [line.get_color() for line in other.lines]


def test_a_label_without_a_picture_says_so():
    _, _, found = curves(["a", "b", "c"], absent=(2,))
    missing = operating_points.rates_at(np.zeros(3, bool), np.zeros(3), 0.5)
    figure = plots_roc.roc_curves(found, "Test", {"c": missing})
    ax = panels(figure)[2]
    assert "no curve" in said(ax)[0] and len(own_line(ax)) == 0
    assert ax.get_title(loc="left") == "c  (n = 0)\n"
    figure.draw_without_rendering()


@pytest.mark.parametrize("n_labels", [0, 1, 2, 4, 7, 9])
def test_any_number_of_labels_is_drawn_with_a_key(n_labels, tmp_path):
    labels = [ODD, *(f"label {number}" for number in range(1, n_labels))][:n_labels]
    found = curves(labels)[2] if n_labels else {}
    figure = plots_roc.roc_curves(found, "Test")
    assert len(panels(figure)) == n_labels
    keys = [*figure.legends, *(ax.get_legend() for ax in figure.axes)]
    (key,) = [each for each in keys if each is not None]
    words = [text.get_text() for text in key.get_texts()]
    assert ("the other labels" in words) == (n_labels > 1)
    saving.save_figure(figure, tmp_path, "roc", "ROC curves.")
