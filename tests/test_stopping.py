"""Which epoch is kept, and when waiting ends."""

import pytest

from helpers.evaluate import stopping


@pytest.mark.parametrize(
    ("monitor", "values", "best"),
    [
        ("val_loss", [3, 1, 2], 2),
        ("val_f1_macro", [3, 1, 2], 1),
        ("val_dice", [0.5, 0.7, 0.7], 2),
        ("val_loss", [], 0),
    ],
)
def test_best_epoch(monitor, values, best):
    assert stopping.best_epoch({monitor: values, "loss": [9, 0, 9]}, monitor) == best


def test_patience_counts_epochs_without_a_better_one():
    history = {"val_accuracy": [0.5, 0.9, 0.8, 0.9]}
    assert not stopping.is_over(history, "val_accuracy", 3)
    assert stopping.is_over(history, "val_accuracy", 2)
    assert not stopping.is_over(history, "val_accuracy", None)
    assert not stopping.is_over({}, "val_accuracy", 1)
