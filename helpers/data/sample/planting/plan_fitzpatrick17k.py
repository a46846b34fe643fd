"""The Fitzpatrick17k-like data set: 12 labels in 9 and 3 partitions, two scales."""

from collections.abc import Iterator

import numpy as np

from helpers.base.seeds import generator_for
from helpers.data.sample.planting import shots, truths
from helpers.data.sample.planting.labels_fitzpatrick17k import LABEL_OF, LABELS
from helpers.data.sample.planting.shots import Shot
from helpers.data.sample.planting.truths import Amounts

AMOUNTS = Amounts(
    n_siblings=16, n_exact=20, n_near_each=13, n_off_topic=10, n_wrong=10, n_odd_each=2
)
SKIN_TYPES = {1: 0.16, 2: 0.25, 3: 0.2, 4: 0.17, 5: 0.13, 6: 0.09}
"""The published shares (17.8 % to 3.8 %), softened where types are rare."""

# Rows: fitzpatrick_scale -1, 1 .. 6; columns: fitzpatrick_centaur -1, 1 .. 6. Counted
# from the published table; where both are known they agree exactly on 47.9 %.
_CENTAUR_GIVEN_SCALE = np.array(
    [
        [291, 75, 87, 33, 34, 31, 14],
        [139, 2461, 291, 42, 9, 4, 1],
        [275, 2400, 1559, 491, 67, 12, 4],
        [207, 492, 880, 1288, 394, 43, 4],
        [110, 97, 302, 949, 968, 327, 28],
        [43, 18, 52, 122, 470, 667, 161],
        [8, 18, 9, 9, 32, 209, 350],
    ]
)
_TYPES = (-1, 1, 2, 3, 4, 5, 6)
_SHARE_UNKNOWN = 0.034
_SHARE_OFF_BY_ONE = 0.15
_QC = {"": 970, "1 Diagnostic": 20, "5 Potentially": 6, "2 Characteristic": 4}


def plan(seed: int) -> list[list[Shot]]:
    """Decide on every picture of the Fitzpatrick17k-like data set.

    Parameters
    ----------
    seed : int
        The sample's seed.

    Returns
    -------
    list of list of Shot
        Tasks; ``image_id`` is a number until the md5 of the file is known.
    """
    rng = generator_for(seed, "fitzpatrick17k", "plan")
    names = tuple(LABEL_OF)
    profiles = [label.profile for label in LABELS]
    n_originals = sum(profile.n for profile in profiles) + AMOUNTS.n_off_topic
    n = n_originals + AMOUNTS.n_siblings + AMOUNTS.n_exact + 6 * AMOUNTS.n_near_each
    ids = map(str, shots.shuffled_numbers(seed, "fitzpatrick17k", n))
    sizes = _sizes(rng)
    originals = shots.clinical_originals(
        rng, "fitzpatrick17k", profiles, SKIN_TYPES, sizes, ids
    )
    tasks = truths.plant_siblings(rng, originals, AMOUNTS.n_siblings, ids)
    tasks = truths.plant_oddities(rng, tasks, AMOUNTS.n_odd_each)
    tasks += [
        [shot]
        for shot in shots.off_topic_shots(
            rng, "fitzpatrick17k", names, sizes, ids, AMOUNTS.n_off_topic
        )
    ]
    tasks = truths.plant_copies(rng, tasks, AMOUNTS, ids)
    return truths.plant_wrong_labels(rng, tasks, names, AMOUNTS.n_wrong)


def rate_skin_types(rated: list[Shot], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Let two panels of annotators name the skin types, and disagree as published.

    Parameters
    ----------
    rated : list of Shot
        The pictures.
    seed : int
        The sample's seed.

    Returns
    -------
    scale, centaur : ndarray of int, shape (n,)
        -1 (unknown) or 1 to 6. The scale is near the type that was drawn; Centaur is
        spread given the scale as in the real table.
    """
    rng = generator_for(seed, "fitzpatrick17k", "skin types")
    true = np.array([shot.skin_type for shot in rated])
    n = len(true)
    step = rng.choice([-1, 1], n) * (rng.random(n) < _SHARE_OFF_BY_ONE)
    scale = np.where(true > 0, np.clip(true + step, 1, 6), -1)
    scale[rng.choice(n, round(_SHARE_UNKNOWN * n), replace=False)] = -1
    centaur = np.zeros(n, int)
    for row, value in enumerate(_TYPES):
        rows = rng.permutation(np.flatnonzero(scale == value))
        shares = np.cumsum(_CENTAUR_GIVEN_SCALE[row]) / _CENTAUR_GIVEN_SCALE[row].sum()
        # Evenly spaced levels: the shares come out as published, not by luck.
        levels = (np.arange(len(rows)) + rng.random()) / max(len(rows), 1)
        centaur[rows] = np.array(_TYPES)[np.searchsorted(shares, levels, side="right")]
    return scale, centaur


def check_quality(rated: list[Shot], seed: int) -> list[str]:
    """Fill in the column qc: nearly always empty.

    Parameters
    ----------
    rated : list of Shot
        The pictures.
    seed : int
        The sample's seed.

    Returns
    -------
    list of str
        One of the published values each; every third wrong label was noticed.
    """
    rng = generator_for(seed, "fitzpatrick17k", "qc")
    remarks = []
    for shot in rated:
        remark = shots.choose(rng, _QC)
        noticed = rng.random() < 1 / 3
        if noticed and shot.off_topic:
            remark = "4 Other"
        elif noticed and shot.label != shot.true_label:
            remark = "3 Wrongly labelled"
        remarks.append(remark)
    return remarks


def _sizes(rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Yield heights and widths like those of web atlases."""
    while True:
        long = round(180 + 240 * rng.beta(1, 3))
        short = max(142, round(long * rng.uniform(0.66, 1)))
        yield (short, long) if rng.random() < 0.6 else (long, short)
