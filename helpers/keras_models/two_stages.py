"""Train transfer models in two stages, and keep what they answer after each.

Stage 1 trains the head on features that are computed once, stage 2 the last layers of
the backbone too, with augmentation. Which epoch is kept, of whichever stage, is decided
on the validation part alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from helpers.data.splits import PARTS
from helpers.data.tasks import Task
from helpers.keras_models import experiments, training, transfer
from helpers.keras_models.epochs import History
from helpers.keras_models.frameworks import keras
from helpers.keras_models.one_stage import MONITOR, How, Part
from helpers.keras_models.tuning_task import clone

STAGES = ("frozen", "fine-tuned")
"""Names of the stages, in order."""


@dataclass(frozen=True)
class Settings:
    """How models are trained, with Adam at a constant rate.

    Parameters
    ----------
    head_epochs, fine_tune_epochs : int
        Of each stage at most; with 0 of the second there is none.
    fine_tune_share : float
        As `share` of `transfer.unfreeze`.
    learning_rate, fine_tune_rate : float
        Of stage 1 and of stage 2, where steps of stage 1's size would destroy what the
        backbone knows.
    """

    head_epochs: int
    fine_tune_epochs: int
    fine_tune_share: float
    learning_rate: float = 1e-3
    fine_tune_rate: float = 1e-5


class Outcome(NamedTuple):
    """A transfer model after both stages; `experiments.keep` takes it, too.

    Attributes
    ----------
    model : keras.Model
        With the weights of the best epoch of both stages.
    trained : training.Trained
        Of both stages, joined.
    y_prob : dict of str to ndarray of float32, shape (n, n_labels)
        Part -> what the model answers.
    y_prob_frozen : dict of str to ndarray of float32, shape (n, n_labels)
        Part -> what it answered after stage 1.
    stages : dict of str to int
        Name of each stage -> its epochs.
    features : dict of str to tuple
        Part -> what stage 1 learnt from: ``{"features": (n, d)}`` and codes.
    head : keras.Model
        As it was before stage 1, on its own: for `tuning.search` on `features`.
    """

    model: keras.Model
    trained: training.Trained
    y_prob: dict[str, np.ndarray]
    y_prob_frozen: dict[str, np.ndarray]
    stages: dict[str, int]
    features: dict[str, Part]
    head: keras.Model


def run(
    model: keras.Model,
    task: Task,
    settings: Settings,
    how: How,
    on_epoch: Callable[[History], None] | None = None,
) -> Outcome:
    """Train the head, then the end of the backbone too, and let the model answer.

    Parameters
    ----------
    model : keras.Model
        From `transfer.transfer_model`.
    task : Task
        Pictures, labels, parts.
    settings : Settings
        How.
    how : How
        The rest. After a kill in stage 2, stage 1 is done again and stage 2 goes on.
    on_epoch : callable, optional
        Called with the joined history after each epoch, for example a live curve.

    Returns
    -------
    Outcome
        Where no epoch of stage 2 was better on the validation part than the best one
        of stage 1, the model is as stage 1 left it.

    Raises
    ------
    ParameterError, TrainingError
        As `training.fit` and `transfer.unfreeze`.
    """
    features = _features(model, task, how.batch_size)
    transfer.standardise(model, features["train"][0])
    head = transfer.head_of(model)
    untouched = clone(head)
    rate = settings.learning_rate
    trained = how.fit(head, features, STAGES[0], settings.head_epochs, rate, on_epoch)
    frozen = {
        part: training.predict(head, features[part][0]) for part in experiments.ASKED
    }
    y_prob, epochs = frozen, {STAGES[0]: len(trained.history["loss"])}
    if settings.fine_tune_epochs and settings.fine_tune_share:
        trained = _fine_tune(model, task, settings, how, trained, on_epoch)
        epochs[STAGES[1]] = len(trained.history["loss"]) - epochs[STAGES[0]]
        if trained.best_epoch > epochs[STAGES[0]]:
            y_prob = experiments.ask(model, task)
    return Outcome(model, trained, y_prob, frozen, epochs, features, untouched)


def _features(model: keras.Model, task: Task, batch_size: int) -> dict[str, Part]:
    """Compute the features of all pictures in one pass; the model is traced once."""
    values = transfer.features(model, task.arrays, batch_size)["features"]
    in_part = {part: task.table["part"].eq(part).to_numpy() for part in PARTS}
    return {
        part: ({"features": values[rows]}, task.y[rows])
        for part, rows in in_part.items()
    }


def _fine_tune(
    model: keras.Model,
    task: Task,
    settings: Settings,
    how: How,
    first: training.Trained,
    on_epoch: Callable[[History], None] | None,
) -> training.Trained:
    """Do stage 2, take it back where it made nothing better; return both, joined."""

    def tell(history: History) -> None:
        """Put the first stage before the epochs so far."""
        on_epoch(_join(first.history, history))

    transfer.unfreeze(model, settings.fine_tune_share)
    before = [one.numpy() for one in model.trainable_weights]
    second = how.fit(
        model,
        {part: task.take(part) for part in ("train", "validation")},
        STAGES[1],
        settings.fine_tune_epochs,
        settings.fine_tune_rate,
        None if on_epoch is None else tell,
    )
    history = _join(first.history, second.history)
    scores = history[MONITOR]
    best = len(first.history[MONITOR]) + second.best_epoch
    if scores[best - 1] <= scores[first.best_epoch - 1]:
        best = first.best_epoch
        for variable, value in zip(model.trainable_weights, before, strict=True):
            variable.assign(value)
    return training.Trained(
        history,
        best,
        first.stopped_early or second.stopped_early,
        first.resumed_from + second.resumed_from,
        first.seconds + second.seconds,
    )


def _join(first: History, second: History) -> History:
    """Put the epochs of two stages one after the other."""
    return {name: [*first[name], *second[name]] for name in first}
