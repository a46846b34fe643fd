"""Dice and Hausdorff figures: counts, the failure line, medians."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers.show import saving, style
from helpers.show.plots_mask_scores import dice_distribution, hausdorff_curves


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def table(iou, distances=None):
    iou = np.asarray(iou, float)
    distances = np.ones(len(iou)) if distances is None else distances
    columns = {"dice": 2 * iou / (1 + iou), "iou": iou, "hausdorff95_px": distances}
    return pd.DataFrame(columns)


def test_bars_hold_all_pictures_and_those_below_the_line_are_coloured():
    iou = [0.0, 0.1, 0.3, 0.64, 0.651, 0.8, 0.9, 0.9, 0.95, 1.0]
    figure = dice_distribution({"U-Net": table(iou)}, "Test")
    (ax,) = figure.axes
    areas = {style.BAD: 0.0, style.ACCENT: 0.0}
    for bar in ax.patches:
        areas[to_hex(bar.get_facecolor())] += bar.get_height() * bar.get_width() / 0.02
    assert areas[style.BAD] == pytest.approx(0.4)
    assert areas[style.ACCENT] == pytest.approx(0.6)
    limit, mean = ax.lines
    assert limit.get_xdata()[0] == pytest.approx(2 * 0.65 / 1.65)
    assert mean.get_xdata()[0] == pytest.approx(table(iou)["dice"].mean())
    assert figure.get_suptitle() == "Test  (n = 10 pictures)"


def test_a_panel_for_each_method_says_mean_interval_and_failures():
    scores = {"U-Net": table([0.9] * 9 + [0.5]), "Otsu": table([0.4] * 10)}
    figure = dice_distribution(scores, "Test", {"U-Net": (0.81, 0.95)})
    said = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert said[0][1] == "U-Net" and said[1][1] == "Otsu"
    mean = scores["U-Net"]["dice"].mean()
    words = f"mean Dice {mean:.3f} (0.810 to 0.950)\n10 % below Jaccard .65"
    assert said[0][0] == words
    assert said[1][0] == "mean Dice 0.571\n100 % below Jaccard .65"
    heights = [ax.get_ylim() for ax in figure.axes]
    assert heights[0] == heights[1]


def test_curves_rise_by_one_picture_at_its_distance():
    scores = {
        "U-Net": table([0.9] * 4, [3.0, 0.0, 1.0, 40.0]),
        "Otsu": table([0.5] * 4, [10.0, 20.0, 30.0, 90.0]),
    }
    ax = hausdorff_curves(scores, "Outlines")
    first = ax.lines[0].get_xydata()
    assert first[:, 0].tolist() == [0, 0, 1, 3, 40]
    assert first[:, 1].tolist() == [0, 0.25, 0.5, 0.75, 1]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["U-Net  (median 2.0 px)", "Otsu  (median 25.0 px)"]
    assert (
        ax.get_xlim()[1] > 90 and 50 in ax.get_xticks() and 100 not in ax.get_xticks()
    )
    assert ax.get_title(loc="left") == "Outlines  (n = 4 pictures)"
    ax.figure.draw_without_rendering()
    ticks = [label.get_text() for label in ax.get_xticklabels()]
    assert ticks == ["0", "1", "2", "5", "10", "20", "50"]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_methods_and_pictures_are_drawn(n, tmp_path):
    scores = {f"皮膚 $x^2$ {k} " * 9: table([0.0] * (k + 1)) for k in range(n)}
    saving.save_figure(dice_distribution(scores, "x"), tmp_path, "dice", "Dice.")
    figure = hausdorff_curves(scores, "x", ax=style.make_axes()).figure
    saving.save_figure(figure, tmp_path, "outlines", "Distances.")
