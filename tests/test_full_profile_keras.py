"""The full profile's code path, with its shapes, for two steps per model."""

import numpy as np
import pandas as pd
import pytest

from helpers.data import keras_weights, tasks
from helpers.keras_models import (
    augmentation,
    backbones,
    baseline,
    one_stage,
    training,
    transfer,
    tuning,
    two_stages,
)
from helpers.keras_models.tuning_task import Settings
from helpers.series.profiles import load_profile
from helpers.storage import hashes
from tests.small_keras_weights import write_published

FULL = load_profile("full").notebooks["08_transfer_learning"]
SIZE_PX, N_LABELS, BATCH = FULL["size_px"], 114, 2
PARTS = ["train"] * 4 + ["validation"] * 2 + ["test"] * 2
HOW = one_stage.How(BATCH, None, seed=1)
TWO_STEPS = two_stages.Settings(
    1, 1, 0.1, FULL["learning_rate"], FULL["fine_tune_rate"]
)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


@pytest.fixture(scope="module")
def task(sample_data, tmp_path_factory):
    """Eight pictures of the sample in the published size, under 114 labels."""
    folder = sample_data / "ham10000" / "images"
    paths = sorted(folder.glob("*.jpg"))[: len(PARTS)]
    table = pd.DataFrame({"path": [str(path) for path in paths], "part": PARTS})
    table["label"] = [f"label {n % 3}" for n in range(len(PARTS))]
    table["sha256"] = [hashes.hash_file(path) for path in paths]
    store = tmp_path_factory.mktemp("inputs")
    made, _ = tasks.make_task(table, folder.joinpath, ["rgb"], SIZE_PX, store)
    labels = tuple(f"label {n:03d}" for n in range(N_LABELS))
    return tasks.Task(made.arrays, made.table, labels, made.y * 50)


def publish(folder, name):
    """Write a file of a backbone's form, random, where its published one would be."""
    entry = backbones.registered(name)
    path = folder / entry.name / entry.files[0].name
    return write_published(path, backbones.build(name, 96))


def augment():
    return augmentation.layers_of(FULL["augmentation"])


def check(y_prob, trained, n_epochs):
    assert {part: one.shape for part, one in y_prob.items()} == {
        "validation": (2, N_LABELS),
        "test": (2, N_LABELS),
    }
    for one in y_prob.values():
        np.testing.assert_allclose(one.sum(axis=1), 1, atol=1e-4)
    assert len(trained.history["loss"]) == n_epochs
    assert np.isfinite(trained.history["loss"]).all()


def test_the_profile_says_what_was_published():
    published = {"size_px": 256, "filters": [32, 64, 128, 256], "dense": 256}
    published |= {"learning_rate": 1e-3, "patience": 10, "n_trials": 10, "epochs": 200}
    published |= {"augmentation": "published", "keras_weights": "imagenet"}
    assert {key: FULL[key] for key in published} == published
    assert FULL["normalise"] is False and "backbones" not in FULL  # all five


@pytest.mark.parametrize("name", backbones.BACKBONES)
def test_each_backbone_runs_both_stages_for_two_steps(name, task, tmp_path):
    publish(tmp_path, name)
    model = transfer.transfer_model(
        name,
        SIZE_PX,
        N_LABELS,
        str(tmp_path),
        augment=augment(),
        dense=FULL["dense"],
    )
    done = two_stages.run(model, task, TWO_STEPS, HOW)
    check(done.y_prob, done.trained, n_epochs=2)
    assert done.stages == {"frozen": 1, "fine-tuned": 1}
    assert not [one for one in model.layers if one.name == baseline.STANDARDISED]
    if name != "mobilenetv2":
        return
    search = Settings(BATCH, seed=1, n_trials=2, epochs=1)
    parts = *done.features["train"], done.features["validation"]
    tuned = tuning.search(done.head, *parts, tmp_path / "tuning", search)
    assert len(tuned.trials) == 2
    answers = training.predict(tuned.model, done.features["test"][0])
    assert answers.shape == (2, N_LABELS)


def test_the_baseline_runs_for_two_steps(task):
    shape = FULL["filters"], FULL["dense"], augment()
    model = baseline.baseline_cnn(SIZE_PX, N_LABELS, *shape)
    done = one_stage.run(model, task, 1, FULL["learning_rate"], HOW)
    check(done.y_prob, done.trained, n_epochs=1)


def test_imagenet_means_files_below_the_data_folder(tmp_path):
    (tmp_path / "weights").mkdir()
    for name in backbones.BACKBONES:
        path = keras_weights.weights_file(name, FULL["keras_weights"], tmp_path)
        assert path.is_relative_to(tmp_path / "weights")
