"""Parallel coordinates of trials, and the budget of errors of two steps."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers.show import plots_routing, plots_tuning, saving, style


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def trials():
    return pd.DataFrame(
        {
            "trial": [0, 1, 2, 3],
            "optimizer": ["SGD", "Adam", "SGD", "RMSprop"],
            "learning_rate": [0.001, 0.01, 0.1, 0.01],
            "dense": [128, 256, 192, 256],
            "f1": [0.1, 0.3, 0.2, 0.3],
        }
    )


COLUMNS = ["optimizer", "learning_rate", "dense"]


def lines(ax, n_axes=4):
    return [line for line in ax.lines if len(line.get_xdata()) == n_axes]


def path(ax, n, colour=None):
    """Return the heights of the lines of a colour."""
    return [
        list(line.get_ydata())
        for line in lines(ax, n)
        if to_hex(line.get_color()) == colour
    ]


def test_learning_rates_have_a_log_scale_and_others_a_plain_one():
    ax = plots_tuning.parallel_coordinates(trials(), COLUMNS, "f1", "Search")
    heights = np.array([line.get_ydata() for line in lines(ax)])
    assert sorted(heights[:, 1]) == pytest.approx([0, 0.5, 0.5, 1])
    assert sorted(heights[:, 2]) == pytest.approx([0, 0.5, 1, 1])
    assert sorted(heights[:, 3]) == pytest.approx([0, 0.5, 1, 1])
    said = [text.get_text() for text in ax.texts]
    assert {"0.001", "0.01", "0.1", "Adam", "RMSprop", "SGD"} <= set(said)
    assert ax.get_title(loc="left") == "Search  (n = 4 trials)"


def test_the_best_trial_is_marked_of_equals_the_first():
    ax = plots_tuning.parallel_coordinates(trials(), COLUMNS, "f1", "Search")
    (best,) = path(ax, 4, style.BAD)
    assert best == pytest.approx([5 / 6, 0.5, 1, 1])  # Adam on top, .01, 256, best
    said = [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"]
    assert said == ["0.01", "256", "trial 1: 0.3"]


def test_a_trial_without_a_score_is_dashed_and_ends_below():
    rows = trials()
    rows.loc[[1, 3], "f1"] = np.nan
    ax = plots_tuning.parallel_coordinates(rows, COLUMNS, "f1", "Search")
    failed = [line for line in lines(ax) if line.get_linestyle() == "--"]
    assert len(failed) == 2
    assert all(line.get_ydata()[-1] < 0 for line in failed)
    assert "no score" in [text.get_text() for text in ax.texts]
    assert "2 of them without a score" in ax.get_title(loc="left")
    (best,) = path(ax, 4, style.BAD)
    assert best[1] == pytest.approx(1)  # learning rate .1


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("score", ["f1", "never"])
def test_whatever_there_is_is_drawn(n, score, tmp_path):
    rows = (
        trials()
        .iloc[:n]
        .assign(never=np.nan, optimizer="皮膚 <b>$x$</b>" * 5, flag=True)
    )
    names = [*COLUMNS, "flag"]
    ax = plots_tuning.parallel_coordinates(rows, names, score, "x")
    saving.save_figure(ax.figure, tmp_path, "trials", "Trials.")


def budget(right, step1, step2, oracle):
    return {
        "n": right + step1 + step2,
        "right": right,
        "wrong": step1 + step2,
        "wrong_step1": step1,
        "wrong_step2": step2,
        "oracle_accuracy": oracle,
    }


def test_error_budget_bars_add_up_and_say_their_counts():
    budgets = {"hard": budget(80, 50, 70, 0.55), "flat": budget(100, 40, 60, np.nan)}
    ax = plots_routing.error_budget(budgets, "Two steps", 200)
    rows = {}
    for bar in ax.patches:
        rows.setdefault(round(bar.get_y() + bar.get_height() / 2), []).append(bar)
    for row, counts in ((0, [80, 50, 70]), (1, [100, 40, 60])):
        widths = [bar.get_width() for bar in rows[row]]
        assert widths == pytest.approx(np.array(counts) / 200)
        starts = np.cumsum([0, *widths])[:-1]
        assert [bar.get_x() for bar in rows[row]] == pytest.approx(starts)
    assert ax.lines[0].get_xydata().tolist() == [[0.55, -0.38]]
    assert "40 %\n80" in [text.get_text() for text in ax.texts]
    assert ax.get_title(loc="left") == "Two steps  (n = 200 pictures)"


def test_a_published_budget_without_steps_is_drawn_gray():
    ax = plots_routing.error_budget({"P2": {"right": 781, "wrong": 2620}}, "x", 3401)
    assert [round(bar.get_width() * 3401) for bar in ax.patches] == [781, 2620]
    said = [text.get_text() for text in ax.figure.legends[0].get_texts()]
    assert said == ["right", "wrong, step not known"]


@pytest.mark.parametrize("budgets", [{}, {"none": budget(0, 0, 0, np.nan)}])
def test_a_budget_of_nothing_is_drawn(budgets, tmp_path):
    ax = plots_routing.error_budget(budgets, "x", 0)
    saving.save_figure(ax.figure, tmp_path, "budget", "Budget.")
