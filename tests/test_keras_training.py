"""Training: the same twice and after a kill, the best epoch, and what stops it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import small_keras
from killing import Killed, killed_after
from small_keras import EPOCHS, N_LABELS, pictures, train

from helpers.base.errors import ParameterError, TrainingError
from helpers.base.paths import ROOT
from helpers.evaluate.classification import scores
from helpers.keras_models import epochs, training
from helpers.keras_models.frameworks import keras, tf
from helpers.storage import checkpoints

METRICS = {"loss", "accuracy", "val_loss", "val_accuracy", "val_f1_weighted"}


@pytest.fixture(scope="module")
def unbroken():
    return train()


def same(one, other):
    """Tell whether two trainings are equal, bit for bit."""
    pairs = zip(one[0].get_weights(), other[0].get_weights(), strict=True)
    alike = all(np.array_equal(a, b) for a, b in pairs)
    return alike and one[1].history == other[1].history


def killed(folder, n_epochs, **other):
    """Train in a folder until some epochs are done."""
    with pytest.raises(Killed):
        train(folder=folder, on_epoch=killed_after(n_epochs), **other)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(unbroken, tmp_path):
    _, done = unbroken
    assert set(done.history) == METRICS
    assert {len(values) for values in done.history.values()} == {EPOCHS}
    again = train(folder=tmp_path / "kept")  # checkpoints change nothing
    assert same(unbroken, again) and not (tmp_path / "kept").exists()
    assert not same(unbroken, train(seed=4))


def test_it_learns_and_the_history_is_what_keras_and_our_scores_say(unbroken):
    model, done = unbroken
    assert done.history["loss"][-1] < 0.8 * done.history["loss"][0]
    X, y = pictures(12, 2)
    best = done.best_epoch - 1
    loss, accuracy = model.evaluate(X, y, verbose=0)
    assert done.history["val_loss"][best] == pytest.approx(loss, rel=1e-5)
    assert done.history["val_accuracy"][best] == pytest.approx(accuracy)
    answers = training.predict(model, X, batch_size=5)
    np.testing.assert_allclose(answers, model.predict(X, verbose=0), atol=1e-6)
    expected = scores(y, answers.argmax(axis=1), N_LABELS)["f1_weighted"]
    assert done.history["val_f1_weighted"][best] == pytest.approx(expected)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_training_killed_for_good_goes_on_to_the_same_end(unbroken, tmp_path):
    folder = tmp_path / "training"
    program = [sys.executable, str(Path(small_keras.__file__)), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    said = tmp_path / "stderr"
    with (
        said.open("wb") as errors,
        subprocess.Popen(
            program, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        for line in process.stdout:
            if line.rstrip().endswith("epochs 3"):
                os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert said.read_bytes() == b""  # TensorFlow's words would land in notebooks
    resumed = train(folder=folder)
    assert 1 <= resumed[1].resumed_from <= 3
    assert same(unbroken, resumed) and not folder.exists()


@pytest.fixture
def always_due(monkeypatch):
    """Write a checkpoint after every epoch."""
    monkeypatch.setattr(checkpoints, "COST_SHARE", float("inf"))


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    unbroken, tmp_path, always_due
):
    killed(tmp_path, 5)
    newest = tmp_path / "epoch-000005.npy"
    assert len(list(tmp_path.iterdir())) == 4  # two, with headers
    newest.write_bytes(newest.read_bytes()[:-50])
    resumed = train(folder=tmp_path)
    assert resumed[1].resumed_from == 4 and same(unbroken, resumed)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 4},
        {"batch_size": 8},
        {"own": lambda: small_keras.model(learning_rate=0.02)},
        {"own": lambda: small_keras.model(rate=0.3)},
        {"class_weight": {0: 2.0}},
    ],
)
def test_a_checkpoint_of_other_settings_is_not_used(tmp_path, always_due, other):
    killed(tmp_path, 2)
    own = other.pop("own", small_keras.model)()
    stopped = {"on_epoch": killed_after(1), **other}
    with pytest.raises(Killed):
        train(own, folder=tmp_path, **stopped)
    # Had the old one been used, epoch 1 would not have been done again.
    assert [path.name for path in sorted(tmp_path.glob("*.npy"))] == [
        "epoch-000001.npy"
    ]


def test_a_training_that_had_run_out_of_patience_does_not_go_on(tmp_path, always_due):
    settings = {"patience": 1, "monitor": "val_accuracy", "epochs": 30}
    whole = train(**settings)
    n_epochs = len(whole[1].history["loss"])
    assert whole[1].stopped_early and n_epochs == whole[1].best_epoch + 1 < 30
    killed(tmp_path, n_epochs, **settings)
    resumed = train(folder=tmp_path, **settings)
    assert resumed[1].resumed_from == n_epochs and same(whole, resumed)


@pytest.mark.parametrize(
    ("monitor", "best"), [("val_loss", np.argmin), ("val_f1_weighted", np.argmax)]
)
def test_the_model_ends_with_its_best_epoch(monitor, best):
    X, y = pictures(12, 2)
    model, done = train(small_keras.model(0.3), monitor=monitor)
    assert done.best_epoch == best(done.history[monitor]) + 1
    answers = training.predict(model, X)
    found = scores(y, answers.argmax(axis=1), N_LABELS)
    at_best = {
        name: values[done.best_epoch - 1] for name, values in done.history.items()
    }
    assert at_best["val_f1_weighted"] == pytest.approx(found["f1_weighted"])
    assert at_best["val_loss"] == pytest.approx(
        -np.log(answers[np.arange(12), y]).mean(), rel=1e-4
    )


def test_a_loss_of_nan_stops_with_epoch_and_batch():
    X, y = pictures(40, 1)
    own = small_keras.model(learning_rate=float("inf"))
    with pytest.raises(TrainingError, match=r"loss is nan \[epoch 1, batch 2 of 3\]"):
        training.fit(own, X, y, (X, y), epochs=2, batch_size=16, folder=None, seed=1)


def test_a_validation_loss_of_nan_stops_too():
    X, y = pictures(40, 1)
    own = small_keras.model(learning_rate=float("inf"))
    with pytest.raises(TrainingError, match="epoch 1, validation"):
        training.fit(own, X, y, (X, y), epochs=1, batch_size=40, folder=None, seed=1)


def test_where_memory_ends_the_batch_size_is_named(monkeypatch):
    def full(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM")

    own = small_keras.model()
    monkeypatch.setattr(own, "fit", full)
    with pytest.raises(TrainingError, match="batches of 16 .* to 8"):
        train(own)


def test_class_weights_and_balanced_drawing_favour_the_rare_label():
    X, y = pictures(40, 1)
    keep = np.flatnonzero((y < 2) & ((y == 0) | (np.arange(40) < 6)))
    X, y = {"rgb": X["rgb"][keep]}, y[keep]  # ten of label 0, two of label 1
    mean = []
    for other in ({}, {"class_weight": {1: 20.0}}, {"sample": "balanced"}):
        own = small_keras.model()
        training.fit(
            own, X, y, (X, y), epochs=4, batch_size=4, folder=None, seed=1,
            monitor="val_loss", **other,
        )  # fmt: skip
        mean.append(training.predict(own, X)[:, 1].mean())
    assert mean[1] > mean[0] and mean[2] > mean[0]


def test_one_epoch_and_a_batch_above_the_set_are_enough():
    with pytest.warns(UserWarning, match="more than the 40 pictures"):
        _, done = train(epochs=1, batch_size=500)
    assert done.best_epoch == 1 and not done.stopped_early


def test_layers_are_seeded_by_seed_and_epoch():
    own = small_keras.model()
    states = [one for one in own.variables if "seed_generator" in one.path]
    assert len(states) >= 3  # flip, contrast, dropout

    def seeded(seed, epoch):
        epochs.seed_layers(own, seed, epoch)
        return [tuple(state.numpy()) for state in states]

    assert seeded(1, 2) == seeded(1, 2) != seeded(1, 3) != seeded(2, 2)
    assert len(set(seeded(1, 2))) == len(states)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "train nothing"),
        ({"patience": 0}, "train nothing"),
        ({"batch_size": 0}, "a batch of 0"),
        ({"monitor": "loss"}, "called 'loss'"),
        ({"sample": "rare"}, "'rare'"),
        ({"class_weight": {0: float("nan")}}, "class weights"),
        ({"y": np.arange(40) % 5}, r"from 0 to 3, there are \[4\]"),
        ({"y": np.full(40, 0.5)}, "whole numbers"),
        ({"y": np.zeros(3, int)}, r"'y': 3"),
        ({"arrays": {"gray": pictures(40, 1)[0]["rgb"]}}, "needs an input 'rgb'"),
        ({"arrays": {"rgb": np.zeros((40, 8, 8, 3), np.uint8)}}, r"got \(8, 8, 3\)"),
        ({"validation": pictures(0, 1)}, "are empty"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    X, y = pictures(40, 1)
    given = {"arrays": X, "y": y, "validation": pictures(12, 2)}
    given |= {"epochs": 1, "batch_size": 16, "folder": None, "seed": 1}
    with pytest.raises(ParameterError, match=message):
        training.fit(MODEL, **given | change)


MODEL = small_keras.model()


def test_predict_traces_once_and_needs_no_compiling():
    X, _ = pictures(12, 2)
    bare = keras.Model(MODEL.input, MODEL.output)
    first = training.predict(bare, X)
    traced = bare.__dict__["_helpers_forward"][1]
    training.predict(bare, X, batch_size=5)
    assert traced.experimental_get_tracing_count() == 1
    assert first.dtype == np.float32 and first.shape == (12, N_LABELS)
    with pytest.raises(ParameterError, match="are empty"):
        training.predict(bare, pictures(0, 1)[0])
