"""What is written down of a finished trial: one small file, whole or not at all."""

import json
from pathlib import Path
from typing import NamedTuple

from helpers.storage import atomic


class Record(NamedTuple):
    """A finished trial.

    Attributes
    ----------
    key : str
        Hash of what was tried.
    optimizer : str
        Its name.
    learning_rate : float
        Above 0.
    score : float or None
        Weighted F1 on validation, 0 to 1; None if the training failed.
    epochs : int
        Epochs trained, those of an earlier round of Hyperband included.
    status : str
        ``"done"``, or why it failed.
    """

    key: str
    optimizer: str
    learning_rate: float
    score: float | None
    epochs: int
    status: str


def write(folder: Path, record: Record, search: str) -> Record:
    """Write a record.

    Parameters
    ----------
    folder : Path
        Of the search.
    record : Record
        The trial.
    search : str
        Key of the search it belongs to.

    Returns
    -------
    Record
        `record`.
    """
    atomic.write_json(_path(folder, record.key), record._asdict() | {"search": search})
    return record


def read(folder: Path, key: str, search: str) -> Record | None:
    """Return the record of a trial.

    Parameters
    ----------
    folder : Path
        Of the search.
    key : str
        Hash of what is tried.
    search : str
        Key of the search.

    Returns
    -------
    Record or None
        None if there is none, or it cannot be read or is of another search: the trial
        is then done again.
    """
    try:
        facts = json.loads(_path(folder, key).read_text(encoding="utf-8"))
        if facts.pop("search") != search or facts["key"] != key:
            return None
        return Record(**facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def read_all(folder: Path, search: str) -> list[Record]:
    """Return all records of a search.

    Parameters
    ----------
    folder : Path
        Of the search.
    search : str
        Its key.

    Returns
    -------
    list of Record
        In the order of their keys, which says nothing.
    """
    keys = sorted(path.stem.partition("-")[2] for path in folder.glob("trial-*.json"))
    found = [read(folder, key, search) for key in keys]
    return [record for record in found if record is not None]


def _path(folder: Path, key: str) -> Path:
    return folder / f"trial-{key}.json"
