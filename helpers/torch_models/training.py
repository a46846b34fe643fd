"""Train a network: best epoch kept, resumed after a kill, stopped on NaN."""

import dataclasses
import functools
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.base import devices, progress
from helpers.base.errors import ParameterError, TrainingError
from helpers.evaluate.answer_checks import check_codes, check_lengths
from helpers.storage.checkpoints import Checkpoints
from helpers.torch_models import precision, recipes
from helpers.torch_models.answers import Learnable
from helpers.torch_models.epochs import EpochEnd, History, judge
from helpers.torch_models.forward import check_pixels
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.losses import Loss
from helpers.torch_models.settings import Monitor, Settings
from helpers.torch_models.steps import Steps

__all__ = ["History", "Monitor", "Settings", "Trained", "fit"]


class Trained(NamedTuple):
    """How a training went.

    history: metric name -> value of each epoch; best_epoch: the epoch whose weights the
    model has, counted from 1; stopped_early: before all epochs; resumed_from: epochs
    that an earlier, killed process had done; seconds: of this process;
    pictures_per_second: of its steps, without validation (0 if there were none).
    """

    history: History
    best_epoch: int
    stopped_early: bool
    resumed_from: int
    seconds: float
    pictures_per_second: float


def fit(
    model: nn.Module,
    train: Learnable,
    validation: Learnable,
    loss: Loss,
    settings: Settings,
    *,
    seed: int,
    folder: Path | None,
    augment: Callable | None = None,
    on_epoch: Callable[[History], None] | None = None,
    description: str = "training",
) -> Trained:
    """Train a network; it ends with the weights of its best epoch.

    The same network, data, settings and machine give the same weights, bit for bit on a
    CPU, and so does a training that goes on after a kill: it is called again as the
    first time, with a network made anew in the same way. torch's global random numbers
    of the CPU are left as they were.

    Parameters
    ----------
    model : torch.nn.Module
        ``model(pixels) -> Answers``; brought to the quickest device here. Parameters
        that need no gradient stay as they are.
    train, validation : Learnable
        Pictures to learn from, and those that choose the epoch.
    loss : callable
        From `losses.joint`.
    settings : Settings
        How it is trained.
    seed : int
        Decides the order of the pictures, augmentation and dropout.
    folder : Path or None
        Where checkpoints lie while it trains: a folder for this training alone, and the
        same for all its processes. None keeps none.
    augment : callable, optional
        (pixels, masks) -> the same, changed: an `augmentation.Augmentation`. Its
        ``repr`` stands for it when a checkpoint is looked for.
    on_epoch : callable, optional
        Called with the history after each epoch, for example a live curve.
    description : str, optional
        A few words in front of the progress bar.

    Returns
    -------
    Trained
        Its history holds loss and val_loss; with labels val_accuracy, val_f1_macro and
        val_balanced_accuracy; with masks val_dice, at the size of the pictures.

    Raises
    ------
    ParameterError
        If pictures, labels, masks or settings do not fit the model.
    TrainingError
        If the loss is no number (epoch and batch are named), or memory ends.
    """
    start = time.perf_counter()
    train = _checked(model, train, "train", 2)
    validation = _checked(model, validation, "validation", 1)
    settings = _fitting(model, settings, train)
    chosen = precision.choose(settings.precision, devices.best_device())
    decides = {"settings": dataclasses.asdict(settings), "precision": chosen}
    decides |= {"seed": seed, "augment": repr(augment)}
    checkpoints = _checkpoints(folder, model, [train, validation], loss, decides)
    run = precision.accelerator(chosen)
    model.to(run.device, memory_format=torch.channels_last)
    steps = Steps(model, loss, settings, run, len(train.pixels), augment)
    end = EpochEnd(
        model, steps, settings.monitor, settings.patience, checkpoints, on_epoch, run
    )
    done = end.resume()
    validate = functools.partial(judge, model, validation, loss, chosen)
    seconds = _run(train, validate, steps, end, settings, seed, done, description)
    end.use_best()
    n_epochs = len(end.history["val_loss"])
    if checkpoints is not None and run.is_main_process:
        checkpoints.clear()
    rate = (n_epochs - done) * len(train.pixels) / seconds if n_epochs > done else 0.0
    is_short = n_epochs < settings.epochs
    passed = time.perf_counter() - start
    return Trained(end.history, end.best_epoch, is_short, done, passed, rate)


