"""The small network that transfer learning has to beat: P3's baseline CNN."""

from collections.abc import Sequence
from functools import partial

from helpers.keras_models.frameworks import keras

STANDARDISED = "standardised"
"""Name of the head's layer that only models with random backbones have."""


def default_augmentation() -> list[keras.layers.Layer]:
    """Return P3's random layers, new ones: flip, contrast, translation, rotation.

    P3 names the layers and not their strength: mirror images both ways, and .1 each
    (of the contrast, of the side, of a full turn) are ours.

    Returns
    -------
    list of keras.layers.Layer
        For pictures from 0 to 1; inert outside training.
    """
    return [
        keras.layers.RandomFlip(name="random_flip"),
        keras.layers.RandomContrast(0.1, value_range=(0, 1), name="random_contrast"),
        keras.layers.RandomTranslation(0.1, 0.1, name="random_translation"),
        keras.layers.RandomRotation(0.1, name="random_rotation"),
    ]


def augmented_input(
    size_px: int, augment: Sequence[keras.layers.Layer] | None
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return an input of uint8 pictures, and the same from 0 to 1 and augmented.

    Parameters
    ----------
    size_px : int
        Side of the square pictures.
    augment : sequence of keras.layers.Layer or None
        Random layers; None means `default_augmentation`, an empty one means none.

    Returns
    -------
    tuple of keras.KerasTensor
        The input ``rgb`` and the float32 pictures, both (n, size_px, size_px, 3).
    """
    rgb = keras.Input((size_px, size_px, 3), dtype="uint8", name="rgb")
    x = keras.layers.Rescaling(1 / 255, name="to_unit")(rgb)
    for layer in default_augmentation() if augment is None else augment:
        x = layer(x)
    return rgb, x


def add_head(
    x: keras.KerasTensor, n_labels: int, dense: int = 256, standardised: bool = False
) -> keras.KerasTensor:
    """Add P3's head: pooling, flatten, twice dense ReLU with dropout, softmax.

    Parameters
    ----------
    x : keras.KerasTensor, shape (n, h, w, d)
        What the convolutions give.
    n_labels : int
        Labels.
    dense : int, optional
        Units of each of the two dense layers.
    standardised : bool, optional
        Puts a layer before them that `transfer.standardise` sets: the features of
        random weights are too small (down to 1e-12) for any learning rate.

    Returns
    -------
    keras.KerasTensor, shape (n, n_labels)
        Probabilities.
    """
    x = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    x = keras.layers.Flatten(name="flat")(x)
    if standardised:
        x = keras.layers.BatchNormalization(
            epsilon=1e-36, center=False, scale=False, trainable=False, name=STANDARDISED
        )(x)
    for number in (1, 2):
        x = keras.layers.Dense(dense, activation="relu", name=f"dense_{number}")(x)
        x = keras.layers.Dropout(0.25, name=f"dropout_{number}")(x)
    return keras.layers.Dense(n_labels, activation="softmax", name="label")(x)


def baseline_cnn(
    size_px: int,
    n_labels: int,
    filters: Sequence[int] = (32, 64, 128, 256),
    dense: int = 256,
    augment: Sequence[keras.layers.Layer] | None = None,
    seed: int = 0,
    normalise: bool = False,
) -> keras.Model:
    """Return P3's baseline CNN, not compiled.

    Rescale, random flip, contrast, translation and rotation; for each of `filters` a
    3x3 convolution with ReLU and 2x2 max pooling; then P3's head.

    Parameters
    ----------
    size_px : int
        Side of the square pictures, at least 2 ** len(filters); P3 has 256.
    n_labels : int
        Labels; P3 has 114.
    filters : sequence of int, optional
        Filters of each convolution.
    dense : int, optional
        Units of the head's dense layers.
    augment : sequence of keras.layers.Layer, optional
        As for `augmented_input`.
    seed : int, optional
        Of the first weights; Keras' global generator is set to it.
    normalise : bool, optional
        Batch normalisation after each convolution, which P3 does not have: without it
        a few hundred pictures need many times as many epochs.

    Returns
    -------
    keras.Model
        From ``{"rgb": uint8 (n, size_px, size_px, 3)}`` to (n, n_labels).
    """
    keras.utils.set_random_seed(seed)
    rgb, x = augmented_input(size_px, augment)
    for n in filters:
        convolve = partial(keras.layers.Conv2D, n, 3, padding="same")
        if normalise:
            x = keras.layers.BatchNormalization(momentum=0.9)(
                convolve(use_bias=False)(x)
            )
            x = keras.layers.ReLU()(x)
        else:
            x = convolve(activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    return keras.Model({"rgb": rgb}, add_head(x, n_labels, dense), name="baseline_cnn")
