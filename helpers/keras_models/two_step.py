"""P2's two steps: one model names the partition, one model each the label within it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.data.splits import PARTS
from helpers.data.tasks import Task
from helpers.evaluate.comparison import majority_answers
from helpers.keras_models import experiments
from helpers.keras_models.frameworks import keras

STEP1 = "partition"
"""Name of the first model; the others are called like their partition."""


class TwoSteps(NamedTuple):
    """Four models and what they say of every picture.

    tasks: name -> what each model is for, without the pictures; outcomes: name ->
    outcome, of the models that could be trained; p_partition: part -> P(partition), (n,
    n_partitions); p_label: part -> P(label | its partition), (n, n_labels): in each row
    the columns of a partition sum to 1.
    """

    tasks: dict[str, Task]
    outcomes: dict[str, experiments.Outcome]
    p_partition: dict[str, np.ndarray]
    p_label: dict[str, np.ndarray]


def train(
    task: Task,
    partition: np.ndarray,
    names: list[str],
    build: Callable[[int], keras.Model],
    settings: Mapping[str, experiments.Settings],
    *,
    seed: int,
    folder: Path | None = None,
) -> TwoSteps:
    """Train the models of both steps, and ask each about every picture.

    A partition with one label, or without pictures to learn from or to choose by, gets
    no model: its answers are the shares of its labels in training.

    Parameters
    ----------
    task : Task
        All labels; its table has a column ``partition``.
    partition : ndarray of int, shape (n_labels,)
        Position of each label's partition in `names`.
    names : list of str
        The partitions.
    build : callable
        From a number of answers to a new model.
    settings : mapping of str to Settings
        How ``step1`` and ``step2`` are trained.
    seed : int
        As for `experiments.run`.
    folder : Path, optional
        For checkpoints.

    Returns
    -------
    TwoSteps
    """
    tasks, outcomes = {}, {}
    for name, one in _tasks(task, partition, names):
        if len(one.labels) > 1 and _is_trainable(one):
            outcomes[name] = experiments.run(
                build(len(one.labels)),
                one,
                settings["step1" if name == STEP1 else "step2"],
                seed=seed,
                folder=None if folder is None else folder / str(len(outcomes)),
                description=name,
            )
        tasks[name] = replace(one, arrays={})  # or every picture is held twice
    p_partition = _ask(outcomes.get(STEP1), tasks[STEP1], task)
    p_label = {
        part: np.zeros((len(p), len(partition))) for part, p in p_partition.items()
    }
    for code, name in enumerate(names):
        for part, answers in _ask(outcomes.get(name), tasks[name], task).items():
            p_label[part][:, partition == code] = answers
    return TwoSteps(tasks, outcomes, p_partition, p_label)


def judged(steps: TwoSteps, task: Task) -> dict[str, dict[str, tuple]]:
    """Return what each model says of the pictures it is for.

    Parameters
    ----------
    steps : TwoSteps
        From `train`.
    task : Task
        What it was trained on.

    Returns
    -------
    dict of str to dict of str to tuple of (ndarray of int, ndarray of float)
        Model -> part -> codes and probabilities, as `comparison.part_table` takes them.
    """
    found: dict[str, dict[str, tuple]] = {}
    for name, one in steps.tasks.items():
        columns = np.isin(task.labels, one.labels)
        for part in PARTS:
            if name == STEP1:
                pair = one.take(part)[1], steps.p_partition[part]
            else:
                own = task.rows(part)["partition"].eq(name).to_numpy()
                y = one.y[one.table["part"].eq(part).to_numpy()]
                pair = y, steps.p_label[part][own][:, columns]
            found.setdefault(name, {})[part] = pair
    return found


def _tasks(
    task: Task, partition: np.ndarray, names: list[str]
) -> Iterator[tuple[str, Task]]:
    """Yield what each model is for; a partition's pictures are copied by its turn."""
    yield STEP1, task.relabel("partition")
    for code, name in enumerate(names):
        inside = [task.labels[k] for k in np.flatnonzero(partition == code)]
        yield name, task.only(inside)


def _is_trainable(task: Task) -> bool:
    """Tell whether there is a picture to learn from, to choose by and to report on."""
    return set(task.table["part"]) == set(PARTS)


def _ask(
    outcome: experiments.Outcome | None, own: Task, task: Task
) -> dict[str, np.ndarray]:
    """Return a model's probabilities for all pictures, its own and the others'."""
    if outcome is not None:
        return experiments.ask(outcome.model, task, PARTS)
    learnt = own.y[own.table["part"].eq("train").to_numpy()]
    learnt = learnt if len(learnt) else np.arange(len(own.labels))  # knows nothing
    sizes = {part: len(task.take(part)[1]) for part in PARTS}
    return {p: majority_answers(learnt, n, len(own.labels)) for p, n in sizes.items()}
