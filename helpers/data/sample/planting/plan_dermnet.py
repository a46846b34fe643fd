"""The DermNet-like data set: 23 class folders over 8 body regions.

A class prefers some regions and some looks but owns none of them, so that a clustering
can be asked which of the three it found.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from helpers.base.seeds import generator_for
from helpers.data.dermnet_classes import CLASSES, plain_name
from helpers.data.sample.planting import shots, truths
from helpers.data.sample.planting.shots import Profile, Shot
from helpers.data.sample.planting.truths import Amounts

AMOUNTS = Amounts(
    n_siblings=16, n_exact=20, n_near_each=12, n_off_topic=10, n_wrong=10, n_odd_each=2
)
SKIN_TYPES = {1: 0.2, 2: 0.3, 3: 0.22, 4: 0.14, 5: 0.09, 6: 0.05}

_SPREAD = (  # originals, regions, conditions; in the order of CLASSES
    (17, {"face": 5, "trunk": 2}, {"papules_red": 5, "vascular_red": 1}),
    (
        18,
        {"face": 4, "scalp": 2, "hand": 1, "limb": 1},
        {"nodule_pearly": 3, "plaque_scaly": 2, "ulcer": 1},
    ),
    (15, {"limb": 3, "face": 2, "hand": 1}, {"lichenified": 3, "papules_red": 1}),
    (14, {"trunk": 2, "limb": 2, "mouth": 1, "hand": 1}, {"bullae": 5, "ulcer": 1}),
    (12, {"face": 3, "limb": 3, "foot": 1}, {"crust_honey": 4, "bullae": 1}),
    (
        18,
        {"hand": 4, "limb": 2, "foot": 2, "trunk": 1},
        {"lichenified": 3, "vesicles": 2, "plaque_scaly": 1},
    ),
    (14, {"trunk": 4, "limb": 2}, {"papules_red": 4, "wheals": 1, "purpura": 1}),
    (14, {"scalp": 1}, {"alopecia_patch": 6, "plaque_scaly": 1, "papules_red": 1}),
    (
        14,
        {"mouth": 4, "face": 2, "trunk": 1},
        {"vesicles": 3, "wart": 2, "ulcer": 1},
    ),
    (
        15,
        {"face": 4, "hand": 2, "limb": 1, "trunk": 1},
        {"macules_brown": 3, "macules_pale": 4},
    ),
    (
        13,
        {"face": 4, "hand": 2, "scalp": 1},
        {"plaque_scaly": 3, "vascular_red": 2, "ulcer": 1},
    ),
    (
        17,
        {"trunk": 4, "limb": 3, "foot": 1, "face": 1},
        {"nodule_pigmented": 5, "macules_brown": 1},
    ),
    (17, {"nail": 8, "foot": 1, "hand": 1}, {"nail_dystrophy": 1}),
    (14, {"limb": 4, "hand": 2, "face": 1}, {"vesicles": 4, "papules_red": 1}),
    (
        20,
        {"limb": 4, "trunk": 2, "scalp": 2, "nail": 1, "mouth": 1},
        {"plaque_scaly": 6, "lichenified": 1},
    ),
    (
        14,
        {"hand": 4, "trunk": 2, "limb": 2, "foot": 1},
        {"burrows": 4, "papules_red": 1, "ring": 1},
    ),
    (
        17,
        {"trunk": 4, "face": 2, "scalp": 1},
        {"keratosis_stuck_on": 5, "macules_brown": 1},
    ),
    (
        14,
        {"limb": 2, "hand": 2, "face": 1, "mouth": 1, "nail": 1},
        {"purpura": 1, "ulcer": 1, "macules_brown": 1, "papules_red": 1},
    ),
    (
        17,
        {"foot": 4, "trunk": 2, "limb": 2, "scalp": 1, "hand": 1},
        {"ring": 5, "plaque_scaly": 1},
    ),
    (12, {"trunk": 3, "limb": 2, "face": 1}, {"wheals": 1}),
    (13, {"face": 3, "trunk": 2, "mouth": 1, "limb": 1}, {"vascular_red": 1}),
    (13, {"limb": 4, "foot": 2}, {"purpura": 5, "ulcer": 1}),
    (16, {"hand": 4, "foot": 3, "face": 1}, {"wart": 5, "papules_red": 1}),
)
PROFILES = tuple(
    Profile(label, *spread) for label, spread in zip(CLASSES, _SPREAD, strict=True)
)

_ASPECTS = {0.67: 3, 0.75: 3, 0.8: 1, 1.0: 1}
_LONG_SIDE_PX = (160, 600)
_SHORT_SIDE_PX = 142  # a copy cropped by 15 % still has 120


def plan(seed: int) -> list[list[Shot]]:
    """Decide on every picture of the DermNet-like data set.

    Parameters
    ----------
    seed : int
        The sample's seed.

    Returns
    -------
    list of list of Shot
        Tasks; ``image_id`` is class folder and file name, as its loader says it.
    """
    rng = generator_for(seed, "dermnet", "plan")
    n_originals = sum(profile.n for profile in PROFILES) + AMOUNTS.n_off_topic
    n = n_originals + AMOUNTS.n_siblings + AMOUNTS.n_exact + 6 * AMOUNTS.n_near_each
    ids = map(str, shots.shuffled_numbers(seed, "dermnet", n))
    sizes = _sizes(rng)
    originals = shots.clinical_originals(
        rng, "dermnet", PROFILES, SKIN_TYPES, sizes, ids
    )
    tasks = truths.plant_siblings(rng, originals, AMOUNTS.n_siblings, ids)
    tasks = truths.plant_oddities(rng, tasks, AMOUNTS.n_odd_each)
    tasks += [
        [shot]
        for shot in shots.off_topic_shots(
            rng, "dermnet", CLASSES, sizes, ids, AMOUNTS.n_off_topic
        )
    ]
    tasks = truths.plant_copies(rng, tasks, AMOUNTS, ids)
    tasks = truths.plant_wrong_labels(rng, tasks, CLASSES, AMOUNTS.n_wrong)
    return _name(tasks)


def _name(tasks: list[list[Shot]]) -> list[list[Shot]]:
    """Turn numbers into class folder and file name, now that all labels are given."""
    names = {"": ""}
    for shot in (shot for task in tasks for shot in task):
        slug = "-".join(plain_name(shot.label).split()[:2])
        names[shot.image_id] = f"{shot.label}/{slug}-{shot.image_id}.jpg"
    return [
        [
            replace(
                shot,
                image_id=names[shot.image_id],
                duplicate_of=names[shot.duplicate_of],
            )
            for shot in task
        ]
        for task in tasks
    ]


def _sizes(rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield heights and widths, many small and a few large ones, and both extremes."""
    yield from ((450, 600), (160, 120))
    smallest, largest = _LONG_SIDE_PX
    while True:
        long = smallest * (largest / smallest) ** rng.beta(1, 3.2)
        short = max(_SHORT_SIDE_PX, long * shots.choose(rng, _ASPECTS))
        sides = round(short), round(long)
        yield sides if rng.random() < 0.65 else sides[::-1]
