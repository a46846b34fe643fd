"""Fitzpatrick17k: a table of 16,577 addresses, and the pictures that were fetched."""

from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from helpers.base.errors import DataMissingError, TableError
from helpers.base.paths import shown
from helpers.data import collection, finding, layout, schemas
from helpers.storage import tables

COLUMNS = tuple(schemas.FITZPATRICK17K.columns)
"""The nine columns, in the published order."""


def load(
    data: Path, licence: str, way_out: str, strict: bool = False
) -> collection.Collection:
    """Read the table, and find the pictures named by its md5hash.

    Parameters
    ----------
    data : Path
        Holds ``fitzpatrick17k/fitzpatrick17k.csv`` (or the table itself) and
        ``fitzpatrick17k/images/<md5hash>.jpg``.
    licence : str
        Goes into every row.
    way_out : str
        How to get the data set, for the error.
    strict : bool, optional
        Refuse what would otherwise be recorded in the table of problems.

    Returns
    -------
    Collection
        ``image_id`` is the md5hash, ``label`` the finest of the three label levels,
        ``source`` the host of the address, ``skin_type`` the Fitzpatrick scale with
        -1 as missing. A row without a picture stays, with an empty path: notebook
        02_download fetches it. The published columns follow; both skin-type scales
        are integers, -1 where unknown.

    Raises
    ------
    DataMissingError
        If the table is not there.
    TableError
        If it breaks its schema, a label is in two partitions, or, under `strict`,
        a picture has no row.
    """
    found = layout.find_layout("fitzpatrick17k", data)
    if "metadata" not in found.tables:
        raise DataMissingError("fitzpatrick17k.csv is not there", shown(data), way_out)
    frame = read_table(found.tables["metadata"])
    problems = collection.Problems("fitzpatrick17k")
    pictures = finding.find_pictures(found.pictures, data, problems)
    for file in pictures[~pictures.index.isin(frame["md5hash"])]:
        problems.add("picture without row", "left out", file)
    table = collection.tidy(
        frame,
        image_id=frame["md5hash"],
        path=finding.look_up(frame["md5hash"], pictures),
        group=frame["md5hash"],
        skin_type=frame["fitzpatrick_scale"].astype("Int64").replace(-1, pd.NA),
        source=frame["url"].map(_host_of),
        licence=licence,
    )
    return collection.finish(table.drop(columns="md5hash"), problems, data, strict)


def read_table(path: Path) -> pd.DataFrame:
    """Read and check the published table.

    Parameters
    ----------
    path : Path
        ``fitzpatrick17k.csv``.

    Returns
    -------
    DataFrame
        The nine columns as published: text, but for the two skin-type scales (int,
        -1 where unknown); indexed by the line of the file.

    Raises
    ------
    DataMissingError
        If there is no such file.
    TableError
        If a column is missing, a value is unknown, an md5hash repeats, or a label
        stands in two partitions; with the lines.
    """
    frame = tables.read_csv_strictly(path, COLUMNS, text_columns=COLUMNS)
    frame = frame[list(COLUMNS)]
    if frame.empty:
        raise TableError("the table has no rows", shown(path), "fetch it again")
    schemas.check(schemas.FITZPATRICK17K, frame, shown(path))
    _refuse_split(frame, "label", "nine_partition_label", path)
    _refuse_split(frame, "nine_partition_label", "three_partition_label", path)
    return frame.astype({"fitzpatrick_scale": int, "fitzpatrick_centaur": int})


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # "http://[" and its like: the downloader says what is wrong
        return ""


def _refuse_split(frame: pd.DataFrame, fine: str, coarse: str, path: Path) -> None:
    """Refuse a fine label that stands in two coarse ones, with a line of each."""
    pairs = frame[[fine, coarse]].drop_duplicates()
    torn = pairs[pairs[fine].duplicated(keep=False)].sort_values(fine, kind="stable")
    schemas.refuse_rows(
        f"a {fine} must belong to one {coarse}",
        torn[fine] + " in " + torn[coarse],
        shown(path),
        "correct these lines, or fetch the published table again",
    )
