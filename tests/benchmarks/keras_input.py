"""`prepare` and `batches`: against decoding every epoch, and against no input."""

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from helpers.images import batches as decoding
from helpers.images import inputs
from helpers.keras_models import pipeline
from helpers.keras_models.frameworks import keras, tf
from helpers.storage import hashes

NAMES = ("rgb", "equalised", "otsu")
N_PICTURES, BATCH_SIZE, SIZE_PX, N_LABELS, N_TURNS = 512, 32, 64, 12, 6


def measure() -> list[dict]:
    """Return a row for the input alone, and one for training with it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_photo(Path(folder, f"{i}.jpg"), i) for i in range(N_PICTURES)]
        contents = hashes.hash_files(paths)
        made = pipeline.prepare(paths, contents, NAMES, SIZE_PX, Path(folder, "store"))
        y = np.arange(N_PICTURES) % N_LABELS
        rows = [_input_alone(paths, made.arrays, y), _training(made.arrays, y)]
        assert len(made.kept) == N_PICTURES
        del made  # Windows removes no folder with a mapped file
    return rows


def _input_alone(paths: list[Path], arrays: dict, y: np.ndarray) -> dict:
    """Compare an epoch of batches with decoding and processing its pictures again."""
    positions = np.arange(len(y))
    batches = pipeline.batches(arrays, positions, BATCH_SIZE, seed=1)
    epochs = iter(batches)
    n_steps = pipeline.n_steps(len(y), BATCH_SIZE)
    ours, plain = [], []
    for _ in range(N_TURNS):  # in turn: other work on the machine meets both
        start = perf_counter()
        epoch = [next(epochs) for _ in range(n_steps)]
        ours.append(perf_counter() - start)
        start = perf_counter()
        again = [_decoded(paths, codes.numpy()) for _, codes in epoch]
        plain.append(perf_counter() - start)
        for (x, _), slow in zip(epoch, again, strict=True):
            assert all(np.array_equal(x[name], slow[name]) for name in NAMES)
        seen = np.concatenate([codes.numpy() for _, codes in epoch])
        assert np.array_equal(np.sort(seen), positions)
    return {
        "step": f"input of an epoch, {len(NAMES)} x {SIZE_PX} px",
        "n": len(y),
        "seconds": min(ours),
        "plain_seconds": min(plain),
        "limit_seconds": None,
        "goal": ">= 5 x decoding and processing every epoch",
        "same_answer": True,
    }


def _decoded(paths: list[Path], positions: np.ndarray) -> dict[str, np.ndarray]:
    """Make a batch from its files, with all threads."""
    some = [paths[position] for position in positions]
    return inputs.make_inputs(
        decoding.decode_all(some, SIZE_PX, "crop").pictures, NAMES
    )


def _training(arrays: dict, y: np.ndarray) -> dict:
    """Compare an epoch of training with as many steps on one batch that lies ready."""
    model = _model()
    batches = pipeline.batches(arrays, y, BATCH_SIZE, seed=1)
    fixed = tf.data.Dataset.from_tensors(next(iter(batches))).repeat()
    steps = len(y) // BATCH_SIZE
    how = {"steps_per_epoch": steps, "shuffle": False, "verbose": 0}
    ours, bare = _Epochs(), _Epochs()
    model.fit(batches, **how)  # traces
    for _ in range(N_TURNS):
        model.fit(fixed, epochs=3, callbacks=[bare], **how)
        model.fit(batches, epochs=3, callbacks=[ours], **how)
    x, codes = next(iter(batches))
    assert len(codes) == BATCH_SIZE and set(x) == set(NAMES)
    return {
        "step": f"training epoch, {len(NAMES)} branches, batches of {BATCH_SIZE}",
        "n": steps * BATCH_SIZE,
        "seconds": min(ours.seconds),
        "plain_seconds": None,
        "limit_seconds": min(bare.seconds),
        "goal": "input <= 10 % of a step: >= 90 % of the bare model on a fixed batch",
        "same_answer": True,
    }


class _Epochs(keras.callbacks.Callback):
    """The seconds of each epoch, without what begins and ends `fit`."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Look at the clock."""
        self._start = perf_counter()

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Look again."""
        self.seconds.append(perf_counter() - self._start)


def _model() -> keras.Model:
    """Return a small network with a branch for each input."""
    layers = keras.layers
    shape = (SIZE_PX, SIZE_PX, 3)
    ends = {name: keras.Input(shape, dtype="uint8", name=name) for name in NAMES}
    branches = []
    for x in ends.values():
        x = layers.Rescaling(1 / 255)(x)
        for n_filters in (8, 16, 32):
            x = layers.Conv2D(n_filters, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D()(x)
        branches.append(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(N_LABELS, activation="softmax")(layers.Concatenate()(branches))
    model = keras.Model(ends, x)
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    return model


def _photo(path: Path, seed: int) -> Path:
    """Write a picture of HAM10000's size with some grain."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(60, 220, (12, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(blobs).resize((600, 450), Image.BICUBIC)
    grain = rng.integers(-8, 9, (450, 600, 1))
    pixels = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path
