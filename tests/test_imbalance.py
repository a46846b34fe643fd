"""Unequal labels: weights as scikit-learn's, logit adjustment as its formula."""

import numpy as np
import pytest
import small_task
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax
from sklearn.utils.class_weight import compute_class_weight

from helpers.base.errors import ParameterError
from helpers.data.tasks import Task
from helpers.keras_models import experiments, imbalance
from helpers.keras_models.frameworks import keras, tf

N_LABELS = 4
METHODS = ["none", "class_weights", "balanced_sampling", "logit_adjustment"]
PRIOR = np.array([0.7, 0.2, 0.08, 0.02])


def drawn(n=50):
    """Return codes and probabilities."""
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(N_LABELS), n).astype(np.float32)
    return rng.integers(0, N_LABELS, n), p


# Class weights


@given(st.lists(st.integers(0, N_LABELS - 1), min_size=1, max_size=60))
def test_weights_are_those_of_scikit_learn(codes):
    y = np.array(codes)
    weights = imbalance.class_weights(y, N_LABELS)
    there = np.unique(y)
    expected = compute_class_weight("balanced", classes=there, y=y)
    assert list(weights) == there.tolist()  # a label without pictures has none
    np.testing.assert_allclose(list(weights.values()), expected)
    assert np.mean([weights[code] for code in codes]) == pytest.approx(1)


# Logit adjustment


def test_the_loss_is_that_of_the_formula():
    y, p = drawn()
    expected = -log_softmax(np.log(p) + np.log(PRIOR), axis=1)[np.arange(len(y)), y]
    loss = imbalance.LogitAdjusted(PRIOR)
    np.testing.assert_allclose(loss(y, p), expected.mean(), rtol=1e-5)
    np.testing.assert_allclose(loss.call(y, p), expected, rtol=1e-4, atol=1e-6)


def test_a_uniform_prior_is_plain_cross_entropy():
    y, p = drawn()
    plain = keras.losses.SparseCategoricalCrossentropy()(y, p)
    ours = imbalance.LogitAdjusted(np.full(N_LABELS, 0.25))(y, p)
    np.testing.assert_allclose(ours, plain, rtol=1e-5)


def test_who_knows_only_the_shares_learns_to_answer_evenly():
    y = np.repeat(np.arange(N_LABELS), (PRIOR * 100).round().astype(int))

    def slope(loss, answer):
        """Return the slope of the loss where every picture is answered alike."""
        logits = tf.Variable(np.log(answer).astype(np.float32))
        with tf.GradientTape() as tape:
            p = tf.repeat(tf.nn.softmax(logits)[None], len(y), axis=0)
            value = loss(y, p)
        return np.abs(tape.gradient(value, logits)).max()

    even, plain = np.full(N_LABELS, 0.25), keras.losses.SparseCategoricalCrossentropy()
    adjusted = imbalance.LogitAdjusted(PRIOR)
    assert slope(adjusted, even) < 1e-6 < 0.1 < slope(plain, even)
    assert slope(plain, PRIOR) < 1e-6 < 0.1 < slope(adjusted, PRIOR)


def test_certain_answers_give_finite_losses_and_slopes():
    p = tf.Variable(np.eye(N_LABELS, dtype=np.float32))
    with tf.GradientTape() as tape:
        value = imbalance.LogitAdjusted(PRIOR)(np.array([1, 1, 2, 0]), p)
    assert np.isfinite(value) and np.isfinite(tape.gradient(value, p)).all()


def test_a_weight_per_row_counts():
    y, p = drawn(2)
    loss = imbalance.LogitAdjusted(PRIOR)
    rows = np.array(loss.call(y, p))
    np.testing.assert_allclose(
        loss(y, p, sample_weight=np.array([3.0, 0.0])), rows[0] * 3 / 2, rtol=1e-5
    )


def test_the_loss_comes_back_from_its_settings():
    y, p = drawn()
    loss = imbalance.LogitAdjusted(PRIOR)
    again = imbalance.LogitAdjusted.from_config(loss.get_config())
    np.testing.assert_array_equal(loss(y, p), again(y, p))


# Settings


def test_each_method_changes_one_thing():
    y = np.array([0, 0, 0, 1])
    made = {name: imbalance.settings(name, y, 3) for name in METHODS}
    plain = keras.losses.SparseCategoricalCrossentropy
    assert [type(one["loss"]) for one in made.values()] == [
        *[plain] * 3,
        imbalance.LogitAdjusted,
    ]
    assert [one["sample"] for one in made.values()] == [
        *["each", "each", "balanced", "each"]
    ]
    weights = [one["class_weight"] for one in made.values()]
    assert weights == [None, {0: pytest.approx(2 / 3), 1: pytest.approx(2)}, None, None]


def test_a_label_without_training_pictures_counts_as_half_a_picture():
    loss = imbalance.settings("logit_adjustment", np.array([0, 0, 0, 1]), 3)["loss"]
    np.testing.assert_allclose(
        loss.get_config()["prior"], np.array([3, 1, 0.5]) / 4.5, rtol=1e-6
    )


def test_unknown_methods_and_codes_and_no_pictures_are_refused():
    with pytest.raises(ParameterError, match="balanced_sampling"):
        imbalance.settings("oversampling", np.array([0, 1]), 2)
    for refuse in (imbalance.class_weights, lambda *a: imbalance.settings("none", *a)):
        with pytest.raises(ParameterError, match="outside the table of 2"):
            refuse(np.array([0, 7]), 2)
        with pytest.raises(ParameterError, match="row of whole numbers"):
            refuse(np.array([], dtype=np.int64), 2)


# A training


@pytest.fixture(scope="module")
def lacking():
    """Return a task in which one label is not in the training part."""
    task = small_task.task()
    out = task.table["label"].eq("naevus") & task.table["part"].eq("train")
    rows = np.flatnonzero(~out)
    arrays = {"rgb": task.arrays["rgb"][rows]}
    table = task.table.iloc[rows].reset_index(drop=True)
    return Task(arrays, table, task.labels, task.y[rows])


@pytest.mark.parametrize("method", METHODS)
def test_a_label_without_training_pictures_stops_no_method(lacking, method):
    settings = experiments.Settings(epochs=3, batch_size=8, learning_rate=0.02)
    model = small_task.model(["rgb"])
    done = experiments.run(model, lacking, settings, seed=1, imbalanced=method)
    assert len(done.trained.history["loss"]) == 3
    assert np.isfinite(done.trained.history["loss"]).all()
    assert done.y_prob["test"].shape == (12, 4)
    np.testing.assert_allclose(done.y_prob["test"].sum(axis=1), 1, atol=1e-5)
