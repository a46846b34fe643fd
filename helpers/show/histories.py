"""What is drawn of a training's history: lines, and the epoch that is kept."""

from collections.abc import Mapping, Sequence

import numpy as np

History = Mapping[str, Sequence[float]]
"""Metric name -> value of each epoch."""

SCORES = {
    "val_f1_weighted": "weighted F1",
    "val_f1_macro": "macro F1",
    "val_balanced_accuracy": "balanced accuracy",
}
"""Drawn beside accuracy: the one that decides, else the first."""


def n_epochs(history: History) -> int:
    """Return how many epochs a training had.

    Parameters
    ----------
    history : History
        Of one model.

    Returns
    -------
    int
        Of its longest line.
    """
    return max(map(len, history.values()), default=0)


def values_of(history: History, key: str) -> np.ndarray:
    """Return a line of a history.

    Parameters
    ----------
    history : History
        Of one model.
    key : str
        The metric.

    Returns
    -------
    ndarray of float64, shape (n_epochs,)
        Infinity is a gap (NaN), too: it has no place. Empty where there is no such
        line.
    """
    values = np.array(history.get(key, ()), float)
    return np.where(np.isfinite(values), values, np.nan)


def kept_epoch(history: History, monitor: str) -> int | None:
    """Return the epoch at which the monitor was best.

    Parameters
    ----------
    history : History
        Of one model.
    monitor : str
        The metric that decides: the less of ``val_loss``, the more of any other.

    Returns
    -------
    int or None
        From 1; of equal ones the first. None where the metric is not there.
    """
    values = values_of(history, monitor)
    if not np.isfinite(values).any():
        return None
    best = np.nanargmin(values) if monitor == "val_loss" else np.nanargmax(values)
    return int(best) + 1


def quantity_of(monitor: str) -> str:
    """Return what is drawn beside the loss.

    Parameters
    ----------
    monitor : str
        The metric that decides.

    Returns
    -------
    {"dice", "accuracy"}
        Dice where it decides.
    """
    return "dice" if monitor == "val_dice" else "accuracy"


def keys_of(quantity: str, monitor: str) -> list[str]:
    """Return the lines that belong to a quantity.

    Parameters
    ----------
    quantity : {"loss", "accuracy", "dice"}
        What is drawn.
    monitor : str
        The metric that decides.

    Returns
    -------
    list of str
        Training, validation, and for accuracy the score that is drawn beside it.

    Examples
    --------
    >>> keys_of("accuracy", "val_loss")
    ['accuracy', 'val_accuracy', 'val_f1_weighted']
    """
    beside = [monitor if monitor in SCORES else next(iter(SCORES))]
    return [quantity, f"val_{quantity}"] + beside * (quantity == "accuracy")
