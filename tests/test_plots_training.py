"""Training curves: what is drawn and ringed; the live one: when and where."""

from types import SimpleNamespace

import IPython
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers.show import live, plots_training, saving, style


@pytest.fixture(autouse=True)
def house():
    with mpl.rc_context():
        style.apply()
        yield


def history(n=6, best=4):
    epochs = np.arange(1, n + 1)
    return {
        "loss": (3 / epochs).tolist(),
        "val_loss": (2 + 0.1 * np.abs(epochs - best)).tolist(),
        "accuracy": (0.8 - 0.5 / epochs).tolist(),
        "val_accuracy": (0.6 - 0.4 / epochs).tolist(),
    }


def panels(figure):
    return [ax for ax in figure.axes if ax.axison]


def rings(ax):
    """Return the places of the rings: the markers that are white inside."""
    return [
        (int(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.lines
        if line.get_markerfacecolor() == "white"
    ]


def drawn(ax, values):
    return any(
        len(line.get_ydata()) == len(values)
        and np.array_equal(line.get_ydata(), values, equal_nan=True)
        for line in ax.lines
    )


def words(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_one_model_has_a_panel_of_losses_and_one_of_accuracies():
    one = history()
    figure = plots_training.training_curves(one, "CNN")
    loss, accuracy = panels(figure)
    assert drawn(loss, one["loss"]) and drawn(loss, one["val_loss"])
    assert drawn(accuracy, one["accuracy"]) and drawn(accuracy, one["val_accuracy"])
    assert figure.get_suptitle() == "CNN  (n = 6 epochs)"
    assert words(figure)[:2] == ["training", "validation"]


def test_the_epoch_that_is_kept_is_that_of_the_monitor():
    one = history() | {"val_f1_weighted": [0.1, 0.5, 0.2, 0.5, 0.1, 0.1]}
    for monitor, epoch, value in (
        ("val_loss", 4, one["val_accuracy"][3]),
        ("val_accuracy", 6, one["val_accuracy"][5]),
        ("val_f1_weighted", 2, 0.5),  # of equals the first
    ):
        figure = plots_training.training_curves(one, "x", monitor=monitor)
        loss, accuracy = panels(figure)
        assert rings(loss) == [(epoch, one["val_loss"][epoch - 1])]
        assert rings(accuracy) == [(epoch, value)]
        assert f"epoch {epoch} of 6 kept" in loss.get_title(loc="left")


def test_the_gap_is_filled_only_where_validation_is_worse():
    one = history() | {"loss": [9.0] * 3 + [0.5] * 3}
    loss, _ = panels(plots_training.training_curves(one, "x"))
    (gap,) = loss.collections
    epochs = np.concatenate([path.vertices[:, 0] for path in gap.get_paths()])
    assert epochs.min() > 3 and epochs.max() == 6
    never = history() | {"loss": [9.0] * 6}
    loss, _ = panels(plots_training.training_curves(never, "x"))
    assert not loss.collections[0].get_paths()


def test_many_models_share_scales_and_end_where_each_stopped():
    models = {f"model {k}": history(3 + k, best=2) for k in range(5)}
    models["model 0"]["val_loss"][0] = 4.5
    stages = {name: {"frozen": 2, "fine-tuned": len(one["loss"]) - 2}
              for name, one in models.items()}  # fmt: skip
    figure = plots_training.training_curves(models, "Five", stages)
    shown = panels(figure)
    assert len(shown) == 2 * 5
    losses = [ax for ax in shown if any(drawn(ax, m["loss"]) for m in models.values())]
    assert len(losses) == 5
    assert len({ax.get_ylim() for ax in losses}) == 1 and losses[0].get_ylim()[1] > 4.5
    assert {ax.get_xlim() for ax in shown} == {(0.5, 7.5)}
    for ax in shown:
        assert any(list(line.get_xdata()) == [2.5, 2.5] for line in ax.lines)
    assert words(figure)[-1] == "end of a stage: frozen, then fine-tuned"
    assert figure.get_suptitle() == "Five  (n = 25 epochs of 5 models)"


def test_nan_is_a_gap_and_never_the_best_and_a_huge_loss_makes_a_log_scale():
    one = history()
    one["val_loss"][3], one["loss"][0], one["loss"][1] = np.nan, 900.0, np.inf
    loss, accuracy = panels(plots_training.training_curves(one, "x"))
    assert [epoch for epoch, _ in rings(loss)] == [3]
    assert loss.get_yscale() == "log" and accuracy.get_yscale() == "linear"
    assert "log scale" in loss.get_ylabel()
    top = plots_training.training_curves(history(), "x").axes[0]
    assert top.get_yscale() == "linear" and top.get_ylim()[0] == 0


@pytest.mark.parametrize(
    "one",
    [
        {},
        {"loss": []},
        {"loss": [1.0]},
        history(1),
        {"loss": [1.0, 0.5], "accuracy": [0.1, 0.2]},
        {"loss": [np.nan], "val_loss": [np.nan]},
        {"VGG16": history(2)},
        {"皮膚 <b>x</b> $y$ " * 5: history(2), "b": {}},
    ],
)
def test_whatever_there_is_is_drawn(one, tmp_path):
    figure = plots_training.training_curves(one, "x", {"a": 1})
    saving.save_figure(figure, tmp_path, "curves", "Curves.")


def test_validation_is_told_from_training_by_more_than_hue():
    lightness = [np.mean(to_rgb(colour)) for colour in (style.INK, style.ACCENT)]
    assert abs(lightness[0] - lightness[1]) > 0.2


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        figure = plots_training.training_curves(history(), "x")
        saving.save_figure(figure, tmp_path / folder, "curves", "Curves.")
    for name in ("curves.png", "curves.svg"):
        one, two = (tmp_path / each / "figures" / name for each in "ab")
        assert one.read_bytes() == two.read_bytes()


class Notebook:
    """What a notebook would show: a list for each place in it."""

    def __init__(self, monkeypatch):
        self.places, self.now = [], 100.0
        monkeypatch.delenv("HELPERS_QUIET", raising=False)
        shell = SimpleNamespace(kernel=object())
        monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
        monkeypatch.setattr(IPython.display, "display", self.display)
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr(live, "time", clock)

    def display(self, picture, display_id):
        place = [picture]
        self.places.append(place)
        return SimpleNamespace(update=place.append)


def test_a_live_curve_is_redrawn_in_place_at_most_once_a_second(monkeypatch):
    notebook = Notebook(monkeypatch)
    curve = plots_training.LiveCurve("CNN")
    for second in (100.0, 100.5, 100.9, 101.1, 101.5, 102.2):
        notebook.now = second
        curve(history())
    (shown,) = notebook.places
    assert len(shown) == 3
    assert shown[0].data.startswith(b"\x89PNG")


def test_a_live_figure_takes_a_twentieth_of_the_time_at_most(monkeypatch):
    notebook = Notebook(monkeypatch)

    def slow():
        notebook.now += 2
        return Figure(figsize=(1, 1))

    figure = live.LiveFigure()
    figure.show(slow, "x")  # until 102
    notebook.now = 139.0
    figure.show(slow, "x")
    assert len(notebook.places[0]) == 1
    notebook.now = 140.5
    figure.show(slow, "x")
    assert len(notebook.places[0]) == 2


def test_a_live_curve_is_silent_where_nobody_watches(monkeypatch):
    notebook = Notebook(monkeypatch)
    monkeypatch.setenv("HELPERS_QUIET", "1")
    plots_training.LiveCurve("x")(history())
    monkeypatch.delenv("HELPERS_QUIET")
    for shell in (None, SimpleNamespace()):  # plain Python, a terminal's IPython
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        plots_training.LiveCurve("x")(history())
    assert notebook.places == []


def test_what_decides_is_drawn_and_named():
    """Dice in accuracy's place; balanced accuracy beside accuracy."""
    dice = {"loss": [1, 0.5], "val_loss": [1, 0.6], "val_dice": [0.7, 0.9]}
    fig = plots_training.training_curves(dice, "masks", monitor="val_dice")
    assert [ax.get_ylabel() for ax in fig.axes] == ["loss", "Dice"]
    drawn = [line.get_ydata() for line in fig.axes[1].lines]
    assert any(list(values) == [0.7, 0.9] for values in drawn)
    assert "epoch 2 of 2 kept" in fig.axes[1].get_title(loc="left")
    labels = {"loss": [1, 0.5], "val_loss": [1, 0.6], "val_accuracy": [0.4, 0.3]}
    labels["val_balanced_accuracy"] = [0.2, 0.25]
    how = {"monitor": "val_balanced_accuracy"}
    fig = plots_training.training_curves(labels, "labels", **how)
    words = [text.get_text() for one in fig.legends for text in one.get_texts()]
    assert "validation, balanced accuracy" in words
    assert "epoch 2 of 2 kept" in fig.axes[1].get_title(loc="left")
