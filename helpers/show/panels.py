"""What figures of many points share: marks, bare axes, one title and one legend."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show import style

PALE, PALER = "#8d969d", "#b4bbc1"
MANY_POINTS = 2000
"""Beyond, the SVG holds the points as a picture."""

# Of the groups 0 to 5, 6 to 11, ...: the colours come again. The first four are those
# of the cluster browser (templates/explorer_signs.js), in its order.
_SHAPES = "os^DvPX"


def write_headline(figure: Figure, text: str, n: int, unit: str = "pictures") -> None:
    """Write the title of a figure of several axes; it says how many it is about.

    Parameters
    ----------
    figure : Figure
        Where.
    text, n, unit
        As for `style.set_title`.
    """
    look = {"x": 0.005, "ha": "left", "weight": "bold", "size": 13}
    figure.suptitle(style.counted(text, n, unit), **look)


def write_legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Write one legend below all axes of a figure, in as many columns as fit.

    Parameters
    ----------
    figure : Figure
        Nine inches wide.
    handles : sequence of Artist
        With their labels; without any nothing is written.
    """
    if handles:
        longest = max(len(str(handle.get_label())) for handle in handles)
        n_fit = max(1, int(8.8 / (0.6 + 0.083 * longest)))  # inches, of sign and line
        n_rows = -(-len(handles) // n_fit)
        n_columns = -(-len(handles) // n_rows)
        figure.legend(handles=handles, ncols=n_columns, loc="outside lower left")


def make_bare(ax: Axes) -> None:
    """Take ticks from a map and give both axes one scale.

    Parameters
    ----------
    ax : Axes
        What is drawn on already.
    """
    ax.set(xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="datalim")
    ax.spines[:].set(visible=True, color=style.GRID)
    ax.margins(0.06)


def use_root_axis(ax: Axes) -> None:
    """Make the upright axis a root scale: what is small shows, and zero is there.

    Parameters
    ----------
    ax : Axes
        Where.
    """
    ax.set_yscale(
        "function", functions=(lambda y: np.sqrt(np.maximum(y, 0)), np.square)
    )
    ax.set_ylim(bottom=0)


def area_of(n_points: int, share: float = 1.0) -> float:
    """Return the area of a marker that suits how many there are.

    Parameters
    ----------
    n_points : int
        How many.
    share : float, optional
        Of the page's width.

    Returns
    -------
    float
        In square points, as matplotlib has it.

    Examples
    --------
    >>> area_of(1) == area_of(100) > area_of(1000) > area_of(10**6) > 1
    True
    """
    return float(np.clip(18000 / max(n_points, 1), 5, 46)) * (0.25 + 0.75 * share)


def look_of(place: int) -> tuple[str, str]:
    """Return the colour and the marker of a group or cluster, everywhere the same.

    Parameters
    ----------
    place : int
        From 0; -1 is noise.

    Returns
    -------
    colour, marker : str
        Six colours with one shape, then the same colours with another; gray is noise.

    Examples
    --------
    >>> look_of(0) == (style.HUES[0], "o"), look_of(6) == (style.HUES[0], "s")
    (True, True)
    """
    if place < 0:
        return PALER, "o"
    turn, hue = divmod(place, len(style.HUES))
    return style.HUES[hue], _SHAPES[turn % len(_SHAPES)]
