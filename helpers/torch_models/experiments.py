"""One network of PyTorch, trained on a task and asked about its parts."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from helpers.data.mask_tasks import MaskTask
from helpers.data.tasks import Task
from helpers.evaluate.prediction_files import save_parts, split_hash
from helpers.images import inputs
from helpers.torch_models import losses, saved_models, training
from helpers.torch_models.answers import Learnable
from helpers.torch_models.augmentation import Augmentation
from helpers.torch_models.forward import Predicted, predict
from helpers.torch_models.frameworks import nn
from helpers.torch_models.settings import Settings

__all__ = [  # all that a notebook does with one network
    "ASKED",
    "Outcome",
    "Settings",
    "Views",
    "ask",
    "keep_model",
    "learnable",
    "predict",
    "run",
    "save_parts",
]

ASKED = ("validation", "test")
"""Parts whose answers are kept: one to choose by, one to report."""

Views = Literal[1, 8]


class Outcome(NamedTuple):
    """A trained network, how it went, and its answers: part -> `Predicted`."""

    model: nn.Module
    trained: training.Trained
    answers: dict[str, Predicted]


def learnable(task: Task | MaskTask, part: str) -> Learnable:
    """Return what a network can learn from one part.

    Parameters
    ----------
    task : Task or MaskTask
        Its input is ``rgb``.
    part : str
        Of `helpers.data.splits.PARTS`.

    Returns
    -------
    Learnable
        Masks are None for a `Task`.
    """
    arrays, y, *masks = task.take(part)
    return Learnable(arrays["rgb"], y, masks[0] if masks else None)


def run(
    model: nn.Module,
    task: Task | MaskTask,
    settings: Settings,
    loss: losses.Loss,
    *,
    seed: int,
    augment: Augmentation | None = None,
    views: Views = 1,
    folder: Path | None = None,
    on_epoch: Callable[[training.History], None] | None = None,
    description: str = "training",
    asked: Sequence[str] = ASKED,
) -> Outcome:
    """Train a network and let it answer.

    Parameters
    ----------
    model : torch.nn.Module
        From `architectures.make`.
    task : Task or MaskTask
        Pictures, labels, parts; with masks where the loss needs them.
    settings : Settings
        How.
    loss : callable
        From `losses.joint`.
    seed : int
        As for `training.fit`.
    augment : Augmentation, optional
        What is changed about training pictures.
    views : {1, 8}, optional
        As for `forward.predict`.
    folder : Path, optional
        For checkpoints, of this training alone.
    on_epoch : callable, optional
        Called with the history after each epoch.
    description : str, optional
        In front of the progress bar.
    asked : sequence of str, optional
        The parts it is asked about when it is trained.

    Returns
    -------
    Outcome
        The epoch kept is the best one on the validation part; the test part is asked
        once, at the end.
    """
    trained = training.fit(
        model,
        learnable(task, "train"),
        learnable(task, "validation"),
        loss,
        settings,
        seed=seed,
        folder=folder,
        augment=augment,
        on_epoch=on_epoch,
        description=description,
    )
    answers = {part: ask(model, task, part, views) for part in asked}
    return Outcome(model, trained, answers)


def ask(
    model: nn.Module, task: Task | MaskTask, part: str, views: Views = 1
) -> Predicted:
    """Return what a network says of one part.

    Parameters
    ----------
    model : torch.nn.Module
        Trained.
    task : Task or MaskTask
        The pictures.
    part : str
        Of `helpers.data.splits.PARTS`.
    views : {1, 8}, optional
        As for `forward.predict`.

    Returns
    -------
    Predicted
    """
    return predict(model, task.take(part)[0]["rgb"], views=views)


def keep_model(
    folder: Path, name: str, model: nn.Module, task: Task, metrics: Mapping[str, Any]
) -> Path:
    """Save a network with its label table, preparation, split and figures.

    Parameters
    ----------
    folder : Path
        A notebook's folder.
    name : str
        Of the model: it lies in ``models/<name>``.
    model : torch.nn.Module
        Trained.
    task : Task
        What it was trained on: squashed squares.
    metrics : mapping
        What it reached on the test part.

    Returns
    -------
    Path
        The model's folder.
    """
    preparation = {
        "size_px": int(task.arrays["rgb"].shape[1]),
        "fit": "squash",
        "inputs": ["rgb"],
        "inputs_version": inputs.VERSION,
    }
    target = folder / "models" / name
    split = split_hash(task.table)
    saved_models.save(target, model, preparation, split, metrics)
    return target
