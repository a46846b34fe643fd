"""What can be done about labels of unequal size while a model is trained."""

from typing import Any, Literal, get_args

import numpy as np

from helpers.base.errors import ParameterError
from helpers.evaluate.answer_checks import check_codes
from helpers.keras_models.frameworks import keras

Method = Literal["none", "class_weights", "balanced_sampling", "logit_adjustment"]
"""Nothing; rare labels weigh more, are drawn more often, must win by a wider margin."""


class LogitAdjusted(keras.losses.Loss):
    """Cross-entropy of answers to which the labels' frequencies were added.

    The model learns to answer as if all labels were equally frequent [1]_: in training
    ``log prior`` is added to its logits, at prediction nothing is.

    Parameters
    ----------
    prior : sequence of float, shape (n_labels,)
        Share of each label in training, above 0.
    **config
        As for `keras.losses.Loss`.

    References
    ----------
    .. [1] Menon et al. (2021). Long-tail learning via logit adjustment. ICLR.
    """

    def __init__(self, prior, **config) -> None:
        super().__init__(**{"name": "logit_adjusted", **config})
        self._prior = [float(share) for share in prior]

    def call(self, y_true, y_pred):
        """Return the loss of each row; `y_true` are codes, `y_pred` probabilities."""
        # log p differs from the logits by a constant per row, which softmax removes.
        logits = keras.ops.log(keras.ops.maximum(y_pred, keras.config.epsilon()))
        logits = logits + keras.ops.log(keras.ops.array(self._prior, y_pred.dtype))
        return keras.losses.sparse_categorical_crossentropy(
            y_true, logits, from_logits=True
        )

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same loss again."""
        return {**super().get_config(), "prior": self._prior}


def class_weights(y: np.ndarray, n_labels: int) -> dict[int, float]:
    """Return weights under which every label that is there weighs the same.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Label codes.
    n_labels : int
        Labels in the table.

    Returns
    -------
    dict of int to float
        Code -> ``n / (labels there x n_label)``: the mean over pictures is 1.

    Raises
    ------
    ParameterError
        If there is no picture, or a code is not in the table.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 1]), 3)
    {0: 0.6666666666666666, 1: 2.0}
    """
    y = check_codes(y, n_labels, "y")
    counts = np.bincount(y, minlength=n_labels)
    there = np.flatnonzero(counts)
    return {int(c): float(len(y) / (len(there) * counts[c])) for c in there}


def settings(method: Method, y: np.ndarray, n_labels: int) -> dict[str, Any]:
    """Return what a method changes of a training.

    Parameters
    ----------
    method : {"none", "class_weights", "balanced_sampling", "logit_adjustment"}
        What is done.
    y : ndarray of int, shape (n,)
        Label codes of the training pictures.
    n_labels : int
        Labels in the table.

    Returns
    -------
    dict
        loss (for ``compile``), sample and class_weight (for `training.fit`).

    Raises
    ------
    ParameterError
        If the method is unknown, there is no picture, or a code is not in the table.
    """
    if method not in get_args(Method):
        raise ParameterError(
            f"no way to treat imbalance is called {method!r}",
            where="imbalance",
            way_out=f"choose from: {', '.join(get_args(Method))}",
        )
    y = check_codes(y, n_labels, "y")
    loss: keras.losses.Loss = keras.losses.SparseCategoricalCrossentropy()
    if method == "logit_adjustment":
        # A label without pictures: counted as half a one, or its logarithm is endless.
        counts = np.maximum(np.bincount(y, minlength=n_labels), 0.5)
        loss = LogitAdjusted(counts / counts.sum())
    return {
        "loss": loss,
        "sample": "balanced" if method == "balanced_sampling" else "each",
        "class_weight": (
            class_weights(y, n_labels) if method == "class_weights" else None
        ),
    }
