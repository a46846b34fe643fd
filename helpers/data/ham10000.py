"""HAM10000 in its known layouts: Dataverse and Kaggle (metadata), ISIC (one-hot)."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.base.errors import DataMissingError, TableError
from helpers.base.paths import shown
from helpers.data import collection, finding, layout, schemas
from helpers.storage import tables

_FIX = "correct these lines, or fetch the published table again"
_UNKNOWN = {"dx_type": "", "age": np.nan, "sex": "unknown", "localization": "unknown"}
_CONFIRMED_BY = {
    "histopathology": "histo",
    "serial imaging showing no change": "follow_up",
    "single image expert consensus": "consensus",
    "confocal microscopy with consensus dermoscopy": "confocal",
}
"""The ISIC archive's words -> those of HAM10000_metadata.csv."""


def load(
    data: Path, licence: str, way_out: str, strict: bool = False
) -> collection.Collection:
    """Read the tables, and find pictures and masks by their image_id.

    Parameters
    ----------
    data : Path
        Holds ``ham10000/`` (or is it), in one of the public layouts; see
        data/README.md.
    licence : str
        Goes into every row.
    way_out : str
        How to get the data set, for the error.
    strict : bool, optional
        Refuse what would otherwise be recorded in the table of problems.

    Returns
    -------
    Collection
        ``label`` is dx, ``group`` the lesion_id. After the tidy columns come
        lesion_id, dx, dx_type, age (years, NaN unknown), sex, localization and
        mask_path ("" where there is none). A row without a picture is left out and
        recorded. With GroundTruth.csv alone, the lesions are unknown: the group is
        then the picture, and a problem says so.

    Raises
    ------
    DataMissingError
        If no table or no picture is there.
    TableError
        If a table breaks its schema, a row of GroundTruth.csv does not have exactly
        one 1, both tables disagree, or, under `strict`, anything was recorded.
    """
    found = layout.find_layout("ham10000", data)
    if not {"metadata", "truth"} & found.tables.keys():
        raise DataMissingError(
            "neither HAM10000_metadata.csv nor GroundTruth.csv is there",
            shown(data),
            way_out,
        )
    problems = collection.Problems("ham10000")
    frame, source = _rows_of(found.tables, data, problems)
    pictures = finding.find_pictures(found.pictures, data, problems)
    masks = finding.find_pictures(found.masks, data, problems)
    masks.index = masks.index.str.removesuffix("_segmentation")
    if pictures.empty:
        raise DataMissingError("HAM10000 has no pictures", shown(data), way_out)
    _record_unmatched(frame, pictures, masks, source, problems)
    frame = frame[frame["image_id"].isin(pictures.index)]
    table = collection.tidy(
        frame,
        path=finding.look_up(frame["image_id"], pictures),
        label=frame["dx"],
        group=frame["lesion_id"],
        source="ham10000",
        licence=licence,
        mask_path=finding.look_up(frame["image_id"], masks),
    )
    return collection.finish(table, problems, data, strict)


def read_metadata(path: Path) -> pd.DataFrame:
    """Read and check HAM10000_metadata.csv.

    Parameters
    ----------
    path : Path
        The table, commas or tabs.

    Returns
    -------
    DataFrame
        lesion_id, image_id, dx, dx_type, age (float), sex, localization; indexed by
        the line of the file.

    Raises
    ------
    DataMissingError
        If there is no such file.
    TableError
        If a column is missing, a class is unknown or an image_id repeats.
    """
    columns = tuple(schemas.HAM10000.columns)
    frame = _read(path, columns)
    frame = frame.assign(dx=frame["dx"].str.strip().str.lower())
    schemas.check(schemas.HAM10000, frame, shown(path))
    sex = frame["sex"].replace("", "unknown")
    return frame.assign(age=pd.to_numeric(frame["age"]).astype(float), sex=sex)


def read_ground_truth(path: Path) -> pd.DataFrame:
    """Read and check GroundTruth.csv: one column per class, exactly one 1 in a row.

    Parameters
    ----------
    path : Path
        The table; ISIC's file and HAM10000's copy have the same columns.

    Returns
    -------
    DataFrame
        image_id and dx (lower case); indexed by the line of the file.

    Raises
    ------
    DataMissingError
        If there is no such file.
    TableError
        If a value is neither 0 nor 1, or a row has no 1 or two.
    """
    frame = _read(path, tuple(schemas.GROUND_TRUTH.columns))
    schemas.check(schemas.GROUND_TRUTH, frame, shown(path))
    one_hot = frame.drop(columns="image").astype(float)
    n_ones = one_hot.sum(axis=1).astype(int)
    wrong = n_ones != 1
    values = frame["image"] + " has " + n_ones.astype(str)
    what = "each row needs exactly one 1"
    schemas.refuse_rows(what, values[wrong], shown(path), _FIX)
    dx = one_hot.idxmax(axis=1).str.lower()
    return pd.DataFrame({"image_id": frame["image"], "dx": dx})


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = tables.read_csv_strictly(path, columns, text_columns=columns)
    if frame.empty:
        raise TableError("the table has no rows", shown(path), "fetch it again")
    return frame[list(columns)]


