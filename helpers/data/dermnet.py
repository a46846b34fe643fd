"""DermNet as Kaggle hands it out: one folder of pictures per class."""

from pathlib import Path

import pandas as pd

from helpers.base.errors import DataMissingError, TableError
from helpers.base.paths import shown
from helpers.data import collection, finding, layout
from helpers.data.dermnet_classes import CLASSES, plain_name


def load(
    data: Path, licence: str, way_out: str, strict: bool = False
) -> collection.Collection:
    """Read the class folders into one tidy table.

    Parameters
    ----------
    data : Path
        Holds ``dermnet/train/<class>/`` or ``train/<class>/``.
    licence : str
        Goes into every row.
    way_out : str
        How to get the data set, for the error.
    strict : bool, optional
        Refuse what would otherwise be recorded in the table of problems.

    Returns
    -------
    Collection
        ``label`` is the name of the class folder; ``image_id`` is the class folder
        and the file name, for DermNet repeats file names across classes.

    Raises
    ------
    DataMissingError
        If there is no ``train`` folder or no picture in it.
    TableError
        If a folder is none of the 23 classes.

    Notes
    -----
    Only ``train`` is read, as in the published clustering project: 15,557 pictures.
    """
    found = layout.find_layout("dermnet", data)
    if not found.pictures:
        raise DataMissingError("DermNet is not there", shown(data), way_out)
    train = found.pictures[0]
    problems = collection.Problems("dermnet")
    folders = layout.list_class_folders(train)
    _refuse_unknown(folders, train)
    names = [folder.name for folder in folders]
    finding.record_alike(names, finding.relative(train, data), problems)
    table = _table([_pictures_of(f, data, problems) for f in folders], licence)
    if table.empty:
        raise DataMissingError("DermNet has no pictures", shown(train), way_out)
    return collection.finish(table, problems, data, strict)


def _refuse_unknown(folders: list[Path], train: Path) -> None:
    known = {plain_name(name) for name in CLASSES}
    unknown = [f.name for f in folders if plain_name(f.name) not in known]
    if unknown:
        raise TableError(
            f"folders that are none of DermNet's 23 classes: {unknown[:5]}",
            where=shown(train),
            way_out="rename them as data/README.md spells them, or move them away",
        )


def _pictures_of(
    folder: Path, data: Path, problems: collection.Problems
) -> pd.DataFrame:
    names, odd = layout.list_pictures(folder)
    place = finding.relative(folder, data)
    for name, reason in odd.items():
        problems.add(reason, "passed over", f"{place}/{name}")
    finding.record_alike(names, place, problems)
    if not names:
        problems.add("class without pictures", "left out", place)
    ids = [f"{folder.name}/{name}" for name in names]
    paths = [f"{place}/{name}" for name in names]
    frame = pd.DataFrame({"image_id": ids, "path": paths}, dtype="str")
    return frame.assign(label=folder.name)


def _table(parts: list[pd.DataFrame], licence: str) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({"image_id": []})
    frame = pd.concat(parts, ignore_index=True)
    group = frame["image_id"]
    return collection.tidy(frame, group=group, source="dermnet", licence=licence)
