"""Where the files of a data set lie: the public archives' layouts, found by name.

Standard library only, so that the command line can say what is there in no time.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.base.errors import DataMissingError
from helpers.base.paths import shown

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"}
)
"""Endings of files that count as pictures; decoding goes by content, not by these."""

_HAM_TABLES = {
    "metadata": ("HAM10000_metadata.csv", "HAM10000_metadata.tab", "HAM10000_metadata"),
    "truth": ("GroundTruth.csv", "ISIC2018_Task3_Training_GroundTruth.csv"),
    "lesions": ("ISIC2018_Task3_Training_LesionGroupings.csv",),
}
_HAM_PICTURES = (
    "images",
    "HAM10000_images_part_1",
    "HAM10000_images_part_2",
    "ISIC2018_Task3_Training_Input",
)
_HAM_MASKS = (
    "masks",
    "HAM10000_segmentations_lesion_tschandl",
    "ISIC2018_Task1_Training_GroundTruth",
)


@dataclass(frozen=True)
class Layout:
    """The files of one data set that were found; a role not found is left out.

    Parameters
    ----------
    tables : dict of str to Path
        Role (``"metadata"``, ``"truth"``, ``"lesions"``) -> table.
    pictures : tuple of Path
        Folders with pictures.
    masks : tuple of Path
        Folders with masks.
    """

    tables: dict[str, Path] = field(default_factory=dict)
    pictures: tuple[Path, ...] = ()
    masks: tuple[Path, ...] = ()


def require_data_folder(data: Path, way_out: str) -> None:
    """Refuse a data folder that is missing, a file, not readable or empty.

    Parameters
    ----------
    data : Path
        What ``--data`` names.
    way_out : str
        The page or command that gets the data.

    Raises
    ------
    DataMissingError
        With what is wrong and `way_out`.
    """
    if not data.exists():
        problem = "the data folder does not exist"
    elif not data.is_dir():
        problem = "the data folder is a file"
    else:
        try:
            with os.scandir(data) as entries:
                problem = "" if next(entries, None) else "the data folder is empty"
        except OSError as error:
            problem = f"the data folder cannot be read ({error.strerror})"
    if problem:
        raise DataMissingError(problem, where=shown(data), way_out=way_out)


def find_layout(name: str, data: Path) -> Layout:
    """Find the files of a data set below `data`, whatever the case of their names.

    Parameters
    ----------
    name : str
        ``"dermnet"``, ``"fitzpatrick17k"`` or ``"ham10000"``.
    data : Path
        The data folder; may be missing.

    Returns
    -------
    Layout
        What was found; empty where nothing was.
    """
    return _FINDERS[name](data)


def list_pictures(folder: Path) -> tuple[list[str], dict[str, str]]:
    """List the pictures that lie directly in `folder`.

    Parameters
    ----------
    folder : Path
        Where to look. Folders inside are not entered, so no link can loop.

    Returns
    -------
    names : list of str
        File names with a picture's ending, sorted; hidden ones (and so partial ones)
        are passed over.
    odd : dict of str to str
        What could not be used -> why: a folder, a broken or looping link, a name
        that is no text.

    Raises
    ------
    DataMissingError
        If the folder cannot be read.
    """
    names, odd = [], {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if reason := _reason_to_skip(entry):
                    odd[entry.name.encode(errors="replace").decode()] = reason
                elif _is_picture_name(entry.name):
                    names.append(entry.name)
    except OSError as error:
        raise DataMissingError(
            f"the folder cannot be read ({error.strerror})",
            where=shown(folder),
            way_out="allow reading it",
        ) from error
    return sorted(names), dict(sorted(odd.items()))


def list_class_folders(folder: Path) -> list[Path]:
    """List the folders directly in `folder`, sorted, without hidden ones.

    Parameters
    ----------
    folder : Path
        A ``train`` folder.

    Returns
    -------
    list of Path
        The class folders; a link to a folder counts, a looping one does not.
    """
    return sorted(path for path in _entries(folder) if _is_folder(path))


def _is_picture_name(name: str) -> bool:
    hidden = name.startswith(".")
    return not hidden and os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122 - 10,000 times


def _reason_to_skip(entry: os.DirEntry) -> str:
    if entry.name.startswith("."):
        return ""
    try:
        entry.name.encode()
        if entry.is_dir():
            return "a folder where pictures are expected"
        if _is_picture_name(entry.name) and not entry.is_file():
            return "a link that leads nowhere"
    except UnicodeEncodeError:
        return "a file name that is no valid text"
    except OSError as error:
        return f"a file that cannot be read ({error.strerror})"
    return ""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return


def _named(folder: Path, names: Sequence[str]) -> list[Path]:
    """Entries of `folder` called like one of `names`, in any case, `names`' order."""
    by_name: dict[str, list[Path]] = {}
    for path in sorted(_entries(folder)):
        by_name.setdefault(path.name.casefold(), []).append(path)
    return [path for name in names for path in by_name.get(name.casefold(), [])]


def _folders(folder: Path, names: Sequence[str]) -> tuple[Path, ...]:
    return tuple(path for path in _named(folder, names) if _is_folder(path))


def _find_dermnet(data: Path) -> Layout:
    for root in (*_folders(data, ["dermnet"]), data):
        if found := _folders(root, ["train"]):
            return Layout(pictures=found[:1])
    return Layout()


def _find_fitzpatrick17k(data: Path) -> Layout:
    roots = (*_folders(data, ["fitzpatrick17k"]), data)
    tables = [t for root in roots for t in _named(root, ["fitzpatrick17k.csv"])]
    pictures = [p for root in roots[:-1] for p in _folders(root, ["images"])]
    return Layout({"metadata": tables[0]} if tables else {}, tuple(pictures))


def _find_ham10000(data: Path) -> Layout:
    for root in (*_folders(data, ["ham10000"]), data):
        # The ISIC archive unpacks its tables into folders named like them.
        inner = _folders(root, [Path(names[-1]).stem for names in _HAM_TABLES.values()])
        tables = {}
        for role, names in _HAM_TABLES.items():
            found = [t for place in (root, *inner) for t in _named(place, names)]
            if files := [table for table in found if table.is_file()]:
                tables[role] = files[0]
        pictures, masks = _folders(root, _HAM_PICTURES), _folders(root, _HAM_MASKS)
        if tables or (pictures and root != data):
            return Layout(tables, pictures, masks)
    return Layout()


_FINDERS = {
    "dermnet": _find_dermnet,
    "fitzpatrick17k": _find_fitzpatrick17k,
    "ham10000": _find_ham10000,
}
