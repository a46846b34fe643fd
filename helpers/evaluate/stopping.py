"""Which epoch of a training is kept, and when to stop waiting for a better one."""

from collections.abc import Mapping, Sequence

import numpy as np

LESS_IS_BETTER = "val_loss"
"""The only metric of which less is better."""


def best_epoch(history: Mapping[str, Sequence[float]], monitor: str) -> int:
    """Return the best epoch so far.

    Parameters
    ----------
    history : mapping of str to sequence of float
        Metric name -> value of each epoch.
    monitor : str
        The metric that decides.

    Returns
    -------
    int
        From 1; the first of equal ones; 0 before any.

    Examples
    --------
    >>> best_epoch({"val_loss": [0.9, 0.5, 0.5]}, "val_loss")
    2
    """
    values = np.array(history.get(monitor, ()))
    if not len(values):
        return 0
    sign = -1 if monitor == LESS_IS_BETTER else 1
    return int(np.argmax(sign * values)) + 1


def is_over(
    history: Mapping[str, Sequence[float]], monitor: str, patience: int | None
) -> bool:
    """Tell whether patience has run out.

    Parameters
    ----------
    history, monitor
        As for `best_epoch`.
    patience : int or None
        Epochs without a better one before training stops; None waits for ever.

    Returns
    -------
    bool
    """
    waited = len(history.get(monitor, ())) - best_epoch(history, monitor)
    return patience is not None and waited >= patience
