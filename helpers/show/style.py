"""One look for every figure: fonts, colours that all can tell apart, fixed bytes."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

INK, QUIET_INK, GRID, EMPTY = "#22272b", "#66707a", "#e3e6e8", "#f4f5f6"

# Okabe & Ito (2008), "Color Universal Design", without yellow, which is lost on white.
CATEGORICAL = "#0072b2 #e69f00 #009e73 #cc79a7 #56b4e9 #d55e00 #4d5358".split()
HUES = CATEGORICAL[:-1]
"""Of clusters: without the gray, which would be taken for noise."""
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

# Even steps of L*, from 95 to 24, green to blue.
SEQUENTIAL: Colormap = LinearSegmentedColormap.from_list(
    "street_sequential",
    "#eaf4e6 #bbe1c5 #87cdb3 #57b6ab #269ea3 #00869a #006d90 #00557e #003c66".split(),
)

DPI = 144
SHOWN_DPI = 96
_SETTINGS = Path(__file__).with_name("house.mplstyle")
# Tried where they are installed, so that names in these scripts show; never required.
_MORE_FONTS = "Noto Sans CJK JP,Hiragino Sans,Microsoft YaHei,Noto Sans Arabic".split(
    ","
)


def apply() -> None:
    """Make every figure drawn from now on look like this house's."""
    if SEQUENTIAL.name not in mpl.colormaps:
        mpl.colormaps.register(SEQUENTIAL)
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


def make_row(n_axes: int, height_in: float = 4.2) -> list[Axes]:
    """Return axes side by side in one new figure, to compare what they show.

    Parameters
    ----------
    n_axes : int
        How many, at least one.
    height_in : float, optional
        Height of the figure in inches; each of the axes is four inches wide.

    Returns
    -------
    list of Axes
        From left to right.
    """
    figure = Figure(figsize=(4 * max(n_axes, 1.5), height_in), layout="constrained")
    figure.get_layout_engine().set(wspace=0.08)  # else the last tick meets the next
    return list(figure.subplots(1, n_axes, squeeze=False)[0])


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
    ax.set_title(counted(text, n, unit), loc="left")


def counted(text: str, n: int, unit: str = "pictures") -> str:
    """Return a title with how many it is about, as all figures have it.

    Parameters
    ----------
    text, n, unit
        As for `set_title`.

    Returns
    -------
    str
        The words of the title.

    Examples
    --------
    >>> counted("Test scores", 2048)
    'Test scores  (n = 2,048 pictures)'
    """
    return f"{text}  (n = {n:,} {unit})"


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
