"""Pictures with labels, parts and masks: what segmentation is trained and judged on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.data import mask_arrays
from helpers.data.splits import PARTS
from helpers.data.tasks import Task
from helpers.storage import hashes

COLUMNS = ("mask_path", "height_px", "width_px")
"""What the table of a task must have beyond the columns of `tasks.make_task`."""


@dataclass(frozen=True)
class MaskTask:
    """The pictures of a task that have a mask, and the masks.

    Parameters
    ----------
    task : Task
        Those pictures; labels and codes are those of the task they came from.
    masks : ndarray of uint8, shape (n, size_px, size_px)
        Share of each pixel that is lesion, 255 for all of it; rows as in the task.
    files : tuple of Path
        The masks' files, in the same order.
    """

    task: Task
    masks: np.ndarray
    files: tuple[Path, ...]

    def take(self, part: str) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Return the inputs, codes and masks of one part.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        arrays : dict of str to ndarray
        y : ndarray of int64, shape (n_part,)
        masks : ndarray of uint8, shape (n_part, size_px, size_px)

        Raises
        ------
        ParameterError
            If the part has no picture.
        """
        arrays, y = self.task.take(part)
        return arrays, y, self.masks[self._rows(part)]

    def rows(self, part: str) -> pd.DataFrame:
        """Return the table of one part, as `Task.rows` does.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        DataFrame
            In the order of `take`, with a fresh index.
        """
        return self.task.rows(part)

    def native(self, part: str) -> list[np.ndarray]:
        """Read the masks of one part in their pictures' own sizes.

        Parameters
        ----------
        part : str
            Of `helpers.data.splits.PARTS`.

        Returns
        -------
        list of ndarray of bool, shape (height_px, width_px)
            In the order of `take`.

        Raises
        ------
        PictureError
            If a mask cannot be decoded any more.
        """
        files = [self.files[row] for row in self._rows(part)]
        sizes = self.task.rows(part)[["height_px", "width_px"]].to_numpy(np.int64)
        return mask_arrays.read_native(files, sizes)

    def _rows(self, part: str) -> np.ndarray:
        return np.flatnonzero(self.task.table["part"].eq(part))


def make_mask_task(
    task: Task, locate: Callable[[str], Path], store: Path, size_px: int
) -> tuple[MaskTask, pd.DataFrame]:
    """Add the masks to a task; pictures without one are left out.

    Parameters
    ----------
    task : Task
        Its pictures were prepared with ``fit="squash"``, and its table has `COLUMNS`
        beside those of `tasks.make_task`.
    locate : callable
        From a path in the table to the file, for example ``run.locate``.
    store : Path
        Where the array is kept.
    size_px : int
        Side of the squares, that of the task's pictures.

    Returns
    -------
    mask_task : MaskTask
    problems : DataFrame
        path, kind, detail and action of each mask that is missing or doubtful, as
        `mask_arrays.mask_arrays` lists them; its index is the row in `task`.

    Raises
    ------
    ParameterError
        If the table lacks a column, the pictures have another size, or a part would
        be left without a picture.
    DataMissingError
        If no picture has a mask that can be read.
    """
    _check(task, size_px)
    table = task.table
    named = table["mask_path"].fillna("")
    files = [locate(text) if text else None for text in named]
    sizes = table[["height_px", "width_px"]].to_numpy(np.int64)
    contents = _contents(files)
    made = mask_arrays.mask_arrays(files, contents, sizes, size_px, store)
    kept = np.flatnonzero(made.has_mask)
    shares, some = made.shares, task
    if len(kept) < len(table):  # else nothing is copied: the arrays may be mapped
        shares, some = shares[kept], _only_rows(task, kept)
    for part in PARTS:
        if not some.table["part"].eq(part).any():
            raise ParameterError(
                f"no picture of the {part} part has a mask that can be read",
                where=f"with masks: {some.table['part'].value_counts().to_dict()}",
                way_out="add masks, or give the part a larger share",
            )
    return MaskTask(some, shares, tuple(files[row] for row in kept)), made.problems


def _check(task: Task, size_px: int) -> None:
    lost = [name for name in COLUMNS if name not in task.table]
    if lost:
        raise ParameterError(
            f"the table has no column {', '.join(lost)}",
            where="the task's table",
            way_out="use the split that notebook 03 writes for a data set with masks",
        )
    for name, array in task.arrays.items():
        if array.shape[1:3] != (size_px, size_px):
            raise ParameterError(
                f"pictures of {array.shape[2]} x {array.shape[1]} px, but masks of "
                f"{size_px} x {size_px} px",
                where=f"input {name!r}",
                way_out="prepare both with the same size_px",
            )


def _contents(files: list[Path | None]) -> list[str]:
    """Return the hash of each file; "" where there is none to read."""

    def one(path: Path | None) -> str:
        """Hash one file; what is wrong with it is told when it is decoded."""
        try:
            return "" if path is None else hashes.hash_file(path)
        except OSError:
            return ""

    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, files))


def _only_rows(task: Task, rows: np.ndarray) -> Task:
    arrays = {name: array[rows] for name, array in task.arrays.items()}
    table = task.table.iloc[rows].reset_index(drop=True)
    return replace(task, arrays=arrays, table=table, y=task.y[rows])
