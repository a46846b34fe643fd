"""What decides a training, as one hash: another hash, another training."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.keras_models.frameworks import keras, tf
from helpers.storage import hashes


def key_of(model: keras.Model, data: Sequence[Any], settings: Mapping[str, Any]) -> str:
    """Return the hash of a model as it is now, its data and the settings.

    Parameters
    ----------
    model : keras.Model
        Compiled. Weights, architecture, what is trainable, optimizer and loss count;
        the names of its layers do not: Keras numbers them within a process.
    data : sequence of (ndarray, mapping of str to ndarray, or None)
        All that it learns from and is judged on; every byte counts.
    settings : mapping
        In words of JSON.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    optimizer = {**model.optimizer.get_config(), "name": None}  # numbered, too
    facts = {
        "settings": dict(settings),
        "layers": _without_names(model),
        "trainable": [one.trainable for one in model.weights],
        "weights": [_hash_array(one.numpy()) for one in model.weights],
        "optimizer": [type(model.optimizer).__name__, _plain(optimizer)],
        "loss": _plain(keras.saving.serialize_keras_object(model.loss)),
        "data": [_hash_part(part) for part in data],
        "versions": [keras.__version__, tf.__version__],
    }
    return hashes.hash_json(facts)


def _without_names(model: keras.Model) -> Any:
    """Return the configuration with the names of layers replaced by their places."""
    places: dict[str, str] = {}

    def number(layers: Sequence[keras.layers.Layer]) -> None:
        """Give layers numbers; inputs keep the names of the data."""
        for layer in layers:
            if not isinstance(layer, keras.layers.InputLayer):
                places.setdefault(layer.name, f"layer {len(places)}")
            # Operations, too: Keras numbers the splits of a model as it does layers.
            number(getattr(layer, "operations", getattr(layer, "layers", ())))

    def replace(part: Any) -> Any:
        """Replace the names in a configuration."""
        if isinstance(part, dict):
            return {name: replace(value) for name, value in part.items()}
        if isinstance(part, list):
            return [replace(value) for value in part]
        return places.get(part, part) if isinstance(part, str) else part

    number([model])
    return replace(_plain(model.get_config()))


def _plain(config: Any) -> Any:
    """Return a configuration in words of JSON."""
    return json.loads(json.dumps(config, sort_keys=True, default=str))


def _hash_part(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _hash_array(array) for name, array in part.items()}
    return None if part is None else _hash_array(part)


def _hash_array(array: np.ndarray) -> list:
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return [str(array.dtype), list(array.shape), hashes.hash_bytes(content.data)]
