"""What turns a picture into a vector: one interface, and the encoders by name."""

import importlib
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from helpers.base.errors import DataMissingError, ParameterError

_COLOUR_TEXTURE = "helpers.features.colour_texture:ColourTexture"
_NETWORK = "helpers.features.pretrained:Network"
_ENCODERS = {
    "colour_texture": _COLOUR_TEXTURE,
    "dinov2_small": _NETWORK,
    "dinov2_base": _NETWORK,
    "dinov2_large": _NETWORK,
    "resnet50": _NETWORK,
    "mobilenet_v2": _NETWORK,
}
_PICTURE_OPTIONS = {"squash", "pad", "bgr"}
_NETWORK_OPTIONS = {*_PICTURE_OPTIONS, "unnormalised"}
_DINOV2_OPTIONS = {*_NETWORK_OPTIONS, "patch_mean"}


class Encoder(Protocol):
    """A picture encoder: `prepare` each picture, then `encode` them in batches.

    Attributes
    ----------
    name : str
        The text it was asked for by, options in order; of a folder its own name only.
    dimension : int
        Length of a vector.
    size_px : int
        Side of the square that `prepare` makes.
    fit : str
        How a picture comes to be square: "crop", "pad" or "squash" (as
        `helpers.images.resize` means them).
    facts : dict
        All that decides a vector, in words of JSON: encoder, weights ("none", "random"
        or the SHA-256 of their file), preparation, precision, code (a hash of the
        sources).
    device : str
        Where it computes: "cpu", "cuda" or "mps" (`helpers.base.devices`).
    """

    name: str
    dimension: int
    size_px: int
    fit: str
    facts: dict[str, Any]
    device: str

    def prepare(self, rgb: np.ndarray) -> np.ndarray:
        """Bring one picture, uint8 RGB (height, width, 3), to the encoder's size."""
        ...

    def encode(self, batch: np.ndarray) -> np.ndarray:
        """Encode uint8 pictures (n, size_px, size_px, 3) as float32 (n, dimension).

        A network is built at the first call. Raises MemoryError where the batch is too
        large for the device, and ArtefactDamagedError where weights are cut, or not
        those of their config.json.
        """
        ...


class Wanted(NamedTuple):
    """An encoder's text, taken apart: `weights` is "", "random" or a folder's path."""

    model: str
    options: tuple[str, ...]
    weights: str

    @property
    def plain(self) -> str:
        """The text without its weights."""
        return "+".join((self.model, *self.options))

    @property
    def name(self) -> str:
        """The text, of a folder's path only the last part."""
        folder = re.split(r"[\\/]", self.weights.rstrip("\\/"))[-1]
        return f"{self.plain}@{folder}" if self.weights else self.plain


def names() -> list[str]:
    """Return the names of all encoders.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted(_ENCODERS)


def slug(text: str) -> str:
    """Return an encoder's name as part of a file's name.

    Parameters
    ----------
    text : str
        As for `get_encoder`.

    Returns
    -------
    str
        Letters, digits, ``_``, ``-`` and ``.`` only. Two folders of weights with the
        same own name have the same slug; their vectors' facts tell them apart.

    Raises
    ------
    ParameterError
        If the text names no encoder.

    Examples
    --------
    >>> slug("mobilenet_v2@random"), slug("colour_texture+squash")
    ('mobilenet_v2-random', 'colour_texture-squash')
    """
    return re.sub(r"[^A-Za-z0-9_.]+", "-", _take_apart(text).name)


def get_encoder(text: str, weights_folder: Path | None = None) -> Encoder:
    """Return the encoder of that name; its libraries are imported only now.

    Parameters
    ----------
    text : str
        ``NAME[+OPTION...][@WEIGHTS]``. NAME is one of `names()`. OPTION says how the
        picture is prepared: ``squash`` or ``pad`` instead of the encoder's own ``crop``
        (short side to size, the centre kept); ``bgr`` (red and blue swapped: a
        mistake); for networks ``unnormalised`` (pixels from 0 to 1, as they are: a
        mistake); for DINOv2 ``patch_mean`` (mean of the patch tokens instead of the
        class token). WEIGHTS, for networks: ``pretrained`` (the default), ``random``
        (seeded: a control) or the path of a folder with config.json,
        preprocessor_config.json and model.safetensors.
    weights_folder : Path, optional
        Where ``python start.py fetch weights`` put the pretrained ones; by default, and
        where it is not there, ``data/weights``.

    Returns
    -------
    Encoder
        Its facts are known; a network is built when it first encodes.

    Raises
    ------
    ParameterError
        If there is no such encoder or option, or weights are of another architecture.
    DataMissingError
        If weights are not there; nothing else is used in their place.
    ArtefactDamagedError
        If weights are not those that were fetched, or their settings make no sense.
    """
    wanted = _take_apart(text)
    module, _, attribute = _ENCODERS[wanted.model].partition(":")
    encoder = getattr(importlib.import_module(module), attribute)
    if _ENCODERS[wanted.model] == _COLOUR_TEXTURE:
        return encoder(wanted.options)
    return encoder(wanted, weights_folder)


def missing_weights(
    text: str, weights_folder: Path | None = None
) -> DataMissingError | None:
    """Say what an encoder lacks, before anything is computed; no torch is imported.

    Parameters
    ----------
    text, weights_folder
        As for `get_encoder`.

    Returns
    -------
    DataMissingError or None
        Which files of its weights are not there; None where it can be had.

    Raises
    ------
    ParameterError
        If there is no such encoder or option.
    """
    wanted = _take_apart(text)
    if _ENCODERS[wanted.model] == _COLOUR_TEXTURE or wanted.weights == "random":
        return None
    from helpers.data import weight_folders
    from helpers.features import architectures

    architecture = architectures.ARCHITECTURES[wanted.model]
    return weight_folders.missing_weights(wanted.weights, architecture, weights_folder)


def _take_apart(text: str) -> Wanted:
    """Read an encoder's text; refuse what no encoder can be."""
    plain, at, weights = text.partition("@")  # a path may hold another @ or +
    model, *options = plain.split("+")
    if model not in _ENCODERS:
        near = get_close_matches(model, names(), 1)
        way_out = f"did you mean {near[0]}? " if near else ""
        way_out += f"choose one of: {', '.join(names())}"
        raise _refusal(f"there is no encoder {model!r}", way_out)
    allowed = _options_of(model)
    for option in options:
        if option not in allowed:
            way_out = f"it takes: {', '.join(sorted(allowed))}"
            raise _refusal(f"{model} takes no option {option!r}", way_out)
    if len(set(options)) < len(options) or {"squash", "pad"} <= set(options):
        what = f"the options of {text!r} repeat or contradict each other"
        raise _refusal(what, "name each once, and one of squash and pad")
    if at and (not weights or model == "colour_texture"):
        what = f"{text!r} names weights that {model} cannot have"
        raise _refusal(what, f"write {plain}, or for a network @random or @FOLDER")
    weights = "" if weights == "pretrained" else weights
    return Wanted(model, tuple(sorted(options)), weights)


def _options_of(model: str) -> set[str]:
    if model == "colour_texture":
        return _PICTURE_OPTIONS
    return _DINOV2_OPTIONS if model.startswith("dinov2") else _NETWORK_OPTIONS


def _refusal(what: str, way_out: str) -> ParameterError:
    return ParameterError(what, where="encoder", way_out=way_out)
