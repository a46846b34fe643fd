"""The street: its notebooks, what each asks, and what each needs."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.base.errors import ParameterError

ALL_DATA = ("dermnet", "fitzpatrick17k", "ham10000")


@dataclass(frozen=True)
class Notebook:
    """One notebook of the street.

    Parameters
    ----------
    name : str
        Its file name without the ending.
    question : str
        What it answers.
    data : tuple of str, optional
        The data sets it reads.
    any_data : bool, optional
        It works with whichever of `data` are there; else it needs every one.
    needs : tuple of str, optional
        The notebooks whose results it reads.
    disk_mb : int, optional
        What it writes at most, in megabytes.
    seconds : float, optional
        About how long it takes in the sample profile; decides the order only.
    """

    name: str
    question: str
    data: tuple[str, ...] = ()
    any_data: bool = False
    needs: tuple[str, ...] = ()
    disk_mb: int = 20
    seconds: float = 10.0


_STREET = (
    Notebook(
        "00_tour",
        "What is on this street, and what do the three data sets look like?",
        data=ALL_DATA,
        any_data=True,
        disk_mb=30,
        seconds=8,
    ),
    Notebook(
        "01_eda",
        "What do the tables and the pictures hold before anyone models them?",
        data=ALL_DATA,
        any_data=True,
        disk_mb=50,
        seconds=15,
    ),
    Notebook(
        "02_download",
        "How do 16,577 addresses become a clean, complete, split folder of pictures?",
        data=("fitzpatrick17k",),
        disk_mb=200,
        seconds=15,
    ),
    Notebook(
        "03_dedup",
        "Which pictures are the same picture, and what does that do to a split?",
        data=ALL_DATA,
        any_data=True,
        needs=("01_eda", "02_download"),
        disk_mb=100,
        seconds=20,
    ),
    Notebook(
        "04_embeddings",
        "How does a picture become a vector, and which encoder sees skin?",
        data=ALL_DATA,
        any_data=True,
        needs=("03_dedup",),
        disk_mb=500,
        seconds=40,
    ),
    Notebook(
        "05_clustering",
        "Which groups are in DermNet without labels, and how far can the scores be "
        "trusted?",
        data=ALL_DATA,
        any_data=True,
        needs=("04_embeddings",),
        disk_mb=60,
        seconds=35,
    ),
    Notebook(
        "06_multi_input_cnn",
        "What do equalisation, Otsu and grayscale add to a CNN?",
        data=ALL_DATA,
        any_data=True,
        needs=("03_dedup",),
        disk_mb=200,
        seconds=90,
    ),
    Notebook(
        "07_two_step_cnn",
        "Is it easier to name the partition first?",
        data=("fitzpatrick17k", "ham10000"),
        any_data=True,
        needs=("03_dedup", "06_multi_input_cnn"),
        disk_mb=200,
        seconds=60,
    ),
    Notebook(
        "08_transfer_learning",
        "How far does ImageNet carry, and what does tuning add?",
        data=ALL_DATA,
        any_data=True,
        needs=("03_dedup",),
        disk_mb=600,
        seconds=120,
    ),
    Notebook(
        "09_ham10000_classification",
        "What does accuracy hide on HAM10000?",
        data=("ham10000",),
        needs=("03_dedup",),
        disk_mb=400,
        seconds=90,
    ),
    Notebook(
        "10_ham10000_segmentation",
        "Where is the lesion, and can one model do both tasks?",
        data=("ham10000",),
        needs=("03_dedup", "09_ham10000_classification"),
        disk_mb=600,
        seconds=90,
    ),
)

NOTEBOOKS: dict[str, Notebook] = {notebook.name: notebook for notebook in _STREET}
"""The notebooks that exist, in the order in which they are read."""


def find(name: str, street: Mapping[str, Notebook] = NOTEBOOKS) -> Notebook:
    """Return the notebook called `name`, or the only one whose name begins with it.

    Parameters
    ----------
    name : str
        ``"03"``, ``"03_dedup"`` or ``"03_dedup.ipynb"``.
    street : mapping of str to Notebook, optional
        Where to look.

    Returns
    -------
    Notebook
        The one meant.

    Raises
    ------
    ParameterError
        If none or several begin so; the nearest names are given.

    Examples
    --------
    >>> find("03").name
    '03_dedup'
    """
    # A shell completes to notebooks/03_dedup.ipynb: take that too.
    stem = Path(name).name.removesuffix(".ipynb")
    if stem in street:
        return street[stem]
    found = [key for key in street if stem and key.startswith(stem)]
    if len(found) == 1:
        return street[found[0]]
    if found:
        what, way_out = f"{name!r} is the beginning of several notebooks", found
    else:
        what, way_out = f"there is no notebook {name!r}", nearest(stem, street)
    raise ParameterError(what, way_out="one of: " + ", ".join(way_out))


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return the names most like `name`; all of them where none is.

    Parameters
    ----------
    name : str
        What was typed.
    names : iterable of str
        What there is.

    Returns
    -------
    list of str
        The best match first.

    Examples
    --------
    >>> nearest("tresh", ["seed", "threshold"])
    ['threshold']
    """
    names = list(names)
    return difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names
