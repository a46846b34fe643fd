"""Pretrained weights in a folder that a class room without network can copy."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import tenacity

from helpers.base import progress
from helpers.base.errors import ArtefactDamagedError, DataMissingError
from helpers.base.paths import child_of
from helpers.data.connections import Resolve
from helpers.data.fetch_errors import FetchError
from helpers.data.http import Client, Limits
from helpers.data.partials import Partial
from helpers.data.weights_registry import WEIGHTS, WeightFile, Weights, choose
from helpers.storage import atomic, hashes, manifests

LIMITS = Limits(connect_s=10, read_s=30, total_s=3600, max_bytes=2 * 2**30)
"""The largest file, DINOv2 large, has about 1.2 GB."""

N_TRIES = 5
WAIT_S = 1.0
"""The first wait between two tries is drawn from 0 to this; later ones from more."""


def fetch_weights(
    folder: Path,
    names: Sequence[str] = (),
    resolve: Resolve | None = None,
    limits: Limits = LIMITS,
) -> dict[str, str]:
    """Fetch pretrained weights into ``<folder>/<name>/``, each with a manifest.

    What is there with the hashes of its manifest is left alone; a file cut short by
    a kill is continued.

    Parameters
    ----------
    folder : Path
        Where all weights live.
    names : sequence of str, optional
        Keys of `WEIGHTS`; all where there are none.
    resolve : mapping of str to (str, int), optional
        Hosts to connect to at a given place.
    limits : Limits, optional
        What one file may cost.

    Returns
    -------
    dict of str to str
        Name -> ``"fetched"`` or ``"already there"``.

    Raises
    ------
    ParameterError
        If a name is unknown.
    DataMissingError
        If a file cannot be got; what was finished before stays.
    ArtefactDamagedError
        If a file has not the MD5 its publisher states.
    DiskError
        If the disk is full or read-only.
    """
    chosen = choose(names)
    client = Client(limits, resolve)
    try:
        return {
            weights.name: _fetch_model(client, weights, child_of(folder, weights.name))
            for weights in progress.track(chosen, "weights", unit="models")
        }
    finally:
        client.close()


def _fetch_model(client: Client, weights: Weights, here: Path) -> str:
    known = _recorded(here)
    fetched = 0
    for file in weights.files:
        path = child_of(here, file.name)
        if path.is_file() and known.get(file.name) == hashes.hash_file(path):
            continue
        atomic.make_folder(here)
        _fetch_file(client, file, path)
        # After every file: a kill in the third does not cost the second.
        manifests.write_manifest(here, licence=weights.licence)
        fetched += 1
    return "fetched" if fetched else "already there"


def _recorded(here: Path) -> dict[str, str]:
    try:
        return (manifests.read_manifest(here) or {}).get("files", {})
    except ArtefactDamagedError:  # a cut manifest proves nothing: fetched again
        return {}


def _fetch_file(client: Client, file: WeightFile, path: Path) -> None:
    on_its_way = path.with_name(f".{path.name}{atomic.PARTIAL_SUFFIX}")
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: getattr(e, "retry", False)),
        stop=tenacity.stop_after_attempt(N_TRIES),
        wait=tenacity.wait_random_exponential(WAIT_S, 30),
        reraise=True,
    )
    try:
        retrying(client.fetch, file.address, on_its_way)
    except FetchError as error:
        raise DataMissingError(
            f"{path.parent.name}/{path.name} was not got: {error.reason}, {error.what}",
            where=error.where,
            way_out="fetch again, or copy the folder from a machine that has it",
        ) from error
    if file.md5 and _md5(on_its_way) != file.md5:
        Partial(on_its_way, file.address).forget()
        what = "the file has not the MD5 that its publisher states; it was removed"
        raise ArtefactDamagedError(what, file.address, "fetch again")
    with atomic.disk_errors(path.parent):
        with on_its_way.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(on_its_way, path)  # noqa: PTH105 - atomic everywhere
    Partial(on_its_way, file.address).forget()


def _md5(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(
            handle, lambda: hashlib.md5(usedforsecurity=False)
        ).hexdigest()


def cached_weights(folder: Path) -> dict[str, bool]:
    """Tell which weights are there.

    Quick enough for `doctor`: presence and manifest, no hash of a gigabyte.

    Parameters
    ----------
    folder : Path
        Where all weights live; need not exist.

    Returns
    -------
    dict of str to bool
        Name -> whether each of its files is there and in its manifest.
    """
    return {name: _is_cached(folder / name, entry) for name, entry in WEIGHTS.items()}


def _is_cached(here: Path, weights: Weights) -> bool:
    known = _recorded(here)
    names = [file.name for file in weights.files]
    return all(name in known and (here / name).is_file() for name in names)
