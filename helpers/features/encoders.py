"""What turns a picture into a vector: one interface, and the encoders by name."""

import importlib
from typing import Protocol

import numpy as np

from helpers.base.errors import ParameterError

_ENCODERS = {"colour_texture": "helpers.features.colour_texture:ColourTexture"}


class Encoder(Protocol):
    """A picture encoder: `prepare` each picture, then `encode` them in batches.

    Attributes
    ----------
    name : str
        What its files are called.
    dimension : int
        Length of a vector.
    size_px : int
        Side of the square that `prepare` makes.
    fit : str
        How a picture comes to be square: "crop", "pad" or "squash" (as
        `helpers.images.resize` means them).
    """

    name: str
    dimension: int
    size_px: int
    fit: str

    def prepare(self, rgb: np.ndarray) -> np.ndarray:
        """Bring one picture, uint8 RGB (height, width, 3), to the encoder's size."""
        ...

    def encode(self, batch: np.ndarray) -> np.ndarray:
        """Encode uint8 pictures (n, size_px, size_px, 3) as float32 (n, dimension)."""
        ...


def names() -> list[str]:
    """Return the names of all encoders.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted(_ENCODERS)


def get_encoder(name: str) -> Encoder:
    """Return the encoder of that name; its libraries are imported only now.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    Encoder
        Ready to use.

    Raises
    ------
    ParameterError
        If there is no such encoder.
    """
    if name not in _ENCODERS:
        raise ParameterError(
            f"there is no encoder {name!r}",
            where="encoder",
            way_out=f"choose one of: {', '.join(names())}",
        )
    module, _, attribute = _ENCODERS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)()
