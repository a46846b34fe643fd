"""The painter's door: one call per picture, every call deterministic for its seeds."""

from dataclasses import dataclass

import cv2
import numpy as np

from helpers.data.sample.painting import off_topic
from helpers.data.sample.painting.artefacts import light_scene
from helpers.data.sample.painting.bodies import REGIONS, compose_body
from helpers.data.sample.painting.clinical import CONDITIONS, draw_condition_onto
from helpers.data.sample.painting.dermoscopy import (
    DERMOSCOPY_CLASSES,
    photograph_lesion,
)
from helpers.data.sample.painting.fields import blur
from helpers.data.sample.painting.layers import blend
from helpers.data.sample.painting.skin import draw_skin_lab
from helpers.images.colour import individual_typology_angle

SCENE_SIDES_PX = (260, 310)  # of a scene with its own seed
MAX_SCENE_PX = 80_000  # beyond, time grows and nothing more is seen


@dataclass(frozen=True)
class Drawing:
    """One drawn picture and everything that is true of it.

    Attributes
    ----------
    rgb : ndarray of uint8, shape (H, W, 3), sRGB
    mask : ndarray of bool, shape (H, W)
        The lesion, or the affected skin; all False if there is none.
    condition : str
        Diagnosis, archetype or ``"off_topic:<kind>"``.
    skin_type : int
        Fitzpatrick type 1 to 6; 0 without skin.
    ita_deg : float
        Individual typology angle of the unaffected, evenly lit skin; NaN without.
    region : str or None
        One of `REGIONS`; None for dermoscopy and off-topic pictures.
    n_hairs : int
        Hairs drawn across the lesion's picture.
    has_ruler, has_vignette, has_glare : bool
        Artefacts on the picture.
    """

    rgb: np.ndarray
    mask: np.ndarray
    condition: str
    skin_type: int = 0
    ita_deg: float = float("nan")
    region: str | None = None
    n_hairs: int = 0
    has_ruler: bool = False
    has_vignette: bool = False
    has_glare: bool = False


def draw_dermoscopy(
    rng: np.random.Generator,
    dx: str,
    skin_type: int,
    height_px: int = 150,
    width_px: int = 200,
    *,
    lesion_seed: int,
) -> Drawing:
    """Draw one dermoscopic photograph of one lesion.

    Parameters
    ----------
    rng : numpy.random.Generator
        Governs the view: rotation, zoom, shift, light, hairs and artefacts.
    dx : str
        One of `DERMOSCOPY_CLASSES`.
    skin_type : int
        Fitzpatrick type, 1 to 6.
    height_px, width_px : int
        Size of the picture.
    lesion_seed : int
        Governs the lesion: equal seeds are photographs of the same lesion.

    Returns
    -------
    Drawing
        Picture, mask and facts.

    Raises
    ------
    ValueError
        If `dx` or `skin_type` is unknown.

    Examples
    --------
    >>> draw_dermoscopy(np.random.default_rng(0), "mel", 3, lesion_seed=1).rgb.shape
    (150, 200, 3)
    """
    _check("dx", dx, DERMOSCOPY_CLASSES)
    _check("skin_type", skin_type, range(1, 7))
    view = photograph_lesion(rng, dx, skin_type, height_px, width_px, lesion_seed)
    return Drawing(_to_bytes(view.rgb), view.mask, dx, skin_type, **view.facts)


