"""Weights of the PyTorch networks: where they lie, and whether they are there.

Imports no framework, so that the runner can ask before any notebook starts.
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from helpers.base import paths
from helpers.base.errors import DataMissingError, ParameterError
from helpers.data import weight_folders
from helpers.data.weights_registry import WEIGHTS

PRETRAINED, NONE = "pretrained", "none"
"""Words for `weights`: the published ones, and random numbers; else it is a path."""


class Published(NamedTuple):
    """Published weights of a network.

    Attributes
    ----------
    weights : str
        Their name in `helpers.data.weights_registry`.
    model_type : str
        What the config.json of their folder says; "" for torchvision's single file.
    config : dict
        What else it must say: settings that no tensor's shape gives away among them.
    """

    weights: str
    model_type: str = ""
    config: dict[str, Any] = {}


_RESNET = {
    "hidden_act": "relu",
    "downsample_in_first_stage": False,
    "downsample_in_bottleneck": False,
    "embedding_size": 64,
}
NETWORKS: dict[str, Published | None] = {
    "resnet_small": None,
    "resnet18": Published(
        "microsoft--resnet-18",
        "resnet",
        _RESNET
        | {
            "layer_type": "basic",
            "hidden_sizes": [64, 128, 256, 512],
            "depths": [2, 2, 2, 2],
        },
    ),
    "resnet50": Published(
        "microsoft--resnet-50",
        "resnet",
        _RESNET
        | {
            "layer_type": "bottleneck",
            "hidden_sizes": [256, 512, 1024, 2048],
            "depths": [3, 4, 6, 3],
        },
    ),
    "unet_small": None,
    "deeplabv3_resnet50": Published("torchvision-deeplabv3-resnet50"),
    "deeplabv3plus_mobilenetv2": Published(
        "google--mobilenet_v2_1.0_224",
        "mobilenet_v2",
        {
            "depth_multiplier": 1.0,
            "hidden_act": "relu6",
            "tf_padding": True,
            "layer_norm_eps": 0.001,
            "first_layer_is_expansion": True,
        },
    ),
}
"""By name: every network of `helpers.torch_models`; None where nobody publishes any."""

_SUFFIX = ".pth"


def published(name: str, weights: str) -> Published:
    """Return what weights of a network must be.

    Parameters
    ----------
    name : str
        Key of `NETWORKS`.
    weights : str
        What was asked for, for the refusal.

    Returns
    -------
    Published

    Raises
    ------
    ParameterError
        If there is no such network (the nearest is suggested), none are published, or
        `weights` is empty.
    """
    check_name(name)
    if not weights:  # as a path it would be the project's own folder
        way_out = f"name a folder or file, {PRETRAINED!r} or {NONE!r}"
        raise ParameterError("weights cannot be ''", "weights", way_out)
    if (entry := NETWORKS[name]) is None:
        having = [each for each, one in NETWORKS.items() if one]
        raise ParameterError(
            f"weights {weights!r} were asked for, but {name} is a network of this "
            "project: none are published",
            where="weights",
            way_out=f"set weights to {NONE!r}, or take one of {', '.join(having)}",
        )
    return entry


def check_name(name: str) -> None:
    """Refuse a name that is not in `NETWORKS`; the nearest one is suggested.

    Parameters
    ----------
    name : str
        Of a network.

    Raises
    ------
    ParameterError
        If there is no such network.
    """
    if name not in NETWORKS:
        near = get_close_matches(name, NETWORKS, 3, 0.3) or list(NETWORKS)
        way_out = f"did you mean {' or '.join(near)}?"
        raise ParameterError(f"unknown network {name!r}", "architecture", way_out)


def weights_file(name: str, weights: str, weights_folder: Path | None = None) -> Path:
    """Return the ``.pth`` file of a network whose weights torchvision publishes.

    Parameters
    ----------
    name : str
        Key of `NETWORKS`.
    weights : str
        ``"pretrained"``: the published file below `weights_folder`; or the path of a
        ``.pth`` file, or of a folder that holds one of the published name.
    weights_folder : Path, optional
        Where fetched weights lie; ``data/weights`` if None, or if it is not there.

    Returns
    -------
    Path
        Need not be there.

    Raises
    ------
    ParameterError
        If `weights` names another kind of file.
    """
    entry = WEIGHTS[published(name, weights).weights]
    published_name = entry.files[0].name
    if weights == PRETRAINED:
        here = weights_folder is not None and weights_folder.is_dir()
        folder = weights_folder if here else weight_folders.FETCHED
        return folder / entry.name / published_name
    path = paths.resolve(weights)
    if path.is_dir():
        return path / published_name
    if path.suffix != _SUFFIX:
        raise ParameterError(
            f"weights of {name} are read from a file of tensors ({_SUFFIX}) alone",
            where=weights,
            way_out=f"name a {_SUFFIX} file, a folder with {published_name}, "
            f"{PRETRAINED!r} or {NONE!r}",
        )
    return path


def missing_weights(
    name: str, weights: str, weights_folder: Path | None = None
) -> DataMissingError | None:
    """Say which files of weights are not there; quick, nothing is read.

    Parameters
    ----------
    name : str
        Key of `NETWORKS`.
    weights : str
        ``"none"``; ``"pretrained"``; or the path of a folder as transformers writes it,
        for DeepLabV3 as `weights_file` says.
    weights_folder : Path, optional
        Where fetched weights lie; ``data/weights`` if None, or if it is not there.

    Returns
    -------
    DataMissingError or None
        What lacks and how it is brought; None where every file is there.

    Raises
    ------
    ParameterError
        If there is no such network, or no such weights of it can be.
    """
    check_name(name)
    if weights == NONE:
        return None
    entry = published(name, weights)
    if entry.model_type:
        text = folder_text(weights)
        return weight_folders.missing_weights(text, entry, weights_folder)
    path = weights_file(name, weights, weights_folder)
    return None if path.is_file() else _missing(name, path, weights)


def folder_text(weights: str) -> str:
    """Return `weights` in the words of `weight_folders.open_folder`.

    Parameters
    ----------
    weights : str
        ``"pretrained"`` or a path.

    Returns
    -------
    str
        "" for the published ones.
    """
    return "" if weights == PRETRAINED else weights


def _missing(name: str, path: Path, weights: str) -> DataMissingError:
    """Say what lacks, and how it is brought here."""
    entry = WEIGHTS[published(name, weights).weights]
    way_out = f"copy the file to {path}, from a machine that has it or from where it "
    way_out += f"is published (about {entry.size_mb:g} MB): {entry.files[0].address}"
    if weights == PRETRAINED:
        data = path.parents[2]
        said = f" --data {paths.shown(data)}" * (data != paths.DATA)
        command = f"`python start.py fetch weights{said}` gets all pretrained models"
        way_out = f"{command}; or {way_out}; or set weights to {NONE!r}"
    what = f"the weights of {name} are not there"
    return DataMissingError(what, paths.shown(path), way_out)