def _checkpoints(
    folder: Path | None,
    model: nn.Module,
    data: Sequence[Learnable],
    loss: Loss,
    decides: dict,
) -> Checkpoints | None:
    if folder is None:
        return None
    return Checkpoints(folder, recipes.key_of(model, data, loss, decides))


def _run(
    train: Learnable,
    validate: Callable[[], dict[str, float]],
    steps: Steps,
    end: EpochEnd,
    settings: Settings,
    seed: int,
    done: int,
    description: str,
) -> float:
    """Go through the epochs; return the seconds of their steps."""
    n, seconds = len(train.pixels), 0.0
    bar = progress.bar(description, settings.epochs * n, n_done=done * n)
    try:
        # Only the CPU's: copying a GPU's takes a wait, and nobody counts on those.
        with closing(bar), torch.random.fork_rng(devices=[]):
            for epoch in range(done, settings.epochs):
                if end.is_over:
                    break
                start = time.perf_counter()
                loss = steps.epoch(train, seed, epoch, bar)
                seconds += time.perf_counter() - start
                end.end(epoch, loss, validate)
    except (RuntimeError, MemoryError) as error:
        if not devices.is_out_of_memory(error):
            raise
        size = settings.batch_size
        raise TrainingError(
            f"memory does not suffice for batches of {size} pictures",
            where="batch_size",
            way_out=f"halve batch_size, to {max(2, size // 2)}, or take smaller "
            "pictures",
        ) from error
    return seconds


def _checked(model: nn.Module, data: Learnable, name: str, n_least: int) -> Learnable:
    """Return of the data what the model answers, after checking that it is there."""
    pixels, y, masks = data
    check_pixels(pixels, f"{name}.pixels")
    if len(pixels) < n_least:
        raise ParameterError(
            f"{len(pixels)} picture is too few", f"{name}.pixels", f"give {n_least}"
        )
    for wanted, part, given in (
        (model.labels, "y", y),
        (model.has_masks, "masks", masks),
    ):
        if wanted and given is None:
            raise ParameterError(
                f"the model answers {part}, and there are none to learn from",
                where=f"{name}.{part}",
                way_out="give them, or make a model without that answer",
            )
    if model.labels:
        y = check_codes(y, len(model.labels), f"{name}.y")
        check_lengths(len(pixels), **{f"{name}.y": len(y)})
    if model.has_masks and (masks.dtype != np.uint8 or masks.shape != pixels.shape[:3]):
        raise ParameterError(
            f"masks are uint8 of shape {pixels.shape[:3]} as the pictures are, not "
            f"{masks.dtype} of shape {masks.shape}",
            where=f"{name}.masks",
            way_out="make them with helpers.data.mask_arrays",
        )
    return Learnable(
        pixels, y if model.labels else None, masks if model.has_masks else None
    )


def _fitting(model: nn.Module, settings: Settings, train: Learnable) -> Settings:
    """Return settings that suit the data; say what does not."""
    of_masks = settings.monitor == "val_dice"
    there = model.has_masks if of_masks else model.labels
    if settings.monitor != "val_loss" and not there:
        raise ParameterError(
            f"the model has no answers to judge by {settings.monitor}",
            where="monitor",
            way_out='give "val_loss"',
        )
    n = len(train.pixels)
    if model.labels:
        _warn_of_missing(model.labels, train.y)
    if settings.batch_size <= n:
        return settings
    what = f"batch_size {settings.batch_size} is more than the {n} pictures there are"
    warnings.warn(f"{what}; {n} is used", stacklevel=3)
    return dataclasses.replace(settings, batch_size=n)


def _warn_of_missing(labels: Sequence[str], y: np.ndarray) -> None:
    counts = np.bincount(y, minlength=len(labels))
    if missing := [labels[i] for i in np.flatnonzero(counts == 0)]:
        what = f"no training picture is labelled {', '.join(missing)}"
        warnings.warn(f"{what}: the model cannot learn it", stacklevel=4)