def draw_clinical(
    rng: np.random.Generator,
    region: str,
    condition: str,
    skin_type: int,
    height_px: int,
    width_px: int,
    scene_seed: int | None = None,
) -> Drawing:
    """Draw one clinical photograph of a condition on a body region.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness; with a `scene_seed`, of the camera and the light only.
    region : str
        One of `REGIONS`.
    condition : str
        One of `CONDITIONS`.
    skin_type, height_px, width_px : int
        Fitzpatrick type, 1 to 6, and the size of the picture.
    scene_seed : int, optional
        Governs patient, pose and rash: equal seeds are photographs of one scene.

    Returns
    -------
    Drawing
        Picture, mask of the affected skin, facts.

    Raises
    ------
    ValueError
        If `region`, `condition` or `skin_type` is unknown.
    """
    _check("region", region, REGIONS)
    _check("condition", condition, CONDITIONS)
    _check("skin_type", skin_type, range(1, 7))
    if scene_seed is None:
        scene, size = rng, _bound(height_px, width_px)
    else:
        keys = REGIONS.index(region), CONDITIONS.index(condition)
        scene = np.random.default_rng([scene_seed, *keys])
        size = SCENE_SIDES_PX if width_px >= height_px else SCENE_SIDES_PX[::-1]
    lab = draw_skin_lab(scene, skin_type)
    rgb, mask = _draw_scene(scene, region, condition, lab, *size)
    if scene_seed is not None:
        rgb, mask = _aim(rng, rgb, mask, height_px, width_px)
    elif size != (height_px, width_px):
        rgb = cv2.resize(rgb, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
        mask = cv2.resize(mask.astype(np.float32), (width_px, height_px)) > 0.5
    rgb = light_scene(rng, rgb, 0.8)
    ita = float(individual_typology_angle(lab))
    return Drawing(_to_bytes(rgb), mask, condition, skin_type, ita, region)


def draw_off_topic(rng: np.random.Generator, height_px: int, width_px: int) -> Drawing:
    """Draw a picture that shows no skin.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the picture.

    Returns
    -------
    Drawing
        Its `condition` is ``"off_topic:<kind>"``, its mask empty.
    """
    rgb, kind = off_topic.draw_off_topic(rng, height_px, width_px)
    empty = np.zeros((height_px, width_px), bool)
    return Drawing(rgb, empty, f"off_topic:{kind}")


def _bound(height_px: int, width_px: int) -> tuple[int, int]:
    """Shrink a picture's size to what is worth drawing; the rest is enlargement."""
    shrink = min(1.0, np.sqrt(MAX_SCENE_PX / (height_px * width_px)))
    return round(height_px * shrink), round(width_px * shrink)


def _draw_scene(
    rng: np.random.Generator,
    region: str,
    condition: str,
    lab: np.ndarray,
    height_px: int,
    width_px: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the body, the condition on its skin, and the hair over both."""
    body = compose_body(rng, region, lab, height_px, width_px)
    skin = body.skin_mask
    if condition == "alopecia_patch" and body.over is not None:
        skin = skin | (body.over > 0.5)
    rgb, mask = draw_condition_onto(rng, body.rgb, skin, condition, body.nail_mask)
    if body.over is None:
        return rgb, mask
    over = body.over
    if condition == "alopecia_patch":
        over = over * (
            1 - 0.96 * blur(mask.astype(np.float32), 0.008 * max(mask.shape) + 1)
        )
    rgb = blend(rgb, over, body.over_rgb)
    return rgb, mask & (over < 0.6)


def _aim(
    rng: np.random.Generator,
    rgb: np.ndarray,
    mask: np.ndarray,
    height_px: int,
    width_px: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Photograph a scene at another size, a little turned, nearer and shifted."""
    rows, cols = mask.shape
    fit = max(height_px / rows, width_px / cols)
    zoom = fit * rng.uniform(1.04, 1.18)
    middle = (cols - 1) / 2, (rows - 1) / 2
    matrix = cv2.getRotationMatrix2D(middle, rng.normal(0, 4), zoom)
    slack = np.array([cols * zoom - width_px, rows * zoom - height_px]) * 0.3
    target = np.array([width_px - 1, height_px - 1]) / 2
    matrix[:, 2] += target - middle + rng.uniform(-1, 1, 2) * slack
    size = width_px, height_px
    if zoom < 0.8:  # shrink without aliasing
        rgb = cv2.GaussianBlur(rgb, (0, 0), 0.4 / zoom)
    border = cv2.BORDER_REFLECT_101
    rgb = cv2.warpAffine(rgb, matrix, size, borderMode=border)
    soft = cv2.warpAffine(mask.astype(np.float32), matrix, size, borderMode=border)
    return rgb, soft > 0.5


def _to_bytes(rgb: np.ndarray) -> np.ndarray:
    """Round sRGB in [0, 1] to bytes."""
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def _check(name: str, value: object, allowed: object) -> None:
    """Raise a ValueError that names the choices."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {tuple(allowed)}, got {value!r}")
