"""The command `fetch`: real data sets and weights, as far as their licences allow."""

import secrets
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from helpers.base import paths
from helpers.base.errors import DataMissingError, ParameterError, UnsafePathError
from helpers.data import catalogue as data_sets
from helpers.data import layout
from helpers.series import commands, readiness
from helpers.storage import atomic, hashes

WEIGHTS = "weights"
"""Folder of all weights below the data folder; copy it to a class room."""

_MAX_WRAPPINGS = 3
_N_REASONS = 8


def fetch(
    what: str,
    data: str | None = None,
    archive: str | None = None,
    resolve: Mapping[str, tuple[str, int]] | None = None,
) -> int:
    """Get a data set or the weights.

    Parameters
    ----------
    what : str
        ``"ham10000"``, ``"dermnet"``, ``"fitzpatrick17k"`` or ``"weights"``.
    data : str, optional
        The data folder; the project's own unless told otherwise.
    archive : str, optional
        An archive that the person downloaded.
    resolve : mapping of str to (str, int), optional
        Hosts to connect to at a given place.

    Returns
    -------
    int
        0 if it is there, 1 if nothing could be downloaded.

    Raises
    ------
    DataMissingError
        If an archive or a table is needed first; names the page and what to type.
    ProjectError
        If the archive is unsafe, damaged or holds something else, or the disk is full.
    """
    folder = Path(commands.from_here(data) or paths.DATA)
    if what == WEIGHTS:
        if archive:
            way_out = f"unpack it into {paths.shown(folder / WEIGHTS)} by hand"
            raise ParameterError("weights come from no archive", "--archive", way_out)
        return _fetch_weights(folder / WEIGHTS, resolve)
    if archive:
        return _unpack(what, folder, Path(commands.from_here(archive) or archive))
    if what == "fitzpatrick17k":
        return _download(folder, resolve)
    if data_sets.present(folder)[what] == "complete":
        print(f"{what} is there: {paths.shown(folder)}")
        return 0
    raise _instructions(what, folder)


def _instructions(what: str, folder: Path) -> DataMissingError:
    """Say which page to visit and what to type then."""
    one = data_sets.DATASETS[what]
    here = "" if folder == paths.DATA else f" --data {paths.shown(folder)}"
    return DataMissingError(
        f"{one.title} is not to be had without visiting its page",
        where=paths.shown(folder),
        way_out=f"{one.way_out}{here}",
    )


def _fetch_weights(folder: Path, resolve: Mapping[str, tuple[str, int]] | None) -> int:
    from helpers.data import weights  # the HTTP client

    for name, fate in weights.fetch_weights(folder, resolve=resolve).items():
        print(f"{name}: {fate}")
    print(f"Done: copy {paths.shown(folder)} to where there is no network")
    return 0


def _download(data: Path, resolve: Mapping[str, tuple[str, int]] | None) -> int:
    """Fetch the pictures of the table that lie where their addresses say."""
    from helpers.data import download  # pandas and the HTTP client

    if data_sets.present(data)["fitzpatrick17k"] == readiness.ABSENT:
        raise _instructions("fitzpatrick17k", data)
    table = data_sets.load("fitzpatrick17k", data).table
    target = data / data_sets.DATASETS["fitzpatrick17k"].folder / "images"
    fates = download.fetch_all(table, target, resolve=resolve)
    counts = Counter(fates["fate"])
    print(", ".join(f"{n:,} {fate.replace('_', ' ')}" for fate, n in counts.items()))
    reasons = Counter(fates.loc[fates["fate"] == "failed", "reason"])
    for reason, n in reasons.most_common(_N_REASONS):
        print(f"  {n:,} x {reason}")
    print("Run it again to try those that failed; notebook 02_download tells them all")
    return int(counts["failed"] == len(fates) > 0)


def _unpack(what: str, data: Path, archive: Path) -> int:
    """Unpack an archive beside its place, find the data set in it, move it in."""
    from helpers.data import archives

    atomic.make_folder(data)
    beside = data / f".{secrets.token_hex(8)}{atomic.PARTIAL_SUFFIX}"
    inside = beside / data_sets.DATASETS[what].folder
    try:
        archives.unpack(archive, inside)
        with atomic.disk_errors(data):
            _unpack_inner(inside)
            _remove_traces_of_macos(inside)
            if not _find_in(what, beside, inside):
                raise DataMissingError(
                    f"the archive holds no {data_sets.DATASETS[what].title}",
                    where=paths.shown(archive),
                    way_out=f"{data_sets.DATASETS[what].way_out}; data/README.md "
                    "shows the layouts that are read; nothing was changed",
                )
            _move_in(inside, data / inside.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    one = next(one for one in data_sets.survey(data) if one.name == what)
    print(f"{what}: {one.status}, {one.n_pictures:,} pictures, {one.n_masks:,} masks")
    print(f"Next: python start.py run --profile laptop --data {paths.shown(data)}")
    return 0


def _remove_traces_of_macos(folder: Path) -> None:
    """Remove what the Finder packs beside everything: it hides the wrapping folder."""
    for path in list(folder.rglob("__MACOSX")):
        shutil.rmtree(path, ignore_errors=True)
    for path in list(folder.rglob(".DS_Store")):
        path.unlink()


def _unpack_inner(folder: Path) -> None:
    """Unpack the archives in an archive: Dataverse gives HAM10000 as zips in a zip."""
    from helpers.data import archives

    for path in sorted(folder.rglob("*.zip")):
        target = path.with_suffix("")
        archives.unpack(path, target)
        path.unlink()
        _unwrap(target, only=target.name)


def _find_in(what: str, beside: Path, inside: Path) -> bool:
    """Take off folders that just wrap the data set, until it is found."""
    for _ in range(_MAX_WRAPPINGS + 1):
        if layout.find_layout(what, beside) != layout.Layout():
            return True
        if not _unwrap(inside):
            return False
    return False


def _unwrap(folder: Path, only: str = "") -> bool:
    """Put the one folder in `folder`, if it is the one entry, in its place."""
    entries = list(folder.iterdir())
    if len(entries) != 1 or not entries[0].is_dir():
        return False
    if only and entries[0].name != only:
        return False
    aside = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    entries[0].rename(aside)
    folder.rmdir()
    aside.rename(folder)
    return True


def _move_in(source: Path, target: Path) -> None:
    """Move what was unpacked to its place; what is there already is never replaced."""
    if not target.exists():
        source.rename(target)
        return
    entries = sorted(source.iterdir())
    taken = [
        entry.name
        for entry in entries
        if (target / entry.name).exists() and not _same(entry, target / entry.name)
    ]
    if taken:
        raise UnsafePathError(
            f"{', '.join(taken)} would be replaced; nothing was changed",
            where=paths.shown(target),
            way_out="move it away, or name another --data",
        )
    for entry in entries:
        if not (target / entry.name).exists():
            entry.rename(target / entry.name)


def _same(one: Path, other: Path) -> bool:
    if one.is_dir() and other.is_dir():
        return hashes.hash_folder(one) == hashes.hash_folder(other)
    if one.is_file() and other.is_file():
        return hashes.hash_file(one) == hashes.hash_file(other)
    return False
