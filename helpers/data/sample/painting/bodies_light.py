"""Light, skin and backdrop for the modelled body parts."""

import cv2
import numpy as np

from helpers.data.sample.painting.bodies_form import Frame
from helpers.data.sample.painting.fields import blur, fractal_noise, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.skin import absorb, draw_texture

BACKDROPS = {
    "blue": (0.30, 0.47, 0.66),
    "green": (0.28, 0.52, 0.46),
    "grey": (0.66, 0.66, 0.65),
    "black": (0.07, 0.07, 0.08),
}


def shade(
    rng: np.random.Generator,
    frame: Frame,
    depth: np.ndarray,
    height: np.ndarray,
    ambient: float = 0.5,
    rim: float = 0.14,
) -> np.ndarray:
    """Light a height field with one lamp from above.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the lamp's direction.
    frame : Frame
        Where the form lies.
    depth, height : ndarray of float32, shape (h, w)
        Signed distance and height on the coarse grid, body units.
    ambient : float
        Share of light that comes from everywhere.
    rim : float
        Width of the darker edge, body units.

    Returns
    -------
    ndarray of float32, shape (h, w)
        Factor near 1 where the surface faces the camera.
    """
    unit = frame.scale_px * height.shape[1] / frame.width_px
    slope_y, slope_x = np.gradient(height * np.float32(0.8 * unit))
    lamp = np.array([rng.uniform(-0.6, 0.6), rng.uniform(-0.65, -0.15), 1.0])
    facing = (1 - slope_x * lamp[0] - slope_y * lamp[1]) / np.sqrt(
        1 + slope_x**2 + slope_y**2
    )
    light = ambient + (1 - ambient) * np.maximum(facing, 0)
    hollow = np.maximum(blur(height, 0.07 * unit) - height, 0)
    light = light * np.exp(-2.2 * hollow)
    # Skin turns away at the silhouette: that edge is darker, and rounds the form.
    light *= 1 - 0.42 * smoothstep(rim, 0.0, depth) ** 2
    return np.clip(light, 0.12, 1.18).astype(np.float32)


def paint_skin(
    rng: np.random.Generator,
    frame: Frame,
    base: np.ndarray,
    light: np.ndarray,
    melanin: np.ndarray | float = 0.0,
    blood: np.ndarray | float = 0.0,
    detail: float = 0.25,
) -> np.ndarray:
    """Cover a lit form with skin.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    frame : Frame
        Where the form lies.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    light : ndarray of float32, shape (h, w)
        From `shade`, on the coarse grid.
    melanin, blood : ndarray of float32, shape (height_px, width_px), or float
        Densities beyond the skin's own texture.
    detail : float
        Scale of the texture, see `draw_texture`.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px, 3)
        sRGB in [0, 1].
    """
    zoom = max(frame.height_px, frame.width_px) / 300
    own = draw_texture(rng, frame.height_px, frame.width_px, max(detail * zoom, 0.18))
    full = frame.enlarge(light)
    rgb = absorb(base, own[0] + melanin, own[1] * 0.8 + blood)
    # Light that leaves the skin beside where it entered is red: shadows stay warm.
    warm = np.log(np.maximum(full, 0.05))
    glow = cv2.merge([cv2.exp(warm * np.float32(k)) for k in (0.88, 1.0, 1.07)])
    return np.clip(rgb * glow, 0.0, 1.0)


def draw_backdrop(
    rng: np.random.Generator, height_px: int, width_px: int, usual: str = "blue"
) -> np.ndarray:
    """Draw what lies behind the patient: drape, grey paper, black cloth.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    height_px, width_px : int
        Size of the picture.
    usual : str
        The key of `BACKDROPS` that is drawn most often.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px, 3)
        sRGB in [0, 1].
    """
    shape = height_px, width_px
    # Clinics have habits: three pictures in four of a region lie on the same cloth.
    kind = usual if rng.random() < 0.75 else str(rng.choice(list(BACKDROPS)))
    colour = np.float32(BACKDROPS[kind]) * np.float32(rng.normal(1, (0.1, 0.06, 0.06)))
    long = max(shape)
    folds = fractal_noise(rng, *shape, long / rng.uniform(2.0, 4.5), 2)
    relief = folds * np.float32(0.04 if kind in ("grey", "black") else 0.11)
    if kind in ("blue", "green"):
        relief += blur(noise(rng, *shape, 1), 0.6) * np.float32(0.05)
    y = np.linspace(1.06, 0.9, height_px, dtype=np.float32)[:, None]
    return np.clip(dim(colour.astype(np.float32), (1 + relief) * y), 0, 1)


def place(
    frame: Frame, backdrop: np.ndarray, rgb: np.ndarray, depth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lay a body part on its backdrop, with a soft shadow.

    Parameters
    ----------
    frame : Frame
        Where the form lies.
    backdrop, rgb : ndarray of float32, shape (height_px, width_px, 3)
        What is behind, and the painted form.
    depth : ndarray of float32, shape (h, w)
        Signed distance on the coarse grid, body units.

    Returns
    -------
    rgb : ndarray of float32, shape (height_px, width_px, 3)
        The picture.
    cover : ndarray of float32, shape (height_px, width_px)
        Coverage of the body part.
    """
    cover = smoothstep(-0.8, 0.8, frame.enlarge(depth) * np.float32(frame.scale_px))
    reach = 0.09 * frame.scale_px
    shift = np.float32([[1, 0, 0.35 * reach], [0, 1, 0.8 * reach]])
    size = (frame.width_px, frame.height_px)
    fallen = cv2.warpAffine(cover, shift, size, borderMode=cv2.BORDER_REPLICATE)
    shadow = blur(fallen, reach) * np.float32(0.6)
    return blend(dim(backdrop, 1 - shadow), cover, rgb), cover
