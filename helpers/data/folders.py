"""Folders by part, partition and label for tools that want them: links, not copies."""

import os
import re
import shutil
import unicodedata
from pathlib import Path

import pandas as pd

from helpers.base.errors import TableError
from helpers.base.paths import child_of
from helpers.storage import atomic

PARTS = ("train", "validation", "test")
_COLUMNS = ("image_id", "path", "part", "three_partition_label", "label")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def folder_name(label: str) -> str:
    """Return `label` as a folder name that every system takes.

    Parameters
    ----------
    label : str
        Any text.

    Returns
    -------
    str
        At most 80 characters; never empty, hidden or reserved.

    Examples
    --------
    >>> folder_name("Warts / Molluscum: other?")
    'Warts _ Molluscum_ other_'
    """
    text = unicodedata.normalize("NFC", str(label))
    text = re.sub(r'[\x00-\x1f<>:"/\\|?*\x7f]', "_", text).strip().strip(". ")[:80]
    text = text.rstrip(". ") or "_"
    return f"_{text}" if _RESERVED.match(text) else text


def _check(table: pd.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        raise TableError(f"the table lacks {', '.join(missing)}", where="folders")
    wrong = set(table["part"]) - set(PARTS)
    if wrong:
        what = f"unknown parts: {', '.join(map(str, sorted(wrong, key=str)))}"
        raise TableError(what, where="part", way_out=f"use {', '.join(PARTS)}")
    names: dict[str, str] = {}
    for label in table["label"].unique():
        other = names.setdefault(folder_name(label).casefold(), label)
        if other != label:
            what = f"the labels {label!r} and {other!r} would share a folder"
            raise TableError(what, where="label", way_out="rename one of them")


def _place(source: Path, link: Path) -> str:
    """Let `link` show `source`; return how: "hard link", "symbolic link" or "copy"."""
    try:
        os.link(source, link)  # noqa: PTH200 - Path.hardlink_to reads backwards
        return "hard link"
    except OSError:  # another disk, or a file system without them
        pass
    try:
        link.symlink_to(source.resolve())
        return "symbolic link"
    except OSError:  # Windows without the right to
        with atomic.replacing(link) as partial:
            shutil.copyfile(source, partial)
        return "copy"


def link_into_folders(
    table: pd.DataFrame, source: Path, target: Path
) -> dict[str, int]:
    """Sort pictures into ``<part>/<three partitions>/<label>/``.

    Links take no room and the pictures stay where they are. Called again, what fits is
    left alone and links to what has moved or gone are removed.

    Parameters
    ----------
    table : DataFrame
        Columns image_id, path, part (train, validation or test), label and
        three_partition_label. Rows with an empty path are passed over.
    source : Path
        The folder that `path` is relative to.
    target : Path
        A folder that belongs to this function: what it does not know it removes, if it
        is a picture in its place for pictures.

    Returns
    -------
    dict of str to int
        Counts: ``hard link``, ``symbolic link``, ``copy``, ``kept``, ``removed``,
        ``missing`` (a path without a file).

    Raises
    ------
    TableError
        If a column is missing, a part is unknown, or two labels share a folder name.
    UnsafePathError
        If a path or id would lead out of its folder.
    """
    _check(table)
    counts = dict.fromkeys(
        ("hard link", "symbolic link", "copy", "kept", "removed", "missing"), 0
    )
    wanted: dict[Path, Path] = {}
    rows = table.loc[table["path"].fillna("") != "", list(_COLUMNS)]
    for image_id, path, part, partition, label in rows.itertuples(index=False):
        picture = child_of(source, path)
        names = (part, folder_name(partition), folder_name(label))
        link = target.joinpath(*names, folder_name(image_id) + picture.suffix)
        if picture.is_file():
            wanted[link] = picture
        else:
            counts["missing"] += 1
    for part in PARTS:
        for old in sorted(target.joinpath(part).glob("*/*/*")):
            same = old in wanted and _shows(old, wanted[old])
            if not same:
                old.unlink()
                counts["removed"] += 1
    for link, picture in wanted.items():
        if link.exists():
            counts["kept"] += 1
        else:
            atomic.make_folder(link.parent)
            counts[_place(picture, link)] += 1
    _remove_empty(target)
    return counts


def _shows(link: Path, picture: Path) -> bool:
    """Tell whether `link` is, or is a copy of, `picture`."""
    try:
        if link.samefile(picture):
            return True
        same_size = link.stat().st_size == picture.stat().st_size
        return same_size and link.read_bytes() == picture.read_bytes()
    except OSError:  # a link to a file that has gone
        return False


def _remove_empty(target: Path) -> None:
    for part in PARTS:
        for depth in ("*/*", "*"):
            for folder in target.joinpath(part).glob(depth):
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()
