"""What gets between the camera and the skin: hair, ruler, gel, glare, lens, light.

Colour pictures in and out are sRGB float32, shape (H, W, 3), in [0, 1].
"""

import cv2
import numpy as np

from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.strokes import bend, draw_ribbon

HAIR_COLOURS = np.float32(
    [[0.10, 0.07, 0.06], [0.20, 0.13, 0.09], [0.36, 0.25, 0.16], [0.55, 0.43, 0.30]]
)


def draw_hairs(
    rng: np.random.Generator, rgb: np.ndarray, n_hairs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw curved, tapering hairs and the soft shadow they throw.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.
    n_hairs : int
        How many.

    Returns
    -------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture with hairs.
    cover : ndarray of float32, shape (H, W)
        Coverage of the hairs, in [0, 1].
    """
    height, width = rgb.shape[:2]
    unit = np.sqrt(height * width / 30000.0)  # 1 at 200 x 150
    canvas = np.zeros((height, width), np.uint8)
    main, spread = rng.uniform(0, np.pi), rng.uniform(0.2, 0.9)
    short = rng.random() < 0.4  # stubble, or long hairs that cross the picture
    thick = rng.uniform(0.5, 1.25) * unit
    for _ in range(n_hairs):
        length = (rng.uniform(8, 22) if short else rng.uniform(50, 190)) * unit
        angle = main + rng.normal(0, spread) + np.pi * (rng.random() < 0.2)
        step = np.array([np.cos(angle), np.sin(angle)]) * length
        root = rng.uniform(-0.1, 1.1, 2) * (width, height)
        path = bend(root, root + step, rng.normal(0, 0.13) * length)
        taper = np.linspace(1.0, 0.25, len(path)) ** 0.7
        draw_ribbon(canvas, path, thick * taper)
    cover = canvas.astype(np.float32) * np.float32(1 / 255)
    offset = np.float32([[1, 0, 1.6 * unit], [0, 1, 1.9 * unit]])
    shadow = blur(cv2.warpAffine(cover, offset, (width, height)), 1.2 * unit)
    rgb = dim(rgb, 1 - 0.22 * shadow)
    colour = HAIR_COLOURS[rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])]
    cover = cover * np.float32(rng.uniform(0.7, 0.95))
    return blend(rgb, cover, colour), cover


def draw_ruler(
    rng: np.random.Generator, rgb: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw millimetre ticks along one side, etched in the contact plate.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.

    Returns
    -------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture with ticks.
    cover : ndarray of float32, shape (H, W)
        Coverage of the ticks, in [0, 1].
    """
    height, width = rgb.shape[:2]
    unit = np.sqrt(height * width / 30000.0)
    canvas = np.zeros((height, width), np.uint8)
    side, step = int(rng.integers(4)), rng.uniform(7, 11) * unit
    span = width if side % 2 == 0 else height
    depth = height if side % 2 == 0 else width
    edge = rng.uniform(0.5, 4) * unit
    for k, along in enumerate(np.arange(rng.uniform(0, step), span, step)):
        reach = edge + (9 if k % 10 == 0 else 6.5 if k % 5 == 0 else 4) * unit
        across = (edge, reach) if side < 2 else (depth - edge, depth - reach)
        ends = [(along, a) if side % 2 == 0 else (a, along) for a in across]
        draw_ribbon(canvas, np.array(ends), np.full(2, 1.0 * unit))
    cover = canvas.astype(np.float32) * np.float32(0.8 / 255)
    return blend(rgb, cover, np.float32([0.12, 0.12, 0.13])), cover


def draw_vignette(
    rng: np.random.Generator, rgb: np.ndarray, clear_mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Darken what lies outside the dermatoscope's round field of view.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.
    clear_mask : ndarray of bool, shape (H, W), optional
        What must stay visible; the circle is widened around it.

    Returns
    -------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture with black corners.
    cover : ndarray of float32, shape (H, W)
        1 where black, 0 in the field of view.
    """
    height, width = rgb.shape[:2]
    y, x = np.ogrid[:height, :width]
    centre_x = width * (0.5 + rng.normal(0, 0.025))
    centre_y = height * (0.5 + rng.normal(0, 0.025))
    distance = np.hypot(x - centre_x, y - centre_y).astype(np.float32)
    radius = rng.uniform(0.47, 0.58) * max(height, width)
    if clear_mask is not None and clear_mask.any():
        radius = max(radius, float(distance[clear_mask].max()) * 1.02)
    soft = rng.uniform(0.01, 0.05) * width
    cover = smoothstep(radius - soft, radius + soft, distance)
    shade = 1 - 0.25 * smoothstep(0.55 * radius, radius, distance)
    dark = np.float32([0.03, 0.025, 0.03])
    return blend(dim(rgb, shade), cover, dark), cover


def draw_gel(
    rng: np.random.Generator, rgb: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw air bubbles in the contact gel and the lamp's reflections on them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.

    Returns
    -------
    rgb : ndarray of float32, shape (H, W, 3)
        The picture with bubbles.
    cover : ndarray of float32, shape (H, W)
        Coverage of the highlights, in [0, 1].
    """
    height, width = rgb.shape[:2]
    unit = np.sqrt(height * width / 30000.0)
    rings, lights = (np.zeros((height, width), np.uint8) for _ in range(2))
    lamp = np.array([-0.35, -0.4]) + rng.normal(0, 0.1, 2)
    swarm = rng.uniform(0, 1, 2) * (width, height)
    for _ in range(rng.integers(3, 12)):
        centre = swarm + rng.normal(0, 28, 2) * unit
        radius = rng.gamma(2.0, 1.8) * unit + 1.2 * unit
        fixed = [int(v * 16) for v in (*centre, radius)]
        thick = max(1, round(0.8 * unit))
        cv2.circle(rings, fixed[:2], fixed[2], 255, thick, cv2.LINE_AA, 4)
        spot = [int(v * 16) for v in centre + lamp * radius * 1.3]
        cv2.circle(lights, spot, int(radius * 4.5), 255, -1, cv2.LINE_AA, 4)
    ring = blur(rings.astype(np.float32) / 255, 0.8 * unit)
    cover = blur(lights.astype(np.float32) / 255, 0.7 * unit) * np.float32(0.85)
    rgb = dim(rgb, 1 - 0.22 * np.roll(ring, 1, axis=0))
    return blend(rgb, np.clip(cover + 0.25 * ring, 0, 1), np.ones(3)), cover


def light_scene(
    rng: np.random.Generator, rgb: np.ndarray, strength: float = 1.0
) -> np.ndarray:
    """Change exposure, white balance and evenness of the light, and add grain.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    rgb : ndarray of float32, shape (H, W, 3)
        The picture.
    strength : float
        0 changes nothing, 1 is the scatter between clinics.

    Returns
    -------
    ndarray of float32, shape (H, W, 3)
        The picture as photographed, in [0, 1].
    """
    height, width = rgb.shape[:2]
    warm, green, exposure = rng.normal(0, (0.035, 0.015, 0.06)) * strength
    gain = np.float32([1 + warm, 1 + green, 1 - warm]) * np.float32(1 + exposure)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    slope = rng.uniform(0, 0.16) * strength
    ramp = (1 + slope * (np.cos(angle) * x + np.sin(angle) * y)).astype(np.float32)
    grain = noise(rng, height, width, 1) * np.float32(0.008 * strength)
    rgb = dim(rgb, ramp) * gain + cv2.merge([grain] * 3)
    return np.clip(rgb, 0.0, 1.0)
