"""What every loader returns: one tidy table, and what was wrong on the way."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import TableError
from helpers.base.paths import shown
from helpers.data import schemas

TIDY_COLUMNS = ("image_id", "path", "label", "group", "skin_type", "source", "licence")
"""First columns of every data set's table, in this order."""

PROBLEM_COLUMNS = ("dataset", "file", "line", "kind", "detail", "action")
"""Columns of every table of problems."""

_N_SHOWN = 5


@dataclass(frozen=True)
class Collection:
    """One data set as its loader read it.

    Parameters
    ----------
    name : str
        ``"dermnet"``, ``"fitzpatrick17k"`` or ``"ham10000"``.
    table : DataFrame
        One row per picture; begins with `TIDY_COLUMNS`. ``image_id`` is unique;
        ``path`` is relative to the data folder, with forward slashes; ``group`` is
        what must not be torn apart; ``skin_type`` is 1 to 6 or missing.
    problems : DataFrame
        One row per thing that was found wrong and survived (`PROBLEM_COLUMNS`);
        ``line`` is missing where the file has none.
    """

    name: str
    table: pd.DataFrame
    problems: pd.DataFrame


class Problems:
    """Collects what is wrong with a data set but does not stop its reading.

    Parameters
    ----------
    dataset : str
        Name of the data set.
    """

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self._rows: list[tuple] = []

    def add(
        self, kind: str, action: str, file: str, detail: str = "", line: object = None
    ) -> None:
        """Record one problem.

        Parameters
        ----------
        kind : str
            A few fixed words, the same for all problems of one kind.
        action : str
            What was done about it.
        file : str
            Relative to the data folder.
        detail : str, optional
            The id or value.
        line : int, optional
            Line of `file`, from 1.
        """
        self._rows.append((self.dataset, file, line, kind, detail, action))

    def frame(self) -> pd.DataFrame:
        """Return what was recorded.

        Returns
        -------
        DataFrame
            One row per problem, in the order they were found.
        """
        frame = pd.DataFrame(self._rows, columns=list(PROBLEM_COLUMNS))
        return frame.astype({"line": "Int64"})


def finish(
    table: pd.DataFrame, problems: Problems, data: Path, strict: bool
) -> Collection:
    """Check the tidy table and wrap it up; with `strict`, refuse any problem.

    Parameters
    ----------
    table : DataFrame
        Has the `TIDY_COLUMNS` and more.
    problems : Problems
        What was recorded.
    data : Path
        The data folder, for the error.
    strict : bool
        Refuse instead of record.

    Returns
    -------
    Collection
        With the tidy columns first and a fresh index.

    Raises
    ------
    TableError
        If the table is not tidy, or if `strict` and there are problems.
    """
    others = [name for name in table.columns if name not in TIDY_COLUMNS]
    table = table[[*TIDY_COLUMNS, *others]].reset_index(drop=True)
    schemas.check(schemas.TIDY, table, shown(data))
    frame = problems.frame()
    if strict and len(frame):
        first = [
            f"{row.kind}: {row.detail or row.file}"
            + ("" if pd.isna(row.line) else f" ({row.file}, line {row.line})")
            for row in frame.head(_N_SHOWN).itertuples()
        ]
        more = f"; and {len(frame) - _N_SHOWN} more" if len(frame) > _N_SHOWN else ""
        raise TableError(
            f"{len(frame)} problems in {problems.dataset}: {'; '.join(first)}{more}",
            where=shown(data),
            way_out="mend them, or load without --strict: they are then left out "
            "and listed",
        )
    return Collection(problems.dataset, table, frame)


def tidy(frame: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Return `frame` with the tidy columns added, of the types they have everywhere.

    Parameters
    ----------
    frame : DataFrame
        One row per picture.
    **columns : array-like or str
        The `TIDY_COLUMNS` that `frame` lacks; ``skin_type`` may be left out.

    Returns
    -------
    DataFrame
        A new one.
    """
    columns = {"skin_type": pd.array(np.full(len(frame), pd.NA), "Int64")} | columns
    return frame.assign(**columns).astype({"skin_type": "Int64", "path": "str"})
