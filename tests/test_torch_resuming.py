"""A training that was killed goes on as if it had not been."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import small_torch
from killing import Killed, killed_after
from small_torch import pictures, same, train

from helpers.base.paths import ROOT
from helpers.storage import checkpoints
from helpers.torch_models.augmentation import Augmentation


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with small_torch.one_thread():
        yield


@pytest.fixture(scope="module")
def unbroken():
    return train()


def killed(folder, n_epochs, **other):
    """Train in a folder until some epochs are done."""
    with pytest.raises(Killed):
        train(folder=folder, on_epoch=killed_after(n_epochs), **other)


@pytest.fixture
def always_due(monkeypatch):
    """Write a checkpoint after every epoch."""
    monkeypatch.setattr(checkpoints, "COST_SHARE", float("inf"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_training_killed_for_good_goes_on_to_the_same_end(unbroken, tmp_path):
    folder = tmp_path / "training"
    program = [sys.executable, str(Path(small_torch.__file__)), str(folder)]
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
    assert said.read_bytes() == b""  # a library's words would land in notebooks
    resumed = train(folder=folder)
    assert 1 <= resumed[1].resumed_from <= 3
    assert same(unbroken, resumed) and not folder.exists()


@pytest.mark.parametrize(
    "other",
    [{}, {"ema": None}, {"optimizer": "adam", "schedule": "constant"}],
)
def test_each_way_of_training_resumes_to_the_same_bits(tmp_path, always_due, other):
    killed(tmp_path, 4, **other)
    resumed = train(folder=tmp_path, **other)
    assert resumed[1].resumed_from == 4 and same(train(**other), resumed)


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    unbroken, tmp_path, always_due
):
    killed(tmp_path, 5)
    newest = tmp_path / "epoch-000005.npy"
    newest.write_bytes(newest.read_bytes()[:-50])
    resumed = train(folder=tmp_path)
    assert resumed[1].resumed_from == 4 and same(unbroken, resumed)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 4},
        {"batch_size": 8},
        {"ema": 0.8},
        {"augment": Augmentation(flips=False)},
        {"own": lambda: small_torch.model(rate=0.3)},
        {"own": small_torch.frozen},
        {"loss": small_torch.loss("focal")},
        {"train": pictures(40, 9)},
    ],
)
def test_a_checkpoint_of_other_settings_is_not_used(tmp_path, always_due, other):
    killed(tmp_path, 2)
    other = dict(other)
    own = other.pop("own", small_torch.model)()
    with pytest.raises(Killed):
        train(own, folder=tmp_path, **{"on_epoch": killed_after(1), **other})
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
    assert resumed[1].pictures_per_second == 0
