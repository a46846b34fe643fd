"""The losses of an epoch, watched: a training stops at one that is no number."""

import math
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from helpers.base.errors import TrainingError
from helpers.torch_models.frameworks import torch

_LOOKS_APART = 20
"""Steps of a GPU between looks at the loss: a look waits until all of them are done."""

_WAY_OUT = "lower the learning rate, or look at the pictures and labels of this batch"


class Watch:
    """Collects the losses of an epoch, and stops at one that is no number."""

    def __init__(
        self,
        epoch: int,
        n_epochs: int,
        orders: Sequence[np.ndarray],
        at_once: bool,
        bar: tqdm,
    ) -> None:
        self._epoch, self._sizes = epoch, [len(order) for order in orders]
        self._apart, self._bar = 1 if at_once else _LOOKS_APART, bar
        self._coming: list[torch.Tensor] = []
        self._seen: list[float] = []
        self._sum = 0.0
        self._name = f"{epoch + 1}/{n_epochs}"

    def see(self, loss: torch.Tensor) -> None:
        """Note the loss of a batch."""
        self._coming.append(loss)
        if len(self._coming) == self._apart:
            self._look()

    def mean(self) -> float:
        """Return the mean over the epoch's pictures."""
        if self._coming:
            self._look()
        return float(np.average(self._seen, weights=self._sizes))

    def _look(self) -> None:
        first = len(self._seen)
        self._seen += torch.stack(self._coming).tolist()
        self._coming.clear()
        for i, loss in enumerate(self._seen[first:], first):
            if not math.isfinite(loss):
                raise TrainingError(
                    f"the loss is {loss}",
                    where=f"epoch {self._epoch + 1}, batch {i + 1} of "
                    f"{len(self._sizes)}",
                    way_out=_WAY_OUT,
                )
            self._sum += loss
        mean = self._sum / len(self._seen)
        self._bar.set_postfix(epoch=self._name, loss=f"{mean:.3f}", refresh=False)
        self._bar.update(sum(self._sizes[first : len(self._seen)]))
