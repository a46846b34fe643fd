"""P2's multi-input CNN: one branch for every version of a picture, then one answer."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from helpers.base.errors import ParameterError
from helpers.images import inputs as picture_inputs
from helpers.keras_models import forward
from helpers.keras_models.frameworks import keras

Branches = Literal["shared", "own"]
"""One set of convolutions for all inputs, as published, or one for each."""

_JOINED = "joined"


def multi_input_cnn(
    inputs: Sequence[str],
    size_px: int,
    n_labels: int,
    *,
    branches: Branches = "shared",
    filters: Sequence[int] = (32, 64, 128),
    dense: int = 128,
    dropout: float = 0.5,
    normalise: bool = False,
    flatten: bool = True,
    augment: Sequence[keras.layers.Layer] | None = None,
    seed: int = 0,
) -> keras.Model:
    """Return P2's network for a list of inputs, not compiled; for one, a plain CNN.

    Rescale and augment; for each of `filters` a 3x3 convolution and 2x2 max pooling;
    flatten; concatenate the inputs; dense, batch normalisation, dropout, softmax. P2
    names the layers and not their sizes: these are ours.

    Parameters
    ----------
    inputs : sequence of str
        Of `helpers.images.inputs.INPUTS`, in order.
    size_px : int
        Side of the square pictures, at least ``2 ** len(filters)``.
    n_labels : int
        Labels, at least 2.
    branches : {"shared", "own"}, optional
        Whether the inputs share their convolutions.
    filters : sequence of int, optional
        Filters of each convolution.
    dense : int, optional
        Units of the dense layer.
    dropout : float, optional
        Share of its answers that are dropped, 0 to 1.
    normalise : bool, optional
        Batch normalisation after every pooling: not in P2, but what lets the network
        learn from few pictures.
    flatten : bool, optional
        As P2; False averages over the picture instead, with far fewer parameters.
    augment : sequence of keras.layers.Layer, optional
        Random layers for pictures from 0 to 1; the inputs of one picture are changed
        alike. None mirrors both ways, an empty sequence does nothing.
    seed : int, optional
        Of the first weights; Keras' global generator is set to it.

    Returns
    -------
    keras.Model
        From ``{input: uint8 (n, size_px, size_px, 3)}`` to (n, n_labels).

    Raises
    ------
    ParameterError
        If an input is unknown or repeated, or the sizes make no network.
    """
    names = picture_inputs.check(inputs)
    _check(size_px, n_labels, branches, filters)
    keras.utils.set_random_seed(seed)
    shape = (size_px, size_px, 3)
    given = {name: keras.Input(shape, dtype="uint8", name=name) for name in names}
    versions = _prepare(list(given.values()), augment)
    how = {"filters": filters, "normalise": normalise, "flatten": flatten}
    if branches == "own":
        seen = [_branch(one, **how) for one in versions]
    else:
        # On top of one another: one pass, and one set of statistics, for all inputs.
        seen = _split(_branch(_join(versions, axis=0), **how), len(names), axis=0)
    joined = keras.layers.Activation("linear", name=_JOINED)(_join(seen, axis=-1))
    label = _add_head(joined, n_labels, dense, dropout)
    return keras.Model(given, label, name="multi_input_cnn")


def features(
    model: keras.Model, arrays: Mapping[str, np.ndarray], batch_size: int = 64
) -> dict[str, np.ndarray]:
    """Return what the head of a network is given of pictures.

    Parameters
    ----------
    model : keras.Model
        From `multi_input_cnn`.
    arrays : mapping of str to ndarray of uint8, shape (n, size_px, size_px, 3)
        Holds its inputs.
    batch_size : int, optional
        Pictures in a pass.

    Returns
    -------
    dict of str to ndarray of float32, shape (n, d)
        Under ``features``: what the model of `new_head` takes.
    """
    joined = keras.Model(model.input, model.get_layer(_JOINED).output)
    return {"features": forward.predict(joined, arrays, batch_size)}


def new_head(
    n_features: int, n_labels: int, *, dense: int, dropout: float, seed: int
) -> keras.Model:
    """Return the head of a `multi_input_cnn` alone, with new weights, not compiled.

    Parameters
    ----------
    n_features : int
        Length of the vectors of `features`.
    n_labels, dense, dropout, seed
        As for `multi_input_cnn`.

    Returns
    -------
    keras.Model
        From ``{"features": (n, n_features)}`` to (n, n_labels).
    """
    keras.utils.set_random_seed(seed)
    given = keras.Input((n_features,), name="features")
    label = _add_head(given, n_labels, dense, dropout)
    return keras.Model({"features": given}, label, name="multi_input_head")


def _check(size_px: int, n_labels: int, branches: str, filters: Sequence[int]) -> None:
    """Refuse what makes no network."""
    smallest = 2 ** len(filters)
    if not filters or min(filters) < 1 or size_px < smallest or n_labels < 2:
        raise ParameterError(
            f"{size_px} px, {list(filters)} filters and {n_labels} labels make no "
            "network",
            where="size_px, filters, n_labels",
            way_out=f"every pooling halves the picture: take {smallest} px or more, at "
            "least one filter for each convolution, and two labels",
        )
    if branches not in get_args(Branches):
        raise ParameterError(
            f"branches cannot be {branches!r}", "branches", f"{get_args(Branches)}"
        )


def _prepare(
    given: list[keras.KerasTensor], augment: Sequence[keras.layers.Layer] | None
) -> list[keras.KerasTensor]:
    """Return the inputs from -1 to 1; augmented together, so that they stay aligned."""
    if augment is None:
        augment = [keras.layers.RandomFlip(name="random_flip")]
    x = keras.layers.Rescaling(1 / 255, name="to_unit")(_join(given, axis=-1))
    for layer in augment:
        x = layer(x)
    x = keras.layers.Rescaling(2.0, offset=-1.0, name="centred")(x)
    return _split(x, len(given), axis=-1)


def _branch(
    x: keras.KerasTensor, filters: Sequence[int], normalise: bool, flatten: bool
) -> keras.KerasTensor:
    """Return what convolutions see, as a vector."""
    for n in filters:
        x = keras.layers.Conv2D(n, 3, padding="same", use_bias=not normalise)(x)
        x = keras.layers.MaxPooling2D()(x)
        if normalise:  # after the pooling it has a quarter of the numbers to treat
            x = keras.layers.BatchNormalization(momentum=0.9)(x)
        x = keras.layers.ReLU()(x)  # the maximum of ReLUs is the ReLU of the maximum
    if flatten:
        return keras.layers.Flatten()(x)
    return keras.layers.GlobalAveragePooling2D()(x)


def _add_head(
    x: keras.KerasTensor, n_labels: int, dense: int, dropout: float
) -> keras.KerasTensor:
    """Add P2's last layers."""
    x = keras.layers.Dense(dense, activation="relu", name="dense")(x)
    x = keras.layers.BatchNormalization(momentum=0.9, name="dense_norm")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.layers.Dense(n_labels, activation="softmax", name="label")(x)


def _join(parts: list[keras.KerasTensor], axis: int) -> keras.KerasTensor:
    return keras.layers.Concatenate(axis=axis)(parts) if len(parts) > 1 else parts[0]


def _split(x: keras.KerasTensor, n: int, axis: int) -> list[keras.KerasTensor]:
    return list(keras.ops.split(x, n, axis=axis)) if n > 1 else [x]
