"""A leak experiment: the same network trained with and without siblings of the test."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.data.tasks import Task
from helpers.evaluate import classification
from helpers.evaluate.leaks import LeakRows, leak_rows
from helpers.torch_models import experiments, losses, training
from helpers.torch_models.frameworks import nn

SIDES = ("with", "without")
SHARE = 0.8
"""Of the lesions with several pictures, how many give a test picture."""


def train_both_ways(
    task: Task,
    build: Callable[[int], nn.Module],
    settings: training.Settings,
    loss: losses.Loss,
    seeds: Sequence[int],
    rng: np.random.Generator,
    folder: Path,
) -> tuple[LeakRows, pd.DataFrame]:
    """Train with and without the siblings of one fixed test part, once for each seed.

    The validation part of the task stays as it is and keeps its lesions to itself; the
    test part is made of the lesions of all others.

    Parameters
    ----------
    task : Task
        Pictures with their lesions in the column group.
    build : callable
        From a seed to a new network.
    settings : training.Settings
        Of each training.
    loss : callable
        From `losses.joint`.
    seeds : sequence of int
        At least two.
    rng : numpy.random.Generator
        Chooses the test lesions.
    folder : Path
        For checkpoints.

    Returns
    -------
    rows : LeakRows
        Positions in `task.table`.
    found : DataFrame
        A row for each training: training ("with" or "without"), seed, and
        `classification.scores` on the test part.

    Raises
    ------
    ParameterError
        If there are too few lesions with several pictures, as `leaks.leak_rows` says.
    """
    free = np.flatnonzero(task.table["part"].ne("validation"))
    chosen = leak_rows(task.table.iloc[free].reset_index(drop=True), rng, SHARE)
    rows = LeakRows(*(free[one] for one in chosen))
    found = []
    for side in SIDES:
        parts = task.table["part"].where(
            task.table["part"].eq("validation"), "left out"
        )
        parts.iloc[getattr(rows, f"{side}_siblings")] = "train"
        parts.iloc[rows.test] = "test"
        of = replace(task, table=task.table.assign(part=parts))
        y_test = of.codes("test")
        for seed in seeds:
            outcome = experiments.run(
                build(seed),
                of,
                settings,
                loss,
                seed=seed,
                folder=folder / f"{side}-{seed}",
                description=f"{side} siblings, seed {seed}",
                asked=("test",),
            )
            y_pred = outcome.answers["test"].y_prob.argmax(axis=1)
            reached = classification.scores(y_test, y_pred, len(task.labels))
            found.append({"training": side, "seed": seed, **reached})
    return rows, pd.DataFrame(found)
