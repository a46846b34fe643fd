"""Batches for PyTorch from arrays in memory or on disk, the same for every run."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from helpers.base import seeds
from helpers.torch_models.answers import Learnable
from helpers.torch_models.frameworks import torch


class Batch(NamedTuple):
    """Rows of a `Learnable`, on the device.

    Attributes
    ----------
    pixels : torch.Tensor, float32, shape (n, 3, s, s)
        RGB, 0 to 255, channels last in memory.
    y : torch.Tensor, int64, shape (n,), or None
        Codes.
    masks : torch.Tensor, float32, shape (n, 1, s, s), or None
        Share of lesion, 0 to 1.
    """

    pixels: torch.Tensor
    y: torch.Tensor | None
    masks: torch.Tensor | None


def orders(n: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the rows of each batch of an epoch.

    Parameters
    ----------
    n : int
        Pictures, at least 2.
    batch_size : int
        Pictures in a batch, at least 2.
    seed, epoch : int
        What alone decides the order, so that a training that goes on after a kill sees
        what an unbroken one would have seen.

    Returns
    -------
    list of ndarray of int64
        Each row once. Batches differ by one row at most: a last one with a single
        picture would give batch normalisation nothing to average.

    Examples
    --------
    >>> [len(rows) for rows in orders(9, 4, seed=1, epoch=0)]
    [3, 3, 3]
    """
    # Two or more in every batch, be it one above the size: 2 does not divide 3.
    n_batches = min(math.ceil(n / batch_size), max(1, n // 2))
    order = seeds.generator_for(seed, "batches", epoch).permutation(n)
    return np.array_split(order, n_batches)


def load(
    data: Learnable, rows: Sequence[np.ndarray | slice], device: torch.device
) -> Iterator[Batch]:
    """Yield batches; the next one is read while the network works on this one.

    Parameters
    ----------
    data : Learnable
        Arrays, in memory or memory-mapped.
    rows : sequence of ndarray of int, or slice
        Rows of each batch.
    device : torch.device
        Where they go.

    Yields
    ------
    Batch
    """
    pinned = device.type == "cuda"
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_read, data, rows[0], pinned)
        for some in [*rows[1:], None]:
            read = coming.result()
            if some is not None:
                coming = pool.submit(_read, data, some, pinned)
            yield _to(device, *read)


def _read(data: Learnable, rows: np.ndarray | slice, pinned: bool) -> list:
    """Copy rows into memory, for a GPU into memory that it reads by itself."""
    found = []
    for array in data:
        one = None if array is None else torch.from_numpy(np.array(array[rows]))
        found.append(one.pin_memory() if pinned and one is not None else one)
    return found


def _to(
    device: torch.device,
    pixels: torch.Tensor,
    y: torch.Tensor | None,
    masks: torch.Tensor | None,
) -> Batch:
    """Bring bytes to the device, and only there make numbers four times as large."""
    # Channels come last on disk already: permute moves no number.
    x = pixels.to(device, non_blocking=True).permute(0, 3, 1, 2).float()
    if y is not None:
        y = y.to(device, non_blocking=True)
    if masks is not None:
        masks = masks.to(device, non_blocking=True)[:, None].float().div_(255)
    return Batch(x, y, masks)