def _rows_of(
    files: dict[str, Path], data: Path, problems: collection.Problems
) -> tuple[pd.DataFrame, str]:
    """Return the rows of whichever tables there are, and the file they stand in."""
    if "metadata" not in files:
        path = files["truth"]
        file = finding.relative(path, data)
        truth = read_ground_truth(path).assign(**_UNKNOWN)
        return _with_lesions(truth, files.get("lesions"), file, problems), file
    frame = read_metadata(files["metadata"])
    file = finding.relative(files["metadata"], data)
    per_lesion = frame.drop_duplicates(["lesion_id", "dx"])
    for row in per_lesion[per_lesion["lesion_id"].duplicated()].itertuples():
        kind = "lesion with two diagnoses"
        problems.add(kind, "kept", file, row.lesion_id, row.Index)
    if "truth" in files:
        _compare(frame, files["truth"], file, data, problems)
    return frame, file


def _compare(
    frame: pd.DataFrame,
    path: Path,
    file: str,
    data: Path,
    problems: collection.Problems,
) -> None:
    """Refuse labels that differ between both tables; record rows that one lacks."""
    truth = read_ground_truth(path)
    other = frame.set_index("image_id")["dx"]
    known = truth["image_id"].map(other)
    wrong = known.notna() & (known != truth["dx"])
    what = f"labels that disagree with {file}"
    values = truth["image_id"] + " " + truth["dx"] + ", not " + known
    schemas.refuse_rows(what, values[wrong], shown(path), _FIX)
    only_here = truth[known.isna()]
    for line, image_id in only_here["image_id"].items():
        where = finding.relative(path, data)
        problems.add("row in one table only", "left out", where, image_id, line)
    only_there = frame[~frame["image_id"].isin(truth["image_id"])]
    for line, image_id in only_there["image_id"].items():
        problems.add("row in one table only", "kept", file, image_id, line)


def _with_lesions(
    truth: pd.DataFrame, path: Path | None, file: str, problems: collection.Problems
) -> pd.DataFrame:
    """Add lesion_id (and how the diagnosis was confirmed) where ISIC's file has it."""
    if path is None:
        action = "each picture is its own group; splits may tear lesions apart"
        problems.add("lesions unknown", action, file, "no lesion_id in any table")
        return truth.assign(lesion_id=truth["image_id"])
    confirmed = "diagnosis_confirm_type"
    columns = tuple(schemas.LESIONS.columns)
    frame = tables.read_csv_strictly(path, columns, text_columns=(*columns, confirmed))
    schemas.check(schemas.LESIONS, frame, shown(path))
    frame = frame.set_index("image")
    lesion = truth["image_id"].map(frame["lesion_id"])
    for line, image_id in truth["image_id"][lesion.isna()].items():
        problems.add("lesion unknown", "is its own group", file, image_id, line)
    if confirmed in frame:
        how = frame[confirmed].replace(_CONFIRMED_BY)
        truth = truth.assign(dx_type=truth["image_id"].map(how).fillna(""))
    return truth.assign(lesion_id=lesion.fillna(truth["image_id"]))


def _record_unmatched(
    frame: pd.DataFrame,
    pictures: pd.Series,
    masks: pd.Series,
    source: str,
    problems: collection.Problems,
) -> None:
    ids = frame["image_id"]
    for line, image_id in ids[~ids.isin(pictures.index)].items():
        problems.add("row without picture", "left out", source, image_id, line)
    for image_id, file in pictures[~pictures.index.isin(ids)].items():
        problems.add("picture without row", "left out", file, image_id)
    for image_id, file in masks[~masks.index.isin(pictures.index)].items():
        problems.add("mask without picture", "left out", file, image_id)
    if len(masks):
        bare = pictures[pictures.index.isin(ids) & ~pictures.index.isin(masks.index)]
        for image_id, file in bare.items():
            problems.add("picture without mask", "kept without", file, image_id)
