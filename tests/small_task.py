"""A small task: coloured noise, four labels in three parts; and how to train on it."""

import numpy as np
import pandas as pd

from helpers.data.tasks import Task
from helpers.keras_models import multi_input

SIZE_PX = 16
LABELS = ("acne", "eczema", "naevus", "psoriasis")
_PARTS = ("train",) * 5 + ("validation",) * 2 + ("test",) * 3


def task(labels=LABELS):
    """Return 40 pictures, ten of each label; "gray" is the negative of "rgb"."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(LABELS)), len(_PARTS))
    colours = rng.integers(40, 216, (len(LABELS), 1, 1, 3))
    noise = rng.normal(0, 30, (len(y), SIZE_PX, SIZE_PX, 3))
    rgb = np.clip(colours[y] + noise, 0, 255).astype(np.uint8)
    table = pd.DataFrame({"image_id": [f"id_{i}" for i in range(len(y))]})
    table["label"] = np.array(labels)[y]
    table["partition"] = np.array(["inflammatory", "inflammatory", "benign", "-"])[y]
    table["part"] = list(_PARTS) * len(LABELS)
    table["group"] = [f"group_{i // 2}" for i in range(len(y))]
    table["path"] = [f"{i}.png" for i in range(len(y))]
    table["skin_type"] = pd.array(y + 1, dtype="Int64")
    return Task({"rgb": rgb, "gray": 255 - rgb}, table, labels, y)


def model(names=("rgb", "gray"), n_labels=4, **other):
    """Return a tiny network, always the same one."""
    sizes = {"filters": (4, 6), "dense": 8, "seed": 5, "normalise": True}
    return multi_input.multi_input_cnn(names, SIZE_PX, n_labels, **sizes | other)
