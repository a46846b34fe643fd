"""Pictures with their true and predicted masks, side by side."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy import ndimage

from helpers.images.overlays import OUTLINE_RGB
from helpers.images.resize import resize
from helpers.show import style
from helpers.show.labels import shorten
from helpers.show.plots_mask_scores import dice_distribution, hausdorff_curves

PREDICTED_RGB = (255, 225, 0)
"""Yellow: with the truth's cyan told apart by every kind of sight, and on any skin."""

__all__ = [  # all that a notebook draws of masks, whichever module holds it
    "MaskExample",
    "dice_distribution",
    "hausdorff_curves",
    "mask_rows",
]

_WIDTH_PX = round(9.0 * style.DPI)
_GAP_PX, _BETWEEN_PX, _TITLE_PX, _LINE_PX, _MAX_CELL_PX = 6, 34, 70, 26, 300
_PX_PER_CHARACTER = 11.0
_HEADS = ("picture", "true mask", "prediction")
_MAT = tuple(round(255 * channel) for channel in to_rgb(style.EMPTY))


class MaskExample(NamedTuple):
    """One picture of `mask_rows`."""

    rgb: np.ndarray  # uint8 (height, width, 3)
    mask_true: np.ndarray  # bool (height, width)
    mask_pred: np.ndarray  # bool (height, width)
    caption: str  # for example "Dice 0.93  ISIC_0024306"


def mask_rows(
    examples: Mapping[str, Sequence[MaskExample]],
    title: str,
    n: int,
    licence: str = "",
) -> Figure:
    """Draw pictures with the true mask and the predicted one, in named groups.

    Parameters
    ----------
    examples : mapping of str to sequence of MaskExample
        Name of the group ("worst", "median", "best") -> its pictures, of any sizes;
        empty groups are left out.
    title : str
        Which model, on what.
    n : int
        How many pictures these were chosen from.
    licence : str, optional
        Of the pictures; written under them.

    Returns
    -------
    Figure
        For each picture three cells: as it is, with the outline of the true mask, and
        with both outlines. Two pictures a line where a group has two or more.

    Raises
    ------
    ValueError
        If there is no picture, or a mask does not fit its picture.
    """
    groups = {name: list(each) for name, each in examples.items() if len(each)}
    if not groups:
        raise ValueError("there is no picture to draw masks on")
    per_line = min(2, max(map(len, groups.values())))
    lines = [  # name of the group on its first line, and what stands on the line
        (name if start == 0 else "", group[start : start + per_line])
        for name, group in groups.items()
        for start in range(0, len(group), per_line)
    ]
    room_px = (_WIDTH_PX - _BETWEEN_PX * (per_line - 1)) // per_line
    width_px = min((room_px - 2 * _GAP_PX) // 3, _MAX_CELL_PX)
    first = next(iter(groups.values()))[0].rgb
    height_px = round(width_px * np.clip(first.shape[0] / first.shape[1], 0.67, 1.5))
    raster, tops = _raster([name for name, _ in lines], height_px)
    ax = _paper(raster, title, n, licence)
    for (name, group), top in zip(lines, tops, strict=True):
        ax.text(0, top - 6, name, size=11, weight="bold", va="bottom")
        for place, example in enumerate(group):
            left = place * (3 * (width_px + _GAP_PX) - _GAP_PX + _BETWEEN_PX)
            _draw_example(ax, raster, example, (top, left), (height_px, width_px))
            for column, head in enumerate(_HEADS if top == tops[0] else ()):
                x = left + column * (width_px + _GAP_PX)
                look = {"size": 9, "color": style.QUIET_INK, "va": "baseline"}
                ax.text(x, 18, head, **look)
    ax.images[0].set_data(raster)
    return ax.figure


def _raster(names: Sequence[str], height_px: int) -> tuple[np.ndarray, list[int]]:
    """Return a white page for all lines, and the top of each line's cells."""
    tops, bottom = [], _LINE_PX + 6  # the names of the columns
    for name in names:
        bottom += _LINE_PX + 14 if name else 0
        tops.append(bottom)
        bottom += height_px + _LINE_PX + 14
    return np.full((bottom, _WIDTH_PX, 3), 255, np.uint8), tops


def _draw_example(
    ax: Axes,
    raster: np.ndarray,
    example: MaskExample,
    at: tuple[int, int],
    size: tuple[int, int],
) -> None:
    """Draw the three cells of a picture and its caption."""
    picture = resize(example.rgb, *size, "pad", _MAT)
    masks = []
    for mask in (example.mask_true, example.mask_pred):
        if mask.shape != example.rgb.shape[:2]:
            raise ValueError(
                f"mask {mask.shape} does not fit picture {example.rgb.shape[:2]}"
            )
        levels = np.repeat(mask[..., None].astype(np.uint8) * 255, 3, axis=2)
        masks.append(resize(levels, *size, "pad", (0, 0, 0))[..., 0] > 127)
    truth = _outlined(picture, masks[0], OUTLINE_RGB)
    both = _outlined(truth, masks[1], PREDICTED_RGB)
    (top, left), (height_px, width_px) = at, size
    for column, cell in enumerate((picture, truth, both)):
        x = left + column * (width_px + _GAP_PX)
        raster[top : top + height_px, x : x + width_px] = cell
    room = int((3 * width_px + 2 * _GAP_PX) / _PX_PER_CHARACTER)
    words = shorten(example.caption, room)
    ax.text(left, top + height_px + 5, words, size=9, va="top")


def _outlined(
    rgb: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int]
) -> np.ndarray:
    """Return a picture with a line of two pixels along a mask, dark on both sides."""
    drawn = rgb.copy()
    # Over the frame a mask goes on: only what the picture shows is its outline.
    grown, shrunk = ndimage.binary_dilation, ndimage.binary_erosion
    dark = grown(mask, iterations=2) & ~shrunk(mask, iterations=2, border_value=1)
    line = grown(mask) & ~shrunk(mask, border_value=1)
    drawn[dark] = drawn[dark] // 2
    drawn[line] = colour
    return drawn


def _paper(raster: np.ndarray, title: str, n: int, licence: str) -> Axes:
    """Return axes counted in pixels, under a title and above a key and a licence."""
    height_px, width_px = raster.shape[:2]
    below_px = 44 + (40 if licence else 0)
    total_px = height_px + _TITLE_PX + below_px
    figure = Figure(figsize=(width_px / style.DPI, total_px / style.DPI))
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, below_px / total_px, 1, height_px / total_px))
    frame = (0, width_px, height_px, 0)
    ax.imshow(raster, interpolation="none", aspect="auto", extent=frame, zorder=-1)
    ax.set(xlim=frame[:2], ylim=frame[2:])
    ax.axis("off")
    style.set_title(ax, title, n, "pictures" if n != 1 else "picture")
    handles = [
        Patch(fc=np.array(rgb) / 255, ec=style.INK, lw=0.5, label=label)
        for rgb, label in ((OUTLINE_RGB, "truth"), (PREDICTED_RGB, "prediction"))
    ]
    at = {"loc": "upper left", "bbox_to_anchor": (0, 0), "borderaxespad": 0.2}
    ax.legend(handles=handles, ncols=2, **at)
    if licence:
        style.licence_note(figure, licence)
    return ax
