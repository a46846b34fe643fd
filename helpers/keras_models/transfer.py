"""Transfer learning in two stages: the head on frozen features, then fine-tuning.

Stage 1 computes the backbone's features once and trains the head on them alone: many
times faster than running the backbone in every epoch, at the price that it sees no
augmentation. Stage 2 trains the last layers of the backbone too, with augmentation.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from helpers.base.errors import ParameterError
from helpers.data import keras_weights
from helpers.keras_models import backbone_weights, backbones, baseline
from helpers.keras_models.forward import predict
from helpers.keras_models.frameworks import keras

_POOLED = "pooled"


def transfer_model(
    name: str,
    size_px: int,
    n_labels: int,
    weights: str = keras_weights.IMAGENET,
    *,
    data: Path | None = None,
    augment: Sequence[keras.layers.Layer] | None = None,
    dense: int = 256,
    seed: int = 0,
) -> keras.Model:
    """Return a frozen backbone with its own preprocessing and P3's head, not compiled.

    Parameters
    ----------
    name : str
        Key of `backbones.BACKBONES`.
    size_px : int
        Side of the square pictures. Below what the backbone takes they are enlarged
        inside the model.
    n_labels : int
        Labels.
    weights : str, optional
        ``"imagenet"``, ``"none"`` (random numbers) or a path, as for
        `helpers.data.keras_weights.weights_file`.
    data : Path, optional
        The data folder, below which fetched weights lie.
    augment : sequence of keras.layers.Layer, optional
        As for `baseline.augmented_input`.
    dense : int, optional
        Units of the head's dense layers.
    seed : int, optional
        Of the random weights; Keras' global generator is set to it.

    Returns
    -------
    keras.Model
        From ``{"rgb": uint8 (n, size_px, size_px, 3)}`` to (n, n_labels). The backbone
        is its layer `name`.

    Raises
    ------
    ParameterError
        If the backbone is unknown, or the weights are of another one.
    DataMissingError, ArtefactDamagedError
        If the weights are not there, or cannot be used.
    """
    known = backbones.find(name)
    keras.utils.set_random_seed(seed)
    inner_px = max(size_px, known.min_size_px)
    backbone = backbones.build(name, inner_px)
    backbone_weights.load_weights(backbone, name, weights, data)
    backbone.trainable = False
    rgb, x = baseline.augmented_input(size_px, augment)
    if inner_px > size_px:
        x = keras.layers.Resizing(inner_px, inner_px, name="enlarged")(x)
    x = backbone(backbones.preprocess(name, x))
    is_random = weights == keras_weights.NONE
    label = baseline.add_head(x, n_labels, dense, standardised=is_random)
    return keras.Model({"rgb": rgb}, label, name=f"{name}_transfer")


def backbone_of(model: keras.Model) -> keras.Model:
    """Return the backbone inside a transfer model.

    Parameters
    ----------
    model : keras.Model
        From `transfer_model`.

    Returns
    -------
    keras.Model
    """
    return next(one for one in model.layers if one.name in backbones.BACKBONES)


def features(
    model: keras.Model, arrays: Mapping[str, np.ndarray], batch_size: int = 64
) -> dict[str, np.ndarray]:
    """Return the pooled features of pictures, without augmentation.

    Parameters
    ----------
    model : keras.Model
        From `transfer_model`.
    arrays : mapping of str to ndarray of uint8, shape (n, size_px, size_px, 3)
        Holds ``rgb``.
    batch_size : int, optional
        Pictures in a pass.

    Returns
    -------
    dict of str to ndarray of float32, shape (n, d)
        Under ``features``: what the model of `head_of` takes.
    """
    pooled = model.get_layer(_POOLED).output
    return {"features": predict(keras.Model(model.input, pooled), arrays, batch_size)}


def standardise(model: keras.Model, features: Mapping[str, np.ndarray]) -> None:
    """Bring the features of a random backbone to mean 0 and standard deviation 1.

    Parameters
    ----------
    model : keras.Model
        From `transfer_model`; with pretrained weights nothing is done: P3's head takes
        their features as they are.
    features : mapping of str to ndarray of float32, shape (n, d)
        From `features`, of the training pictures only.
    """
    if baseline.STANDARDISED not in [layer.name for layer in model.layers]:
        return
    values = features["features"].astype(np.float64)  # squares of 1e-12 and less
    std = values.std(axis=0)
    std[std == 0] = 1.0  # says nothing: becomes 0 everywhere
    layer = model.get_layer(baseline.STANDARDISED)
    layer.set_weights([values.mean(axis=0), std**2])


def head_of(model: keras.Model) -> keras.Model:
    """Return the head as a model of its own; what it learns, `model` has learnt.

    Parameters
    ----------
    model : keras.Model
        From `transfer_model`.

    Returns
    -------
    keras.Model
        From ``{"features": (n, d)}`` to (n, n_labels), not compiled, with the same
        layers.
    """
    names = [layer.name for layer in model.layers]
    shape = model.get_layer(_POOLED).output.shape[1:]
    inputs = x = keras.Input(shape, name="features")
    for layer in model.layers[names.index(_POOLED) + 1 :]:
        x = layer(x)
    return keras.Model({"features": inputs}, x, name=f"{model.name}_head")


def unfreeze(
    model: keras.Model, share: float = 1.0, from_layer: str | None = None
) -> int:
    """Let the last layers of the backbone learn; compile the model afterwards.

    BatchNormalization stays frozen, so that a small set's batches do not spoil its
    statistics. (Calling the backbone with ``training=False`` would not hold them: in
    Keras 3.15 the ``training`` of the outer model takes its place.)

    Parameters
    ----------
    model : keras.Model
        From `transfer_model`.
    share : float, optional
        Share of the backbone's layers with weights, from its end, 0 to 1; rounded up.
        0 freezes all of it again.
    from_layer : str, optional
        Instead of `share`: the first layer of the backbone that learns.

    Returns
    -------
    int
        Layers of the backbone that learn.

    Raises
    ------
    ParameterError
        If `share` is not from 0 to 1, or there is no such layer.
    """
    backbone = backbone_of(model)
    own = [one for one in backbone.layers if one.weights and not _is_norm(one)]
    names = [layer.name for layer in backbone.layers]
    if not 0 <= share <= 1 or (from_layer is not None and from_layer not in names):
        raise ParameterError(
            f"share {share} and from_layer {from_layer!r} name no part of "
            f"{backbone.name}",
            where="share, from_layer",
            way_out="give a share from 0 to 1, or a layer such as " + own[-1].name,
        )
    n = int(np.ceil(share * len(own)))
    chosen = own[len(own) - n :]
    if from_layer is not None:
        later = set(names[names.index(from_layer) :])
        chosen = [layer for layer in own if layer.name in later]
    backbone.trainable = bool(chosen)  # sets every layer in it, too
    for layer in backbone.layers:
        layer.trainable = layer in chosen
    return len(chosen)


def _is_norm(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)


def trainable_parameters(model: keras.Model) -> int:
    """Return how many numbers training may change.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    int
    """
    return sum(int(np.prod(one.shape)) for one in model.trainable_weights)


def total_parameters(model: keras.Model) -> int:
    """Return how many numbers a model has learnt or may learn; random states aside.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    int
    """
    return sum(int(np.prod(one.shape)) for one in model.weights)
