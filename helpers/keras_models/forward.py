"""The inputs of a model, and its answers: one compiled pass without augmentation."""

from collections.abc import Callable, Mapping

import numpy as np

from helpers.base.errors import ParameterError
from helpers.keras_models.frameworks import keras, tf
from helpers.keras_models.pipeline import check_arrays

_KEPT_AS = "_helpers_forward"


def select_inputs(
    model: keras.Model, arrays: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return of many arrays those that a model has inputs for.

    Parameters
    ----------
    model : keras.Model
        Its inputs have names.
    arrays : mapping of str to ndarray
        Input name -> array; may hold more.

    Returns
    -------
    dict of str to ndarray
        In the order of the model's inputs.

    Raises
    ------
    ParameterError
        If an input is missing, or of another shape than the model's.
    """
    shapes = {one.name: tuple(one.shape[1:]) for one in model.inputs}
    if isinstance(model.input, Mapping):
        shapes = {name: tuple(one.shape[1:]) for name, one in model.input.items()}
    for name, shape in shapes.items():
        found = tuple(arrays[name].shape[1:]) if name in arrays else "nothing"
        if found != shape:
            raise ParameterError(
                f"the model needs an input {name!r} of shape {shape}, got {found}",
                where="arrays",
                way_out=f"there are {sorted(arrays)}; prepare what the model was made "
                "for",
            )
    return {name: arrays[name] for name in shapes}


def predict(
    model: keras.Model, arrays: Mapping[str, np.ndarray], batch_size: int = 64
) -> np.ndarray:
    """Return what a model says of every row.

    Parameters
    ----------
    model : keras.Model
        Need not be compiled. Its graph is made at the first call and kept with it.
    arrays : mapping of str to ndarray, shape (n, ...)
        Input name -> pictures (or features).
    batch_size : int, optional
        Rows in a pass.

    Returns
    -------
    ndarray of float32, shape (n, n_labels)
        Probabilities, in the order of the rows.

    Raises
    ------
    ParameterError
        If an input is missing or of another shape, there is no row, or `batch_size` is
        below 1.
    """
    inputs = select_inputs(model, arrays)
    n = len(next(iter(inputs.values())))
    size = check_arrays(inputs, None, min(batch_size, n) if n else batch_size)
    forward = _forward(model, inputs)
    answers = []
    for start in range(0, n, size):
        answers.append(forward({k: a[start : start + size] for k, a in inputs.items()}))
    return np.concatenate([answer.numpy() for answer in answers])


def _forward(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> Callable:
    """Return the model's compiled pass: traced once, whatever the batch size.

    `model.predict` may use XLA, and makes a data set and callbacks anew at each call:
    50 ms, as long as an epoch of the sample.
    """
    kinds = {name: array.dtype for name, array in inputs.items()}
    known = model.__dict__.get(_KEPT_AS)
    if known is None or known[0] != kinds:
        signature = {
            name: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
            for name, array in inputs.items()
        }

        @tf.function(input_signature=[signature], autograph=False)
        def forward(batch):
            """Answer a batch."""
            return tf.cast(model(batch, training=False), tf.float32)

        # Not setattr: Keras would take it for a part of the model.
        known = model.__dict__[_KEPT_AS] = (kinds, forward)
    return known[1]
