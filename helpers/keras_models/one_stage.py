"""Train in one stage as P3 did: Adam at a constant rate, weighted F1 decides."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.data.tasks import Task
from helpers.keras_models import experiments, training
from helpers.keras_models.epochs import History
from helpers.keras_models.frameworks import keras
from helpers.keras_models.tuning_task import compile_with

MONITOR = "val_f1_weighted"

Part = tuple[Mapping[str, np.ndarray], np.ndarray]
"""Inputs (input name -> array) and codes of one part."""


class How(NamedTuple):
    """What the stages of a training share.

    Attributes
    ----------
    batch_size, patience, seed, description
        As for `training.fit`.
    folder : Path or None
        For checkpoints, of this training alone; each stage has its own folder in it.
    """

    batch_size: int
    patience: int | None
    seed: int
    folder: Path | None = None
    description: str = "training"

    def fit(
        self,
        model: keras.Model,
        parts: Mapping[str, Part],
        stage: str,
        epochs: int,
        learning_rate: float,
        on_epoch: Callable[[History], None] | None = None,
    ) -> training.Trained:
        """Train one stage.

        Parameters
        ----------
        model : keras.Model
            Compiled here.
        parts : mapping of str to (mapping of str to ndarray, ndarray of int)
            "train" and "validation" -> inputs and codes.
        stage : str
            Name of its folder, and in front of the progress bar.
        epochs, on_epoch
            As for `training.fit`.
        learning_rate : float
            Of Adam.

        Returns
        -------
        training.Trained
        """
        compile_with(model, "adam", learning_rate)
        return training.fit(
            model,
            *parts["train"],
            parts["validation"],
            epochs=epochs,
            batch_size=self.batch_size,
            folder=None if self.folder is None else self.folder / stage,
            patience=self.patience,
            monitor=MONITOR,
            seed=self.seed,
            on_epoch=on_epoch,
            description=f"{self.description}, {stage}",
        )


def run(
    model: keras.Model,
    task: Task,
    epochs: int,
    learning_rate: float,
    how: How,
    on_epoch: Callable[[History], None] | None = None,
) -> experiments.Outcome:
    """Train a whole model from its random weights and let it answer.

    Parameters
    ----------
    model : keras.Model
        From `baseline.baseline_cnn`.
    task : Task
        Pictures, labels, parts.
    epochs, learning_rate, on_epoch
        As for `How.fit`.
    how : How
        The rest.

    Returns
    -------
    experiments.Outcome
    """
    parts = {part: task.take(part) for part in ("train", "validation")}
    trained = how.fit(model, parts, "from scratch", epochs, learning_rate, on_epoch)
    return experiments.Outcome(model, trained, experiments.ask(model, task))
