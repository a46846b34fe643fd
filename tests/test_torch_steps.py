"""Steps of a training: what moves, by how much, and in which order."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
import small_torch
from small_torch import pictures, same, train, weights

from helpers.base.errors import TrainingError
from helpers.base.paths import ROOT
from helpers.torch_models import batches, training
from helpers.torch_models.averages import Average
from helpers.torch_models.frameworks import nn, torch
from helpers.torch_models.settings import learning_rate
from helpers.torch_models.watching import Watch


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with small_torch.one_thread():
        yield


def test_weights_decay_but_biases_and_normalisation_do_not():
    def without_gradient(answers, y, masks):
        return sum(one.sum() * 0 for one in answers if one is not None)

    def moved(**other):
        """Train two steps; return by what factor each parameter has changed."""
        model = small_torch.model()
        nn.init.ones_(model.body[1].bias)
        before = {name: one.clone() for name, one in model.named_parameters()}
        settings = {"epochs": 1, "schedule": "constant", "ema": None, "batch_size": 20}
        train(model, loss=without_gradient, weight_decay=0.5, **settings, **other)
        return {
            name: (one / before[name]).mean().item()
            for name, one in model.named_parameters()
        }

    kept = 1 - 0.02 * 0.5  # 1 - rate x decay, for each step
    for name, factor in moved().items():
        is_kernel = name.endswith("weight") and name != "body.1.weight"
        assert factor == pytest.approx(kept**2 if is_kernel else 1, rel=1e-5), name
    assert set(moved(optimizer="adam").values()) == {1.0}


def test_the_steps_are_those_of_a_plain_loop():
    def plain():
        model = small_torch.model(rate=0.0)
        optimizer = torch.optim.Adam(model.parameters(), 0.02)
        data, loss = pictures(40, 1), small_torch.loss()
        for epoch in range(2):
            for rows in batches.orders(40, 16, 3, epoch):
                x = torch.tensor(data.pixels[rows]).permute(0, 3, 1, 2).float()
                share = torch.tensor(data.masks[rows])[:, None] / 255
                optimizer.zero_grad()
                loss(model(x), torch.tensor(data.y[rows]), share).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 0.5)
                optimizer.step()
        return model

    other = {"optimizer": "adam", "schedule": "constant", "clip_norm": 0.5}
    other |= {"ema": None, "epochs": 2, "augment": None}
    model, done = train(small_torch.model(rate=0.0), monitor="val_loss", **other)
    assert done.best_epoch == 2  # else the weights are of another epoch
    for a, b in zip(weights(model), weights(plain()), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_frozen_weights_stay_and_no_model_loses_its_frozen_part():
    model = small_torch.frozen()
    before = model.body[0].weight.clone()
    train(model, epochs=1)
    assert torch.equal(model.body[0].weight, before)
    assert not model.body[0].weight.requires_grad


def test_the_average_follows_its_formula_and_is_lent_for_a_while():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average, expected = Average(model, 0.5), 0.0
    for k in range(1, 12):
        with torch.no_grad():
            model.weight.fill_(k)
        average.update(k)
        keep = min(0.5, (1 + k) / (10 + k))
        expected = keep * expected + (1 - keep) * k
    assert average.tensors[0].item() == pytest.approx(expected, rel=1e-6)
    with average.in_use():
        assert model.weight.item() == pytest.approx(expected, rel=1e-6)
    assert model.weight.item() == 11


def test_the_learning_rate_rises_then_falls_as_half_a_cosine():
    made = training.Settings(
        epochs=10, batch_size=2, learning_rate=0.1, warm_up_epochs=2
    )
    rates = [learning_rate(made, k, 5) for k in range(50)]
    for k in (0, 3, 9, 10, 25, 49):
        cosine = (1 + math.cos(math.pi * k / 50)) / 2
        assert rates[k] == pytest.approx(0.1 * cosine * min(1, (k + 1) / 10))
    assert rates[49] < 0.001 and np.argmax(rates) in (9, 10)
    flat = training.Settings(10, 2, 0.1, schedule="constant")
    assert {learning_rate(flat, k, 5) for k in range(50)} == {0.1}


def test_every_picture_comes_once_an_epoch_and_no_batch_has_one_alone():
    for n, size in ((33, 32), (9, 4), (3, 2), (2, 2), (5, 2), (40, 16)):
        rows = batches.orders(n, size, seed=1, epoch=0)
        assert sorted(np.concatenate(rows).tolist()) == list(range(n))
        lengths = [len(one) for one in rows]
        assert min(lengths) >= 2 and max(lengths) <= max(size, 3)
        assert max(lengths) - min(lengths) <= 1
    one, other = (np.concatenate(batches.orders(40, 16, 1, e)) for e in (0, 1))
    assert not np.array_equal(one, other)


def test_memory_mapped_arrays_are_read_only_batch_by_batch(tmp_path):
    data = pictures(40, 1)
    for name in ("pixels", "masks"):
        np.save(tmp_path / f"{name}.npy", getattr(data, name))
        mapped = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
        data = data._replace(**{name: mapped})
    assert same(train(), train(train=data))


def test_a_gpu_is_asked_seldom_and_names_the_same_batch():
    orders = np.array_split(np.arange(100), 50)
    bar = training.progress.bar("x", 100)
    watch = Watch(2, 9, orders, False, bar)
    for _ in range(19):
        watch.see(torch.tensor(1.0))
    assert bar.n == 0
    watch.see(torch.tensor(1.0))
    assert bar.n == 40 or bar.disable
    for value in (3.0, 3.0, math.nan, 3.0):
        watch.see(torch.tensor(value))
    with pytest.raises(TrainingError, match=r"nan \[epoch 3, batch 23 of 50\]"):
        watch.mean()


def test_each_precision_trains_in_one_process():
    losses = [
        train(precision=each, epochs=2)[1].history["loss"]
        for each in ("bf16", "fp32", "bf16")
    ]
    assert losses[0] == losses[2] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.03)


def test_several_processes_train_as_one_does(tmp_path):
    program = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    program += ["--nproc_per_node", "2", small_torch.__file__, str(tmp_path), "shared"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ACCELERATE_USE_CPU": "true"}
    environment |= {"OMP_NUM_THREADS": "1", "HELPERS_QUIET": "1"}
    done = subprocess.run(program, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    model, alone = small_torch.train_shared()
    found = [np.load(tmp_path / f"{rank}.npz") for rank in (0, 1)]
    for i, own in enumerate(weights(model)):
        one, other = (weights_of[f"arr_{i}"] for weights_of in found)
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, own, atol=1e-5)
    loss = found[0]["loss"]
    np.testing.assert_array_equal(loss, found[1]["loss"])
    assert loss[0] == pytest.approx(alone.history["loss"][0], rel=0.02)


def test_every_step_of_every_epoch_draws_anew_by_the_seed():
    def draws(seed):
        drawn = []

        def note(pixels, masks):
            drawn.append(torch.rand(1).item())
            return pixels, masks

        train(augment=note, epochs=2, seed=seed)
        return drawn

    first = draws(3)
    assert len(set(first)) == 6 and draws(3) == first != draws(4)
