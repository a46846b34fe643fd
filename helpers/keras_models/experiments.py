"""One model, trained on a task and asked about its validation and test pictures."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from helpers.base.errors import ParameterError
from helpers.data.tasks import Task
from helpers.evaluate.prediction_files import save_parts, split_hash
from helpers.images import inputs as picture_inputs
from helpers.keras_models import imbalance, pipeline, saved_models, training
from helpers.keras_models.forward import select_inputs
from helpers.keras_models.frameworks import keras

__all__ = [  # all that a notebook does with one model
    "ASKED",
    "Outcome",
    "Settings",
    "ask",
    "keep",
    "keep_model",
    "run",
    "save_parts",
]

ASKED = ("validation", "test")
"""Parts whose answers are kept: one to choose by, one to report."""


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    Parameters
    ----------
    epochs : int
        At most.
    batch_size : int
        Pictures in a step.
    learning_rate : float
        At the start; it falls to 0 along half a cosine.
    patience : int, optional
        Epochs without a better one before training stops.
    monitor : str, optional
        As for `training.fit`.

    Raises
    ------
    ParameterError
        If epochs or batch size are below 1, or the learning rate is not above 0.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int | None = None
    monitor: training.Monitor = "val_f1_weighted"

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1 or not self.learning_rate > 0:
            raise ParameterError(
                f"{self.epochs} epochs of batches of {self.batch_size} pictures at a "
                f"learning rate of {self.learning_rate} train nothing",
                where="epochs, batch_size, learning_rate",
                way_out="give whole numbers from 1, and a rate above 0",
            )


class Outcome(NamedTuple):
    """A trained model, how it went, and its answers: part -> probabilities (n, L)."""

    model: keras.Model
    trained: training.Trained
    y_prob: dict[str, np.ndarray]


def run(
    model: keras.Model,
    task: Task,
    settings: Settings,
    *,
    seed: int,
    folder: Path | None = None,
    imbalanced: imbalance.Method = "none",
    on_epoch: Callable[[training.History], None] | None = None,
    description: str = "training",
) -> Outcome:
    """Train a model and let it answer.

    Parameters
    ----------
    model : keras.Model
        Not compiled; its inputs are among the task's.
    task : Task
        Pictures, labels, parts.
    settings : Settings
        How.
    seed : int
        As for `training.fit`.
    folder : Path, optional
        For checkpoints, of this training alone.
    imbalanced : {"none", "class_weights", "balanced_sampling", "logit_adjustment"}
        What is done about labels of unequal size.
    on_epoch : callable, optional
        Called with the history after each epoch.
    description : str, optional
        In front of the progress bar.

    Returns
    -------
    Outcome
        The epoch kept is the best one on the validation part; the test part is asked
        once, at the end.
    """
    task = replace(task, arrays=select_inputs(model, task.arrays))  # copies no others
    arrays, y = task.take("train")
    treated = imbalance.settings(imbalanced, y, len(task.labels))
    n_steps = pipeline.n_steps(len(y), settings.batch_size) * settings.epochs
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, n_steps)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.01)
    model.compile(optimizer, loss=treated.pop("loss"), metrics=["accuracy"])
    how = asdict(settings)
    del how["learning_rate"]
    trained = training.fit(
        model,
        arrays,
        y,
        task.take("validation"),
        folder=folder,
        seed=seed,
        on_epoch=on_epoch,
        description=description,
        **treated,
        **how,
    )
    return Outcome(model, trained, ask(model, task))


def ask(
    model: keras.Model, task: Task, parts: Sequence[str] = ASKED
) -> dict[str, np.ndarray]:
    """Return a model's probabilities for the pictures of some parts.

    Parameters
    ----------
    model : keras.Model
        Its inputs are among the task's.
    task : Task
        The pictures.
    parts : sequence of str, optional
        Of `helpers.data.splits.PARTS`.

    Returns
    -------
    dict of str to ndarray of float32, shape (n, n_labels)
        By part.
    """
    task = replace(task, arrays=select_inputs(model, task.arrays))
    return {part: training.predict(model, task.take(part)[0]) for part in parts}


def keep(
    folder: Path,
    name: str,
    outcome: Outcome,
    task: Task,
    metrics: dict[str, Any],
    size_px: int,
) -> Path:
    """Save a model with what it means, and its answers for later notebooks.

    Parameters
    ----------
    folder, name, task, metrics, size_px
        As for `keep_model`.
    outcome : Outcome
        From `run`.

    Returns
    -------
    Path
        The model's folder.
    """
    save_parts(folder, name, outcome.y_prob, task)
    return keep_model(folder, name, outcome.model, task, metrics, size_px)


def keep_model(
    folder: Path,
    name: str,
    model: keras.Model,
    task: Task,
    metrics: dict[str, Any],
    size_px: int,
) -> Path:
    """Save a model with its label table, preparation, split and figures.

    Parameters
    ----------
    folder : Path
        A notebook's folder.
    name : str
        Of the model: it lies in ``models/<name>``.
    model : keras.Model
        Trained.
    task : Task
        What it was trained on.
    metrics : dict
        What it reached on the test part.
    size_px : int
        Side of the pictures, which were cropped to squares.

    Returns
    -------
    Path
        The model's folder.
    """
    preparation = {
        "size_px": size_px,
        "fit": "crop",
        "inputs": [one.name for one in model.inputs],
        "inputs_version": picture_inputs.VERSION,
    }
    target = folder / "models" / name
    split = split_hash(task.table)
    saved_models.save(target, model, task.labels, preparation, split, metrics)
    return target
