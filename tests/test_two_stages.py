"""Two stages of transfer learning, the baseline's one, and the tables about them."""

import numpy as np
import pandas as pd
import pytest

from helpers.data import tasks
from helpers.keras_models import (
    augmentation,
    baseline,
    experiments,
    one_stage,
    preprocessing,
    training,
    training_tables,
    transfer,
    two_stages,
)

SIZE, LABELS = 32, 3
HOW = one_stage.How(batch_size=8, patience=None, seed=5)
TWO = two_stages.Settings(4, 2, 0.1, 1e-3, 1e-4)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("HELPERS_QUIET", "1")


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(0)
    n = 40
    y = np.arange(n) % LABELS
    tint = np.eye(LABELS)[y][:, None, None] * 100
    rgb = np.clip(rng.normal(80, 30, (n, SIZE, SIZE, 3)) + tint, 0, 255)
    part = np.repeat(["train", "validation", "test"], [20, 10, 10])
    table = pd.DataFrame({"part": part})
    return tasks.Task({"rgb": rgb.astype("uint8")}, table, ("a", "b", "c"), y)


def transfer_model():
    layers = augmentation.layers_of("turns")
    shape = {"augment": layers, "dense": 16, "seed": 3}
    return transfer.transfer_model("mobilenetv2", SIZE, LABELS, "none", **shape)


@pytest.fixture(scope="module")
def both(task, tmp_path_factory):
    """Both stages with checkpoints: outcome, folder, histories told on the way."""
    folder, told = tmp_path_factory.mktemp("two"), []
    how = HOW._replace(folder=folder)

    def note(history):
        told.append(len(history["loss"]))

    return two_stages.run(transfer_model(), task, TWO, how, note), folder, told


def test_the_history_of_both_stages_is_one(both):
    done, folder, told = both
    assert done.stages == {"frozen": 4, "fine-tuned": 2}
    assert {len(values) for values in done.trained.history.values()} == {6}
    assert told == [1, 2, 3, 4, 5, 6]
    assert not any(path.is_file() for path in folder.rglob("*"))


def test_the_answers_are_those_of_the_best_epoch_of_either_stage(both, task):
    done, _, _ = both
    scores = done.trained.history["val_f1_weighted"]
    assert done.trained.best_epoch == 1 + int(np.argmax(scores))
    asked = experiments.ask(done.model, task)
    for part, y_prob in done.y_prob.items():
        np.testing.assert_allclose(asked[part], y_prob, atol=1e-5)
        assert y_prob.shape == (10, LABELS)


def test_stage_1_learns_from_features_of_the_training_part_made_standard(both, task):
    done, _, _ = both
    X, y = done.features["train"]
    assert X["features"].shape == (20, 1280)
    assert np.array_equal(y, task.take("train")[1])
    standard = done.head.get_layer(baseline.STANDARDISED)(X["features"])
    np.testing.assert_allclose(np.mean(standard, axis=0), 0, atol=1e-2)


def test_the_head_that_tuning_begins_with_has_learnt_nothing(both):
    done, _, _ = both
    fresh = transfer.head_of(transfer_model())
    kernel = done.head.get_layer("label").kernel
    assert np.array_equal(kernel, fresh.get_layer("label").kernel)
    assert not np.array_equal(kernel, done.model.get_layer("label").kernel)


@pytest.fixture(scope="module")
def spoilt(task):
    """A second stage whose steps destroy what was learnt."""
    import os

    os.environ["HELPERS_QUIET"] = "1"
    wild = two_stages.Settings(4, 1, 0.1, 1e-3, 10.0)
    return two_stages.run(transfer_model(), task, wild, HOW)


def test_a_second_stage_that_makes_it_worse_is_taken_back(spoilt, task):
    assert spoilt.trained.best_epoch <= 4 and len(spoilt.trained.history["loss"]) == 5
    asked = experiments.ask(spoilt.model, task)
    np.testing.assert_allclose(asked["test"], spoilt.y_prob_frozen["test"], atol=1e-5)
    assert spoilt.y_prob is spoilt.y_prob_frozen


def test_the_same_seed_gives_the_same_answers(spoilt, both):
    first = both[0].y_prob_frozen["test"]
    assert np.array_equal(first, spoilt.y_prob_frozen["test"])


def test_tables_say_size_gap_and_stage(both, spoilt, task):
    models = {"both": both[0], "spoilt": spoilt}
    y_test = task.take("test")[1]
    steps = training_tables.stages(models, y_test)
    assert steps.loc["spoilt", "kept"] == "frozen"
    assert steps.loc["spoilt"].nunique() == 2
    sizes = training_tables.sizes(models)
    head = 1280 * 16 + 16 + 16 * 16 + 16 + 16 * LABELS + LABELS
    assert (sizes["in the head"] == head).all()
    assert (sizes["trainable_parameters"] > head).all()
    assert (sizes["total_parameters"] > 2_257_984 + head).all()
    gaps = training_tables.gaps(models)
    history, kept = spoilt.trained.history, spoilt.trained.best_epoch - 1
    gap = history["accuracy"][kept] - history["val_accuracy"][kept]
    assert gaps.loc["spoilt", "gap"] == pytest.approx(gap)
    assert (gaps["widest gap"] >= gaps["gap"]).all()


def test_without_a_second_stage_there_is_one(task):
    one = two_stages.Settings(1, 0, 0.1)
    done = two_stages.run(transfer_model(), task, one, HOW)
    assert done.stages == {"frozen": 1}
    assert done.y_prob is done.y_prob_frozen
    steps = training_tables.stages({"m": done}, task.take("test")[1])
    assert steps["kept"].tolist() == ["frozen"]


def test_the_baseline_learns_in_one_stage_and_is_tabled_beside_the_others(task):
    layers = augmentation.layers_of("turns")
    model = baseline.baseline_cnn(SIZE, LABELS, (4, 8), 8, layers, normalise=True)
    done = one_stage.run(model, task, 12, 0.01, HOW)
    right = done.y_prob["test"].argmax(axis=1) == task.take("test")[1]
    assert right.mean() >= 0.6
    assert isinstance(done.trained, training.Trained)
    assert training_tables.sizes({"b": done})["in the head"].isna().all()


def test_batch_normalisation_in_the_baseline_costs_no_bias():
    """Two numbers a filter that learn (scale, shift) instead of one (bias)."""
    plain = baseline.baseline_cnn(SIZE, LABELS, (4, 8), 8)
    mended = baseline.baseline_cnn(SIZE, LABELS, (4, 8), 8, normalise=True)
    more = transfer.trainable_parameters(mended) - transfer.trainable_parameters(plain)
    assert more == 4 + 8


def test_preprocessing_is_each_backbones_own_and_the_mistake_is_not():
    rgb = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype("uint8")
    rows = preprocessing.ranges(list(preprocessing.OWN), rgb)
    own = rows.drop(index=preprocessing.MISTAKE)
    assert (own["difference"] < 1e-3).all()
    assert rows.loc[preprocessing.MISTAKE, "difference"] > 100
    blue = ["vgg16", "vgg19", preprocessing.MISTAKE]
    assert rows.index[rows["first_channel"] == "blue"].tolist() == blue
    assert own.loc["inceptionv3", "least"] >= -1 and own["most"].max() < 152
