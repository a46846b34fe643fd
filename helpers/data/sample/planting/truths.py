"""What is planted in the sample data: copies, siblings, wrong labels, off-topic ones.

Everything here decides; nothing is drawn. A plan is a list of tasks, and a task a list
of shots that belong together: an original, its siblings and its copies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from helpers.data.sample.planting.alterations import ALTERATIONS
from helpers.data.sample.planting.files import ODDITIES
from helpers.data.sample.planting.shots import Shot, choose_quality


@dataclass(frozen=True)
class Amounts:
    """How much of everything is planted in one data set.

    Parameters
    ----------
    n_siblings : int
        Second photographs of a scene.
    n_exact, n_near_each : int
        Copies with the same pixels; near copies of each alteration.
    n_off_topic, n_wrong, n_odd_each : int
        Pictures without skin, wrong labels, harmless oddities of each kind.
    """

    n_siblings: int
    n_exact: int
    n_near_each: int
    n_off_topic: int
    n_wrong: int
    n_odd_each: int


def plant_siblings(
    rng: np.random.Generator, shots: list[Shot], n: int, ids: Iterator[str]
) -> list[list[Shot]]:
    """Give some scenes a second photograph; every shot becomes a task.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shots : list of Shot
        Originals.
    n : int
        How many siblings.
    ids : iterator of str
        Names to give.

    Returns
    -------
    list of list of Shot
        One task per scene.
    """
    chosen = set(rng.choice(len(shots), n, replace=False).tolist())
    tasks = []
    for k, shot in enumerate(shots):
        if k not in chosen:
            tasks.append([shot])
            continue
        first = replace(shot, seeded=True)
        second = replace(first, image_id=next(ids), quality=choose_quality(rng))
        tasks.append([first, second])
    return tasks


def plant_oddities(
    rng: np.random.Generator, tasks: list[list[Shot]], n_each: int
) -> list[list[Shot]]:
    """Make some pictures odd files; those with siblings are left alone.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    tasks : list of list of Shot
        The plan.
    n_each : int
        How many of each oddity.

    Returns
    -------
    list of list of Shot
        A new plan.
    """
    single = [k for k, task in enumerate(tasks) if len(task) == 1]
    chosen = rng.choice(single, n_each * len(ODDITIES), replace=False)
    tasks = list(tasks)
    for n, k in enumerate(chosen):
        tasks[k] = [replace(tasks[k][0], oddity=ODDITIES[n % len(ODDITIES)])]
    return tasks


def plant_copies(
    rng: np.random.Generator, tasks: list[list[Shot]], amounts: Amounts, ids
) -> list[list[Shot]]:
    """Copy some originals, with the same pixels or altered.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    tasks : list of list of Shot
        The plan; odd files and off-topic pictures are not copied.
    amounts : Amounts
        How many of each.
    ids : iterator of str
        Names to give.

    Returns
    -------
    list of list of Shot
        A new plan. Exact and near copies are dealt independently, so a few originals
        have one of each.
    """
    plain = [
        k for k, (shot, *_) in enumerate(tasks) if not (shot.oddity or shot.off_topic)
    ]
    kinds = [kind for kind in ALTERATIONS for _ in range(amounts.n_near_each)]
    tasks = [list(task) for task in tasks]
    for dealt in (["exact"] * amounts.n_exact, kinds):
        chosen = rng.choice(plain, len(dealt), replace=False)
        for k, alteration in zip(chosen, dealt, strict=True):
            original = tasks[k][0]
            copy = replace(
                original,
                image_id=next(ids),
                alteration=alteration,
                duplicate_of=original.image_id,
            )
            if alteration != "exact":
                copy = replace(copy, quality=choose_quality(rng))
            tasks[k].append(copy)
    return tasks


def plant_wrong_labels(
    rng: np.random.Generator, tasks: list[list[Shot]], labels: Sequence[str], n: int
) -> list[list[Shot]]:
    """Give some pictures another label: half of them copies, so that pairs disagree.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    tasks : list of list of Shot
        The plan.
    labels : sequence of str
        The labels there are.
    n : int
        How many.

    Returns
    -------
    list of list of Shot
        A new plan.
    """
    tasks = [list(task) for task in tasks]
    places = [(k, m) for k, task in enumerate(tasks) for m in range(len(task))]
    copies = [(k, m) for k, m in places if tasks[k][m].alteration]
    alone = [
        (k, m) for k, m in places if len(tasks[k]) == 1 and not tasks[k][m].off_topic
    ]
    for pool, n_chosen in ((copies, n // 2), (alone, n - n // 2)):
        for index in rng.choice(len(pool), n_chosen, replace=False):
            k, m = pool[index]
            others = [label for label in labels if label != tasks[k][m].true_label]
            wrong = others[int(rng.integers(len(others)))]
            tasks[k][m] = replace(tasks[k][m], label=wrong)
    return tasks
