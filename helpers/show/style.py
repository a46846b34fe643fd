"""One look for every figure: fonts, colours that all can tell apart, fixed bytes."""

import io
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import PIL.Image
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from helpers.base.paths import child_of
from helpers.storage import atomic

if TYPE_CHECKING:
    from IPython.display import Image

INK, QUIET_INK, GRID, EMPTY = "#22272b", "#66707a", "#e3e6e8", "#f4f5f6"

# Okabe & Ito (2008), "Color Universal Design", without yellow, which is lost on white.
CATEGORICAL = "#0072b2 #e69f00 #009e73 #cc79a7 #56b4e9 #d55e00 #4d5358".split()
DATASET_COLOURS = {
    "dermnet": "#009e73",
    "fitzpatrick17k": "#d55e00",
    "ham10000": "#0072b2",
}
PART_COLOURS = {"train": "#4d5358", "validation": "#56b4e9", "test": "#e69f00"}
PARTITION_COLOURS = {
    "non-neoplastic": "#0072b2",
    "benign": "#e69f00",
    "malignant": "#d55e00",
}
# CIE L*a*b* at the middle of each type's ITA class (Chardon 1991, Del Bino 2013), as in
# helpers.data.sample.skin; a test holds the two together.
_SKIN = "#cfae9f #c29c88 #b48d78 #a67f68 #8c6852 #6f564a".split()
SKIN_TYPE_COLOURS = dict(enumerate(_SKIN, start=1))
GOOD, BAD, ACCENT = "#009e73", "#d55e00", "#0072b2"

# Even steps of L* (95 to 24, green to blue), and two such arms around grey.
SEQUENTIAL: Colormap = LinearSegmentedColormap.from_list(
    "street_sequential",
    "#eaf4e6 #bbe1c5 #87cdb3 #57b6ab #269ea3 #00869a #006d90 #00557e #003c66".split(),
)
DIVERGING: Colormap = LinearSegmentedColormap.from_list(
    "street_diverging",
    "#00579a #2d82bc #7baed5 #bed5e6 #f3f3f3 #e6cdb5 #d49d6e #b76830 #893b17".split(),
)

_NO_DITHER = PIL.Image.Dither.NONE
DPI = 144
SHOWN_DPI = 96
_MARGIN_IN = 0.15
_SETTINGS = Path(__file__).with_name("house.mplstyle")
# Tried where they are installed, so that names in these scripts show; never required.
_MORE_FONTS = "Noto Sans CJK JP,Hiragino Sans,Microsoft YaHei,Noto Sans Arabic".split(
    ","
)


def apply() -> None:
    """Make every figure drawn from now on look like this house's."""
    for colormap in (SEQUENTIAL, DIVERGING):
        if colormap.name not in mpl.colormaps:
            mpl.colormaps.register(colormap)
    installed = set(font_manager.get_font_names())
    families = ["DejaVu Sans", *(name for name in _MORE_FONTS if name in installed)]
    settings = mpl.rc_params_from_file(_SETTINGS, use_default_template=False)
    mpl.rcParams.update(settings)
    mpl.rcParams["font.family"] = families
    mpl.rcParams["axes.prop_cycle"] = mpl.cycler(color=CATEGORICAL)
    mpl.rcParams["image.cmap"] = SEQUENTIAL.name


def make_axes(
    ax: Axes | None = None, height_in: float = 4.5, width_in: float = 9.0
) -> Axes:
    """Return `ax`, or the axes of a new figure where it is None.

    The figure is not pyplot's: nothing has to be closed, and a notebook shows it once,
    when it is saved.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw.
    height_in, width_in : float, optional
        Size of the new figure in inches.

    Returns
    -------
    Axes
        To draw on; its figure is ``ax.figure``.
    """
    if ax is not None:
        return ax
    return Figure(figsize=(width_in, height_in), layout="constrained").add_subplot()


def set_title(ax: Axes, text: str, n: int, unit: str = "pictures") -> None:
    """Write a title that says how many it is about.

    Parameters
    ----------
    ax : Axes
        Where.
    text : str
        What the figure shows.
    n : int
        How many.
    unit : str, optional
        Of what.
    """
    ax.set_title(f"{text}  (n = {n:,} {unit})", loc="left")


def use_log_axis(ax: Axes, which: str) -> None:
    """Make an axis logarithmic, with ticks in plain numbers: 1, 10, 1,000.

    Parameters
    ----------
    ax : Axes
        Where.
    which : {"x", "y"}
        The axis.
    """
    ax.set(**{f"{which}scale": "log"})
    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(LogLocator(10, subs=(1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def licence_note(fig: Figure, text: str) -> None:
    """Write the licence of real pictures under a figure, small and in full.

    Parameters
    ----------
    fig : Figure
        Any.
    text : str
        For example "HAM10000, Tschandl et al. 2018, CC BY-NC 4.0".
    """
    fig.supxlabel(text, fontsize=9, color=QUIET_INK, x=0.0, ha="left")


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
