"""Turns and shifts: whole pixels, at random by the seed, and never at prediction."""

import random

import numpy as np
import pytest
import small_task
from killing import Killed, killed_after
from numpy.lib.stride_tricks import sliding_window_view

from helpers.base.errors import ParameterError
from helpers.keras_models import (
    augmentation,
    experiments,
    saved_models,
    training,
)
from helpers.keras_models.frameworks import keras
from helpers.storage import checkpoints

SIDE = 6
PICTURE = np.arange(SIDE**2 * 2, dtype=np.float32).reshape(SIDE, SIDE, 2)
SETTINGS = experiments.Settings(epochs=4, batch_size=8, learning_rate=0.01)


def turned(picture):
    """Return the eight ways to lay a square."""
    quarters = [np.rot90(picture, k) for k in range(4)]
    return [*quarters, *(one[:, ::-1] for one in quarters)]


def changed(layer, n=1):
    """Return `n` copies of the picture as one batch, in training."""
    return np.array(layer(np.stack([PICTURE] * n), training=True))


def seeded(shift, seed=1):
    layer = augmentation.TurnsAndShifts(shift)
    layer.seed_generator.state.assign([seed, 0])
    return layer


# What happens to a picture


def test_without_shifts_all_eight_ways_come_equally_often():
    ways = {one.tobytes(): i for i, one in enumerate(turned(PICTURE))}
    assert len(ways) == 8
    found = np.bincount([ways[one.tobytes()] for one in changed(seeded(0), 800)])
    assert len(found) == 8 and found.min() > 60 and found.max() < 145  # of 100 each


def windows(most):
    """Return a lookup from pictures to their shift: mirrored at the border, cut."""
    found = {}
    for way in turned(PICTURE):
        padded = np.pad(way, ((most, most), (most, most), (0, 0)), mode="reflect")
        cuts = sliding_window_view(padded, (SIDE, SIDE), axis=(0, 1))
        for row, column in np.ndindex(cuts.shape[:2]):
            cut = np.ascontiguousarray(cuts[row, column].transpose(1, 2, 0))
            found.setdefault(cut.tobytes(), set()).add((row - most, column - most))
    return found


@pytest.mark.parametrize(("shift", "most"), [(1 / 3, 2), (0.5, 3), (0.1, 0)])
def test_shifts_are_whole_pixels_of_the_mirrored_picture(shift, most):
    known, layer, seen = windows(most), seeded(shift), set()
    for _ in range(120):
        shifts = [known[one.tobytes()] for one in changed(layer, 5)]
        assert all(shifts)
        seen = seen.union(*shifts)
    assert {row for row, _ in seen} == {*range(-most, most + 1)}
    assert {column for _, column in seen} == {*range(-most, most + 1)}


def test_outside_training_nothing_happens():
    X = np.random.default_rng(0).random((4, SIDE, SIDE, 3), np.float32)
    layer = augmentation.TurnsAndShifts(0.3)
    np.testing.assert_array_equal(layer(X), X)
    np.testing.assert_array_equal(layer(X, training=False), X)
    assert not np.array_equal(layer(X, training=True), X)


def test_the_seed_decides():
    np.testing.assert_array_equal(changed(seeded(0.3), 20), changed(seeded(0.3), 20))
    assert not np.array_equal(changed(seeded(0.3), 20), changed(seeded(0.3, 2), 20))
    layer = seeded(0.3)
    assert not np.array_equal(changed(layer, 20), changed(layer, 20))


@pytest.mark.parametrize("shift", [-0.1, 0.51, float("nan")])
def test_a_shift_that_leaves_no_picture_is_refused(shift):
    with pytest.raises(ParameterError, match="leaves no picture"):
        augmentation.TurnsAndShifts(shift)


# In a network


def model(way="turns"):
    return small_task.model(augment=augmentation.layers_of(way))


def test_it_is_saved_and_loaded_without_code(tmp_path):
    layers = [augmentation.TurnsAndShifts(0.25)]
    made = small_task.model(augment=layers)
    saved_models.save(tmp_path / "m", made, small_task.LABELS, {}, "split", {})
    loaded, _ = saved_models.load(tmp_path / "m")
    kinds = [type(layer) for layer in loaded.layers]
    assert keras.layers.Lambda not in kinds
    again = loaded.layers[kinds.index(augmentation.TurnsAndShifts)]
    assert again.shift == 0.25
    X = small_task.task().arrays
    np.testing.assert_array_equal(
        training.predict(loaded, X), training.predict(made, X)
    )


def answers(way="turns", new_process=True, **how):
    if new_process:
        keras.utils.clear_session()  # Keras numbers operations within a process

    done = experiments.run(model(way), small_task.task(), SETTINGS, seed=3, **how)
    return done.trained, done.y_prob["test"]


@pytest.mark.parametrize("way", ["turns", "published"])
def test_a_training_with_it_goes_on_after_a_kill_as_if_nothing_was(
    way, tmp_path, monkeypatch
):
    monkeypatch.setattr(checkpoints, "COST_SHARE", float("inf"))
    _, unbroken = answers(way)
    random.seed(1)  # layers are made before the network seeds anything
    with pytest.raises(Killed):
        answers(way, folder=tmp_path / "c", on_epoch=killed_after(2))
    random.seed(2)
    trained, resumed = answers(way, folder=tmp_path / "c")
    assert trained.resumed_from == 2
    np.testing.assert_array_equal(unbroken, resumed)


def test_a_stopped_training_goes_on_in_the_same_kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "COST_SHARE", float("inf"))
    with pytest.raises(Killed):
        answers(folder=tmp_path / "c", on_epoch=killed_after(2))
    trained, _ = answers(new_process=False, folder=tmp_path / "c")
    assert trained.resumed_from == 2


def test_ways_have_names():
    assert augmentation.layers_of("none") == []
    first, second = augmentation.layers_of("turns"), augmentation.layers_of("turns")
    assert first[0] is not second[0]
    kinds = [type(one).__name__ for one in augmentation.layers_of("published")]
    assert kinds == [
        *["RandomFlip", "RandomContrast", "RandomTranslation", "RandomRotation"]
    ]
    with pytest.raises(ParameterError, match="turns, published, none"):
        augmentation.layers_of("turn")
