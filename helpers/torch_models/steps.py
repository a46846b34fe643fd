"""The steps of a training: weights move, loss is watched, state can be kept."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from helpers.base import seeds
from helpers.torch_models import batches
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.averages import Average
from helpers.torch_models.frameworks import accelerate, nn, torch
from helpers.torch_models.losses import Loss
from helpers.torch_models.settings import Settings, learning_rate
from helpers.torch_models.watching import Watch

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Steps:
    """A network, its optimizer and its average, moved one epoch at a time.

    Parameters
    ----------
    model : torch.nn.Module
        On the accelerator's device.
    loss : callable
        From `losses.joint`.
    settings : Settings
        How it is trained.
    run : accelerate.Accelerator
        From `precision.accelerator`.
    n : int
        Training pictures.
    augment : callable or None
        (pixels, masks) -> the same, changed.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Loss,
        settings: Settings,
        run: accelerate.Accelerator,
        n: int,
        augment: Callable | None,
    ) -> None:
        self._model, self._loss, self._augment = model, loss, augment
        self._settings, self._run = settings, run
        self._n_batches = len(batches.orders(n, settings.batch_size, 0, 0))
        self._learning = [one for one in model.parameters() if one.requires_grad]
        optimizer = torch.optim.AdamW(
            _groups(self._learning, settings), fused=run.device.type != "mps"
        )
        self._network, self._optimizer = run.prepare(_Shell(model), optimizer)
        self.average = Average(model, settings.ema) if settings.ema else None

    def epoch(self, data: Learnable, seed: int, epoch: int, bar: tqdm) -> float:
        """Train one epoch; return the mean loss of its pictures.

        Parameters
        ----------
        data : Learnable
            What to learn from.
        seed : int
            With `epoch` (from 0) it decides order, augmentation and dropout.
        epoch : int
            From 0.
        bar : tqdm
            Counts pictures.

        Returns
        -------
        float

        Raises
        ------
        TrainingError
            If the loss of a batch is no number; epoch and batch are named.
        """
        run, settings = self._run, self._settings
        rank, n_processes = run.process_index, run.num_processes
        rng = seeds.generator_for(seed, "layers", epoch, rank)
        torch.manual_seed(int(rng.integers(2**63)))
        self._model.train()
        orders = batches.orders(len(data.pixels), settings.batch_size, seed, epoch)
        shares = [order[rank::n_processes] for order in orders]
        watch = Watch(epoch, settings.epochs, orders, run.device.type == "cpu", bar)
        for i, batch in enumerate(batches.load(data, shares, run.device)):
            watch.see(self._step(batch, epoch * self._n_batches + i))
        mean = watch.mean()
        if n_processes > 1:  # each has seen the losses of its own share
            mean = float(run.reduce(torch.tensor(mean, device=run.device), "mean"))
        return mean

    def _step(self, batch: batches.Batch, k: int) -> torch.Tensor:
        """Move the weights once; return the loss, which may still be on its way."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._settings, k, self._n_batches)
        pixels, masks = batch.pixels, batch.masks
        if self._augment is not None:
            pixels, masks = self._augment(pixels, masks)
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        answers: Answers = self._network(pixels)
        loss = self._loss(answers, batch.y, masks)
        self._run.backward(loss)
        if self._settings.clip_norm is not None:
            self._run.clip_grad_norm_(self._learning, self._settings.clip_norm)
        self._optimizer.step()
        self._optimizer.zero_grad()
        if self.average is not None:
            self.average.update(k + 1)
        return loss.detach()

    def state(self) -> tuple[list[np.ndarray], dict[str, Any]]:
        """Return all that the next step depends on.

        Returns
        -------
        tuple of (list of ndarray, dict)
            Tensors; and, in words of JSON, what they are.
        """
        moments = self._optimizer.state_dict()["state"]
        tensors = [*self._model.state_dict().values()]
        tensors += self.average.tensors if self.average else []
        tensors += [moments[i][name] for i in sorted(moments) for name in _MOMENTS]
        scaler = self._run.scaler
        facts = {"moments": sorted(moments)}
        facts["scaler"] = None if scaler is None else scaler.state_dict()
        return as_arrays(tensors), facts

    def restore(self, arrays: Sequence[np.ndarray], facts: dict[str, Any]) -> None:
        """Take up what `state` returned.

        Parameters
        ----------
        arrays : sequence of ndarray
            As many.
        facts : dict
            As they were.
        """
        coming = iter(arrays)
        own = [*self._model.state_dict().values()]
        put(own, [next(coming) for _ in own])
        if self.average is not None:
            put(self.average.tensors, [next(coming) for _ in self.average.tensors])
        whole = self._optimizer.state_dict()
        # Laid out in memory as the weights are: fused steps take both as they lie.
        ordered = [
            one for group in self._optimizer.param_groups for one in group["params"]
        ]
        for i in facts["moments"]:
            moments = [torch.tensor(next(coming)) for _ in _MOMENTS]
            moments[1:] = [torch.empty_like(ordered[i]).copy_(m) for m in moments[1:]]
            whole["state"][i] = dict(zip(_MOMENTS, moments, strict=True))
        self._optimizer.load_state_dict(whole)
        if facts["scaler"]:
            self._run.scaler.load_state_dict(facts["scaler"])


@torch.no_grad()
def put(tensors: Sequence[torch.Tensor], arrays: Sequence[np.ndarray]) -> None:
    """Copy arrays into tensors.

    Parameters
    ----------
    tensors : sequence of torch.Tensor
        Changed in place, wherever they are.
    arrays : sequence of ndarray
        Of the same shapes, in the same order.
    """
    for tensor, array in zip(tensors, arrays, strict=True):
        tensor.copy_(torch.tensor(array))


def as_arrays(tensors: Sequence[torch.Tensor]) -> list[np.ndarray]:
    """Return copies of tensors, from wherever they are.

    Parameters
    ----------
    tensors : sequence of torch.Tensor
        Of any dtype that NumPy has.

    Returns
    -------
    list of ndarray
        Each in C order.
    """
    return [np.array(one.detach().cpu().numpy(), order="C") for one in tensors]


class _Shell(nn.Module):
    """What accelerate may write into: it leaves marks in the module it prepares."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> Answers:
        """Return what the network answers."""
        return self.network(pixels)


def _groups(learning: Sequence[nn.Parameter], settings: Settings) -> list[dict]:
    """Let matrices and kernels decay; biases and normalisation have nothing to lose."""
    decay = settings.weight_decay if settings.optimizer == "adamw" else 0.0
    kernels = [one for one in learning if one.ndim > 1]
    others = [one for one in learning if one.ndim <= 1]
    groups = ((kernels, decay), (others, 0.0))
    rate = settings.learning_rate
    return [
        {"params": some, "weight_decay": share, "lr": rate}
        for some, share in groups
        if some
    ]
