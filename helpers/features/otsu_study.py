"""When Otsu's threshold finds the lesion: against contrast and against skin tone."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import PictureError
from helpers.data import masks
from helpers.evaluate import segmentation
from helpers.images import colour, contrast, decode, processing

DARK_LUMA = 20
"""A corner below this of 255 is the black rim of a dermatoscope, not skin."""

_COLUMNS = ("contrast", "ita_deg", "iou", "dark_corner")


def study_otsu(table: pd.DataFrame, locate: Callable[[str], Path]) -> pd.DataFrame:
    """Compare the darker side of Otsu's threshold with the true masks.

    Parameters
    ----------
    table : DataFrame
        Pictures with image_id, path and mask_path.
    locate : callable
        From a path in the table to the file.

    Returns
    -------
    DataFrame
        Indexed by image_id: contrast (L* of the ring of skin less that of the lesion),
        ita_deg (typology angle of that ring), iou (in [0, 1]) and dark_corner; pictures
        whose file or mask cannot be decoded are left out, and a mask without skin
        around it has NaN.
    """
    rows = table[table["path"].ne("") & table["mask_path"].ne("")]

    def measure(picture: str, mask: str) -> tuple | None:
        """Measure one picture."""
        try:
            rgb = decode.decode(locate(picture))
            return _measure(rgb, masks.read_mask(locate(mask), *rgb.shape[:2]))
        except PictureError:
            return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(measure, rows["path"], rows["mask_path"]))
    there = np.array([one is not None for one in found], bool)
    values = [one for one in found if one is not None]
    return pd.DataFrame(values, index=rows.loc[there, "image_id"], columns=_COLUMNS)


def _measure(rgb: np.ndarray, mask: np.ndarray) -> tuple[float, float, float, bool]:
    skin = contrast.skin_ring(mask)
    ita_deg = colour.individual_typology_angle(contrast.median_lab(rgb, skin))
    corners = processing.gray(rgb)[[0, 0, -1, -1], [0, -1, 0, -1], 0]
    found = processing.otsu_mask(rgb)
    return (
        float(contrast.lesion_contrast(rgb, mask)),
        float(ita_deg),
        float(segmentation.iou(mask, found)),
        bool((corners < DARK_LUMA).any()),
    )
