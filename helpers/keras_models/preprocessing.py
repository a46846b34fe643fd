"""What each backbone's preprocessing makes of pictures, and a common mistake."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from helpers.keras_models import backbones
from helpers.keras_models.frameworks import keras

OWN = {
    "vgg16": keras.applications.vgg16.preprocess_input,
    "vgg19": keras.applications.vgg19.preprocess_input,
    "resnet50v2": keras.applications.resnet_v2.preprocess_input,
    "inceptionv3": keras.applications.inception_v3.preprocess_input,
    "mobilenetv2": keras.applications.mobilenet_v2.preprocess_input,
}
"""Backbone -> Keras' own function, for RGB from 0 to 255."""

MISTAKE = "resnet50v2, prepared as for resnet50"


def ranges(names: Sequence[str], rgb: np.ndarray) -> pd.DataFrame:
    """Compare the preprocessing inside our models with Keras' own functions.

    Parameters
    ----------
    names : sequence of str
        Keys of `backbones.BACKBONES`.
    rgb : ndarray of uint8, shape (n, h, w, 3)
        Pictures.

    Returns
    -------
    DataFrame
        For each backbone: first_channel ("red" or "blue"), least, mean and most of the
        prepared numbers, and difference: the largest from Keras' own. The last row is
        `MISTAKE`: ResNet50's function where ResNet50V2's belongs.
    """
    rows = {
        name: _row(partial(_prepare, name), OWN[backbones.find(name).name], rgb)
        for name in names
    }
    mistaken = keras.applications.resnet.preprocess_input
    rows[MISTAKE] = _row(mistaken, OWN["resnet50v2"], rgb)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("backbone")


def _prepare(name: str, rgb: np.ndarray) -> np.ndarray:
    """Return what a backbone inside one of our models gets."""
    return backbones.preprocess(name, keras.ops.convert_to_tensor(rgb / 255))


def _row(prepare: Callable, own: Callable, rgb: np.ndarray) -> dict[str, object]:
    """Describe what a preparation makes of pictures, and of a red pixel."""
    rgb = rgb.astype(np.float32)
    made, true = np.asarray(prepare(rgb.copy())), np.asarray(own(rgb.copy()))
    red = np.asarray(prepare(np.array([[[[255.0, 0.0, 0.0]]]], np.float32))).ravel()
    return {
        "first_channel": "red" if red[0] > red[2] else "blue",
        "least": float(made.min()),
        "mean": float(made.mean()),
        "most": float(made.max()),
        "difference": float(np.abs(made - true).max()),
    }
