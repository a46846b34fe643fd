"""Weights files of backbones, compared with the backbone before anything is loaded."""

import hashlib
import re
import warnings
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from helpers.base import paths
from helpers.base.errors import ArtefactDamagedError, ParameterError
from helpers.data import keras_weights
from helpers.keras_models.backbones import BACKBONES
from helpers.keras_models.frameworks import keras
from helpers.storage import hashes, manifests

_N_SHOWN = 3
_H5_ERRORS = (OSError, KeyError, ValueError, RuntimeError, TypeError)


class _Layer(NamedTuple):
    """A layer with weights: its name, and their shapes or their places in the file."""

    name: str
    shapes: list[tuple[int, ...]]
    tensors: list[h5py.Dataset]


def load_weights(
    backbone: keras.Model, name: str, weights: str, data: Path | None = None
) -> None:
    """Give a backbone its weights; a file that does not fit leaves it as it was.

    The published files (layer names as attributes) and Keras 3's ``.weights.h5`` are
    read with h5py, which runs no code. Layers belong together by their order, as in
    Keras' own loading; what has another shape is refused.

    Parameters
    ----------
    backbone : keras.Model
        From `backbones.build`.
    name : str
        Key of `BACKBONES`.
    weights, data
        As for `helpers.data.keras_weights.weights_file`; ``"none"`` changes nothing.

    Raises
    ------
    DataMissingError
        If the file is not there; the command that fetches it is named.
    ArtefactDamagedError
        If it cannot be read, holds NaN or links, or is not the published one.
    ParameterError
        If it is of another backbone: the first differences, and which one it may be.
    """
    if problems := keras_weights.missing_weights([name], weights, data):
        raise problems[0]
    path = keras_weights.weights_file(name, weights, data)
    if path is None:
        return
    if weights == keras_weights.IMAGENET:
        _check_published(path, name)
    wanted = [layer for layer in backbone.layers if layer.weights]
    try:
        with h5py.File(path, "r") as file:
            found = list(_read_layers(file, wanted))
            _compare(wanted, found, path, name)
            values = [[one[()] for one in layer.tensors] for layer in found]
    except _H5_ERRORS as error:
        raise _damaged(path, f"it cannot be read ({error})") from error
    if not all(np.isfinite(one).all() for layer in values for one in layer):
        raise _damaged(path, "it holds NaN or infinity")
    for layer, tensors in zip(wanted, values, strict=True):
        layer.set_weights(tensors)


def _check_published(path: Path, name: str) -> None:
    """Refuse a file that is not the one its publisher, or the first fetch, stated."""
    stated = keras_weights.registered(name).files[0].md5
    if stated:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(
                handle, lambda: hashlib.md5(usedforsecurity=False)
            ).hexdigest()
        if digest != stated:
            raise _damaged(path, "it has not the MD5 that its publisher states")
        return
    listed = (manifests.read_manifest(path.parent) or {}).get("files", {})
    if path.name in listed and listed[path.name] != hashes.hash_file(path):
        raise _damaged(path, "it is not the file that was fetched")


def _read_layers(file: h5py.File, wanted: list[keras.layers.Layer]) -> Iterator[_Layer]:
    """Yield the layers of a file in the order in which the backbone has them."""
    if "layers" in file and "layer_names" not in file.attrs:
        yield from _read_keras3(_child(file, "layers"), wanted)
        return
    whole_model = "layer_names" not in file.attrs and "model_weights" in file
    root = _child(file, "model_weights") if whole_model else file
    for name in _texts(root, "layer_names"):
        group = _child(root, name)
        tensors = [_dataset(group, text) for text in _texts(group, "weight_names")]
        if tensors:
            yield _Layer(name, [one.shape for one in tensors], tensors)


