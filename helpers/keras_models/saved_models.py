"""Keras models in folders: saved with what they mean, loaded without running code."""

import importlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.base.errors import ArtefactDamagedError, ParameterError
from helpers.base.paths import shown
from helpers.keras_models.frameworks import keras
from helpers.storage import atomic, model_folders

FILE = "model.keras"
"""Architecture and weights, in Keras's own format; ``model.json`` lies beside it."""

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
_FROM_KERAS = re.compile(
    r"keras(\.(layers|initializers|regularizers|constraints|dtype_policies)"
    r"|\.src\.(models\.functional|ops\.[a-z_]+))?"
)
_OURS = re.compile(r"helpers\.keras_models\.[a-z_]+")
_REFUSED_CLASSES = {"Lambda", "function", "__lambda__", "TorchModuleWrapper"}


def save(
    folder: Path,
    model: keras.Model,
    labels: Sequence[str],
    preparation: Mapping[str, Any],
    split: str,
    metrics: Mapping[str, Any],
) -> Path:
    """Save a model for use: architecture and weights, without the optimizer.

    Parameters
    ----------
    folder : Path
        The model's own folder; what it held before is replaced.
    model : keras.Model
        One output per label; layers of Keras, or registered in this package.
    labels : sequence of str
        Names of the outputs, in order.
    preparation : mapping
        How pictures become inputs: size_px, fit, inputs, inputs_version.
    split : str
        Hash of the split that it was trained on.
    metrics : mapping
        What it reached, in words of JSON.

    Returns
    -------
    Path
        The ``model.json`` that makes the folder valid.

    Raises
    ------
    ParameterError
        If labels and outputs differ in number, or the model holds a Lambda layer or
        other code, which could not be loaded again.
    DiskError
        If the disk is full or read-only.
    """
    model_folders.check_label_table(labels)
    _check_outputs(model, labels, folder)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, FILE)  # Keras wants the suffix .keras
        # A model around the same layers is not compiled: no optimizer is saved.
        keras.Model(model.input, model.output, name=model.name).save(path)
        if unsafe := _unsafe_parts(path):
            raise ParameterError(
                f"the model holds what no one may load: {', '.join(unsafe)}",
                where=model.name,
                way_out="use layers of Keras, or a registered layer of this package",
            )
        atomic.write_bytes(folder / FILE, path.read_bytes())
    facts = {
        "framework": "keras",
        "architecture": _architecture(model),
        "labels": list(labels),
        "preparation": dict(preparation),
        "split": split,
        "metrics": dict(metrics),
    }
    return model_folders.write_facts(folder, facts, folder / FILE)


def load(
    folder: Path, labels: Sequence[str] | None = None
) -> tuple[keras.Model, dict[str, Any]]:
    """Load a model that `save` saved; nothing in the file is run.

    Parameters
    ----------
    folder : Path
        The model's folder.
    labels : sequence of str, optional
        The label table that it shall have, in order.

    Returns
    -------
    model : keras.Model
        Not compiled.
    facts : dict
        As `model_folders.read_facts` returns them.

    Raises
    ------
    ArtefactMissingError
        If there is no model.
    ArtefactDamagedError
        If it is damaged, or holds a Lambda layer, a function or other code.
    ParameterError
        If it has another label table; the error names the difference.
    """
    facts = model_folders.read_facts(folder, labels)
    path = folder / FILE
    if facts["weights"]["file"] != FILE:
        raise _refused(path, f"its file is called {facts['weights']['file']!r}")
    if unsafe := _unsafe_parts(path):
        raise _refused(path, f"it holds {', '.join(unsafe)}")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises a dozen kinds on what it cannot build
        raise _refused(path, f"Keras cannot read it ({error})") from error
    _check_outputs(model, facts["labels"], folder)
    return model, facts


def _architecture(model: keras.Model) -> dict[str, Any]:
    inputs = {one.name: list(one.shape[1:]) for one in model.inputs}
    return {
        "name": model.name,
        "inputs": inputs,
        "n_parameters": int(model.count_params()),
    }


def _check_outputs(model: keras.Model, labels: Sequence[str], folder: Path) -> None:
    if model.output_shape[-1] != len(labels):
        raise ParameterError(
            f"the model has {model.output_shape[-1]} outputs, the label table "
            f"{len(labels)} labels",
            where=shown(folder),
            way_out="give the label table that it was trained with",
        )


def _unsafe_parts(path: Path) -> list[str]:
    """Return what a .keras file holds besides known layers and their numbers."""
    try:
        with zipfile.ZipFile(path) as archive:
            if others := sorted(set(archive.namelist()) - _MEMBERS):
                return [f"the file {name!r}" for name in others]
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, OSError) as error:
        raise _refused(path, f"it is no .keras file ({error})") from error
    return sorted({text for part in _objects(config) if (text := _why_unsafe(part))})


def _objects(part: Any) -> Iterator[dict]:
    """Yield everything that Keras would make an object of."""
    if isinstance(part, dict):
        if "class_name" in part:
            yield part
        # How a model was compiled is neither saved by us nor read.
        inner = (value for key, value in part.items() if key != "compile_config")
    else:
        inner = iter(part if isinstance(part, list) else ())
    for value in inner:
        yield from _objects(value)


def _why_unsafe(part: Mapping[str, Any]) -> str:
    """Return what is wrong with an object; "" where it is a layer that we know."""
    name, module = str(part["class_name"]), part.get("module")
    if name in _REFUSED_CLASSES:
        return f"a {name} layer" if name == "Lambda" else f"code ({name})"
    if module is None:  # plain values: tensors, tuples, shapes
        return "" if name.startswith("__") else f"{name}, of nowhere"
    if _FROM_KERAS.fullmatch(module):
        return ""
    if _OURS.fullmatch(module):
        importlib.import_module(module)  # registers its layers
        return ""
    return f"{module}.{name}"


def _refused(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the model is not loaded: {what}",
        where=shown(path),
        way_out="delete the folder and run the notebook that trains it again",
    )
