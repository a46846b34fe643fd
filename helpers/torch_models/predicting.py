"""A saved PyTorch network, ready to answer for any pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from helpers.base import devices
from helpers.base.errors import ArtefactDamagedError
from helpers.base.paths import shown
from helpers.torch_models import forward, saved_models

Answer = Callable[[Mapping[str, np.ndarray]], forward.Predicted]


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
        Input name -> uint8 (n, size_px, size_px, 3), to a pair: probabilities, float32
        (n, n_labels) or None; masks, float16 (n, size_px, size_px) or None.
    device : str
        What it computes on, for people.

    Raises
    ------
    ArtefactMissingError, ArtefactDamagedError
        As `saved_models.load`.
    ParameterError
        By `answer`, where memory does not suffice.
    """
    model, facts = saved_models.load(folder)
    names = facts["preparation"].get("inputs")
    if names != ["rgb"]:
        raise ArtefactDamagedError(
            f"the model cannot be applied: networks of PyTorch take rgb, not {names}",
            where=shown(folder),
            way_out="train it again on pictures as they are",
        )

    def answer(inputs: Mapping[str, np.ndarray]) -> forward.Predicted:
        """Return the answers to a block of pictures."""
        return forward.predict(model, inputs["rgb"], batch_size=batch_size)

    return answer, devices.describe(devices.best_device())
