"""Train a Keras model: best epoch kept, resumed after a kill, stopped on NaN."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from helpers.base.errors import ParameterError, TrainingError
from helpers.keras_models import pipeline, recipes
from helpers.keras_models.epochs import EpochEnd, History, Progress
from helpers.keras_models.forward import predict, select_inputs
from helpers.keras_models.frameworks import keras, tf
from helpers.storage.checkpoints import Checkpoints

__all__ = ["Monitor", "Trained", "fit", "predict"]

Monitor = Literal["val_loss", "val_accuracy", "val_f1_weighted"]
"""What decides which epoch is the best; of the validation pictures only."""


class Trained(NamedTuple):
    """How a training went.

    history: metric name -> value of each epoch; best_epoch: the epoch whose weights the
    model has, counted from 1; stopped_early: before all epochs; resumed_from: epochs
    that an earlier, killed process had done; seconds: of this process.
    """

    history: History
    best_epoch: int
    stopped_early: bool
    resumed_from: int
    seconds: float


def fit(
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    validation: tuple[Mapping[str, np.ndarray], np.ndarray],
    *,
    epochs: int,
    batch_size: int,
    folder: Path | None,
    seed: int,
    patience: int | None = None,
    monitor: Monitor = "val_loss",
    sample: pipeline.Sample = "each",
    class_weight: Mapping[int, float] | None = None,
    on_epoch: Callable[[History], None] | None = None,
    description: str = "training",
) -> Trained:
    """Train a model; it ends with the weights of its best epoch.

    The same model, data, settings and machine give the same weights, bit for bit on a
    CPU, and so does a training that goes on after a kill: it is called again as the
    first time, with a model made anew in the same way.

    Parameters
    ----------
    model : keras.Model
        Compiled, with a loss that takes label codes, and probabilities as output.
    arrays : mapping of str to ndarray, shape (n, ...)
        Input name -> pictures (or features) to learn from.
    y : ndarray of int, shape (n,)
        Label codes, from 0.
    validation : tuple of (mapping of str to ndarray, ndarray of int)
        The same of the pictures that choose the epoch.
    epochs : int
        At most so many.
    batch_size : int
        Pictures in a batch; reduced with a warning to the number there is.
    folder : Path or None
        Where checkpoints lie while it trains: a folder for this training alone. None
        keeps none.
    seed : int
        Decides the order of the pictures, augmentation and dropout.
    patience : int, optional
        Stop after so many epochs without a better one.
    monitor : {"val_loss", "val_accuracy", "val_f1_weighted"}, optional
        What is better: less loss, or more of the others.
    sample : {"each", "balanced"}, optional
        As for `pipeline.batches`.
    class_weight : mapping of int to float, optional
        Label code -> weight of its pictures in the loss; others have 1.
    on_epoch : callable, optional
        Called with the history after each epoch, for example a live curve.
    description : str, optional
        A few words in front of the progress bar.

    Returns
    -------
    Trained
        Its history holds loss and the model's own metrics, and val_loss, val_accuracy
        and val_f1_weighted.

    Raises
    ------
    ParameterError
        If inputs, labels or settings do not fit the model.
    TrainingError
        If the loss is no number (epoch and batch are named), or memory ends.
    """
    start = time.perf_counter()
    arrays, y = _checked(model, arrays, y, batch_size)
    held_out = _checked(model, *validation, batch_size=1)
    _check_settings(epochs, patience, monitor)
    _make_ready(model, *held_out)
    weights = _row_weights(y, class_weight)
    settings = dict(epochs=epochs, batch_size=batch_size, patience=patience)
    settings |= dict(monitor=monitor, sample=sample, seed=seed)
    checkpoints = _checkpoints(folder, model, [arrays, y, weights, *held_out], settings)
    steps = pipeline.n_steps(len(y), batch_size)
    end = EpochEnd(model, held_out, monitor, patience, checkpoints, on_epoch, seed)
    done = end.resume()
    if done < epochs and not end.is_over:
        order = dict(seed=seed, start_epoch=done, sample=sample, weights=weights)
        rows = pipeline.batches(arrays, y, batch_size, **order)
        bar = Progress(description, epochs, steps, done)
        _run(model, rows, [bar, end], epochs, steps, done, batch_size)
    end.use_best()
    if checkpoints is not None:
        checkpoints.clear()
    is_short = len(end.history["val_loss"]) < epochs
    seconds = time.perf_counter() - start
    return Trained(end.history, end.best_epoch, is_short, done, seconds)


def _checkpoints(
    folder: Path | None, model: keras.Model, data: list, settings: dict
) -> Checkpoints | None:
    if folder is None:
        return None
    return Checkpoints(folder, recipes.key_of(model, data, settings))


def _run(
    model: keras.Model,
    rows: tf.data.Dataset,
    callbacks: list,
    epochs: int,
    steps: int,
    done: int,
    batch_size: int,
) -> None:
    """Let Keras train; tell what to do where memory ends."""
    try:
        model.fit(
            rows,
            epochs=epochs,
            initial_epoch=done,
            steps_per_epoch=steps,
            shuffle=False,
            callbacks=callbacks,
            verbose=0,
        )
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise TrainingError(
            f"memory does not suffice for batches of {batch_size} pictures",
            where="batch_size",
            way_out=f"halve batch_size, to {max(1, batch_size // 2)}, or take smaller "
            "pictures",
        ) from error
    finally:
        callbacks[0].close()


def _make_ready(
    model: keras.Model, arrays: Mapping[str, np.ndarray], y: np.ndarray
) -> None:
    """Make the variables of optimizer and metrics, without XLA.

    A checkpoint needs them; and where Keras makes them while it traces a step, it
    traces it twice. XLA takes 5 s a model on a CPU and compiles no random layers.
    """
    model.jit_compile = False

    @tf.function(reduce_retracing=True)
    def step(iterator: Iterator) -> dict[str, tf.Tensor]:
        """Take one step; Keras' own function traces the model twice, seconds each."""
        return model.train_step(next(iterator))

    model.train_function = step
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    answers = predict(model, {name: array[:1] for name, array in arrays.items()})
    model.compute_loss(None, y[:1], answers, None, training=False)
    model.compute_metrics(None, y[:1], answers)
    model.reset_metrics()


