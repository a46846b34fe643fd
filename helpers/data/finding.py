"""Pictures found by name: which file belongs to which id, and what is odd about it."""

import unicodedata
from pathlib import Path

import pandas as pd

from helpers.data import layout
from helpers.data.collection import Problems


def find_pictures(
    folders: tuple[Path, ...], data: Path, problems: Problems
) -> pd.Series:
    """Find the pictures of some folders by the stem of their names.

    Parameters
    ----------
    folders : tuple of Path
        Looked through in order; a name met again is passed over and recorded.
    data : Path
        The data folder.
    problems : Problems
        Records what could not be used.

    Returns
    -------
    Series of str
        Path relative to `data` -> indexed by the file name without its ending.
    """
    found: dict[str, str] = {}
    for folder in folders:
        names, odd = layout.list_pictures(folder)
        place = relative(folder, data)
        for name, reason in odd.items():
            problems.add(reason, "passed over", f"{place}/{name}")
        record_alike(names, place, problems)
        again = [name for name in names if name.rsplit(".", 1)[0] in found]
        if names and len(again) == len(names):
            detail = f"{len(names)} pictures that another folder holds already"
            problems.add("folder twice", "passed over", place, detail)
            continue
        for name in names:
            stem, file = name.rsplit(".", 1)[0], f"{place}/{name}"
            if stem in found:
                problems.add("picture twice", "passed over", file, found[stem])
            else:
                found[stem] = file
    index = pd.Index(list(found), dtype="str")
    return pd.Series(list(found.values()), index=index, dtype="str")


def look_up(ids: pd.Series, found: pd.Series) -> pd.Series:
    """Return the path that belongs to each id.

    Parameters
    ----------
    ids : Series of str
        One per row.
    found : Series of str
        As `find_pictures` returns it.

    Returns
    -------
    Series of str
        Indexed as `ids`; ``""`` where there is none.
    """
    return ids.map(found).astype("str").fillna("")


def relative(path: Path, data: Path) -> str:
    """Return `path` as seen from the data folder, with forward slashes.

    Parameters
    ----------
    path : Path
        Lies in `data`.
    data : Path
        The data folder.

    Returns
    -------
    str
        Relative path.
    """
    return path.relative_to(data).as_posix()


def record_alike(names: list[str], place: str, problems: Problems) -> None:
    """Record names that differ only by case or by Unicode form; they are kept apart.

    Parameters
    ----------
    names : list of str
        Names within one folder.
    place : str
        That folder, relative to the data folder.
    problems : Problems
        Records each name after the first.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if first != name:
            problems.add(
                "names that some systems take for one",
                "kept apart",
                f"{place}/{name}",
                first,
            )
