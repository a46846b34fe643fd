"""The leak experiment trains what it says, on what it says."""

import numpy as np
import pandas as pd
import pytest

from helpers.base.errors import ParameterError
from helpers.data.tasks import Task
from helpers.torch_models import architectures, leak_runs, losses, training

SIZE, LABELS = 16, ("dark", "light")
SETTINGS = training.Settings(3, 8, 0.01, precision="fp32")


def task_of(n_lesions, n_each=2):
    """Lesions of two pictures; each lesion has a pattern of its own."""
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 256, (n_lesions, 1, SIZE, SIZE, 3), np.uint8)
    pixels = np.repeat(patterns, n_each, axis=1).reshape(-1, SIZE, SIZE, 3)
    group = np.repeat([f"lesion {k}" for k in range(n_lesions)], n_each)
    y = np.repeat(np.arange(n_lesions) % 2, n_each)
    part = np.where(np.repeat(np.arange(n_lesions), n_each) < 6, "validation", "train")
    table = pd.DataFrame({"group": group, "label": np.array(LABELS)[y], "part": part})
    return Task({"rgb": pixels}, table, LABELS, y)


def build(seed):
    small = {"widths": (4, 8), "depths": (1, 1), "early_pool": False}
    return architectures.make("resnet_small", labels=LABELS, seed=seed, **small)


def test_only_the_siblings_differ_and_validation_stays_out(tmp_path, monkeypatch):
    seen = []
    run = leak_runs.experiments.run

    def watched(model, of, *others, **how):
        seen.append(of.table["part"].copy())
        return run(model, of, *others, **how)

    monkeypatch.setattr(leak_runs.experiments, "run", watched)
    task = task_of(46)
    loss = losses.joint(label=losses.label_loss("cross_entropy", task.y, 2))
    how = ([1, 2], np.random.default_rng(1), tmp_path)
    rows, found = leak_runs.train_both_ways(task, build, SETTINGS, loss, *how)
    assert found["training"].tolist() == ["with", "with", "without", "without"]
    assert found["seed"].tolist() == [1, 2, 1, 2]
    groups = task.table["group"].to_numpy()
    for parts, is_leak in zip(seen, (True, True, False, False), strict=True):
        of = {part: set(groups[parts == part]) for part in parts.unique()}
        assert of["validation"] == {f"lesion {k}" for k in range(6)}
        assert bool(of["test"] & of["train"]) == is_leak
        assert (parts == "test").sum() == len(rows.test)
    assert (seen[0] == "train").sum() == (seen[2] == "train").sum()
    # A lesion's pictures are equal here: who has seen one knows the other.
    means = found.groupby("training")["n"].mean()
    assert means["with"] == means["without"] == len(rows.test)
    assert not any(tmp_path.rglob("*.npy"))  # checkpoints of what ended are gone


def test_too_few_lesions_are_refused(tmp_path):
    task = task_of(12)
    how = ([1, 2], np.random.default_rng(1), tmp_path)
    with pytest.raises(ParameterError, match="second picture"):
        leak_runs.train_both_ways(task, build, SETTINGS, None, *how)
