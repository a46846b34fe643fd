"""What is drawn of a training's history: lines, and the epoch that is kept."""

from collections.abc import Mapping, Sequence

import numpy as np

History = Mapping[str, Sequence[float]]

SCORES = {
    "val_f1_weighted": "weighted F1",
    "val_f1_macro": "macro F1",
    "val_balanced_accuracy": "balanced accuracy",
}
"""Drawn beside accuracy: the one that decides, else the first."""


def n_epochs(history: History) -> int:
    """Return how many epochs there are."""
    return max(map(len, history.values()), default=0)


def values_of(history: History, key: str) -> np.ndarray:
    """Return a line of the history; infinity is a gap, too: it has no place."""
    values = np.array(history.get(key, ()), float)
    return np.where(np.isfinite(values), values, np.nan)


def kept_epoch(history: History, monitor: str) -> int | None:
    """Return the epoch, from 1, at which the monitor was best; of equals the first."""
    values = values_of(history, monitor)
    if not np.isfinite(values).any():
        return None
    best = np.nanargmin(values) if monitor == "val_loss" else np.nanargmax(values)
    return int(best) + 1


def quantity_of(monitor: str) -> str:
    """Return what is drawn beside the loss: Dice where it decides, else accuracy."""
    return "dice" if monitor == "val_dice" else "accuracy"


def keys_of(quantity: str, monitor: str) -> list[str]:
    """Return the lines of a quantity: training, validation, and what is beside it."""
    beside = [monitor if monitor in SCORES else next(iter(SCORES))]
    return [quantity, f"val_{quantity}"] + beside * (quantity == "accuracy")
