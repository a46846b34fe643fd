"""A saved Keras model, ready to answer for any pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from helpers.base.errors import ParameterError
from helpers.keras_models import forward, saved_models
from helpers.keras_models.frameworks import tf

_BATCH, _BATCH_ON_GPU = 16, 64  # a CPU gains nothing from more

Answer = Callable[[Mapping[str, np.ndarray]], tuple[np.ndarray, None]]
"""From inputs to probabilities; no Keras model of the series draws masks."""


def load(folder: Path, batch_size: int | None = None) -> tuple[Answer, str]:
    """Load a model of this room for use.

    Parameters
    ----------
    folder : Path
        The model's folder.
    batch_size : int, optional
        Pictures in a pass; by default found by itself, and halved where memory ends.

    Returns
    -------
    answer : callable
        Input name -> uint8 (n, size_px, size_px, 3), to a pair: float32 (n, n_labels)
        and None, for it has no masks.
    device : str
        What it computes on, for people.

    Raises
    ------
    ArtefactMissingError, ArtefactDamagedError
        As `saved_models.load`.
    ParameterError
        By `answer`, where memory does not suffice.
    """
    model, _ = saved_models.load(folder)
    gpus = tf.config.list_physical_devices("GPU")
    size = batch_size or (_BATCH_ON_GPU if gpus else _BATCH)

    def answer(inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, None]:
        """Return the probabilities of a block of pictures."""
        nonlocal size
        while True:
            try:
                return forward.predict(model, inputs, size), None
            except (tf.errors.ResourceExhaustedError, MemoryError) as error:
                if batch_size or size == 1:
                    raise _no_memory(size) from error
            size //= 2

    return answer, _describe(gpus)


def _no_memory(size: int) -> ParameterError:
    return ParameterError(
        f"memory does not suffice for {size} pictures at a time",
        where="batch_size",
        way_out="give a smaller one, or end what else needs memory",
    )


def _describe(gpus: list) -> str:
    if not gpus:
        return "CPU"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "")
    return f"GPU ({name})" if name else "GPU"
