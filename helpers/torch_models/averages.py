"""A running average of a network's weights: often better than the last ones."""

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.torch_models.frameworks import nn, torch


class Average:
    """The exponential moving average of all floating-point weights and statistics.

    Parameters
    ----------
    model : torch.nn.Module
        Whose weights; the average begins as their copy.
    decay : float
        What the average keeps of itself at each step, in the long run. After k steps it
        keeps at most ``(1 + k) / (10 + k)``: the first weights are no good ones.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._own = [one for one in model.state_dict().values() if _is_float(one)]
        self._decay = decay
        self.tensors = [one.clone() for one in self._own]

    @torch.no_grad()
    def update(self, n_steps: int) -> None:
        """Take in the weights.

        Parameters
        ----------
        n_steps : int
            Steps that were taken, from 1.
        """
        keep = min(self._decay, (1 + n_steps) / (10 + n_steps))
        # One call for all: hundreds of small tensors cost more than their numbers.
        torch._foreach_lerp_(self.tensors, self._own, 1 - keep)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the model have the average for as long as the block lasts."""
        kept = [one.clone() for one in self._own]
        _copy(self._own, self.tensors)
        try:
            yield
        finally:
            _copy(self._own, kept)


@torch.no_grad()
def _copy(to: list[torch.Tensor], values: list[torch.Tensor]) -> None:
    torch._foreach_copy_(to, values)


def _is_float(tensor: torch.Tensor) -> bool:
    return tensor.dtype.is_floating_point
