"""Weights files of backbones in the published form, with random numbers in them."""

import h5py
import numpy as np

from helpers.keras_models import backbones


def random_backbone(name, size_px=None, seed=1):
    """Return a backbone whose every number is random, batch statistics included."""
    model = backbones.build(name, size_px or backbones.find(name).min_size_px)
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        values = [rng.uniform(0.01, 0.1, one.shape) for one in layer.weights]
        layer.set_weights([value.astype("float32") for value in values])
    return model


def write_published(path, model, names=lambda name: name):
    """Write HDF5 as Keras 2 did: layers and their weights named in attributes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [names(one.name).encode() for one in model.layers]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.2.4"
        for layer in model.layers:
            name = names(layer.name)
            group = file.create_group(name)
            texts = [f"{name}/{one.name}:0" for one in layer.weights]
            group.attrs["weight_names"] = [text.encode() for text in texts]
            for text, value in zip(texts, layer.get_weights(), strict=True):
                group.create_dataset(text, data=value)
    return path


def fetched_file(data, name):
    """Return where the fetched file of a backbone lies below a data folder."""
    entry = backbones.registered(name)
    return data / "weights" / entry.name / entry.files[0].name
