"""Form and light for the body drawings: a frame, soft solids, shading, a backdrop.

A body part is a height field made of capsules, computed on a coarse grid (form is
smooth, so it enlarges without loss) and lit by one lamp. Silhouettes stay sharp
because the signed distance, not the picture, is enlarged.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from helpers.data.sample.painting.fields import blur
from helpers.data.sample.painting.strokes import SUBPIXEL_BITS, draw_ribbon

COARSE_PX = 150  # longer side of the grid on which form is computed


@dataclass(frozen=True)
class Frame:
    """Where the body part lies in the picture.

    Body coordinates have x to the right and y up; one unit is `scale_px` pixels.

    Attributes
    ----------
    height_px, width_px : int
        Size of the picture.
    scale_px : float
        Pixels per body unit.
    angle_rad : float
        Turn of the body part, counter-clockwise.
    centre : tuple of float
        Body coordinates of the picture's centre.
    flip : bool
        Whether left and right are exchanged.
    """

    height_px: int
    width_px: int
    scale_px: float
    angle_rad: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)
    flip: bool = False

    def to_px(self, points: np.ndarray) -> np.ndarray:
        """Map body coordinates (n, 2) to pixels (n, 2)."""
        shifted = np.atleast_2d(points) - np.asarray(self.centre)
        x = shifted[:, 0] * (-1 if self.flip else 1)
        y = -shifted[:, 1]
        c, s = np.cos(self.angle_rad), np.sin(self.angle_rad)
        turned = np.stack([c * x + s * y, -s * x + c * y], axis=1) * self.scale_px
        return turned + np.array([self.width_px - 1, self.height_px - 1]) / 2

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Return body coordinates (x, y) of a coarse grid over the picture."""
        rows, cols = self.coarse_shape
        py = (np.arange(rows, dtype=np.float32) + 0.5) * (self.height_px / rows) - 0.5
        px = (np.arange(cols, dtype=np.float32) + 0.5) * (self.width_px / cols) - 0.5
        dx = (px[None, :] - (self.width_px - 1) / 2) / self.scale_px
        dy = (py[:, None] - (self.height_px - 1) / 2) / self.scale_px
        c, s = np.cos(self.angle_rad), np.sin(self.angle_rad)
        x, y = c * dx - s * dy, s * dx + c * dy
        x = -x if self.flip else x
        cx, cy = self.centre
        return (x + cx).astype(np.float32), (cy - y).astype(np.float32)

    @property
    def coarse_shape(self) -> tuple[int, int]:
        """Rows and columns of the coarse grid."""
        step = max(1.0, max(self.height_px, self.width_px) / COARSE_PX)
        return round(self.height_px / step), round(self.width_px / step)

    def enlarge(self, field: np.ndarray) -> np.ndarray:
        """Bring a field from the coarse grid to the picture's size."""
        size = (self.width_px, self.height_px)
        return cv2.resize(
            field.astype(np.float32, copy=False), size, interpolation=cv2.INTER_LINEAR
        )

    def stroke(self, paths: list, widths: list, soft_px: float = 0.8) -> np.ndarray:
        """Draw lines given in body coordinates; widths in body units; in [0, 1]."""
        canvas = np.zeros((self.height_px, self.width_px), np.uint8)
        for path, width in zip(paths, widths, strict=True):
            pixels = self.to_px(path)
            taper = np.sin(np.linspace(0.15, np.pi - 0.15, len(pixels))) ** 0.6
            draw_ribbon(canvas, pixels, taper * width * self.scale_px)
        return blur(canvas.astype(np.float32) * np.float32(1 / 255), soft_px)

    def fill(self, outline: np.ndarray, soft_px: float = 0.6) -> np.ndarray:
        """Fill an outline given in body coordinates; coverage in [0, 1]."""
        canvas = np.zeros((self.height_px, self.width_px), np.uint8)
        fixed = np.round(self.to_px(outline) * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        return blur(canvas.astype(np.float32) * np.float32(1 / 255), soft_px)


def capsule(
    x: np.ndarray, y: np.ndarray, start: tuple, end: tuple, r0: float, r1: float
) -> tuple[np.ndarray, np.ndarray]:
    """Measure a round bone: a line with a radius at each end.

    Parameters
    ----------
    x, y : ndarray of float32, shape (h, w)
        Body coordinates.
    start, end : tuple of float
        Ends of the line.
    r0, r1 : float
        Radius at the start and at the end.

    Returns
    -------
    depth, height : ndarray of float32, shape (h, w)
        Signed distance (positive inside) and the surface's height above the plane.
    """
    (ax, ay), (bx, by) = start, end
    length2 = (bx - ax) ** 2 + (by - ay) ** 2 + 1e-9
    t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / np.float32(length2)
    t = np.clip(t, 0.0, 1.0)
    distance = np.hypot(x - (ax + t * (bx - ax)), y - (ay + t * (by - ay)))
    radius = r0 + (r1 - r0) * t
    height = np.sqrt(np.maximum(radius * radius - distance * distance, 0))
    return (radius - distance).astype(np.float32), height.astype(np.float32)


def join(
    one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray], k: float
) -> tuple[np.ndarray, np.ndarray]:
    """Unite two solids; `k` is the radius of the web between them, 0 for a crease."""
    if k <= 0:
        return np.maximum(one[0], two[0]), np.maximum(one[1], two[1])
    joined = []
    for a, b in zip(one, two, strict=True):
        h = np.maximum(k - np.abs(a - b), 0) * np.float32(1 / k)
        joined.append(np.maximum(a, b) + h * h * np.float32(k * 0.25))
    return joined[0], joined[1]


def bump(
    x: np.ndarray, y: np.ndarray, cx: float, cy: float, sx: float, sy: float
) -> np.ndarray:
    """Return a Gaussian hill of height 1 at (cx, cy)."""
    return np.exp(
        -0.5 * (((x - cx) / np.float32(sx)) ** 2 + ((y - cy) / np.float32(sy)) ** 2)
    )
