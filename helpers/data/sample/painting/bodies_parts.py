"""A body part under construction: form, pigment, creases, nails; then its painting."""

from dataclasses import dataclass, field

import numpy as np

from helpers.data.sample.painting.bodies_form import Frame, join
from helpers.data.sample.painting.bodies_light import (
    draw_backdrop,
    paint_skin,
    place,
    shade,
)
from helpers.data.sample.painting.bodies_nails import draw_nail
from helpers.data.sample.painting.fields import blur, noise, smoothstep
from helpers.data.sample.painting.layers import blend
from helpers.data.sample.painting.skin import absorb
from helpers.data.sample.painting.strokes import draw_lines
from helpers.data.sample.painting.structures import sample_points


@dataclass
class Body:
    """A drawn body part.

    Attributes
    ----------
    rgb : ndarray of float32, shape (H, W, 3)
        Picture with bare skin, sRGB in [0, 1].
    skin_mask : ndarray of bool, shape (H, W)
        Where a skin condition may lie.
    over_rgb, over : ndarray of float32, shape (H, W, 3) and (H, W), or None
        Hair that lies over the skin, and its coverage in [0, 1].
    nail_mask : ndarray of bool, shape (H, W), or None
        Nail plates.
    """

    rgb: np.ndarray
    skin_mask: np.ndarray
    over_rgb: np.ndarray | None = None
    over: np.ndarray | None = None
    nail_mask: np.ndarray | None = None

    def flatten(self) -> np.ndarray:
        """Return the picture with the hair laid over the skin."""
        if self.over is None:
            return self.rgb
        return blend(self.rgb, self.over, self.over_rgb)


@dataclass
class Figure:
    """A form on the coarse grid of its frame, with pigment and lines to come."""

    frame: Frame
    depth: np.ndarray
    height: np.ndarray
    melanin: np.ndarray = field(init=False)
    blood: np.ndarray = field(init=False)
    creases: list = field(default_factory=list)
    nails: list = field(default_factory=list)
    hairs: int = 0
    backdrop: str = "grey"

    def __post_init__(self) -> None:
        """Start with empty layers."""
        self.melanin = np.zeros_like(self.depth)
        self.blood = np.zeros_like(self.depth)
        self.xy = self.frame.grid()

    def unite(self, solid: tuple[np.ndarray, np.ndarray], web: float) -> None:
        """Join another solid to the form."""
        self.depth, self.height = join((self.depth, self.height), solid, web)

    def smooth(self, sigma: float) -> None:
        """Round off the form so far; `sigma` in body units."""
        unit = self.frame.scale_px * self.depth.shape[1] / self.frame.width_px
        self.height = blur(self.height, sigma * unit)

    def tuck(self, depth: np.ndarray, height: np.ndarray) -> None:
        """Put another solid behind the form, as the neck behind the chin."""
        self.height = np.where(self.depth > 0, self.height, height)
        self.depth = np.maximum(self.depth, depth)

    def crease(self, path: np.ndarray, width: float, strength: float) -> None:
        """Add a skin crease along a path in body coordinates."""
        self.creases.append((path, width, strength))

    def ridge(self, path: np.ndarray, width: float, rise: float) -> None:
        """Raise a soft ridge (tendon, vein) along a path."""
        x, y = self.xy
        (ax, ay), (bx, by) = path[0], path[-1]
        length2 = (bx - ax) ** 2 + (by - ay) ** 2
        t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2
        off = np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))
        fade = smoothstep(0.0, 0.3, t) * smoothstep(1.15, 0.85, t)
        self.height = self.height + rise * fade * np.exp(-0.5 * (off / width) ** 2)


def paint_figure(
    rng: np.random.Generator, figure: Figure, base: np.ndarray, detail: float = 0.25
) -> Body:
    """Light a figure, cover it with skin, draw creases and nails, set it on a drape.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    figure : Figure
        The modelled part.
    base : ndarray of float32, shape (3,)
        Skin colour, sRGB.
    detail : float
        Scale of the skin texture.

    Returns
    -------
    Body
        Picture and masks.
    """
    frame = figure.frame
    light = shade(rng, frame, figure.depth, figure.height)
    melanin = frame.enlarge(figure.melanin)
    for strength in sorted({s for _, _, s in figure.creases}):
        group = [(p, w) for p, w, s in figure.creases if s == strength]
        lines = frame.stroke([p for p, _ in group], [w for _, w in group])
        lit = np.roll(lines, (1, 1), axis=(0, 1))  # the far wall of a crease shines
        melanin += (lines - 0.4 * lit) * np.float32(strength * 0.9)
    blood = frame.enlarge(figure.blood)
    skin = paint_skin(rng, frame, base, light, melanin, blood, detail)
    plates = np.zeros(melanin.shape, np.float32)
    for nail in figure.nails:
        plate = draw_nail(rng, frame, skin, nail, base)
        plates = np.maximum(plates, plate)
    backdrop = draw_backdrop(rng, frame.height_px, frame.width_px, figure.backdrop)
    rgb, cover = place(frame, backdrop, skin, figure.depth)
    body = Body(rgb, (cover > 0.5) & (plates < 0.5))
    body.nail_mask = (plates > 0.5) & (cover > 0.5)
    if figure.hairs:
        body.over, body.over_rgb = draw_body_hairs(rng, cover, figure.hairs, base)
    return body


def draw_body_hairs(
    rng: np.random.Generator, cover: np.ndarray, n_hairs: int, base: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw short fine hairs that lie the same way on a limb.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    cover : ndarray of float32, shape (H, W)
        Where skin is.
    n_hairs : int
        How many.
    base : ndarray of float32, shape (3,)
        Skin colour; hair is darker.

    Returns
    -------
    over, over_rgb : ndarray of float32, shape (H, W) and (H, W, 3)
        Coverage and colour of the hair.
    """
    canvas = np.zeros(cover.shape, np.uint8)
    unit = max(cover.shape) / 300
    main = rng.uniform(0, 2 * np.pi)
    flow = noise(rng, *cover.shape, max(cover.shape) / 3)
    roots = sample_points(rng, cover > 0.9, n_hairs)
    x, y = np.clip(roots.astype(int), 0, np.array(cover.shape[::-1]) - 1).T
    angle = main + 0.5 * flow[y, x] + rng.normal(0, 0.2, len(roots))
    turns = rng.normal(0, 0.12, len(roots))[:, None] * np.arange(5) + angle[:, None]
    size = rng.uniform(9, 24, len(roots))[:, None] * unit / 5
    steps = np.stack([np.cos(turns) * size, np.sin(turns) * size], axis=-1)
    draw_lines(canvas, roots[:, None] + np.cumsum(steps, axis=1), 0.6 * unit)
    over = canvas.astype(np.float32) * np.float32(0.5 / 255)
    tint = absorb(base[None, None], 1.4).reshape(3) * np.float32(0.8)
    return over, np.broadcast_to(tint, (*cover.shape, 3)).astype(np.float32)
