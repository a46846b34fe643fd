"""Weights of Keras backbones: where a file lies, and whether it is there.

Imports no framework, so that the runner can ask before any notebook starts.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from helpers.base import paths
from helpers.base.errors import DataMissingError, ParameterError, ProjectError
from helpers.data.weights_registry import WEIGHTS, Weights

IMAGENET, NONE = "imagenet", "none"
"""Words for `weights`: the published file, and random numbers; else it is a path."""

BACKBONES = tuple(
    entry.name.removeprefix("keras-")
    for entry in WEIGHTS.values()
    if entry.framework == "keras"
)
"""Names of the backbones whose weights are registered."""

FETCHED = paths.DATA / "weights"
_SUFFIX = ".h5"


def registered(name: str) -> Weights:
    """Return the registry's entry of a backbone.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.

    Returns
    -------
    Weights

    Raises
    ------
    ParameterError
        If there is no such backbone; the nearest one is suggested.
    """
    if name not in BACKBONES:
        near = get_close_matches(name, BACKBONES, 3, 0.3) or BACKBONES
        way_out = f"did you mean {' or '.join(near)}?"
        raise ParameterError(f"unknown backbone {name!r}", "backbones", way_out)
    return WEIGHTS[f"keras-{name}"]


def weights_file(name: str, weights: str, data: Path | None = None) -> Path | None:
    """Return the file that holds a backbone's weights; it need not be there.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.
    weights : str
        ``"imagenet"``: the published file, fetched to ``<data>/weights/<registry
        name>/`` (``data/weights`` where that is no folder); ``"none"``; or the path of
        an ``.h5`` file, or of a folder with ``<registry name>/<published name>``.
    data : Path, optional
        The data folder.

    Returns
    -------
    Path or None
        None for ``"none"``.

    Raises
    ------
    ParameterError
        If the backbone is unknown, or `weights` neither a word, a folder nor ``.h5``.
    """
    entry = registered(name)
    if weights == NONE:
        return None
    if weights == IMAGENET:
        folder = data / FETCHED.name if data is not None else FETCHED
        folder = folder if folder.is_dir() else FETCHED
    else:
        folder = paths.resolve(weights)
    if weights == IMAGENET or folder.is_dir():
        return folder / entry.name / entry.files[0].name
    if folder.suffix != _SUFFIX:
        raise ParameterError(
            "weights are read from HDF5 files (.h5 or .weights.h5) alone; other files "
            "can run code when loaded and are never opened",
            where=weights or "weights",
            way_out=f"name an .h5 file, a folder of them, {IMAGENET!r} or {NONE!r}",
        )
    return folder


def missing_weights(
    names: Sequence[str], weights: str, data: Path | None = None
) -> list[ProjectError]:
    """Say which backbones cannot get their weights; quick, nothing is read.

    Parameters
    ----------
    names : sequence of str
        Backbones.
    weights, data
        As for `weights_file`.

    Returns
    -------
    list of ProjectError
        One for each unknown backbone or missing file, with what brings it here.
    """
    problems: list[ProjectError] = []
    for name in names:
        try:
            path = weights_file(name, weights, data)
        except ParameterError as error:
            problems.append(error)
            continue
        if path is not None and not path.is_file():
            problems.append(_missing(name, path, weights))
        elif path is not None and path == paths.resolve(weights) and len(names) > 1:
            what = f"one file cannot be the weights of {len(names)} backbones"
            way_out = "name a folder with <registry name>/<published file name> in it"
            return [ParameterError(what, paths.shown(path), way_out)]
    # The same wrong path said once for each backbone would help nobody.
    return list({str(problem): problem for problem in problems}.values())


def _missing(name: str, path: Path, weights: str) -> DataMissingError:
    """Say what lacks, and how it is brought here."""
    entry = registered(name)
    what = f"the weights of {name} are not there"
    way_out = f"copy the file to {path}, from a machine that has it or from where it "
    way_out += f"is published (about {entry.size_mb:g} MB): {entry.files[0].address}"
    if weights == IMAGENET:
        where = path.parents[2]
        data = f" --data {paths.shown(where)}" * (where != paths.DATA)
        command = f"`python start.py fetch weights{data}` gets all pretrained models"
        way_out = f"{command}; or {way_out}; or set weights to {NONE!r}"
    return DataMissingError(what, paths.shown(path), way_out)
