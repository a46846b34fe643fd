"""What a search is about: its settings, data and the model that trials begin with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from helpers.keras_models.frameworks import keras

Method = Literal["random", "hyperband"]


class Settings(NamedTuple):
    """How a search is done; the defaults are P3's.

    Attributes
    ----------
    batch_size, seed
        As for `training.fit`; the same for every trial.
    n_trials : int
        Trials of ``"random"``. Hyperband's number follows from `epochs`.
    epochs : int
        At most so many in a trial.
    patience : int or None
        As for `training.fit`.
    method : {"random", "hyperband"}
        KerasTuner's RandomSearch, or Hyperband: many short trials, of which the best
        third goes on.
    optimizers : tuple of str
        Names that Keras knows.
    learning_rates : tuple of float
        Lowest and highest; drawn evenly on a log scale between the two.
    """

    batch_size: int
    seed: int
    n_trials: int = 10
    epochs: int = 200
    patience: int | None = 10
    method: Method = "random"
    optimizers: tuple[str, ...] = ("adam", "rmsprop", "sgd")
    learning_rates: tuple[float, float] = (1e-3, 1e-1)


class Task(NamedTuple):
    """What a search tries, and on what.

    Attributes
    ----------
    model : keras.Model
        Every trial begins with its architecture and weights.
    arrays, y, validation
        As for `training.fit`.
    folder : Path
        Where the records lie.
    settings : Settings
        How.
    key : str
        Hash of all that, n_trials apart.
    """

    model: keras.Model
    arrays: Mapping[str, np.ndarray]
    y: np.ndarray
    validation: tuple[Mapping[str, np.ndarray], np.ndarray]
    folder: Path
    settings: Settings
    key: str


def clone(model: keras.Model) -> keras.Model:
    """Return a model like another: same layers, weights, and what is frozen.

    Parameters
    ----------
    model : keras.Model
        Functional.

    Returns
    -------
    keras.Model
        Not compiled, sharing nothing.
    """
    twin = model.__class__.from_config(model.get_config())
    twin.set_weights(model.get_weights())
    return twin


def compile_with(model: keras.Model, optimizer: str, learning_rate: float) -> None:
    """Compile a classifier of label codes.

    Parameters
    ----------
    model : keras.Model
        With probabilities as output.
    optimizer : str
        ``"adam"``, ``"rmsprop"``, ``"sgd"`` or another name that Keras knows.
    learning_rate : float
        Above 0.
    """
    made = keras.optimizers.get(optimizer)
    made.learning_rate = learning_rate
    loss = "sparse_categorical_crossentropy"
    model.compile(made, loss, metrics=["accuracy"], jit_compile=False)
