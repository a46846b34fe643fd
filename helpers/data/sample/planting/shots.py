"""One picture to be made, and what is decided about it before it is drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.base.seeds import generator_for

OFF_TOPIC = "off_topic"
"""Condition of a picture that shows no skin; the painter adds what it shows."""


@dataclass(frozen=True)
class Shot:
    """One picture to be made, and everything decided about it beforehand.

    Parameters
    ----------
    dataset, image_id : str
        Together the name of the picture's own random generator.
    label, true_label : str
        As given in the data set, and as drawn.
    condition : str
        What the painter is asked for.
    scene : str
        Pictures of the same scene or lesion share it.
    region : str
        Body region; "" in dermoscopy.
    skin_type : int
        Fitzpatrick type 1 to 6; 0 without skin.
    height_px, width_px, quality : int
        Size, and quality of the JPEG.
    seeded : bool
        Whether the scene is drawn from its own seed, so that siblings can share it.
    oddity, alteration, duplicate_of : str
        "" where not planted.
    """

    dataset: str
    image_id: str
    label: str
    true_label: str
    condition: str
    scene: str
    region: str = ""
    skin_type: int = 0
    height_px: int = 0
    width_px: int = 0
    quality: int = 90
    seeded: bool = False
    oddity: str = ""
    alteration: str = ""
    duplicate_of: str = ""

    @property
    def off_topic(self) -> bool:
        """Whether it shows no skin."""
        return self.condition == OFF_TOPIC


@dataclass(frozen=True)
class Profile:
    """How the pictures of one label are spread.

    Parameters
    ----------
    label : str
        As the data set spells it.
    n : int
        Originals.
    regions, conditions : dict of str to int
        Name -> weight.
    """

    label: str
    n: int
    regions: dict[str, int]
    conditions: dict[str, int]


def choose(rng: np.random.Generator, weights: dict) -> object:
    """Draw one key with a probability proportional to its weight.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    weights : dict
        Key -> weight, not negative.

    Returns
    -------
    object
        One of the keys.
    """
    shares = np.array(list(weights.values()), float)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


def choose_quality(rng: np.random.Generator) -> int:
    """Draw the quality of a JPEG as collections from the web have it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    int
        55 to 96, mostly 75 to 90.
    """
    return int(55 + 41 * rng.beta(3.2, 1.6))


def clinical_originals(
    rng: np.random.Generator,
    dataset: str,
    profiles: Sequence[Profile],
    skin_types: dict[int, float],
    sizes: Iterator[tuple[int, int]],
    ids: Iterator[str],
) -> list[Shot]:
    """Decide region, condition, skin type and size of every clinical original.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    dataset : str
        Name of the data set.
    profiles : sequence of Profile
        One per label.
    skin_types : dict of int to float
        Fitzpatrick type -> share.
    sizes : iterator of (int, int)
        Height and width.
    ids : iterator of str
        Names to give.

    Returns
    -------
    list of Shot
        In the order of the profiles.
    """
    shots = []
    for profile in profiles:
        for _ in range(profile.n):
            region = choose(rng, profile.regions)
            condition = choose(rng, profile.conditions)
            if region == "nail":  # on a nail close-up, the nail is what is ill
                condition = "nail_dystrophy"
            height_px, width_px = next(sizes)
            image_id = next(ids)
            shot = Shot(
                dataset,
                image_id,
                profile.label,
                profile.label,
                condition,
                f"scene of {image_id}",
                region,
                choose(rng, skin_types),
                height_px,
                width_px,
                choose_quality(rng),
            )
            shots.append(shot)
    return shots


def off_topic_shots(
    rng: np.random.Generator,
    dataset: str,
    labels: Sequence[str],
    sizes: Iterator[tuple[int, int]],
    ids: Iterator[str],
    n: int,
) -> list[Shot]:
    """Decide on pictures that show no skin, filed under labels at random.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    dataset : str
        Name of the data set.
    labels : sequence of str
        The labels there are.
    sizes, ids : iterator
        As in `clinical_originals`.
    n : int
        How many.

    Returns
    -------
    list of Shot
        Each its own scene.
    """
    shots = []
    for _ in range(n):
        image_id, (height_px, width_px) = next(ids), next(sizes)
        shot = Shot(
            dataset,
            image_id,
            labels[int(rng.integers(len(labels)))],
            "off-topic",
            OFF_TOPIC,
            f"scene of {image_id}",
            height_px=height_px,
            width_px=width_px,
            quality=choose_quality(rng),
        )
        shots.append(shot)
    return shots


def shuffled_numbers(seed: int, dataset: str, n: int) -> Iterator[int]:
    """Yield 1 to `n` in random order, so that no name tells what was planted last.

    Parameters
    ----------
    seed : int
        The sample's seed.
    dataset : str
        Name of the data set.
    n : int
        How many.

    Yields
    ------
    int
        Each number once.
    """
    order = generator_for(seed, dataset, "numbers").permutation(n)
    yield from (int(number) + 1 for number in order)
