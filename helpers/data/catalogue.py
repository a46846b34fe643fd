"""The three data sets: what they are, whether they are there, and how to load them."""

import csv
import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.base import paths
from helpers.base.errors import DataMissingError, ParameterError
from helpers.data import layout

if TYPE_CHECKING:  # pandas and pandera are imported by the first load only
    from helpers.data.collection import Collection

REGISTRY = paths.DATA / "registry.csv"
"""Title, licence, citation and source page of each data set, written once."""


@dataclass(frozen=True)
class DataSet:
    """One of the public data sets, as data/registry.csv describes it.

    Parameters
    ----------
    name : str
        ``"dermnet"``, ``"fitzpatrick17k"`` or ``"ham10000"``.
    title : str
        As people write it.
    folder : str
        Its folder below the data folder.
    label : str
        What the column ``label`` means.
    licence, citation : str
        To be shown beside its pictures.
    page : str
        Address to visit.
    how_to_get : str
        What to do there.
    n_published : int
        Pictures in the published data set.
    """

    name: str
    title: str
    folder: str
    label: str
    licence: str
    citation: str
    page: str
    how_to_get: str
    n_published: int

    @property
    def way_out(self) -> str:
        """What to tell someone who lacks it."""
        return f"{self.page} : {self.how_to_get}"

    def load(self, data: Path, strict: bool = False) -> "Collection":
        """Read this data set; see `load`.

        Parameters
        ----------
        data : Path
            The data folder.
        strict : bool, optional
            Refuse what would otherwise be recorded.

        Returns
        -------
        Collection
            Its tidy table and its problems.
        """
        data = paths.resolve(data)
        layout.require_data_folder(data, self.way_out)
        loader = importlib.import_module(f"helpers.data.{self.name}")
        return loader.load(data, self.licence, self.way_out, strict)


@dataclass(frozen=True)
class Presence:
    """How much of one data set lies in a data folder.

    Parameters
    ----------
    name : str
        The data set.
    status : str
        ``"complete"`` (table and pictures), ``"table only"`` or ``"absent"``.
    n_rows : int
        Rows of its table; 0 for DermNet, which has none.
    n_pictures, n_masks : int
        Files found, not opened.
    n_published : int
        Pictures in the published data set.
    """

    name: str
    status: str
    n_rows: int
    n_pictures: int
    n_masks: int
    n_published: int


@cache
def _read_registry() -> dict[str, DataSet]:
    with REGISTRY.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    sets = [DataSet(**(row | {"n_published": int(row["n_published"])})) for row in rows]
    return {one.name: one for one in sets}


DATASETS: dict[str, DataSet] = _read_registry()
"""Name -> data set, in the order of data/registry.csv."""


def load(name: str, data: Path, strict: bool = False) -> "Collection":
    """Read one data set into a tidy table.

    Parameters
    ----------
    name : str
        A key of `DATASETS`.
    data : Path
        The data folder; relative ones are taken from the project's root.
    strict : bool, optional
        Refuse what would otherwise be recorded in the table of problems: a picture
        without a row, a row without a picture, a mask without a picture ...

    Returns
    -------
    Collection
        ``.table`` (one row per picture, tidy columns first) and ``.problems``.

    Raises
    ------
    ParameterError
        If there is no data set of that name.
    DataMissingError
        If the folder, the table or every picture is missing; says how to get them.
    TableError
        If a table breaks its schema, with the lines.
    """
    if name not in DATASETS:
        raise ParameterError(
            f"there is no data set {name!r}", way_out=f"one of {', '.join(DATASETS)}"
        )
    return DATASETS[name].load(data, strict)


def present(data: Path) -> dict[str, str]:
    """Say which data sets are there.

    Parameters
    ----------
    data : Path
        The data folder; may be missing.

    Returns
    -------
    dict of str to str
        Name -> ``"complete"`` (table and pictures), ``"table only"``, ``"absent"``.
    """
    return {one.name: one.status for one in survey(data)}


def survey(data: Path) -> list[Presence]:
    """Count what is there of each data set, without opening a picture.

    Parameters
    ----------
    data : Path
        The data folder; may be missing.

    Returns
    -------
    list of Presence
        One per data set, in the order of `DATASETS`.
    """
    data = paths.resolve(data)
    return [_survey_one(one, data) for one in DATASETS.values()]


def _survey_one(one: DataSet, data: Path) -> Presence:
    found = layout.find_layout(one.name, data)
    if one.name == "dermnet":  # file names repeat across classes
        classes = [c for f in found.pictures for c in layout.list_class_folders(f)]
        n_pictures = sum(len(_names(folder)) for folder in classes)
    else:
        n_pictures = _count(found.pictures)
    table = found.tables.get("metadata") or found.tables.get("truth")
    status = "table only" if table else "absent"
    if n_pictures and (table or one.name == "dermnet"):
        status = "complete"
    n_rows = _count_rows(table) if table else 0
    n_masks = _count(found.masks)
    return Presence(one.name, status, n_rows, n_pictures, n_masks, one.n_published)


def _count(folders: tuple[Path, ...]) -> int:
    # A set: Kaggle's archive of HAM10000 holds every picture in two folders.
    return len({name for folder in folders for name in _names(folder)})


def _names(folder: Path) -> list[str]:
    try:
        return layout.list_pictures(folder)[0]
    except DataMissingError:  # not readable: loading it will say so
        return []


def _count_rows(table: Path) -> int:
    try:
        with table.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
            return max(0, sum(1 for row in csv.reader(handle) if row) - 1)
    except (OSError, csv.Error):  # loading it will say so
        return 0
