"""How a network is trained, and what that makes of the learning rate."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from helpers.base.errors import ParameterError
from helpers.torch_models.precision import Precision

Monitor = Literal[
    "val_loss", "val_accuracy", "val_f1_macro", "val_balanced_accuracy", "val_dice"
]
"""What decides which epoch is the best; of the validation pictures only."""


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Parameters
    ----------
    epochs : int
        At most so many.
    batch_size : int
        Pictures in a step, at least 2; of all processes together.
    learning_rate : float
        The highest.
    optimizer : {"adamw", "adam"}, optional
        Adam with or without weight decay.
    weight_decay : float, optional
        Of kernels and matrices, not of biases and normalisation; AdamW only.
    schedule : {"cosine", "constant"}, optional
        How the learning rate goes on.
    warm_up_epochs : float, optional
        Epochs over which it rises, of a cosine only.
    clip_norm : float, optional
        The longest a gradient may be; None lets all be.
    ema : float, optional
        Decay, between 0 and 1, of an average of the weights, which then is what is
        judged and kept; None keeps none.
    patience : int, optional
        Stop after so many epochs without a better one.
    monitor : str, optional
        What is better: less ``val_loss``, or more ``val_accuracy``, ``val_f1_macro``,
        ``val_balanced_accuracy`` or ``val_dice``.
    precision : {"auto", "fp32", "bf16", "fp16"}, optional
        As for `precision.choose`.

    Raises
    ------
    ParameterError
        If a value is none of these.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: Literal["adamw", "adam"] = "adamw"
    weight_decay: float = 0.05
    schedule: Literal["cosine", "constant"] = "cosine"
    warm_up_epochs: float = 1.0
    clip_norm: float | None = 1.0
    ema: float | None = None
    patience: int | None = None
    monitor: Monitor = "val_loss"
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        fits = {
            "epochs": self.epochs >= 1,
            "batch_size": self.batch_size >= 2,
            "learning_rate": self.learning_rate > 0,
            "optimizer": self.optimizer in ("adamw", "adam"),
            "weight_decay": self.weight_decay >= 0,
            "schedule": self.schedule in ("cosine", "constant"),
            "warm_up_epochs": self.warm_up_epochs >= 0,
            "clip_norm": self.clip_norm is None or self.clip_norm > 0,
            "ema": self.ema is None or 0 < self.ema < 1,
            "patience": self.patience is None or self.patience >= 1,
            "monitor": self.monitor in get_args(Monitor),
            "precision": self.precision in get_args(Precision),
        }
        for name, right in fits.items():
            if not right:
                raise ParameterError(
                    f"{name} cannot be {getattr(self, name)!r}",
                    where=name,
                    way_out="the docstring of Settings has the values",
                )


def learning_rate(settings: Settings, k: int, n_batches: int) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    settings : Settings
        Schedule and warm-up.
    k : int
        The step, from 0, over all epochs.
    n_batches : int
        Steps of an epoch.

    Returns
    -------
    float
        Constant; or half a cosine over all epochs, times a line from nearly 0 to 1 over
        the epochs of the warm-up.
    """
    if settings.schedule == "constant":
        return settings.learning_rate
    cosine = (1 + math.cos(math.pi * k / (settings.epochs * n_batches))) / 2
    warm_up = settings.warm_up_epochs * n_batches
    return settings.learning_rate * cosine * min(1.0, (k + 1) / max(1.0, warm_up))
