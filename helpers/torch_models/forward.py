"""A network's answers to pictures: batches that fit into memory, and eight views."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np

from helpers.base import devices
from helpers.base.errors import ParameterError
from helpers.torch_models.answers import Answers, Learnable
from helpers.torch_models.batches import load
from helpers.torch_models.frameworks import functional, nn, torch
from helpers.torch_models.precision import Chosen, Precision, autocast, choose

_FIRST_BATCH, _FIRST_SIDE_PX = 64, 224
"""Pictures tried in a pass, fewer where they are larger: a CPU's memory ends in a kill
by the system, not in an error after which one could try half."""
_AXES = ((), (3,), (2,), (2, 3))


class Predicted(NamedTuple):
    """What a network says of n pictures.

    Attributes
    ----------
    y_prob : ndarray of float32, shape (n, n_labels), or None
        Probability of each label; None without label head.
    masks : ndarray of float16, shape (n, s, s), or None
        Probability of lesion in each pixel; None for a network without masks.
    """

    y_prob: np.ndarray | None
    masks: np.ndarray | None


def predict(
    model: nn.Module,
    pixels: np.ndarray,
    *,
    views: Literal[1, 8] = 1,
    batch_size: int | None = None,
    precision: Precision = "auto",
) -> Predicted:
    """Return what a network says of pictures.

    Parameters
    ----------
    model : torch.nn.Module
        ``model(pixels) -> Answers``; brought to the quickest device here, and left
        there.
    pixels : ndarray of uint8, shape (n, s, s, 3)
        RGB; may be memory-mapped, and is read batch by batch.
    views : {1, 8}, optional
        8: every picture is shown mirrored and turned by quarters as well. A label's
        answer is the geometric mean of the eight, made to sum to 1; a pixel's the
        arithmetic mean of the eight turned back.
    batch_size : int, optional
        Pictures in a pass. By default 64, fewer above 224 px, halved as often as
        memory ends.
    precision : {"auto", "fp32", "bf16", "fp16"}, optional
        As for `precision.choose`.

    Returns
    -------
    Predicted
        In the order of the pictures.

    Raises
    ------
    ParameterError
        If there is no picture, they are of another shape or dtype, `views` or
        `precision` is unknown, or memory does not suffice.
    """
    if views not in (1, 8):
        raise ParameterError(f"{views} views are unknown", "views", "give 1 or 8")
    check_pixels(pixels, "pixels")
    device = torch.device(devices.best_device())
    chosen = choose(precision, device.type)
    model.to(device, memory_format=torch.channels_last)
    seen = _one_view if views == 1 else _eight_views
    labels: list[np.ndarray] = []
    masks = None
    for rows, (y_prob, shares) in answer(
        model, Learnable(pixels, None, None), seen, chosen, batch_size
    ):
        if y_prob is not None:
            labels.append(y_prob.cpu().numpy())
        if shares is not None:
            if masks is None:
                masks = np.empty((len(pixels), *shares.shape[2:]), np.float16)
            masks[rows] = shares[:, 0].half().cpu().numpy()
    return Predicted(np.concatenate(labels) if labels else None, masks)


def answer(
    model: nn.Module,
    data: Learnable,
    seen: Callable,
    chosen: Chosen,
    batch_size: int | None = None,
) -> Iterator[tuple]:
    """Yield what `seen` makes of every batch; where memory ends, batches are halved.

    Parameters
    ----------
    model : torch.nn.Module
        Where it is, and as it is: set to evaluate only while it does.
    data : Learnable
        Pictures and, if wanted, codes and masks.
    seen : callable
        (model, Batch) -> anything; called within autocast, without gradients.
    chosen : {"fp32", "bf16", "fp16"}
        From `precision.choose`.
    batch_size : int, optional
        As for `predict`.

    Yields
    ------
    tuple of (slice, object)
        Rows, and what `seen` returned for them.

    Raises
    ------
    ParameterError
        If memory does not suffice for `batch_size`, or for one picture; or the size is
        less than 1.
    """
    if batch_size is not None and batch_size < 1:
        raise ParameterError(
            f"a batch of {batch_size} pictures is none", "batch_size", "give 1 or more"
        )
    n, side_px = data.pixels.shape[:2]
    fitting = max(1, int(_FIRST_BATCH * min(1.0, (_FIRST_SIDE_PX / side_px) ** 2)))
    size, done = batch_size or fitting, 0
    device = next(model.parameters()).device
    while done < n:
        rows = [slice(i, min(i + size, n)) for i in range(done, n, size)]
        full = False
        with _evaluating(model):
            try:
                for some, batch in zip(rows, load(data, rows, device), strict=True):
                    with torch.no_grad(), autocast(chosen, device.type):
                        found = seen(model, batch)
                    done = some.stop
                    yield some, found
            except (RuntimeError, MemoryError) as error:
                if not devices.is_out_of_memory(error):
                    raise
                full = True
        if full:  # outside of `except`, whose error would hold what fills the memory
            size = _halved(size, batch_size)


def check_pixels(pixels: np.ndarray, name: str) -> None:
    """Refuse what are no square pictures.

    Parameters
    ----------
    pixels : ndarray
        To be looked at.
    name : str
        What the error shall call it.

    Raises
    ------
    ParameterError
        If it is not uint8 of shape (n, s, s, 3), n at least 1.
    """
    shape = pixels.shape
    square = len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3
    if pixels.dtype != np.uint8 or not square or not pixels.size:
        raise ParameterError(
            f"pictures are uint8 of shape (n, s, s, 3), one at least, not "
            f"{pixels.dtype} of shape {shape}",
            where=name,
            way_out="prepare them with helpers.images.prepared",
        )


def _halved(size: int, batch_size: int | None) -> int:
    if size == 1 or batch_size is not None:
        raise ParameterError(
            f"memory does not suffice for {size} pictures at a time",
            where="batch_size",
            way_out="take smaller pictures"
            if size == 1
            else f"give {size // 2}, or None to have it found",
        )
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return size // 2


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    was = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was)


def _one_view(model: nn.Module, batch) -> tuple:
    masks, log_prob = _look(model, batch.pixels)
    return None if log_prob is None else log_prob.exp(), masks


def _eight_views(model: nn.Module, batch) -> tuple:
    """Show mirror images and quarter turns; turn each mask back."""
    masks_sum = log_sum = None
    for turned in (False, True):
        for axes in _AXES:
            x = batch.pixels.transpose(2, 3) if turned else batch.pixels
            x = x.flip(axes).contiguous(memory_format=torch.channels_last)
            masks, log_prob = _look(model, x)
            if log_prob is not None:
                log_sum = log_prob if log_sum is None else log_sum + log_prob
            if masks is not None:
                masks = masks.flip(axes)
                masks = masks.transpose(2, 3) if turned else masks
                masks_sum = masks if masks_sum is None else masks_sum + masks
    y_prob = None if log_sum is None else functional.softmax(log_sum / 8, dim=1)
    return y_prob, None if masks_sum is None else masks_sum / 8


def _look(model: nn.Module, x: torch.Tensor) -> tuple:
    """Return probabilities of masks, and logarithms of those of labels, in float32."""
    answers: Answers = model(x)
    masks, labels = answers.masks, answers.labels
    return (
        None if masks is None else masks.float().sigmoid(),
        None if labels is None else functional.log_softmax(labels.float(), dim=1),
    )
