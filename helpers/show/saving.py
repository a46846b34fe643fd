"""Figures on disk: PNG and SVG with the same bytes for the same figure, and a text."""

import io
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import PIL.Image
from matplotlib.figure import Figure

from helpers.base.paths import child_of
from helpers.show.style import DPI, SHOWN_DPI
from helpers.storage import atomic

if TYPE_CHECKING:
    from IPython.display import Image

_MARGIN_IN = 0.15
_NO_DITHER = PIL.Image.Dither.NONE


def save_figure(fig: Figure, folder: Path, name: str, alt: str) -> Path:
    """Save a figure as PNG and SVG, the same bytes for the same figure.

    Parameters
    ----------
    fig : Figure
        The figure; closed where it is pyplot's, so that no cell shows it twice.
    folder : Path
        The notebook's folder.
    name : str
        File stem.
    alt : str
        What the figure shows, for those who cannot see it; saved beside it.

    Returns
    -------
    Path
        ``folder/figures/<name>.png``; the text is in ``<name>.txt``.

    Raises
    ------
    ValueError
        If `alt` is empty.
    UnsafePathError
        If `name` would leave the folder.
    DiskError
        If it cannot be written; what was there before is then intact.
    """
    if not alt.strip():
        raise ValueError(f"figure {name!r} needs a text for those who cannot see it")
    figures = folder / "figures"
    png = child_of(figures, f"{name}.png")
    drawn_png, drawn_svg = _draw(fig)
    atomic.write_bytes(png, drawn_png if _has_pictures(fig) else _shrink(drawn_png))
    atomic.write_bytes(child_of(figures, f"{name}.svg"), drawn_svg)
    atomic.write_text(child_of(figures, f"{name}.txt"), alt.strip() + "\n")
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close(fig)
    return png


def picture_of(png: Path) -> "Image":
    """Return a saved figure as the output of a cell, with its text for screen readers.

    Parameters
    ----------
    png : Path
        What `save_figure` returned.

    Returns
    -------
    IPython.display.Image
        Sharp on dense screens: shown at two thirds of its pixels. Photographs are
        embedded as JPEG, a tenth of the size.
    """
    from IPython.display import Image  # not there where no kernel runs

    alt = png.with_suffix(".txt").read_text(encoding="utf-8").strip()
    data, form = png.read_bytes(), "png"
    with PIL.Image.open(io.BytesIO(data)) as picture:
        width = round(picture.width * SHOWN_DPI / DPI)
        if picture.mode != "P":
            buffer, form = io.BytesIO(), "jpeg"
            picture.convert("RGB").save(buffer, "JPEG", quality=85)
            data = buffer.getvalue()
    return Image(data=data, format=form, width=width, alt=alt)


def _draw(fig: Figure) -> tuple[bytes, bytes]:
    """Return a figure as PNG and SVG; laid out once, matplotlib would do it twice."""
    png, svg = io.BytesIO(), io.BytesIO()
    engine, dpi = fig.get_layout_engine(), fig.get_dpi()
    with warnings.catch_warnings():  # a sign no installed font holds becomes a box
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        fig.set_dpi(DPI)
        fig.draw_without_rendering()
        box = fig.get_tightbbox().padded(_MARGIN_IN)
        fig.set_layout_engine("none")
        same = {"dpi": DPI, "bbox_inches": box}
        fig.savefig(png, format="png", metadata={"Software": None}, **same)
        fig.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, **same)
    fig.set_dpi(dpi)
    if engine is not None:
        fig.set_layout_engine(engine)
    return png.getvalue(), svg.getvalue()


def _has_pictures(fig: Figure) -> bool:
    return any(ax.images for ax in fig.axes)


def _shrink(png: bytes) -> bytes:
    """Return a drawing with 256 colours: flat areas as they were, a third the bytes."""
    picture = PIL.Image.open(io.BytesIO(png)).convert("RGB")
    palette = picture.quantize(256, PIL.Image.Quantize.MEDIANCUT, dither=_NO_DITHER)
    small = io.BytesIO()
    palette.save(small, "PNG", optimize=True)
    return small.getvalue()
