"""Pictures with labels and parts: what several models are trained and judged on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.data.splits import PARTS
from helpers.images import prepared, resize


@dataclass(frozen=True)
class Task:
    """Pictures to be told apart; one label table for all parts.

    Parameters
    ----------
    arrays : mapping of str to ndarray of uint8, shape (n, size_px, size_px, 3)
        Input name -> pictures.
    table : DataFrame
        Their rows, in order, with ``part`` and ``group``.
    labels : tuple of str
        The label table; the code of a label is its position.
    y : ndarray of int64, shape (n,)
        Code of each picture.
    """

    arrays: Mapping[str, np.ndarray]
    table: pd.DataFrame
    labels: tuple[str, ...]
    y: np.ndarray

    def take(self, part: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the inputs and codes of one part.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        arrays : dict of str to ndarray
        y : ndarray of int64

        Raises
        ------
        ParameterError
            If the part has no picture.
        """
        rows = self._positions(part)
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return arrays, self.y[rows]

    def codes(self, part: str) -> np.ndarray:
        """Return the codes of one part, without touching a picture.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        ndarray of int64, shape (n_part,)

        Raises
        ------
        ParameterError
            If the part has no picture.
        """
        return self.y[self._positions(part)]

    def rows(self, part: str) -> pd.DataFrame:
        """Return the table of one part.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        DataFrame
            In the order of `take`, with a fresh index.
        """
        return self.table[self.table["part"].eq(part)].reset_index(drop=True)

    def _positions(self, part: str) -> np.ndarray:
        rows = np.flatnonzero(self.table["part"].eq(part))
        if not len(rows):
            counts = self.table["part"].value_counts().to_dict()
            raise ParameterError(
                f"no picture of {len(self.labels)} labels is in the {part} part",
                where=f"{counts}",
                way_out="unite labels, add pictures, or give the part a larger share",
            )
        return rows

    def relabel(self, column: str) -> "Task":
        """Return the same pictures under another column's labels.

        Parameters
        ----------
        column : str
            Of the table.

        Returns
        -------
        Task

        Raises
        ------
        ParameterError
            If there is no such column, or it has empty cells.
        """
        return replace(self, **_coded(self.table, column))

    def only(self, labels: Sequence[str]) -> "Task":
        """Return the pictures of some labels, which become the label table.

        Parameters
        ----------
        labels : sequence of str
            Of the label table.

        Returns
        -------
        Task

        Raises
        ------
        ParameterError
            If there is none, one is unknown, or one is repeated.
        """
        unknown = [label for label in labels if label not in self.labels]
        if unknown or not len(labels) or len(set(labels)) < len(labels):
            raise ParameterError(
                f"{list(labels)} is no choice of labels, each once",
                where=f"unknown: {unknown}",
                way_out=f"choose from: {', '.join(self.labels)}",
            )
        codes = [self.labels.index(label) for label in labels]
        rows = np.flatnonzero(np.isin(self.y, codes))
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        table = self.table.iloc[rows].reset_index(drop=True)
        new = np.full(len(self.labels), -1)
        new[codes] = np.arange(len(codes))
        return Task(arrays, table, tuple(labels), new[self.y[rows]])


def make_task(
    table: pd.DataFrame,
    locate: Callable[[str], Path],
    inputs: Sequence[str],
    size_px: int,
    store: Path,
    fit: resize.Fit = "crop",
) -> tuple[Task, pd.DataFrame]:
    """Prepare the pictures of a split for training.

    Parameters
    ----------
    table : DataFrame
        Of notebook 03: path, label, sha256, part, group.
    locate : callable
        From a path in the table to the file, for example ``run.locate``.
    inputs : sequence of str
        Of `helpers.images.inputs.INPUTS`.
    size_px : int
        Side of the squares.
    store : Path
        Where the arrays are kept.
    fit : {"squash", "pad", "crop"}, optional
        As for `helpers.images.resize.resize`.

    Returns
    -------
    task : Task
    problems : DataFrame
        The pictures that were left out, as `prepared.prepare` lists them.

    Raises
    ------
    ParameterError
        If there are fewer than two labels, a picture has none, or a part is empty.
    """
    paths = [locate(path) for path in table["path"]]
    made = prepared.prepare(paths, table["sha256"], inputs, size_px, store, fit)
    table = table.iloc[made.kept].reset_index(drop=True)
    task = Task(made.arrays, table, **_coded(table, "label"))
    if len(task.labels) < 2:
        raise ParameterError(
            f"all {len(table)} pictures have the label {task.labels[0]!r}",
            where="column 'label'",
            way_out="add pictures of another label: there is nothing to tell apart",
        )
    for part in PARTS:
        task.codes(part)
    return task, made.problems


def _coded(table: pd.DataFrame, column: str) -> dict:
    """Return the label table and codes of a column."""
    n_empty = int(table[column].isna().sum()) if column in table else len(table)
    if n_empty:
        raise ParameterError(
            f"{n_empty} of {len(table)} pictures have no label",
            where=f"column {column!r}",
            way_out=f"fill it, or choose from: {', '.join(map(str, table.columns))}",
        )
    labels, y = np.unique(table[column].astype(str), return_inverse=True)
    return {"labels": tuple(labels.tolist()), "y": y.astype(np.int64)}
