"""Two steps: every model knows its own labels, and all answers fit together."""

import numpy as np
import pytest
import small_task

from helpers.evaluate import comparison, hierarchy
from helpers.keras_models import experiments, two_step

SETTINGS = dict.fromkeys(
    ("step1", "step2"), experiments.Settings(epochs=2, batch_size=8, learning_rate=0.01)
)


def partitions_of(task):
    of_label = task.table.set_index("label")["partition"]
    return hierarchy.partition_table(task.labels, of_label)


def build(n):
    return small_task.model(n_labels=n)


@pytest.fixture(scope="module")
def trained():
    task = small_task.task()
    partition, names = partitions_of(task)
    return (
        task,
        partition,
        two_step.train(task, partition, names, build, SETTINGS, seed=3),
    )


def test_a_partition_of_one_label_needs_no_model(trained):
    _, partition, steps = trained
    assert set(steps.tasks) == {"partition", "-", "benign", "inflammatory"}
    assert not any(one.arrays for one in steps.tasks.values())  # no second copy is held
    assert set(steps.outcomes) == {"partition", "inflammatory"}
    lone = np.flatnonzero(np.bincount(partition)[partition] == 1)
    assert (steps.p_label["test"][:, lone] == 1).all()


def test_answers_are_probabilities_for_every_picture_of_every_part(trained):
    task, partition, steps = trained
    for part in ("train", "validation", "test"):
        n = len(task.take(part)[1])
        assert steps.p_partition[part].shape == (n, 3)
        np.testing.assert_allclose(steps.p_partition[part].sum(axis=1), 1, atol=1e-5)
        for code in range(3):
            sums = steps.p_label[part][:, partition == code].sum(axis=1)
            np.testing.assert_allclose(sums, 1, atol=1e-5)


def test_each_model_is_judged_on_its_own_pictures_in_its_own_codes(trained):
    task, partition, steps = trained
    found = two_step.judged(steps, task)
    rows = task.rows("test")["partition"].eq("inflammatory").to_numpy()
    y, y_prob = found["inflammatory"]["test"]
    names = np.array(steps.tasks["inflammatory"].labels)[y]
    assert names.tolist() == task.rows("test")["label"][rows].tolist()
    own = [label in steps.tasks["inflammatory"].labels for label in task.labels]
    np.testing.assert_array_equal(y_prob, steps.p_label["test"][rows][:, own])
    table = comparison.part_table(found)
    assert table.loc[("test", "accuracy"), "benign"] == 1  # there is nothing to confuse
    assert table.loc[("test", "loss"), "benign"] == pytest.approx(0, abs=1e-5)


def test_a_partition_without_validation_pictures_answers_with_its_shares():
    task = small_task.task()
    lost = task.table["partition"].eq("inflammatory")
    lost &= task.table["part"].eq("validation")
    task.table.loc[lost, "part"] = "train"
    partition, names = partitions_of(task)
    steps = two_step.train(task, partition, names, build, SETTINGS, seed=3)
    assert set(steps.outcomes) == {"partition"}
    own = partition == names.index("inflammatory")
    np.testing.assert_allclose(steps.p_label["test"][:, own], 0.5)


def test_the_table_of_parts_in_a_case_done_by_hand():
    y_prob = np.array([[0.8, 0.2], [0.6, 0.4]])
    models = {
        "m": {
            "test": (np.array([0, 1]), y_prob),
            "train": (np.array([], int), y_prob[:0]),
        }
    }
    table = comparison.part_table(models)["m"]
    assert table["test", "loss"] == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert table["test", "accuracy"] == 0.5 and table["test", "recall"] == 0.5
    assert table["test", "precision"] == 0.25
    assert table["test", "macro F1"] == pytest.approx(1 / 3)
    assert table["test", "always the commonest"] == 0.5
    assert table["train"].drop("pictures").isna().all()
    assert table["train", "pictures"] == 0
