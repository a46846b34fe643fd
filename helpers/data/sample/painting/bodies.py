"""Eight body regions, each drawn with its anatomy on a plain backdrop."""

import numpy as np

from helpers.data.sample.painting.bodies_head import draw_face, draw_scalp
from helpers.data.sample.painting.bodies_limbs import model_foot, model_hand, model_limb
from helpers.data.sample.painting.bodies_mouth import draw_mouth
from helpers.data.sample.painting.bodies_parts import Body, paint_figure
from helpers.data.sample.painting.bodies_trunk import draw_nail_close_up, model_trunk
from helpers.data.sample.painting.skin import convert_lab_to_rgb, draw_skin_lab

_MODELS = {
    "foot": (model_foot, 0.28),
    "hand": (model_hand, 0.28),
    "limb": (model_limb, 0.3),
    "trunk": (model_trunk, 0.22),
}
_DRAWINGS = {
    "face": draw_face,
    "mouth": draw_mouth,
    "nail": draw_nail_close_up,
    "scalp": draw_scalp,
}
REGIONS = tuple(sorted([*_MODELS, *_DRAWINGS]))


def compose_body(
    rng: np.random.Generator,
    region: str,
    lab: np.ndarray,
    height_px: int,
    width_px: int,
) -> Body:
    """Draw a body region with its hair kept apart, so that a rash can go under it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    region : str
        One of `REGIONS`.
    lab : ndarray of float, shape (3,)
        The patient's skin colour, CIE L*a*b*.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Body
        Picture, masks, hair.
    """
    base = convert_lab_to_rgb(lab)
    if region in _DRAWINGS:
        return _DRAWINGS[region](rng, base, height_px, width_px)
    model, detail = _MODELS[region]
    return paint_figure(rng, model(rng, height_px, width_px), base, detail)


def draw_body(
    rng: np.random.Generator,
    region: str,
    skin_type: int,
    height_px: int,
    width_px: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a body region of a healthy person.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness: pose, crop, scale, side, light, backdrop.
    region : str
        One of `REGIONS`.
    skin_type : int
        Fitzpatrick type, 1 to 6.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    rgb : ndarray of float32, shape (height_px, width_px, 3)
        sRGB in [0, 1].
    skin_mask : ndarray of bool, shape (height_px, width_px)
        Visible skin (in the mouth: lips and tongue too).
    """
    lab = draw_skin_lab(rng, skin_type)
    body = compose_body(rng, region, lab, height_px, width_px)
    return np.clip(body.flatten(), 0, 1), body.skin_mask
