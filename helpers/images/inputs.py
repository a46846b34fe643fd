"""What a model can be given of a picture, by name."""

import hashlib
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

import cv2
import numpy as np
import PIL

from helpers.base.errors import ParameterError
from helpers.images import batches, decode, hair, per_picture, processing, resize
from helpers.images import rgb as rgb_module

INPUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rgb": np.copy,
    "gray": processing.gray,
    "otsu": processing.otsu,
    "equalised": processing.equalise,
    "clahe": processing.clahe,
    "stretched": processing.stretch,
    "heat_map": processing.heat_map,
    "hairless": hair.remove_hair,
}
"""Name -> function of uint8 (..., height, width, 3) that gives the same shape."""


def check(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of inputs after checking them.

    Parameters
    ----------
    names : sequence of str
        Of `INPUTS`, in the order of a model's inputs.

    Returns
    -------
    tuple of str
        The same.

    Raises
    ------
    ParameterError
        If there is no name, one is unknown (the nearest are named), or one is repeated.

    Examples
    --------
    >>> check(["gray", "otsu"])
    ('gray', 'otsu')
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    choice = f"choose from: {', '.join(INPUTS)}"
    if not names:
        raise ParameterError("a model needs at least one input", "inputs", choice)
    for name in names:
        if name not in INPUTS:
            near = get_close_matches(str(name), INPUTS, 2)
            way_out = f"did you mean {' or '.join(near)}? {choice}" if near else choice
            raise ParameterError(f"there is no input {name!r}", "inputs", way_out)
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        what = f"named more than once: {', '.join(twice)}"
        raise ParameterError(what, "inputs", "name each input once")
    return names


def make_inputs(rgb: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Make the inputs that a model is given of pictures.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., height, width, 3)
        One picture or many of one size; never changed.
    names : sequence of str
        As for `check`.

    Returns
    -------
    dict of str to ndarray of uint8, shape (..., height, width, 3)
        In the order of `names`; none shares memory with `rgb`.

    Raises
    ------
    ParameterError
        As `check` does.
    """
    return {name: INPUTS[name](rgb) for name in check(names)}


def _version(modules: Sequence[object]) -> str:
    """Hash the sources of modules, whatever the line ends, and the libraries' versions.

    OpenCV and Pillow decode, resize and process: another version may round otherwise.
    """
    digest = hashlib.sha256(f"{cv2.__version__} {PIL.__version__}".encode())
    for module in modules:
        source = Path(module.__file__).read_bytes()
        digest.update(source.replace(b"\r\n", b"\n"))
    return digest.hexdigest()


VERSION: str = _version(
    [decode, rgb_module, resize, batches, per_picture, processing, hair]
)
"""Of all that decides the pixels from file to input; part of a cache's key."""
