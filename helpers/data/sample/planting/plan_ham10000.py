"""The HAM10000-like data set: lesions, their photographs, and the published tables."""

from itertools import count

import numpy as np
import pandas as pd

from helpers.base.seeds import generator_for
from helpers.data.sample.planting import shots, truths
from helpers.data.sample.planting.shots import Shot
from helpers.data.sample.planting.truths import Amounts

AMOUNTS = Amounts(
    n_siblings=48, n_exact=17, n_near_each=9, n_off_topic=9, n_wrong=9, n_odd_each=0
)
N_LESIONS = {
    "akiec": 23,
    "bcc": 32,
    "bkl": 44,
    "df": 16,
    "mel": 44,
    "nv": 120,
    "vasc": 17,
}
"""The published imbalance (nv 67 %, df 1.1 %), softened."""

DIAGNOSES = tuple(N_LESIONS)

SIZE_PX = (150, 200)
SKIN_TYPES = {1: 0.22, 2: 0.42, 3: 0.24, 4: 0.07, 5: 0.03, 6: 0.02}

# How the diagnosis was confirmed, mean age and usual sites, counted from the real
# table: dx_type leaks dx, for mel, bcc and akiec are always "histo" and "follow_up"
# is always nv.
_FACTS = {
    "akiec": ({"histo": 1}, 67, {"face": 4, "upper extremity": 2, "scalp": 1}),
    "bcc": ({"histo": 1}, 67, {"back": 4, "face": 4, "lower extremity": 2}),
    "bkl": (
        {"histo": 69, "consensus": 24, "confocal": 7},
        64,
        {"back": 3, "face": 3, "trunk": 1},
    ),
    "df": ({"consensus": 58, "histo": 42}, 52, {"lower extremity": 6, "back": 1}),
    "mel": ({"histo": 1}, 61, {"back": 4, "upper extremity": 2, "face": 1}),
    "nv": (
        {"follow_up": 56, "histo": 37, "consensus": 7},
        46,
        {"back": 3, "lower extremity": 3, "trunk": 3, "abdomen": 2, "unknown": 1},
    ),
    "vasc": ({"histo": 54, "consensus": 46}, 52, {"trunk": 3, "chest": 1, "face": 1}),
}
_SHARE_UNKNOWN = 0.012  # of ages and of sexes; 0.6 % in the real table


def plan(seed: int) -> list[list[Shot]]:
    """Decide on every picture of the HAM10000-like data set.

    Parameters
    ----------
    seed : int
        The sample's seed.

    Returns
    -------
    list of list of Shot
        One task per true lesion; ``scene`` names it.
    """
    rng = generator_for(seed, "ham10000", "plan")
    n_lesions = sum(N_LESIONS.values()) + AMOUNTS.n_off_topic
    n = n_lesions + AMOUNTS.n_siblings + AMOUNTS.n_exact + 6 * AMOUNTS.n_near_each
    numbers = shots.shuffled_numbers(seed, "ham10000", n)
    # Real ids end below 0073255: nobody can take these for real ones.
    ids = (f"ISIC_9{number:06d}" for number in numbers)
    originals = [
        _lesion_shot(rng, dx, next(ids))
        for dx, n in N_LESIONS.items()
        for _ in range(n)
    ]
    tasks = truths.plant_siblings(rng, originals, AMOUNTS.n_siblings, ids)
    tasks += [
        [shot]
        for shot in shots.off_topic_shots(
            rng, "ham10000", DIAGNOSES, _same_size(), ids, AMOUNTS.n_off_topic
        )
    ]
    tasks = truths.plant_copies(rng, tasks, AMOUNTS, ids)
    return truths.plant_wrong_labels(rng, tasks, DIAGNOSES, AMOUNTS.n_wrong)


def make_metadata(tasks: list[list[Shot]], seed: int) -> pd.DataFrame:
    """Write up the lesions as HAM10000_metadata.csv does.

    Parameters
    ----------
    tasks : list of list of Shot
        From `plan`.
    seed : int
        The sample's seed.

    Returns
    -------
    DataFrame
        The seven published columns, sorted by lesion. A copy comes under its lesion's
        id or, as 18 pairs of the real table do, under another.
    """
    rng = generator_for(seed, "ham10000", "lesions")
    n = sum(map(len, tasks))
    numbers = (f"HAM_9{number:06d}" for number in rng.permutation(n) + 1)
    rows = []
    for task in tasks:
        first = next(numbers)
        for shot in task:
            own = shot.label != task[0].label or (
                shot.alteration and rng.random() < 0.5
            )
            lesion_id = next(numbers) if own else first
            facts = _facts_of(generator_for(seed, "ham10000", lesion_id), shot.label)
            ids = {"lesion_id": lesion_id, "image_id": shot.image_id}
            rows.append(ids | {"dx": shot.label} | facts)
    return pd.DataFrame(rows).sort_values(["lesion_id", "image_id"], ignore_index=True)


def make_ground_truth(metadata: pd.DataFrame) -> pd.DataFrame:
    """Write the diagnoses as GroundTruth.csv does, one column per class.

    Parameters
    ----------
    metadata : DataFrame
        From `make_metadata`.

    Returns
    -------
    DataFrame
        image, MEL, NV, BCC, AKIEC, BKL, DF, VASC (0.0 or 1.0), sorted by image.
    """
    order = ("mel", "nv", "bcc", "akiec", "bkl", "df", "vasc")
    columns = {dx.upper(): (metadata["dx"] == dx).astype(float) for dx in order}
    frame = pd.DataFrame({"image": metadata["image_id"]} | columns)
    return frame.sort_values("image", ignore_index=True)


def _lesion_shot(rng: np.random.Generator, dx: str, image_id: str) -> Shot:
    return Shot(
        "ham10000",
        image_id,
        dx,
        dx,
        dx,
        f"lesion of {image_id}",
        skin_type=shots.choose(rng, SKIN_TYPES),
        height_px=SIZE_PX[0],
        width_px=SIZE_PX[1],
        quality=int(rng.integers(82, 96)),
    )


def _same_size():
    return (SIZE_PX for _ in count())


def _facts_of(rng: np.random.Generator, dx: str) -> dict[str, object]:
    confirmed, mean_age, sites = _FACTS[dx]
    age = float(np.clip(5 * round(rng.normal(mean_age, 14) / 5), 5, 85))
    sex = "male" if rng.random() < 0.54 else "female"
    return {
        "dx_type": shots.choose(rng, confirmed),
        "age": np.nan if rng.random() < _SHARE_UNKNOWN else age,
        "sex": "unknown" if rng.random() < _SHARE_UNKNOWN else sex,
        "localization": shots.choose(rng, sites),
    }