def _checked(
    model: keras.Model,
    arrays: Mapping[str, np.ndarray],
    y: np.ndarray,
    batch_size: int,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the inputs that the model has, and the codes, after checking both."""
    arrays = select_inputs(model, arrays)
    y = np.asarray(y)
    if len(y):
        batch_size = min(batch_size, len(y))
    pipeline.check_arrays(arrays, y, batch_size)
    n_labels = model.output_shape[-1]
    wrong = np.unique(y[(y < 0) | (y >= n_labels)])
    if len(wrong) or y.dtype.kind not in "iu":
        raise ParameterError(
            f"labels must be whole numbers from 0 to {n_labels - 1}, "
            f"there are {wrong[:5].tolist() or y.dtype}",
            where="y",
            way_out="give codes of the model's label table",
        )
    return arrays, y.astype(np.int64)


def _check_settings(epochs: int, patience: int | None, monitor: str) -> None:
    if epochs < 1 or (patience is not None and patience < 1):
        raise ParameterError(
            f"epochs {epochs} and patience {patience} train nothing",
            where="epochs, patience",
            way_out="give whole numbers from 1 (patience may be None)",
        )
    if monitor not in get_args(Monitor):
        raise ParameterError(
            f"no way to judge an epoch is called {monitor!r}", "monitor", f"{Monitor}"
        )


def _row_weights(
    y: np.ndarray, class_weight: Mapping[int, float] | None
) -> np.ndarray | None:
    if class_weight is None:
        return None
    weights = np.array([class_weight.get(int(code), 1.0) for code in y], np.float32)
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ParameterError(
            f"class weights must be numbers from 0, not all 0: {dict(class_weight)}",
            where="class_weight",
            way_out="give each label code a positive weight",
        )
    return weights
