"""Batches for Keras from arrays in memory or on disk, the same for every run."""

import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

import numpy as np

from helpers.base import seeds
from helpers.base.errors import ParameterError
from helpers.images.prepared import Prepared, prepare
from helpers.keras_models.frameworks import tf

__all__ = ["Prepared", "Sample", "batches", "check_arrays", "n_steps", "prepare"]

Sample = Literal["each", "balanced"]
"""Every picture once an epoch, or every label equally often (with repeats)."""

_AHEAD = 2  # batches made while the model computes: one is enough, two even out


def n_steps(n: int, batch_size: int) -> int:
    """Return the number of batches of an epoch, a short last one included.

    Parameters
    ----------
    n : int
        Pictures.
    batch_size : int
        Pictures in a batch, at least 1; may exceed `n`.

    Returns
    -------
    int

    Examples
    --------
    >>> n_steps(200, 32), n_steps(5, 32)
    (7, 1)
    """
    return math.ceil(n / batch_size)


def check_arrays(
    arrays: Mapping[str, np.ndarray], y: np.ndarray | None, batch_size: int
) -> int:
    """Check that inputs, labels and batch size belong together.

    Parameters
    ----------
    arrays : mapping of str to ndarray, shape (n, ...)
        Input name -> one row per picture.
    y : ndarray of int, shape (n,), optional
        Label codes.
    batch_size : int
        Pictures in a batch.

    Returns
    -------
    int
        The batch size to use: at most `n`, reduced with a warning.

    Raises
    ------
    ParameterError
        If there is no input or no row, lengths differ, or `batch_size` is below 1.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if y is not None:
        lengths["y"] = len(y)
    n = next(iter(lengths.values()), 0)
    if not arrays or not n or len(set(lengths.values())) > 1:
        raise ParameterError(
            f"the inputs do not belong together or are empty: rows {lengths}",
            where="arrays",
            way_out="give every input and y one row for each picture, at least one",
        )
    if batch_size < 1:
        raise ParameterError(
            f"a batch of {batch_size} pictures is none",
            where="batch_size",
            way_out="give a whole number from 1",
        )
    if batch_size > n:
        warnings.warn(
            f"batch_size {batch_size} is more than the {n} pictures there are; "
            f"{n} is used",
            stacklevel=3,
        )
    return min(batch_size, n)


def batches(
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray | None,
    batch_size: int,
    *,
    seed: int | None = None,
    start_epoch: int = 0,
    sample: Sample = "each",
    weights: np.ndarray | None = None,
) -> tf.data.Dataset:
    """Return the rows of arrays in batches.

    Parameters
    ----------
    arrays : mapping of str to ndarray, shape (n, ...)
        Input name -> one row per picture; may be memory-mapped.
    y : ndarray of int, shape (n,), or None
        Label codes.
    batch_size : int
        Rows in a batch; the last of an epoch may be short. Above `n` it is reduced with
        a warning.
    seed : int, optional
        None gives the rows in order, once. With a seed the batches never end: epoch e
        is a permutation that depends on `seed` and e alone, so that a training that
        goes on after a kill sees what an unbroken one would have seen.
    start_epoch : int, optional
        The epoch to begin with.
    sample : {"each", "balanced"}, optional
        ``"balanced"``: n draws with repeats, each label of `y` equally likely.
    weights : ndarray of float, shape (n,), optional
        Weight of each row in the loss.

    Returns
    -------
    tf.data.Dataset
        Of inputs (dict of str to array, dtypes as given), (inputs, codes as int64) or
        (inputs, codes, weights as float32).

    Raises
    ------
    ParameterError
        As `check_arrays`; if `sample` is unknown, or `y` or `seed` is missing for it.
    """
    size = check_arrays(arrays, y, batch_size)
    _check_sample(sample, y, seed)
    parts: list = [dict(arrays)]
    if y is not None:
        parts.append(np.asarray(y, np.int64))
    if weights is not None:
        parts.append(np.asarray(weights, np.float32))
    n = len(next(iter(arrays.values())))
    codes = parts[1] if sample == "balanced" else None

    def rows() -> Iterator:
        """Yield batches; NumPy takes the rows, from memory and disk alike."""
        for order in _orders(n, codes, seed, start_epoch):
            for start in range(0, n, size):
                some = order[start : start + size]
                yield _shape_of(parts, lambda array, some=some: array[some])

    signature = _shape_of(
        parts, lambda array: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
    )
    made = tf.data.Dataset.from_generator(rows, output_signature=signature)
    return made.prefetch(_AHEAD)


def _check_sample(sample: str, y: np.ndarray | None, seed: int | None) -> None:
    if sample not in get_args(Sample):
        raise ParameterError(
            f"no way to draw pictures is called {sample!r}", "sample", f"{Sample}"
        )
    if sample == "balanced" and (y is None or seed is None):
        raise ParameterError(
            "balanced drawing needs labels and a seed",
            where="sample",
            way_out='give y and seed, or sample="each"',
        )


def _shape_of(parts: list, change) -> tuple | dict:
    """Apply `change` to every array of [inputs, y, weights]; keep their nesting."""
    inputs, *others = parts
    changed = {name: change(array) for name, array in inputs.items()}
    return (changed, *map(change, others)) if others else changed


def _orders(
    n: int, codes: np.ndarray | None, seed: int | None, start_epoch: int
) -> Iterator[np.ndarray]:
    """Yield the positions of each epoch: one in order, or endless ones by the seed."""
    if seed is None:
        yield np.arange(n)
        return
    epoch = start_epoch
    while True:
        rng = seeds.generator_for(seed, "batches", epoch)
        yield rng.permutation(n) if codes is None else _balanced(codes, rng)
        epoch += 1


def _balanced(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw as many positions as there are, every label equally likely."""
    by_label = np.argsort(codes, kind="stable")
    _, starts, counts = np.unique(
        codes[by_label], return_index=True, return_counts=True
    )
    drawn = rng.integers(len(counts), size=len(codes))
    return by_label[starts[drawn] + rng.integers(counts[drawn])]
