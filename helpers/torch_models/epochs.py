"""What happens after each epoch: it is judged, the best kept, a checkpoint written."""

import math
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np

from helpers.base.errors import TrainingError
from helpers.evaluate import stopping
from helpers.evaluate.classification import scores
from helpers.evaluate.segmentation import dice
from helpers.storage.checkpoints import Checkpoints, State
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.batches import Batch
from helpers.torch_models.forward import answer
from helpers.torch_models.frameworks import accelerate, nn, torch
from helpers.torch_models.losses import Loss
from helpers.torch_models.precision import Chosen
from helpers.torch_models.steps import Steps, as_arrays, put

History = dict[str, list[float]]
"""Metric name -> value of each epoch."""


@torch.no_grad()
def judge(
    model: nn.Module, data: Learnable, loss: Loss, chosen: Chosen
) -> dict[str, float]:
    """Score a model on pictures that it does not learn from.

    Parameters
    ----------
    model : torch.nn.Module
        Where it is.
    data : Learnable
        What of labels and masks the model answers.
    loss : callable
        From `losses.joint`.
    chosen : {"fp32", "bf16", "fp16"}
        From `precision.choose`.

    Returns
    -------
    dict of str to float
        val_loss; with labels val_accuracy, val_f1_macro, val_balanced_accuracy; with
        masks val_dice: the mean over the pictures, a pixel being lesion from one half.
    """
    losses, y_pred, overlaps = [], [], []

    def seen(model: nn.Module, batch: Batch) -> tuple[Answers, Batch]:
        """Answer, and keep what was asked."""
        return model(batch.pixels), batch

    for rows, (answers, batch) in answer(model, data, seen, chosen):
        answers = Answers(*(None if one is None else one.float() for one in answers))
        losses.append(float(loss(answers, batch.y, batch.masks)) * _length(rows))
        if batch.y is not None:
            y_pred.append(answers.labels.argmax(1).cpu().numpy())
        if batch.masks is not None:
            true, found = (batch.masks >= 0.5).cpu(), (answers.masks > 0).cpu()
            overlaps.append(dice(true[:, 0].numpy(), found[:, 0].numpy()))
    scored = {"val_loss": sum(losses) / len(data.pixels)}
    if y_pred:
        found = scores(data.y, np.concatenate(y_pred), len(model.labels))
        for name in ("accuracy", "f1_macro", "balanced_accuracy"):
            scored[f"val_{name}"] = float(found[name])
    if overlaps:
        scored["val_dice"] = float(np.concatenate(overlaps).mean())
    return scored


class EpochEnd:
    """Judges each epoch on the validation pictures, keeps the best, writes checkpoints.

    Parameters
    ----------
    model : torch.nn.Module
        The model.
    steps : Steps
        That train it.
    monitor : str
        The metric that decides.
    patience : int or None
        Epochs without a better one before it is over.
    checkpoints : Checkpoints or None
        Where states go.
    on_epoch : callable or None
        Called with the history.
    run : accelerate.Accelerator
        Of several processes one judges and writes.
    """

    def __init__(
        self,
        model: nn.Module,
        steps: Steps,
        monitor: str,
        patience: int | None,
        checkpoints: Checkpoints | None,
        on_epoch: Callable[[History], None] | None,
        run: accelerate.Accelerator,
    ) -> None:
        self._model, self._steps, self._monitor = model, steps, monitor
        self._patience, self._checkpoints = patience, checkpoints
        self._on_epoch, self._run = on_epoch, run
        self.history: History = {}
        self._best: list[np.ndarray] = []

    @property
    def best_epoch(self) -> int:
        """The best epoch so far, from 1; the first of equal ones; 0 before any."""
        return stopping.best_epoch(self.history, self._monitor)

    @property
    def is_over(self) -> bool:
        """True when patience has run out."""
        return stopping.is_over(self.history, self._monitor, self._patience)

    def resume(self) -> int:
        """Take up the newest checkpoint, if there is one; return the epochs done."""
        state = self._checkpoints.load() if self._checkpoints else None
        if state is None:
            return 0
        n_best = len(self._model.state_dict())
        self._steps.restore(state.tensors[:-n_best], state.facts["steps"])
        self._best = [one.copy() for one in state.tensors[-n_best:]]
        self.history = state.facts["history"]
        self._tell()
        return state.epoch

    def use_best(self) -> None:
        """Give the model the weights of the best epoch."""
        put([*self._model.state_dict().values()], self._best)

    def end(self, epoch: int, loss: float, validate: Callable[[], dict]) -> None:
        """Judge, remember, write.

        Parameters
        ----------
        epoch : int
            That has just ended, from 0.
        loss : float
            Of its training pictures.
        validate : callable
            Returns what `judge` does.

        Raises
        ------
        TrainingError
            If the validation loss is no number.
        """
        average = self._steps.average
        with average.in_use() if average else nullcontext():
            found = [validate() if self._run.is_main_process else {}]
            accelerate.utils.broadcast_object_list(found)
            if not math.isfinite(found[0]["val_loss"]):
                raise TrainingError(
                    f"the validation loss is {found[0]['val_loss']}",
                    where=f"epoch {epoch + 1}, validation",
                    way_out="lower the learning rate, or look at the validation "
                    "pictures",
                )
            for name, value in {"loss": loss, **found[0]}.items():
                self.history.setdefault(name, []).append(float(value))
            if self.best_epoch == epoch + 1:
                self._best = as_arrays([*self._model.state_dict().values()])
        self._write(epoch)
        self._tell()

    def _tell(self) -> None:
        if self._on_epoch is not None and self._run.is_main_process:
            self._on_epoch(self.history)

    def _write(self, epoch: int) -> None:
        if self._checkpoints is None or not self._run.is_main_process:
            return
        if self._checkpoints.is_due():
            tensors, facts = self._steps.state()
            facts = {"history": self.history, "steps": facts}
            self._checkpoints.save(State(epoch + 1, tensors + self._best, facts))


def _length(rows: slice) -> int:
    return rows.stop - rows.start
