"""The sample data folder: drawn from a seed, kept while nothing has changed.

Finding out that nothing has changed needs neither OpenCV nor pandas; they are imported
when there is something to draw.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.base.errors import ArtefactDamagedError
from helpers.data.sample.planting import folders
from helpers.storage import hashes, manifests

_NOT_DRAWING = {f"sample/web/{name}.py" for name in ("answers", "server", "truth")}
_BESIDES = ("base/seeds.py", "data/dermnet_classes.py", "images/colour.py")
"""Modules outside this package that decide what is drawn, too."""
_MAX_JOBS = 8


@dataclass(frozen=True)
class SampleSummary:
    """What was drawn.

    Parameters
    ----------
    folder : Path
        Where it lies.
    n_pictures : dict of str to int
        Data set -> pictures.
    n_bytes : int
        Of all files.
    seconds : float
        How long it took.
    """

    folder: Path
    n_pictures: dict[str, int]
    n_bytes: int
    seconds: float


def write_sample(
    folder: Path, seed: int = 42, n_jobs: int | None = None
) -> SampleSummary:
    """Draw all three sample data sets, whole or not at all.

    Parameters
    ----------
    folder : Path
        The data folder to be; one that holds sample data is replaced.
    seed : int, optional
        The same seed draws the same files on the same machine, whatever `n_jobs`.
    n_jobs : int, optional
        Processes that draw; one per usable core (at most 8) unless said.

    Returns
    -------
    SampleSummary
        Counts, bytes and seconds.

    Raises
    ------
    ParameterError
        If `folder` holds something that is no sample data.
    DiskError
        If the disk is full or read-only; `folder` is then as it was.
    """
    folder = Path(folder).absolute()
    with folders.locked(folder):
        return _write(folder, seed, n_jobs or _usable_cores())


def ensure_sample(folder: Path, seed: int = 42) -> bool:
    """Draw the sample data unless it is there, whole, from this seed and this code.

    Parameters
    ----------
    folder : Path
        The data folder.
    seed : int, optional
        The sample's seed.

    Returns
    -------
    bool
        True if it was drawn now, False if it was up to date.

    Raises
    ------
    ParameterError
        If `folder` holds something that is no sample data.
    DiskError
        If the disk is full or read-only.
    """
    folder = Path(folder).absolute()
    if is_up_to_date(folder, seed):
        return False
    with folders.locked(folder):
        if is_up_to_date(folder, seed):  # somebody else drew it while we waited
            return False
        _write(folder, seed, _usable_cores())
    return True


def is_up_to_date(folder: Path, seed: int) -> bool:
    """Say whether the sample data is there, whole, from this seed and this code.

    Parameters
    ----------
    folder : Path
        The data folder.
    seed : int
        The sample's seed.

    Returns
    -------
    bool
        False as soon as one drawn file is missing or changed; further files do not
        matter.
    """
    try:
        manifest = manifests.read_manifest(folder)
    except ArtefactDamagedError:
        return False
    if manifest is None or not manifest.items() >= _facts(seed).items():
        return False
    names = list(manifest["files"])
    try:
        found = hashes.hash_files([folder / name for name in names])
    except OSError:
        return False
    return found == list(manifest["files"].values())


def _facts(seed: int) -> dict[str, Any]:
    here = Path(__file__).parent
    names = {path.relative_to(here.parent).as_posix() for path in here.rglob("*.py")}
    paths = [here.parent / name for name in sorted(names - _NOT_DRAWING)]
    paths += [here.parents[1] / name for name in _BESIDES]
    sources = [hashes.hash_file(path) for path in paths]
    return {"seed": seed, "code": hashes.hash_json(sources)}


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return min(_MAX_JOBS, len(os.sched_getaffinity(0)))
    return min(_MAX_JOBS, os.cpu_count() or 1)


def _write(folder: Path, seed: int, n_jobs: int) -> SampleSummary:
    from helpers.data.sample.planting import data_sets

    start = time.perf_counter()
    facts = _facts(seed)  # before: who edits the code meanwhile gets a new drawing
    with folders.replacing(folder) as partial:
        n_pictures = data_sets.draw_data_sets(partial, seed, n_jobs)
        manifests.write_manifest(partial, **facts)
        n_bytes = sum(path.stat().st_size for path in hashes.list_files(partial))
    seconds = time.perf_counter() - start
    return SampleSummary(folder, n_pictures, n_bytes, seconds)
