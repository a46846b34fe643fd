"""Words on figures: cut to fit, readable on any colour, shares as people read them."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import PercentFormatter

from helpers.show import style


def shorten(text: object, n_characters: int = 42) -> str:
    """Return `text` in one line of at most `n_characters`.

    Parameters
    ----------
    text : object
        A label or a file name, from anywhere.
    n_characters : int, optional
        What fits.

    Returns
    -------
    str
        Cut in the middle, where names differ least.

    Examples
    --------
    >>> shorten("Melanoma, Skin Cancer, Nevi and Moles", 20)
    'Melanoma, Sk…d Moles'
    """
    line = " ".join(str(text).split())
    if len(line) <= n_characters:
        return line
    tail = (n_characters - 1) * 2 // 5
    return f"{line[: n_characters - 1 - tail]}…{line[len(line) - tail :]}"


def percent(share: float) -> str:
    """Return a share as people read it.

    Parameters
    ----------
    share : float
        In [0, 1].

    Returns
    -------
    str
        Whole per cent, with one decimal below 10 %.

    Examples
    --------
    >>> percent(0.479), percent(0.0312), percent(0.0)
    ('48 %', '3.1 %', '0 %')
    """
    digits = 1 if 0 < share < 0.1 else 0
    return f"{100 * share:.{digits}f} %"


def ink_on(colour: object) -> str:
    """Return the colour of text that can be read on `colour`.

    Parameters
    ----------
    colour : object
        Any colour matplotlib knows.

    Returns
    -------
    str
        White, or the house's ink: whichever contrasts more (WCAG 2.2).

    Examples
    --------
    >>> ink_on("navy"), ink_on("#cc79a7") == style.INK
    ('white', True)
    """
    dark, fill = _luminance(style.INK), _luminance(colour)
    return (
        "white" if 1.05 / (fill + 0.05) > (fill + 0.05) / (dark + 0.05) else style.INK
    )


def share_ticks() -> PercentFormatter:
    """Return a formatter for an axis of shares.

    Returns
    -------
    PercentFormatter
        As many digits as the ticks need, all the same.
    """
    return PercentFormatter(1.0, symbol=" %")


def _luminance(colour: object) -> float:
    """Return the relative luminance of a colour (WCAG 2.2), 0 black to 1 white."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
