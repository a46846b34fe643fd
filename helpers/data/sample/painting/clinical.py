"""Twenty archetypes of skin conditions, painted on any visible skin."""

import numpy as np

from helpers.data.sample.painting.conditions_flat import FLAT
from helpers.data.sample.painting.conditions_raised import RAISED
from helpers.data.sample.painting.rash import Rash

_RECIPES = FLAT | RAISED
CONDITIONS = tuple(sorted(_RECIPES))


def draw_condition_onto(
    rng: np.random.Generator,
    rgb: np.ndarray,
    skin_mask: np.ndarray,
    condition: str,
    nail_mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Paint a condition on the visible skin of a picture.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness: place, number, size, stage.
    rgb : ndarray of float32, shape (H, W, 3)
        sRGB in [0, 1].
    skin_mask : ndarray of bool, shape (H, W)
        Where lesions may lie.
    condition : str
        One of `CONDITIONS`.
    nail_mask : ndarray of bool, shape (H, W), optional
        Nail plates; only ``"nail_dystrophy"`` uses them.

    Returns
    -------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture with the condition.
    mask : ndarray of bool, shape (H, W)
        The affected pixels.
    """
    use_nails = condition == "nail_dystrophy" and nail_mask is not None
    bare = rgb[skin_mask]
    tone = float(np.clip(np.median(bare[::7]), 0.1, 0.9)) if len(bare) else 0.5
    if use_nails and nail_mask.any():
        rash = Rash(rng, nail_mask, nail_mask, tone)
    else:
        rash = Rash(rng, skin_mask, tone=tone)
    _RECIPES[condition](rash)
    return rash.paint(rgb)
