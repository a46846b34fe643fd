"""Training: the same twice, the best epoch kept, and what stops it."""

import copy
import math

import numpy as np
import pytest
import small_torch
from sklearn.metrics import balanced_accuracy_score, f1_score
from small_torch import SETTINGS, pictures, same, train, weights

from helpers.base.errors import ParameterError, TrainingError
from helpers.torch_models import steps, training
from helpers.torch_models.epochs import judge
from helpers.torch_models.forward import predict
from helpers.torch_models.frameworks import torch

METRICS = {
    *("loss", "val_loss", "val_dice"),
    *("val_accuracy", "val_f1_macro", "val_balanced_accuracy"),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with small_torch.one_thread():
        yield


@pytest.fixture(scope="module")
def unbroken():
    return train()


def test_the_same_seed_gives_the_same_bits_and_another_does_not(unbroken, tmp_path):
    model, done = unbroken
    assert set(done.history) == METRICS
    assert {len(values) for values in done.history.values()} == {6}
    assert done.pictures_per_second > 0 and not done.stopped_early
    again = train(folder=tmp_path / "kept")  # checkpoints change nothing
    assert same(unbroken, again) and not (tmp_path / "kept").exists()
    assert not same(unbroken, train(seed=4))
    copy.deepcopy(model)  # accelerate leaves nothing behind
    assert not any("accelerate" in name for name in model.__dict__)


def test_the_callers_random_numbers_are_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(epochs=1)
    assert torch.equal(torch.rand(3), expected)


def test_it_learns_and_the_history_is_what_scikit_learn_says(unbroken):
    model, done = unbroken
    assert done.history["loss"][-1] < 0.85 * done.history["loss"][0]
    data, best = pictures(12, 2), done.best_epoch - 1
    at_best = {name: values[best] for name, values in done.history.items()}
    answers = predict(model, data.pixels, precision="fp32")
    y_pred = answers.y_prob.argmax(1)
    assert at_best["val_accuracy"] == pytest.approx((y_pred == data.y).mean())
    expected = f1_score(data.y, y_pred, average="macro")
    assert at_best["val_f1_macro"] == pytest.approx(expected)
    expected = balanced_accuracy_score(data.y, y_pred)
    assert at_best["val_balanced_accuracy"] == pytest.approx(expected)
    found, true = answers.masks > 0.5, data.masks > 127
    dice = 2 * (found & true).sum((1, 2)) / (found.sum((1, 2)) + true.sum((1, 2)))
    assert at_best["val_dice"] == pytest.approx(dice.mean(), abs=0.01)
    answer_loss = -np.log(answers.y_prob[np.arange(12), data.y]).mean()
    p = torch.tensor(answers.masks.astype(np.float32))[:, None]
    share = torch.tensor(data.masks[:, None] / 255.0)
    mask_loss = small_torch.losses.mask_loss("dice_cross_entropy")(p.logit(), share)
    assert at_best["val_loss"] == pytest.approx(
        answer_loss + float(mask_loss), abs=0.02
    )


def test_the_validation_loss_does_not_depend_on_the_batches(unbroken, monkeypatch):
    model, data, loss = unbroken[0], pictures(13, 2), small_torch.loss("weighted")
    whole = judge(model, data, loss, "fp32")
    monkeypatch.setattr("helpers.torch_models.forward._FIRST_BATCH", 5)
    assert judge(model, data, loss, "fp32") == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("monitor", ["val_loss", "val_f1_macro", "val_dice"])
def test_the_model_ends_with_its_best_epoch(monitor):
    model, done = train(monitor=monitor, learning_rate=0.3, ema=None)
    best = (np.argmin if monitor == "val_loss" else np.argmax)(done.history[monitor])
    assert done.best_epoch == best + 1
    found = judge(model, pictures(12, 2), small_torch.loss(), "fp32")
    for name, value in found.items():
        assert done.history[name][best] == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "metrics"),
    [
        ({"has_masks": False}, METRICS - {"val_dice"}),
        ({"labels": (), "extra": True}, {"loss", "val_loss", "val_dice"}),
    ],
)
def test_a_model_of_one_answer_needs_nothing_of_the_other(options, metrics):
    model = small_torch.model(**options)
    parts = {"masks": None} if model.labels else {"y": None}
    label = small_torch.losses.label_loss("cross_entropy", pictures(40, 1).y, 4)
    mask = small_torch.losses.mask_loss("cross_entropy")
    loss = small_torch.losses.joint(
        label if model.labels else None, mask if model.has_masks else None
    )
    data = {
        "train": pictures(40, 1)._replace(**parts),
        "validation": pictures(12, 2),  # more than it needs is no fault
    }
    before = weights(model)
    _, done = train(model, loss=loss, epochs=2, **data)
    assert set(done.history) == metrics
    after = weights(model)
    assert not any(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_loss_of_nan_stops_with_epoch_and_batch():
    with pytest.raises(TrainingError, match=r"loss is nan \[epoch 1, batch 2 of 3\]"):
        train(learning_rate=float("inf"), schedule="constant")


def test_a_validation_loss_of_nan_stops_too():
    with pytest.raises(TrainingError, match="epoch 1, validation"):
        train(learning_rate=float("inf"), schedule="constant", batch_size=40)


def test_where_memory_ends_the_batch_size_is_named(monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(steps.Steps, "_step", full)
    with pytest.raises(TrainingError, match="batches of 16 .* to 8"):
        train()


def test_another_fault_is_passed_on_as_it_is(monkeypatch):
    monkeypatch.setattr(small_torch.Small, "forward", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train()


def test_one_epoch_and_a_batch_above_the_set_are_enough():
    with pytest.warns(UserWarning, match="more than the 40 pictures"):
        _, done = train(epochs=1, batch_size=500)
    assert done.best_epoch == 1 and not done.stopped_early


def test_a_label_without_training_picture_is_said():
    data = pictures(40, 1)
    rows = data.y != 2
    data = data._replace(
        pixels=data.pixels[rows], y=data.y[rows], masks=data.masks[rows]
    )
    loss = small_torch.losses.joint(
        small_torch.losses.label_loss("weighted", data.y, 4),
        small_torch.losses.mask_loss("cross_entropy"),
    )
    with pytest.warns(UserWarning, match="labelled c: the model cannot learn it"):
        _, done = train(train=data, epochs=2, loss=loss)
    assert np.isfinite(done.history["val_loss"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs cannot be 0"),
        ({"batch_size": 1}, "batch_size cannot be 1"),
        ({"learning_rate": math.nan}, "learning_rate cannot be nan"),
        ({"optimizer": "sgd"}, "optimizer cannot be 'sgd'"),
        ({"schedule": "step"}, "schedule cannot be 'step'"),
        ({"weight_decay": -1}, "weight_decay cannot be -1"),
        ({"warm_up_epochs": -1}, "warm_up_epochs cannot be -1"),
        ({"clip_norm": 0}, "clip_norm cannot be 0"),
        ({"ema": 1.0}, "ema cannot be 1.0"),
        ({"patience": 0}, "patience cannot be 0"),
        ({"monitor": "loss"}, "monitor cannot be 'loss'"),
        ({"precision": "half"}, "precision cannot be 'half'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, message):
    with pytest.raises(ParameterError, match=message):
        training.Settings(**SETTINGS | change)


DATA = pictures(40, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": None}, r"answers y, .* \[train.y\]"),
        ({"masks": None}, r"answers masks, .* \[train.masks\]"),
        ({"y": DATA.y + 1}, r"outside the table of 4.*train.y"),
        ({"y": DATA.y / 2}, "whole numbers"),
        ({"y": DATA.y[:3]}, "3 rows do not belong to 40 pictures"),
        ({"masks": DATA.masks[:, :8]}, r"not uint8 of shape \(40, 8, 16\)"),
        ({"masks": DATA.masks / 255}, "not float64"),
        ({"pixels": DATA.pixels[:0]}, "one at least.*train.pixels"),
        ({"pixels": DATA.pixels[:1]}, "too few"),
        ({"pixels": DATA.pixels.astype(np.float32)}, "not float32"),
    ],
)
def test_data_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ParameterError, match=message):
        train(train=DATA._replace(**change))


def test_validation_data_are_checked_too_and_one_picture_will_do():
    with pytest.raises(ParameterError, match="validation.pixels"):
        train(validation=DATA._replace(pixels=DATA.pixels[:0]))
    few = training.Learnable(DATA.pixels[:1], DATA.y[:1], DATA.masks[:1])
    train(validation=few, epochs=1)


def test_a_monitor_that_the_model_has_no_answer_for_is_refused():
    model = small_torch.model(has_masks=False)
    with pytest.raises(ParameterError, match="no answers to judge by val_dice"):
        train(model, monitor="val_dice")
    model = small_torch.model(labels=())
    with pytest.raises(ParameterError, match="no answers to judge by val_f1_macro"):
        train(model, monitor="val_f1_macro")
