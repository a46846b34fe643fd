"""The data sets of one folder at a glance, and what is known to be planted in them."""

from pathlib import Path

import pandas as pd

from helpers.base.errors import DataMissingError
from helpers.base.paths import shown
from helpers.data import catalogue
from helpers.data.collection import TIDY_COLUMNS, Collection
from helpers.storage import tables

TRUTH = "truth.csv"
"""What is planted in the synthetic data sets; real data have no such file."""

_MORE_TEXT = ("problem", "sha256", "mask_path", "lesion_id", "dx", "part", "url")


def load_present(data: Path) -> dict[str, Collection]:
    """Load the data sets that are there.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    dict of str to Collection
        In the order of `catalogue.DATASETS`.

    Raises
    ------
    DataMissingError
        If there is none of them.
    """
    there = [name for name, how in catalogue.present(data).items() if how != "absent"]
    if not there:
        raise DataMissingError(
            "none of the three data sets is there",
            where=shown(data),
            way_out="`python start.py doctor` says where each is looked for and how "
            "to get it",
        )
    return {name: catalogue.load(name, data) for name in there}


def describe(collections: dict[str, Collection]) -> pd.DataFrame:
    """Count what the data sets hold.

    Parameters
    ----------
    collections : dict of str to Collection
        From `load_present`.

    Returns
    -------
    DataFrame
        One row per data set: rows, pictures, classes, groups (lesions where they are
        known, else pictures), with skin type (rows), problems.
    """
    rows = [
        {
            "data set": catalogue.DATASETS[name].title,
            "rows": len(one.table),
            "pictures": int(one.table["path"].ne("").sum()),
            "classes": one.table["label"].nunique(),
            "groups": one.table["group"].nunique(),
            "with skin type": int(one.table["skin_type"].notna().sum()),
            "problems": len(one.problems),
        }
        for name, one in collections.items()
    ]
    return pd.DataFrame(rows).set_index("data set")


def read_truth(data: Path) -> pd.DataFrame | None:
    """Read what is planted in synthetic data sets.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    DataFrame or None
        The rows of ``truth.csv``, one per picture; None where the data are real.
    """
    path = data / TRUTH
    if not path.is_file():
        return None
    text = ("image_id", "path", "duplicate_of", "alteration", "true_label", "condition")
    return tables.read_csv_strictly(path, ("dataset", "image_id"), text_columns=text)


def star_planted(
    captions: pd.Series, image_id: pd.Series, truth: pd.DataFrame | None
) -> list[str]:
    """Mark the captions of pictures that are off topic or under a wrong label.

    Parameters
    ----------
    captions, image_id : Series of str
        One for each picture, in the same order.
    truth : DataFrame or None
        From `read_truth`; without it nothing is marked.

    Returns
    -------
    list of str
        The captions; a star behind those that are planted.
    """
    if truth is None:
        return list(captions)
    planted = set(truth.loc[truth["off_topic"] | truth["wrong_label"], "image_id"])
    pairs = zip(captions, image_id, strict=True)
    return [f"{caption} *" if name in planted else caption for caption, name in pairs]


def credit(name: str, data: Path) -> str:
    """Return what stands under a figure with pictures of a data set.

    Parameters
    ----------
    name : str
        The data set.
    data : Path
        The data folder.

    Returns
    -------
    str
        Citation and licence; or that the pictures are synthetic.
    """
    if (data / TRUTH).is_file():
        return "Synthetic pictures, drawn by this project: no person, no patient."
    one = catalogue.DATASETS[name]
    return f"{one.title}: {one.citation}; {one.licence}"


def read_tidy(path: Path) -> pd.DataFrame:
    """Read back a table of pictures that a notebook saved.

    Parameters
    ----------
    path : Path
        A CSV file that begins with the tidy columns.

    Returns
    -------
    DataFrame
        Text columns as text ("" where empty), skin_type as Int64.
    """
    text = [name for name in TIDY_COLUMNS if name != "skin_type"]
    frame = tables.read_csv_strictly(
        path, TIDY_COLUMNS, text_columns=(*text, *_MORE_TEXT)
    )
    return frame.reset_index(drop=True).astype({"skin_type": "Int64"})
