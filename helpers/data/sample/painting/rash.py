"""A rash under construction: where lesions sit, what they absorb, how they rise."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from helpers.data.sample.painting.fields import blur, fractal_noise, noise, smoothstep
from helpers.data.sample.painting.layers import blend, dim
from helpers.data.sample.painting.skin import absorb
from helpers.data.sample.painting.structures import sample_points

SCALE_WHITE = np.float32([0.93, 0.91, 0.88])


@dataclass
class Rash:
    """Layers of one skin condition, in the picture's own pixels.

    Attributes
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    skin_mask : ndarray of bool, shape (H, W)
        Where lesions may lie.
    nail_mask : ndarray of bool, shape (H, W), or None
        Nail plates, if any.
    tone : float
        Typical brightness of the bare skin, in [0, 1].
    unit_px : float
        Length scale: square root of the visible skin's area, bounded.
    cover : ndarray of float32, shape (H, W)
        Lesion coverage; above one half is the mask.
    melanin, blood, deep : ndarray of float32
        Absorber densities.
    relief : ndarray of float32
        Height in units of about 1 px per 0.1, for light and shade.
    coats : list
        (coverage, colour) laid over in order: scale, crust, blister fluid.
    """

    rng: np.random.Generator
    skin_mask: np.ndarray
    nail_mask: np.ndarray | None = None
    tone: float = 0.6
    unit_px: float = field(init=False)
    coats: list = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start with empty layers."""
        shape = self.skin_mask.shape
        area = float(self.skin_mask.sum())
        self.unit_px = float(np.clip(np.sqrt(area), 20, 0.85 * max(shape)))
        for name in ("cover", "melanin", "blood", "deep", "relief"):
            setattr(self, name, np.zeros(shape, np.float32))
        inner = cv2.distanceTransform(
            np.pad(self.skin_mask, 1).astype(np.uint8), cv2.DIST_L2, 3
        )[1:-1, 1:-1]
        y, x = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
        middle = np.exp(-1.2 * (x * x + y * y)).astype(np.float32)
        self.room = np.minimum(inner, 0.2 * self.unit_px) * middle  # prefers the inside
        focus = sample_points(self.rng, self.room**2, 1)
        self.focus = focus[0] if len(focus) else np.array(shape[::-1]) / 2

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        return self.skin_mask.shape

    def noise(self, cell: float) -> np.ndarray:
        """Draw noise whose cells are `cell` units wide."""
        return noise(self.rng, *self.shape, max(cell * self.unit_px, 1.5))

    def mottle(self, cell: float, share: float, soft: float = 0.4) -> np.ndarray:
        """Draw irregular patches over a share of the picture, in [0, 1]."""
        cells = fractal_noise(self.rng, *self.shape, max(cell * self.unit_px, 2.0), 3)
        level = np.quantile(cells[::7, ::7], 1 - share)
        return smoothstep(level - soft, level + soft, cells)

    def scatter(self, n: int, spread: float) -> np.ndarray:
        """Draw lesion centres around the focus; `spread` in units."""
        y, x = np.ogrid[: self.shape[0], : self.shape[1]]
        far2 = (x - self.focus[0]) ** 2 + (y - self.focus[1]) ** 2
        near = np.exp(-0.5 * far2 / (spread * self.unit_px) ** 2)
        points = sample_points(self.rng, self.room * near, n)
        return points if len(points) else self.focus[None]

    def blobs(
        self,
        centres: np.ndarray,
        radius: tuple[float, float],
        rough: float = 0.15,
    ) -> np.ndarray:
        """Return signed depth (px, positive inside) of irregular round lesions."""
        rng, (height, width) = self.rng, self.shape
        radii = rng.uniform(*radius, len(centres)) * self.unit_px
        depth = np.full((height, width), -0.12 * self.unit_px, np.float32)
        for (cx, cy), r in zip(
            np.asarray(centres).tolist(), radii.tolist(), strict=True
        ):
            angle, ratio = rng.uniform(0, np.pi), rng.uniform(1.0, 1.5) ** 0.5
            reach = r * ratio + 0.1 * self.unit_px
            x0, x1 = int(max(cx - reach, 0)), int(min(cx + reach + 1, width))
            y0, y1 = int(max(cy - reach, 0)), int(min(cy + reach + 1, height))
            if x0 >= x1 or y0 >= y1:
                continue
            x = np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(cx)
            y = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(cy)
            c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
            u, v = (
                (c * x + s * y) / np.float32(ratio),
                (c * y - s * x) * np.float32(ratio),
            )
            far = np.float32(r) - np.sqrt(u * u + v * v)
            part = depth[y0:y1, x0:x1]
            gap = np.maximum(np.float32(0.5 * r) - np.abs(far - part), 0)
            depth[y0:y1, x0:x1] = np.maximum(far, part) + gap * gap / np.float32(2 * r)
        mean = float(radii.mean())
        warp = fractal_noise(rng, height, width, max(mean * 0.9, 2.0), 3)
        return depth + warp * np.float32(rough * mean)

    def coat(self, cover: np.ndarray, colour: list | np.ndarray) -> None:
        """Lay an opaque layer over the rash."""
        self.coats.append((cover, np.float32(colour)))

    def paint(self, rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Apply all layers to a picture; return it with the lesion's mask."""
        if self.nail_mask is None:
            allowed = self.skin_mask
        else:
            allowed = self.skin_mask | self.nail_mask
        inside = blur(allowed.astype(np.float32), 0.7) * allowed
        dark = float(np.clip((0.62 - self.tone) / 0.4, 0, 1))
        # On dark skin redness reads violet-brown: pigment falls into the dermis too.
        deep = self.deep + np.maximum(self.blood, 0) * np.float32(0.35 * dark)
        out = absorb(rgb, self.melanin * inside, self.blood * inside, deep * inside)
        shift = max(1.0, 0.005 * max(self.shape))
        move = np.float32([[1, 0, shift], [0, 1, shift]])
        size = self.shape[::-1]
        border = {"borderMode": cv2.BORDER_REPLICATE}
        relief = blur(self.relief, 0.6 * shift)
        lower = cv2.warpAffine(relief, move, size, **border)
        slope = np.tanh((relief - lower) * inside) * np.float32(0.3)
        out = np.clip(dim(out, 1 + slope), 0, 1)
        lit = cv2.blur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (9, 9))
        level = np.clip(0.34 + 0.92 * lit, 0, 1.05) * (1 + slope)
        for cover, colour in self.coats:
            shown = np.clip(cover * inside, 0, 1)
            out = blend(out, shown, dim(colour, level))
        return np.clip(out, 0, 1), (self.cover > 0.5) & allowed


