"""What a model answered, kept for notebooks that know no framework."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.base.errors import ArtefactDamagedError, ParameterError, TableError
from helpers.base.paths import child_of, shown
from helpers.data.tasks import Task
from helpers.evaluate.answer_checks import (
    check_codes,
    check_lengths,
    check_probabilities,
)
from helpers.storage import arrays, hashes, tables
from helpers.storage.model_folders import check_label_table, refuse_other_labels

ARRAYS, TABLES = "arrays", "tables"
COLUMNS = ("image_id", "y_true", "y_pred", "skin_type", "group", "path")
"""Of the table beside the probabilities; y_true and y_pred are labels in words."""

_TEXTS = ("image_id", "y_true", "y_pred", "group", "path")
_WAY_OUT = "run the notebook that trains the model again"


class Predictions(NamedTuple):
    """What `load_predictions` returns."""

    y_true: np.ndarray
    y_prob: np.ndarray
    labels: list[str]
    table: pd.DataFrame
    split_hash: str


def split_hash(table: pd.DataFrame) -> str:
    """Return the hash of a split: which picture, of which label, is in which part.

    Parameters
    ----------
    table : DataFrame
        Columns image_id, label and part; the order of rows does not matter.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    TableError
        If a column is not there.
    """
    columns = ("image_id", "label", "part")
    _check_columns(table, columns)
    rows = zip(*(table[name].astype(str) for name in columns), strict=True)
    return hashes.hash_json(sorted(rows))


def save_predictions(
    folder: Path,
    name: str,
    table: pd.DataFrame,
    y_true: np.ndarray,
    y_prob: np.ndarray,
    labels: Sequence[str],
    split_hash: str,
    part: str,
) -> Path:
    """Save what a model answered about the pictures of one part.

    Parameters
    ----------
    folder : Path
        A notebook's folder; ``arrays/<name>_<part>.npy`` with its header and
        ``tables/<name>_<part>.csv`` (`COLUMNS`) are written below it.
    name : str
        The model.
    table : DataFrame
        Its rows are the pictures, in order: image_id, skin_type, group and path; where
        it has a column part, every row's must be `part`.
    y_true : ndarray of int, shape (n,)
        True labels, as positions in `labels`.
    y_prob : ndarray of float, shape (n, n_labels)
        Probabilities; kept as float32.
    labels : sequence of str
        The label table.
    split_hash : str
        As `split_hash` returns it.
    part : str
        "train", "validation" or "test".

    Returns
    -------
    Path
        The ``.npy`` file, which `load_predictions` takes.

    Raises
    ------
    ParameterError
        If lengths differ, a row is of another part, a label lies outside the table, or
        `y_prob` holds no probabilities.
    TableError
        If `table` lacks a column.
    DiskError
        If the disk is full or read-only.
    """
    labels, y_prob = list(labels), np.asarray(y_prob, dtype=np.float32)
    check_label_table(labels)
    _check_columns(table, ("image_id", "skin_type", "group", "path"))
    y_true = _checked(y_true, y_prob, labels, len(table))
    if "part" in table and (found := sorted(set(table["part"]) - {part})):
        raise ParameterError(
            f"rows of {', '.join(map(repr, found))} would be saved as {part!r}",
            where="table, column 'part'",
            way_out="predict one part at a time",
        )
    names = np.asarray(labels, dtype=object)
    answers = {"y_true": names[y_true], "y_pred": names[y_prob.argmax(axis=1)]}
    shown_table = table.assign(**answers)[[*COLUMNS]]
    path = child_of(folder / ARRAYS, f"{name}_{part}.npy")
    # The table first: its hash stands in the header, and no header, no predictions.
    csv = tables.write_table(_table_path(path), shown_table)
    facts = {"labels": labels, "split": split_hash, "part": part}
    facts["table"] = hashes.hash_file(csv)
    return arrays.save_array(path, y_prob, **facts, facts=hashes.hash_json(facts))


def save_parts(
    folder: Path, name: str, y_prob: Mapping[str, np.ndarray], task: Task
) -> None:
    """Save a model's answers about several parts of a task.

    Parameters
    ----------
    folder, name
        As for `save_predictions`.
    y_prob : mapping of str to ndarray of float, shape (n, n_labels)
        Part -> probabilities.
    task : Task
        The pictures.
    """
    split = split_hash(task.table)
    for part, answers in y_prob.items():
        y_true, rows = task.codes(part), task.rows(part)
        save_predictions(folder, name, rows, y_true, answers, task.labels, split, part)


def load_predictions(
    path: Path, split_hash: str | None = None, labels: Sequence[str] | None = None
) -> Predictions:
    """Load what `save_predictions` saved, after checking that it is the one meant.

    Parameters
    ----------
    path : Path
        The ``.npy`` file.
    split_hash : str, optional
        The split that it shall be of.
    labels : sequence of str, optional
        The label table that it shall have, in order.

    Returns
    -------
    Predictions
        y_true (int64, shape (n,)), y_prob (float32, (n, n_labels)), labels, table (one
        row per picture, `COLUMNS`; skin_type is Int64, all else text) and split_hash.

    Raises
    ------
    ArtefactMissingError, DataMissingError
        If a file is not there.
    ArtefactDamagedError
        If one was changed after it was written, is of another split, or holds what are
        no probabilities.
    ParameterError
        If the label table is another; the error names the difference.
    """
    y_prob = arrays.load_array(path)
    header = arrays.read_header(path)
    facts = {key: header.get(key) for key in ("labels", "split", "part", "table")}
    if header.get("facts") != hashes.hash_json(facts):
        raise _damaged(path, "its header was changed, or is not one of predictions")
    if split_hash is not None and split_hash != facts["split"]:
        what = f"they are of the split {facts['split']:.12}, not {split_hash:.12}"
        raise _damaged(path, what)
    if labels is not None:
        refuse_other_labels(facts["labels"], labels, shown(path))
    table = _read_table(_table_path(path), facts["table"])
    codes = pd.Index(facts["labels"]).get_indexer(table["y_true"]).astype(np.int64)
    try:
        _checked(codes, y_prob, facts["labels"], len(table))
    except ParameterError as error:
        raise _damaged(path, f"{error.what} ({error.where})") from error
    return Predictions(codes, y_prob, facts["labels"], table, facts["split"])


def _read_table(path: Path, digest: str) -> pd.DataFrame:
    if path.is_file() and hashes.hash_file(path) != digest:
        raise _damaged(path, "the table was changed after it was written")
    table = tables.read_csv_strictly(path, COLUMNS, _TEXTS)
    return table.reset_index(drop=True).astype({"skin_type": "Int64"})


def _table_path(path: Path) -> Path:
    return path.parents[1] / TABLES / f"{path.stem}.csv"


def _checked(y_true, y_prob: np.ndarray, labels: list[str], n: int) -> np.ndarray:
    """Refuse truths and probabilities that do not belong to the pictures or labels."""
    check_probabilities(y_prob)
    y_true = check_codes(y_true, len(labels), "y_true")
    check_lengths(n, y_true=len(y_true), y_prob=len(y_prob))
    if y_prob.shape[1] != len(labels):
        raise ParameterError(
            f"{y_prob.shape[1]} probabilities per picture, and {len(labels)} labels",
            where="y_prob",
            way_out="give a column per label, in the order of the label table",
        )
    return y_true


def _check_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [name for name in columns if name not in table]:
        raise TableError(
            f"the table has no column {', '.join(map(repr, missing))}",
            where=f"columns {', '.join(map(str, table.columns))}",
            way_out="read the table of splits that notebook 03 writes",
        )


def _damaged(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the predictions are not used: {what}", shown(path), _WAY_OUT
    )
