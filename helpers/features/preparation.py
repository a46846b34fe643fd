"""How a picture becomes the square that an encoder sees, and the known mistakes."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from helpers.base.errors import ParameterError
from helpers.images import resize


class Preparation(NamedTuple):
    """What happens to a picture's size and channels before it is encoded.

    Attributes
    ----------
    size_px : int
        Side of the square.
    short_px : int
        For "crop": the short side is brought to this length first, then the central
        square of `size_px` is cut out.
    fit : {"crop", "pad", "squash"}
        As `resize.resize` means it; the last two show the whole picture.
    swapped : bool
        Red and blue change places: what OpenCV's order does where nobody minds it.
    """

    size_px: int
    short_px: int
    fit: resize.Fit = "crop"
    swapped: bool = False

    def changed(self, options: Collection[str]) -> "Preparation":
        """Return this preparation with an encoder's options ("pad", "bgr", ...)."""
        fits = [option for option in options if option in ("squash", "pad")]
        return self._replace(
            fit=fits[0] if fits else self.fit, swapped="bgr" in options
        )

    def apply(self, rgb: np.ndarray) -> np.ndarray:
        """Prepare one picture.

        Parameters
        ----------
        rgb : ndarray of uint8, shape (height, width, 3)
            Any picture.

        Returns
        -------
        ndarray of uint8, shape (size_px, size_px, 3)
        """
        side = self.short_px if self.fit == "crop" else self.size_px
        square = resize.resize(rgb, side, side, self.fit)
        edge = (side - self.size_px) // 2
        square = square[edge : edge + self.size_px, edge : edge + self.size_px]
        return np.ascontiguousarray(square[..., ::-1] if self.swapped else square)

    def facts(self) -> dict[str, Any]:
        """Return it in words of JSON; what plays no part is left out."""
        facts = self._asdict()
        if self.fit != "crop":
            del facts["short_px"]
        return facts


def check_batch(batch: np.ndarray, name: str, size_px: int) -> None:
    """Refuse a batch that is not made of prepared pictures.

    Parameters
    ----------
    batch : ndarray
        What came.
    name : str
        The encoder's.
    size_px : int
        Side of its squares.

    Raises
    ------
    ParameterError
        If it is not uint8 of shape (n, size_px, size_px, 3).
    """
    if batch.shape[1:] != (size_px, size_px, 3) or batch.dtype != np.uint8:
        raise ParameterError(
            f"a batch of {batch.dtype} {batch.shape} is not what {name} encodes",
            where="batch",
            way_out="bring each picture to size with the encoder's `prepare`",
        )


def code_hash(*files: str) -> str:
    """Return a hash of the sources that decide a vector: these, and this module's.

    Parameters
    ----------
    *files : str
        ``__file__`` of the modules that compute it.

    Returns
    -------
    str
        Hexadecimal digest; the same whatever the line ends.
    """
    digest = hashlib.sha256()
    for file in (*files, __file__, resize.__file__):
        digest.update(Path(file).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