def _read_keras3(
    group: h5py.Group, wanted: list[keras.layers.Layer]
) -> Iterator[_Layer]:
    """Yield the layers of a ``.weights.h5``: named by class and count, in no order."""
    counts: dict[str, int] = {}
    own_names = {}
    for layer in wanted:
        text = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", type(layer).__name__)
        text = re.sub("([a-z])([A-Z])", r"\1_\2", text).lower()
        number = counts[text] = counts.get(text, -1) + 1
        own_names[f"{text}_{number}" if number else text] = layer.name
    known = [name for name in own_names if name in group]
    for name in known + sorted(set(group) - set(known)):
        variables = _child(_child(group, name), "vars")
        tensors = [_dataset(variables, key) for key in sorted(variables, key=int)]
        if tensors:
            shapes = [one.shape for one in tensors]
            yield _Layer(own_names.get(name, name), shapes, tensors)


def _texts(group: h5py.Group, name: str) -> list[str]:
    """Return an attribute of texts; Keras cuts long ones into ``name0``, ``name1``."""
    parts = [name] if name in group.attrs else []
    while not parts[:1] == [name] and f"{name}{len(parts)}" in group.attrs:
        parts.append(f"{name}{len(parts)}")
    texts = [text for part in parts for text in group.attrs[part]]
    return [t.decode() if isinstance(t, bytes) else str(t) for t in texts]


def _child(group: h5py.Group, name: str) -> Any:
    """Return what a group holds; no link is followed: it may lead to another file."""
    for part in name.split("/"):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise ValueError(f"{part!r} is missing, or a link")
        group = group[part]
    return group


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    found = _child(group, name)
    if not isinstance(found, h5py.Dataset) or found.dtype.kind != "f":
        raise ValueError(f"{name!r} holds no floating-point numbers")
    if found.external or found.is_virtual:
        raise ValueError(f"{name!r} would read from another file")
    return found


def _compare(
    wanted: list[keras.layers.Layer], found: list[_Layer], path: Path, name: str
) -> None:
    """Refuse a file whose layers have other shapes; tell of other names."""
    other_names, differences = [], []
    for layer, theirs in zip_longest(wanted, found):
        ours = [tuple(one.shape) for one in layer.weights] if layer else []
        shapes = [tuple(shape) for shape in theirs.shapes] if theirs else []
        said = f"{layer.name if layer else 'nothing'} {ours} in {name}, "
        said += f"{theirs.name if theirs else 'nothing'} {shapes} in the file"
        if ours != shapes:
            differences.append(said)
        elif _kind(layer.name) != _kind(theirs.name):
            other_names.append(f"{theirs.name} in the file is {layer.name}")
    if differences:
        n_found = sum(int(np.prod(shape)) for one in found for shape in one.shapes)
        raise ParameterError(
            f"this is no weights file of {name}{_owner(n_found)}; first differences: "
            + "; ".join(differences[:_N_SHOWN]),
            where=paths.shown(path),
            way_out=f"name a file of {name} without classifier (notop), or "
            "`python start.py fetch weights`",
        )
    if other_names:
        warnings.warn(
            f"{path.name}: every shape fits {name}, but {len(other_names)} layers "
            f"have other names ({'; '.join(other_names[:_N_SHOWN])})",
            stacklevel=4,
        )


def _kind(layer_name: str) -> str:
    """Return a name without the number that Keras gives by order of making."""
    return re.sub(r"_\d+$", "", layer_name)


def _owner(n_parameters: int) -> str:
    """Say by the number of parameters which backbone a file may belong to."""
    for backbone in BACKBONES.values():
        if n_parameters == backbone.n_parameters:
            return f", it seems to be of {backbone.name}"
        if n_parameters == backbone.n_parameters_top:
            return f", it seems to be of {backbone.name} with its classifier"
    return f" ({n_parameters:,} parameters, of no backbone that is known here)"


def _damaged(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the weights are not used: {what}",
        where=paths.shown(path),
        way_out="delete it and bring it anew (`python start.py fetch weights`, or a "
        "copy)",
    )
