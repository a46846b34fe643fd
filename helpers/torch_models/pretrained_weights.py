"""Published weights put into a network: read without running code, all or nothing."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import safetensors.torch

from helpers.base import paths
from helpers.base.errors import ParameterError
from helpers.data import torch_weights, weight_folders
from helpers.storage import hashes, manifests
from helpers.torch_models import deeplab
from helpers.torch_models.frameworks import nn, torch

_ENCODER = "encoder."
_COUNTER = "num_batches_tracked"  # counts training steps; not always published
# The last layers have an answer for each published class: new ones take their place.
_OUTPUTS = re.compile(r"(aux_)?classifier\.4\.(weight|bias)")
_HEADS = ("classifier.", "aux_classifier.")
_NOT_OURS = re.compile(r"classifier\.|segmentation_head\.")
_N_SHOWN = 3
_SHA256_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth")


class _Read(NamedTuple):
    """Tensors under the names that they have in the network, and where they lay."""

    path: Path
    tensors: dict[str, torch.Tensor]


def load(
    model: nn.Module, name: str, weights: str, weights_folder: Path | None = None
) -> None:
    """Give a network published weights; what does not fit leaves it as it was.

    The encoder's tensors must all be there. The heads of DeepLabV3 are taken where the
    file has them; output layers only with as many outputs as the network's. Label heads
    and U-Net's and DeepLabV3+'s decoders stay new.

    Parameters
    ----------
    model : torch.nn.Module
        On the CPU; from `architectures.make`.
    name : str
        Its key in `helpers.data.torch_weights.NETWORKS`.
    weights, weights_folder
        As for `helpers.data.torch_weights.missing_weights`; ``"none"`` does nothing.

    Raises
    ------
    DataMissingError
        If a file is not there; the command that fetches it is named.
    ArtefactDamagedError
        If it cannot be read, holds NaN, is not the published one, or lacks tensors.
    ParameterError
        If it is of another network, or none are published for this one.
    """
    if problem := torch_weights.missing_weights(name, weights, weights_folder):
        raise problem
    if weights == torch_weights.NONE:
        return
    entry = torch_weights.published(name, weights)
    if entry.model_type:
        read = _read_folder(entry, weights, weights_folder)
    else:
        path = torch_weights.weights_file(name, weights, weights_folder)
        if weights == torch_weights.PRETRAINED:
            _check_published(path)
        read = _read_checkpoint(path)
    fitting = _fitting(model, read, name)
    model.load_state_dict(fitting, strict=False)


def _read_folder(
    entry: torch_weights.Published, weights: str, weights_folder: Path | None
) -> _Read:
    """Return the tensors of an encoder in a folder as transformers writes it."""
    text = torch_weights.folder_text(weights)
    folder = weight_folders.open_folder(text, entry, weights_folder)
    differences = [
        f"{key} is {folder.config[key]}, not {value}"
        for key, value in entry.config.items()
        if folder.config.get(key, value) != value  # what is left out is the default
    ]
    path = folder.path / weight_folders.TENSORS
    if differences:
        raise ParameterError(
            f"these weights are not of {entry.weights}: {'; '.join(differences)}",
            where=paths.shown(folder.path / weight_folders.CONFIG),
            way_out="name the folder of that network, or take the network it is of",
        )
    try:
        found = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, ValueError, KeyError) as error:
        raise weight_folders.damaged(path, _cannot_be_read(error)) from error
    own = {key.removeprefix(f"{entry.model_type}."): found[key] for key in found}
    kept = {key: own[key] for key in own if not _NOT_OURS.match(key)}
    return _Read(path, {_ENCODER + key: kept[key] for key in kept})


def _read_checkpoint(path: Path) -> _Read:
    """Return the tensors of torchvision's file: a pickle, of which tensors alone."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # torch raises a dozen kinds on what is no checkpoint
        raise weight_folders.damaged(path, _cannot_be_read(error)) from error
    if not isinstance(found, Mapping) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor)
        for key, value in found.items()
    ):
        raise weight_folders.damaged(path, "it is no list of named tensors")
    return _Read(path, {deeplab.name_here(key): found[key] for key in found})


def _check_published(path: Path) -> None:
    """Refuse a file that is not the one its publisher, or the first fetch, stated."""
    digest = hashes.hash_file(path)
    stated = _SHA256_IN_NAME.search(path.name)  # torchvision's files name their hash
    if stated and not digest.startswith(stated[1]):
        what = f"its SHA-256 does not begin with {stated[1]}, as its publisher states"
        raise weight_folders.damaged(path, what)
    listed = (manifests.read_manifest(path.parent) or {}).get("files", {})
    if listed.get(path.name, digest) != digest:
        raise weight_folders.damaged(path, "it is not the file that was fetched")


def _fitting(model: nn.Module, read: _Read, name: str) -> dict[str, torch.Tensor]:
    """Return the tensors that the network takes; refuse others by name."""
    own, found = model.state_dict(), dict(read.tensors)
    for key in list(found):
        dropped = _OUTPUTS.fullmatch(key) and key in own
        # transformers' MobileNetV2 ends in a layer that our segmenter does without.
        dropped = dropped and found[key].shape != own[key].shape
        if dropped or (key.startswith("encoder.conv_1x1.") and key not in own):
            del found[key]
    needed = {key for key in own if key.startswith(_ENCODER)}
    for head in _HEADS:
        if any(key.startswith(head) and key in own for key in found):
            needed |= {key for key in own if key.startswith(head)}
    needed = {k for k in needed if not (k.endswith(_COUNTER) or _OUTPUTS.fullmatch(k))}
    kinds = {
        "missing": needed - found.keys(),
        "not expected": found.keys() - own.keys(),
        "of another shape": {
            f"{key} {[*found[key].shape]} for {[*own[key].shape]}"
            for key in found.keys() & own.keys()
            if found[key].shape != own[key].shape
        },
    }
    if said := [_line(kind, keys) for kind, keys in kinds.items() if keys]:
        raise ParameterError(
            f"these are no weights of {name}: {'; '.join(said)}",
            where=paths.shown(read.path),
            way_out="name weights of that network, or fetch the published ones: "
            "`python start.py fetch weights`",
        )
    _check_numbers(read.path, found, own)
    return found


def _check_numbers(
    path: Path, found: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor]
) -> None:
    """Refuse tensors that hold something else than finite numbers."""
    for key, value in found.items():
        if value.is_floating_point() != own[key].is_floating_point():
            raise weight_folders.damaged(path, f"{key} is of the type {value.dtype}")
        if value.is_floating_point() and not value.isfinite().all():
            raise weight_folders.damaged(path, f"{key} holds NaN or infinity")


def _line(kind: str, keys: set[str]) -> str:
    more = ", ..." if len(keys) > _N_SHOWN else ""
    return f"{len(keys)} {kind} ({', '.join(sorted(keys)[:_N_SHOWN])}{more})"


def _cannot_be_read(error: Exception) -> str:
    return f"it cannot be read ({type(error).__name__}: {error})"[:300]
