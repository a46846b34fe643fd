"""An encoder without weights: colour, its layout, gradients and texture."""

from collections.abc import Collection
from typing import Any

import cv2
import numpy as np

from helpers.features.preparation import Preparation, check_batch, code_hash

SIZE_PX = 128
LAYOUT_CELLS = 6
GRADIENT_CELLS, GRADIENT_BINS = 4, 8
LIGHTNESS_BINS, COLOUR_BINS = 16, 8
COLOUR_RANGE = (-20.0, 60.0)
"""a* and b* of skin, blood and pigment lie inside; what lies outside is clipped."""
TEXTURE_RADII_PX = (1, 3)
_TEXTURE_BINS = 10
_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))

WEIGHTS = {
    "layout": 0.30,
    "gradients": 0.30,
    "colours": 0.24,
    "lightness": 0.08,
    "texture": 0.08,
}
"""Share of each block in the cosine similarity of two pictures; they sum to 1."""


def _uniform_bins() -> np.ndarray:
    """Return each 8-bit pattern's bin: its ones if they lie together, else the last."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    n_changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(n_changes <= 2, bits.sum(axis=1), _TEXTURE_BINS - 1)


_UNIFORM = _uniform_bins()


class ColourTexture:
    """Encode a picture by colour and texture; needs no weights and no network.

    Five blocks, each of length 1, are weighted by the square root of `WEIGHTS` and put
    side by side: the cosine of two vectors is the weighted mean of the blocks' cosines.

    layout
        Mean L*a*b* of 6 x 6 cells less the picture's own mean: what lies where,
        whatever the exposure.
    gradients
        Histograms of gradient orientation (8 bins of 360 degrees) in 4 x 4 cells [1]_,
        square roots less their mean.
    colours, lightness
        Square roots of the (a*, b*) and L* histograms: their cosine is the
        Bhattacharyya coefficient.
    texture
        Square roots of the histogram of uniform local binary patterns [2]_, each pixel
        against its eight neighbours at 1 and at 3 px along rows, columns and diagonals.

    Layout and gradients know left from right: a mirrored copy is found by the
    perceptual hash in eight orientations, not by this encoder.

    Parameters
    ----------
    options : collection of str, optional
        "squash" or "pad" instead of "crop", and "bgr"; see `encoders.get_encoder`.

    References
    ----------
    .. [1] Dalal & Triggs (2005). Histograms of oriented gradients for human detection.
       CVPR.
    .. [2] Ojala, Pietikainen & Maenpaa (2002). Multiresolution gray-scale and rotation
       invariant texture classification with local binary patterns. IEEE TPAMI 24(7).
    """

    size_px = SIZE_PX
    device = "cpu"
    dimension = (
        3 * LAYOUT_CELLS**2
        + GRADIENT_BINS * GRADIENT_CELLS**2
        + COLOUR_BINS**2
        + LIGHTNESS_BINS
        + _TEXTURE_BINS * len(TEXTURE_RADII_PX)
    )

    def __init__(self, options: Collection[str] = ()) -> None:
        self.name = "+".join(("colour_texture", *options))
        self._preparation = Preparation(SIZE_PX, SIZE_PX).changed(options)
        self.fit = self._preparation.fit
        self.facts: dict[str, Any] = {
            "encoder": self.name,
            "weights": "none",
            "preparation": self._preparation.facts(),
            "precision": "float32",
            "code": code_hash(__file__),
        }

    def prepare(self, rgb: np.ndarray) -> np.ndarray:
        """Bring a picture to size: short side to 128 px, then the central square.

        The aspect ratio stays; of a 4:3 picture an eighth is cut off at either end.

        Parameters
        ----------
        rgb : ndarray of uint8, shape (height, width, 3)
            Any picture.

        Returns
        -------
        ndarray of uint8, shape (128, 128, 3)
        """
        return self._preparation.apply(rgb)

    def encode(self, batch: np.ndarray) -> np.ndarray:
        """Encode prepared pictures.

        Parameters
        ----------
        batch : ndarray of uint8, shape (n, 128, 128, 3)
            RGB pictures from `prepare`.

        Returns
        -------
        ndarray of float32, shape (n, dimension)
            Rows of length 1.

        Raises
        ------
        ParameterError
            If the batch has another shape or dtype.
        """
        check_batch(batch, self.name, SIZE_PX)
        vectors = np.empty((len(batch), self.dimension), dtype=np.float32)
        for row, rgb in enumerate(batch):
            vectors[row] = _encode_one(rgb)
        return vectors


def _encode_one(rgb: np.ndarray) -> np.ndarray:
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    blocks = {
        "layout": _layout(lab),
        "gradients": _gradients(lab[..., 0]),
        "colours": _colours(lab[..., 1], lab[..., 2]),
        "lightness": np.sqrt(_histogram(lab[..., 0], LIGHTNESS_BINS, (0.0, 100.0))),
        "texture": _texture(lab[..., 0]),
    }
    weighted = [np.sqrt(WEIGHTS[name]) * _unit(block) for name, block in blocks.items()]
    # A picture of one colour has neither layout nor gradients: the rest counts for all.
    return _unit(np.concatenate(weighted))


def _layout(lab: np.ndarray) -> np.ndarray:
    cells = cv2.resize(lab, (LAYOUT_CELLS,) * 2, interpolation=cv2.INTER_AREA)
    cells = cells.reshape(-1, 3)
    return (cells - cells.mean(axis=0)).ravel()


def _gradients(lightness: np.ndarray) -> np.ndarray:
    # Smoothed first: JPEG's 8 px blocks would else vote in every cell.
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.5)
    dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    strength, degrees = cv2.cartToPolar(dx, dy, angleInDegrees=True)
    bins = (degrees * (GRADIENT_BINS / 360)).astype(np.intp) % GRADIENT_BINS
    cell = np.arange(SIZE_PX) * GRADIENT_CELLS // SIZE_PX
    bins += (cell[:, None] * GRADIENT_CELLS + cell) * GRADIENT_BINS
    n_bins = GRADIENT_CELLS**2 * GRADIENT_BINS
    votes = np.sqrt(np.bincount(bins.ravel(), strength.ravel(), n_bins))
    return votes - votes.mean()


def _colours(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    place = _bins(a, COLOUR_BINS, COLOUR_RANGE) * COLOUR_BINS
    place += _bins(b, COLOUR_BINS, COLOUR_RANGE)
    return np.sqrt(np.bincount(place.ravel(), minlength=COLOUR_BINS**2))


def _texture(lightness: np.ndarray) -> np.ndarray:
    # Patterns compare neighbours: whole numbers keep float noise out of flat areas.
    whole = np.rint(lightness * 2.55).astype(np.uint8)
    histograms = []
    for radius in TEXTURE_RADII_PX:
        inner = SIZE_PX - 2 * radius
        middle = whole[radius:-radius, radius:-radius]
        pattern = np.zeros((inner, inner), dtype=np.uint8)
        for bit, (down, right) in enumerate(_AROUND):
            top, left = radius * (1 + down), radius * (1 + right)
            neighbour = whole[top : top + inner, left : left + inner]
            pattern |= (neighbour >= middle).view(np.uint8) << np.uint8(bit)
        seen = np.bincount(pattern.ravel(), minlength=256)
        histograms.append(np.bincount(_UNIFORM, seen, minlength=_TEXTURE_BINS))
    return np.sqrt(np.concatenate(histograms))


def _histogram(values: np.ndarray, n_bins: int, limits) -> np.ndarray:
    return np.bincount(_bins(values, n_bins, limits).ravel(), minlength=n_bins)


def _bins(values: np.ndarray, n_bins: int, limits) -> np.ndarray:
    low, high = limits
    place = ((values - low) * (n_bins / (high - low))).astype(np.intp)
    return np.clip(place, 0, n_bins - 1)


def _unit(vector: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vector)
    # Rounding leaves a flat picture's layout near 1e-6: that is no direction.
    return vector / length if length > 1e-4 else np.zeros_like(vector)
