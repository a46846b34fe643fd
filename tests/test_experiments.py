"""Experiments: the same twice, kept and loaded again, and silent on standard error."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import small_task

from helpers.base.errors import ParameterError
from helpers.base.paths import ROOT
from helpers.base.progress import QUIET
from helpers.evaluate import prediction_files
from helpers.images import inputs
from helpers.keras_models import augmentation, experiments, saved_models, training

SETTINGS = experiments.Settings(epochs=6, batch_size=8, learning_rate=0.02)
TASK = small_task.task()


def run(task=TASK, settings=SETTINGS, seed=3, **other):
    layers = augmentation.layers_of("turns")
    model = small_task.model(augment=layers, n_labels=len(task.labels))
    return experiments.run(model, task, settings, seed=seed, **other)


@pytest.fixture(scope="module")
def outcome():
    return run()


# A training


def test_the_same_seed_gives_the_same_probabilities_and_another_does_not(outcome):
    again, other = run(), run(seed=4)
    assert again.trained.history == outcome.trained.history
    for part in experiments.ASKED:
        np.testing.assert_array_equal(again.y_prob[part], outcome.y_prob[part])
    assert not np.array_equal(other.y_prob["test"], outcome.y_prob["test"])


def test_coloured_labels_are_learnt(outcome):
    for part in experiments.ASKED:
        _, y = TASK.take(part)
        assert np.mean(outcome.y_prob[part].argmax(axis=1) == y) > 0.6  # 0.25 by chance


def test_the_answers_are_those_of_the_best_epoch(outcome):
    _, y = TASK.take("validation")
    accuracy = np.mean(outcome.y_prob["validation"].argmax(axis=1) == y)
    best = outcome.trained.best_epoch - 1
    assert outcome.trained.history["val_accuracy"][best] == pytest.approx(accuracy)
    f1 = outcome.trained.history["val_f1_weighted"]
    assert f1[best] == max(f1)
    asked = experiments.ask(outcome.model, TASK)
    np.testing.assert_array_equal(asked["test"], outcome.y_prob["test"])


def test_test_pictures_do_not_decide(outcome):
    test = np.flatnonzero(TASK.table["part"].eq("test"))
    arrays = {name: array.copy() for name, array in TASK.arrays.items()}
    for array in arrays.values():
        array[test] = 0
    y = TASK.y.copy()
    y[test] = 0
    blind = run(type(TASK)(arrays, TASK.table, TASK.labels, y))
    assert blind.trained.history == outcome.trained.history
    for one, other in zip(
        blind.model.get_weights(), outcome.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


class Untouchable(np.ndarray):
    """Pictures of which no model may take a copy."""

    def __getitem__(self, rows):
        raise AssertionError("an input was copied that the model does not have")


def test_inputs_that_the_model_does_not_have_are_not_copied():
    arrays = {**TASK.arrays, "gray": TASK.arrays["gray"].view(Untouchable)}
    task = type(TASK)(arrays, TASK.table, TASK.labels, TASK.y)
    few = experiments.Settings(epochs=1, batch_size=8, learning_rate=0.02)
    done = experiments.run(small_task.model(("rgb",)), task, few, seed=3)
    assert set(experiments.ask(done.model, task, ["train"])) == {"train"}


def test_a_batch_above_the_set_is_all_of_it():
    few = experiments.Settings(epochs=2, batch_size=500, learning_rate=0.02)
    with pytest.warns(UserWarning, match="500 is more than the 20 pictures"):
        done = run(settings=few)
    all_at_once = experiments.Settings(epochs=2, batch_size=20, learning_rate=0.02)
    expected = run(settings=all_at_once).y_prob["test"]
    np.testing.assert_array_equal(done.y_prob["test"], expected)


def test_a_rate_falls_to_nothing_along_half_a_cosine(outcome):
    rate = outcome.model.optimizer
    n_steps = 3 * SETTINGS.epochs  # 20 pictures in batches of 8
    assert int(rate.iterations) == n_steps
    assert float(rate.learning_rate) == pytest.approx(0, abs=1e-9)


def test_patience_stops_early():
    still = experiments.Settings(20, 8, 1e-9, patience=2)
    done = run(settings=still)
    assert done.trained.stopped_early
    assert len(done.trained.history["loss"]) == done.trained.best_epoch + 2


@pytest.mark.parametrize(
    "wrong", [(0, 8, 0.1), (2, 0, 0.1), (2, 8, 0.0), (2, 8, float("nan"))]
)
def test_settings_that_train_nothing_are_refused(wrong):
    with pytest.raises(ParameterError, match="train nothing"):
        experiments.Settings(*wrong)


def test_a_model_of_fewer_labels_or_other_inputs_is_refused():
    with pytest.raises(ParameterError, match="from 0 to 2"):
        experiments.run(small_task.model(n_labels=3), TASK, SETTINGS, seed=1)
    with pytest.raises(ParameterError, match="'otsu'"):
        experiments.run(small_task.model(["otsu"]), TASK, SETTINGS, seed=1)


# What is kept


@pytest.fixture(scope="module")
def kept(outcome, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    path = experiments.keep(folder, "m", outcome, TASK, {"accuracy": 0.5}, 16)
    assert path == folder / "models" / "m"
    return folder


def test_a_kept_model_answers_the_same(kept, outcome):
    model, facts = saved_models.load(kept / "models" / "m", TASK.labels)
    asked = experiments.ask(model, TASK)
    for part in experiments.ASKED:
        np.testing.assert_array_equal(asked[part], outcome.y_prob[part])
    assert facts["preparation"] == {
        "size_px": 16,
        "fit": "crop",
        "inputs": facts["preparation"]["inputs"],
        "inputs_version": inputs.VERSION,
    }
    assert set(facts["preparation"]["inputs"]) == {"rgb", "gray"}
    assert facts["metrics"] == {"accuracy": 0.5}
    assert facts["split"] == prediction_files.split_hash(TASK.table)


def test_another_label_table_is_refused(kept):
    path = kept / "models" / "m"
    with pytest.raises(ParameterError, match="another order"):
        saved_models.load(path, TASK.labels[::-1])
    with pytest.raises(ParameterError, match="'lupus'"):
        saved_models.load(path, ["lupus", *TASK.labels[1:]])


def test_kept_answers_are_those_of_their_pictures(kept, outcome):
    split = prediction_files.split_hash(TASK.table)
    for part in experiments.ASKED:
        path = kept / "arrays" / f"m_{part}.npy"
        found = prediction_files.load_predictions(path, split, TASK.labels)
        np.testing.assert_array_equal(found.y_true, TASK.take(part)[1])
        np.testing.assert_array_equal(found.y_prob, outcome.y_prob[part])
        rows = TASK.rows(part)
        assert found.table["image_id"].tolist() == rows["image_id"].tolist()
    with pytest.raises(ParameterError, match="'lupus'"):
        prediction_files.load_predictions(path, labels=["lupus", *TASK.labels[1:]])


# Standard error, and another process


def test_training_and_loading_write_nothing_to_standard_error(kept, tmp_path):
    words = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), str(kept), str(tmp_path)],
        cwd=ROOT,
        env={**words, QUIET: "1", "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")


def elsewhere(kept, folder):
    """Load the model where nothing else was imported; train in two ways."""
    model, _ = saved_models.load(kept / "models" / "m")
    asked = training.predict(model, TASK.take("test")[0])
    np.testing.assert_allclose(asked, np.load(kept / "arrays/m_test.npy"), atol=1e-6)
    short = experiments.Settings(epochs=1, batch_size=8, learning_rate=0.01)
    for way in ("class_weights", "balanced_sampling"):
        run(settings=short, folder=folder / way, imbalanced=way)


if __name__ == "__main__":
    elsewhere(Path(sys.argv[1]), Path(sys.argv[2]))
