"""What happens around each epoch: seeds before it, and judgement after it."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from helpers.base import progress, seeds
from helpers.base.errors import TrainingError
from helpers.evaluate import stopping
from helpers.evaluate.classification import scores
from helpers.keras_models.forward import predict
from helpers.keras_models.frameworks import keras
from helpers.storage.checkpoints import Checkpoints, State

History = dict[str, list[float]]
"""Metric name -> value of each epoch."""

_WAY_OUT = "lower the learning rate, or look at the pictures and labels of this batch"


def seed_layers(model: keras.Model, seed: int, epoch: int) -> None:
    """Set the random states of all layers (dropout, augmentation) for an epoch.

    Keras saves them with no weights file; drawn from seed and epoch, they are the same
    in a training that goes on after a kill.

    Parameters
    ----------
    model : keras.Model
        Built.
    seed : int
        Of the training.
    epoch : int
        From 0.
    """
    states = [one for one in model.variables if "seed_generator_state" in one.path]
    rng = seeds.generator_for(seed, "layers", epoch)
    for state in states:
        state.assign([int(rng.integers(2**31)), 0])


class Progress(keras.callbacks.Callback):
    """A progress bar over all batches, with epoch and loss; stops on a loss of NaN.

    Parameters
    ----------
    description : str
        In front of the bar.
    epochs, steps : int
        Epochs, and batches of each.
    done : int
        Epochs done before.
    """

    def __init__(self, description: str, epochs: int, steps: int, done: int) -> None:
        super().__init__()
        self._epochs, self._steps, self._epoch = epochs, steps, done
        self._bar = progress.bar(
            description, epochs * steps, "batches", n_done=done * steps
        )

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()

    def on_epoch_begin(self, epoch: int, logs: Mapping | None = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Check the loss (the mean of the epoch so far), and show it."""
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise TrainingError(
                f"the loss is {loss}",
                where=f"epoch {self._epoch + 1}, batch {batch + 1} of {self._steps}",
                way_out=_WAY_OUT,
            )
        epoch = f"{self._epoch + 1}/{self._epochs}"
        self._bar.set_postfix(epoch=epoch, loss=f"{loss:.3f}", refresh=False)
        self._bar.update()


class EpochEnd(keras.callbacks.Callback):
    """Judges each epoch on the validation pictures, keeps the best, writes checkpoints.

    Parameters
    ----------
    trained : keras.Model
        The model.
    validation : tuple of (mapping of str to ndarray, ndarray of int)
        Inputs and codes.
    monitor : str
        The metric that decides.
    patience : int or None
        Epochs without a better one before it stops.
    checkpoints : Checkpoints or None
        Where states go.
    on_epoch : callable or None
        Called with the history.
    seed : int
        Of the layers' random states.
    """

    def __init__(
        self,
        trained: keras.Model,
        validation: tuple[Mapping[str, np.ndarray], np.ndarray],
        monitor: str,
        patience: int | None,
        checkpoints: Checkpoints | None,
        on_epoch: Callable[[History], None] | None,
        seed: int,
    ) -> None:
        super().__init__()
        self._trained, self._validation, self._monitor = trained, validation, monitor
        self._patience, self._checkpoints = patience, checkpoints
        self._on_epoch, self._seed = on_epoch, seed
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
        variables = self._variables()
        own, best = state.tensors[: len(variables)], state.tensors[len(variables) :]
        for variable, value in zip(variables, own, strict=True):
            variable.assign(value)
        n_weights = len(self._trained.weights)
        self._best = best or [one.copy() for one in own[:n_weights]]
        self.history = state.facts["history"]
        if self._on_epoch is not None:
            self._on_epoch(self.history)
        return state.epoch

    def use_best(self) -> None:
        """Give the model the weights of the best epoch."""
        self._trained.set_weights(self._best)

    def on_epoch_begin(self, epoch: int, logs: Mapping | None = None) -> None:
        """Set the random states."""
        seed_layers(self._trained, self._seed, epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping | None = None) -> None:
        """Judge, remember, write."""
        for name, value in {**logs, **self._judge(epoch)}.items():
            self.history.setdefault(name, []).append(float(value))
        if self.best_epoch == epoch + 1:
            self._best = self._trained.get_weights()
        self._trained.stop_training = self.is_over
        if self._checkpoints is not None and self._checkpoints.is_due():
            tensors = [variable.numpy() for variable in self._variables()]
            if self.best_epoch != epoch + 1:  # else they are the weights themselves
                tensors += self._best
            facts = {"history": self.history}
            self._checkpoints.save(State(epoch + 1, tensors, facts))
        if self._on_epoch is not None:
            self._on_epoch(self.history)

    def _judge(self, epoch: int) -> dict[str, float]:
        """Score the validation pictures, all in one pass."""
        arrays, y = self._validation
        answers = predict(self._trained, arrays)
        loss = float(self._trained.compute_loss(None, y, answers, None, training=False))
        if not math.isfinite(loss) or not np.isfinite(answers).all():
            raise TrainingError(
                f"the validation loss is {loss}",
                where=f"epoch {epoch + 1}, validation",
                way_out="lower the learning rate, or look at the validation pictures",
            )
        found = scores(y, answers.argmax(axis=1), answers.shape[1])
        return {
            "val_loss": loss,
            "val_accuracy": float(found["accuracy"]),
            "val_f1_weighted": float(found["f1_weighted"]),
        }

    def _variables(self) -> list[keras.Variable]:
        """Return what a checkpoint holds: weights, then the optimizer's own."""
        return [*self._trained.weights, *self._trained.optimizer.variables]
