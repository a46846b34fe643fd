"""Figures of training: what a model learnt from epoch to epoch, after it and live."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from helpers.show import style
from helpers.show.histories import (
    SCORES,
    History,
    kept_epoch,
    keys_of,
    n_epochs,
    quantity_of,
    values_of,
)
from helpers.show.labels import shorten
from helpers.show.live import LiveFigure
from helpers.show.panels import write_headline, write_legend

_TRAIN = {"color": style.INK, "lw": 1.6}
_LINES = {
    "val_loss": {"color": style.ACCENT, "lw": 1.9},
    "val_accuracy": {"color": style.ACCENT, "lw": 1.9},
    "val_dice": {"color": style.ACCENT, "lw": 1.9},
} | dict.fromkeys(SCORES, {"color": style.CATEGORICAL[3], "lw": 1.6, "ls": (0, (4, 2))})
_GAP = "#dbe9f3"  # the colour of validation, so pale that grid and lines stay in front
_BORDER = {"color": style.INK, "lw": 1}
_DASHES = {"color": style.QUIET_INK, "lw": 1, "ls": (0, (2, 2))}
_RING = {"marker": "o", "mfc": "white", "mec": style.ACCENT, "mew": 2, "ms": 8}
_WORDS = {
    "val_loss": "lowest validation loss",
    "val_accuracy": "highest validation accuracy",
    "val_dice": "highest validation Dice",
} | {key: f"highest {words}, validation" for key, words in SCORES.items()}
_MAX_COLUMNS, _FEW_EPOCHS = 4, 25
_HUGE = 8
"""A loss so many times its median would squash all others: then the scale is log."""


def training_curves(
    history: History | Mapping[str, History],
    title: str,
    stages: Mapping[str, int] | Mapping[str, Mapping[str, int]] | None = None,
    monitor: str = "val_loss",
) -> Figure:
    """Draw loss and accuracy of each epoch, training against validation.

    Parameters
    ----------
    history : mapping of str to sequence of float, or mapping of str to such a mapping
        As Keras returns it: "loss", "val_loss", "accuracy", "val_accuracy", one value
        for each epoch; "val_f1_weighted" (or what decides) is drawn where it is there,
        all others are passed over. Where "val_dice" decides, Dice is in accuracy's
        place. A mapping of model names to histories draws each model in a column
        of its own, on common scales.
    title : str
        What was trained, on what.
    stages : mapping of str to int, optional
        Name of a stage -> its number of epochs, in order ("frozen", "fine-tuned"); a
        mapping of model names to such mappings where each model stopped elsewhere.
    monitor : str, optional
        "val_loss", "val_accuracy", "val_f1_weighted", "val_f1_macro",
        "val_balanced_accuracy" or "val_dice": by what the epoch was chosen whose
        weights are kept.

    Returns
    -------
    Figure
        The gap between training and validation filled, the epoch that is kept ringed;
        lines end where training stopped. The title counts the epochs.
    """
    alone = not any(isinstance(each, Mapping) for each in history.values())
    models = {"": history} if alone else history
    if not any(isinstance(each, Mapping) for each in (stages or {}).values()):
        stages = dict.fromkeys(models, stages or {})
    figure, panels, pairs = _layout(len(models), alone)
    ends = [n_epochs(one) for one in models.values()]
    last = max([*ends, 1])
    quantity = quantity_of(monitor)
    for pair, (name, one), end in zip(pairs, models.items(), ends, strict=False):
        for ax, key in zip(pair, ("loss", quantity), strict=True):
            _draw_curves(ax, one, key, monitor)
            for start in np.cumsum(list(stages.get(name, {}).values()))[:-1]:
                ax.axvline(start + 0.5, **_BORDER)
            ax.set_xlim(0.5, last + 0.5)
        kept = kept_epoch(one, monitor)
        words = f"epoch {kept} of {end} kept" if kept else f"{end} epochs"
        _name(pair, shorten(name, 88 // panels.shape[1]), words, quantity)
    _set_scales(pairs[: len(models)], list(models.values()), monitor)
    _name_axes(panels, alone, quantity)
    names = dict.fromkeys(stage for one in stages.values() for stage in one)
    write_legend(figure, _handles(list(models.values()), monitor, list(names)))
    unit = "epoch" if sum(ends) == 1 else "epochs"
    unit += "" if alone else f" of {len(models)} models"
    write_headline(figure, title, sum(ends), unit)
    return figure


class LiveCurve:
    """Redraw the curves in place while a model trains in a notebook.

    Parameters
    ----------
    title : str
        What is being trained.
    """

    def __init__(self, title: str) -> None:
        self.title, self._figure = title, LiveFigure()

    def __call__(self, history: History) -> None:
        """Show the epochs so far, as often as `LiveFigure` allows.

        Parameters
        ----------
        history : mapping of str to sequence of float
            Of one model, as `training_curves` wants it.
        """
        alt = f"{self.title}: loss and accuracy of {n_epochs(history)} epochs so far"
        self._figure.show(lambda: training_curves(history, self.title), alt)


def _layout(n_models: int, alone: bool) -> tuple[Figure, np.ndarray, np.ndarray]:
    """Return a figure, its panels as they lie, and as (model, loss and accuracy)."""
    n_columns = 2 if alone else min(max(n_models, 2), _MAX_COLUMNS)
    n_bands = max(1, -(-n_models // n_columns))
    height_in = 4.3 if alone else 1.3 + 3.3 * n_bands
    figure = Figure(figsize=(9.0, height_in), layout="constrained")
    figure.get_layout_engine().set(wspace=0.04, hspace=0.04, h_pad=0.05)
    if alone:
        panels = figure.subplots(1, 2, squeeze=False)
        return figure, panels, panels
    panels = figure.subplots(2 * n_bands, n_columns, squeeze=False, sharey="row")
    pairs = panels.reshape(n_bands, 2, n_columns).swapaxes(1, 2).reshape(-1, 2)
    for ax in pairs[n_models:].ravel():
        ax.set_axis_off()
    return figure, panels, pairs


def _draw_curves(ax: Axes, history: History, key: str, monitor: str) -> None:
    """Draw one quantity: its lines, the gap between them, the epoch that is kept."""
    names = keys_of(key, monitor)
    lines = {name: values_of(history, name) for name in names}
    few = {"marker": "o", "ms": 3.5} if n_epochs(history) <= _FEW_EPOCHS else {}
    for name, values in lines.items():
        ax.plot(np.arange(len(values)) + 1, values, **_LINES.get(name, _TRAIN), **few)
    n_both = min(len(lines[names[0]]), len(lines[names[1]]))
    train, valid = lines[names[0]][:n_both], lines[names[1]][:n_both]
    worse = valid > train if key == "loss" else valid < train
    look = {"where": worse, "interpolate": True, "color": _GAP, "lw": 0, "zorder": 0.6}
    ax.fill_between(np.arange(n_both) + 1, train, valid, **look)
    if (kept := kept_epoch(history, monitor)) is not None:
        ax.axvline(kept, **_DASHES, zorder=0.8)
        ringed = lines.get(monitor, lines[names[1]])
        ring = _RING | {"mec": _LINES[monitor]["color"]} if monitor in lines else _RING
        if kept <= len(ringed):
            ax.plot(kept, ringed[kept - 1], clip_on=False, zorder=4, **ring)
    ax.grid(axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))


def _name(pair: Sequence[Axes], name: str, words: str, quantity: str) -> None:
    """Write above a pair of panels whose they are and which epoch is kept."""
    look = {"size": 11, "weight": "normal", "pad": 6}
    if name:
        pair[0].set_title(f"{name}\n", **look)
        at = {"xycoords": "axes fraction", "textcoords": "offset points"}
        small = {"size": 9, "color": style.QUIET_INK}
        pair[0].annotate(words, (0, 1), xytext=(0, 6), **at, **small)
    else:
        pair[0].set_title(f"loss, {words}", **look)
        pair[1].set_title(f"{_named(quantity)}, {words}", **look)


def _named(quantity: str) -> str:
    return "Dice" if quantity == "dice" else quantity


def _set_scales(pairs: np.ndarray, histories: list[History], monitor: str) -> None:
    """Give all panels of one quantity one scale; that of shares begins at 0."""
    for place, quantity in enumerate(("loss", quantity_of(monitor))):
        keys = keys_of(quantity, monitor)
        lines = [values_of(one, key) for one in histories for key in keys]
        values = np.concatenate([*lines, np.empty(0)])
        values = values[np.isfinite(values)]
        low, high = values.min(initial=np.inf), values.max(initial=0.0)
        for ax in pairs[:, place]:
            if place == 0 and low > 0 and high > _HUGE * np.median([*values, high]):
                style.use_log_axis(ax, "y")
                ax.set_ylim(low / 1.3, high * 1.3)
            else:
                ax.set_ylim(0, (1.15 * high or 1.0) if place == 0 or high < 0.85 else 1)


def _name_axes(panels: np.ndarray, alone: bool, quantity: str) -> None:
    """Say what the axes are, where panels share one only at the edge."""
    log = " (log scale)" if panels[0, 0].get_yscale() == "log" else ""
    for (row, column), ax in np.ndenumerate(panels):
        is_loss = (column if alone else row) % 2 == 0
        if alone or column == 0:
            ax.set_ylabel(f"loss{log}" if is_loss else _named(quantity))
        if alone or not is_loss:
            ax.set_xlabel("epoch")
        else:
            ax.tick_params(labelbottom=False)


def _handles(histories: list[History], monitor: str, stages: list[str]) -> list:
    """Return what the legend shows: only what is drawn."""
    keys = {key for one in histories for key in one}
    lines = [Line2D([], [], label="training", **_TRAIN)]
    if keys & {"val_loss", f"val_{quantity_of(monitor)}"}:
        lines.append(Line2D([], [], label="validation", **_LINES["val_loss"]))
        lines.append(Patch(color=_GAP, label="gap: worse on validation"))
    beside = keys_of(quantity_of(monitor), monitor)[2:]
    for key in keys.intersection(beside):
        words = f"validation, {SCORES[key]}"
        lines.append(Line2D([], [], label=words, **_LINES[key]))
    if any(kept_epoch(one, monitor) for one in histories):
        words = f"kept: {_WORDS.get(monitor, monitor)}"
        lines.append(Line2D([], [], label=words, **_DASHES, **_RING))
    if len(stages) > 1:
        words = f"end of a stage: {', then '.join(stages)}"
        look = {"marker": "|", "ms": 13, "mew": 1, "ls": ""}
        lines.append(Line2D([], [], label=shorten(words, 70), **look, color=style.INK))
    return lines