def add_scale(rash: Rash, where: np.ndarray, amount: float, cell: float = 0.02) -> None:
    """Add silvery scale: thin flakes with lifted rims.

    Parameters
    ----------
    rash : Rash
        Changed in place.
    where : ndarray of float32, shape (H, W)
        Coverage of the scaling area.
    amount : float
        Share of the area under flakes, in [0, 1].
    cell : float
        Size of a flake in units.
    """
    flakes = rash.mottle(cell, amount, 0.5)
    fine = np.clip(0.75 + 0.25 * rash.noise(cell / 3), 0.2, 1.2)
    rash.relief += flakes * where * 0.35
    rash.coat(flakes * fine * where * 0.72, SCALE_WHITE)


def add_redness(rash: Rash, depth: np.ndarray, blood: float, halo_px: float) -> None:
    """Add inflammation under and around lesions.

    Parameters
    ----------
    rash : Rash
        Changed in place.
    depth : ndarray of float32, shape (H, W)
        Signed depth of the lesions, pixels.
    blood : float
        Density at full strength.
    halo_px : float
        How far the redness fades outwards.
    """
    glow = smoothstep(-halo_px, halo_px * 0.4, depth)
    rash.blood += glow * np.float32(blood) * (1 + 0.15 * rash.noise(0.05))
