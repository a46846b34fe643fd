"""A folder of weights as transformers writes it, checked before anything loads it."""

import json
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from helpers.base import paths
from helpers.base.errors import ArtefactDamagedError, DataMissingError, ParameterError
from helpers.data.weights_registry import WEIGHTS
from helpers.storage import hashes, manifests

CONFIG, PROCESSOR = "config.json", "preprocessor_config.json"
TENSORS = "model.safetensors"
FILES = (CONFIG, PROCESSOR, TENSORS)
FETCHED = paths.DATA / "weights"
_PICKLES = (".bin", ".ckpt", ".h5", ".pkl", ".pt", ".pth")


class Architecture(Protocol):
    """A network: its weights in the registry, and what their config.json says."""

    weights: str
    model_type: str


class WeightFolder(NamedTuple):
    """A folder that was checked: what its files say, and the hash of the tensors."""

    path: Path
    config: dict[str, Any]
    processor: dict[str, Any]
    sha256: str


def open_folder(
    text: str, architecture: Architecture, weights_folder: Path | None
) -> WeightFolder:
    """Find weights and check their files.

    Parameters
    ----------
    text : str
        A folder's path; ``""`` for the pretrained weights.
    architecture : Architecture
        What they must be of.
    weights_folder : Path or None
        Where fetched weights lie; ``data/weights`` if None, or if it is not there.

    Returns
    -------
    WeightFolder

    Raises
    ------
    DataMissingError
        If the folder or one of `FILES` is not there: which, from where, how large.
    ArtefactDamagedError
        If a file is no JSON, or not what the folder's manifest lists.
    ParameterError
        If config.json is that of another model.
    """
    if (problem := missing_weights(text, architecture, weights_folder)) is not None:
        raise problem
    path = _folder_of(text, architecture, weights_folder)
    config = _read_json(path / CONFIG)
    if config.get("model_type") != architecture.model_type:
        raise ParameterError(
            f"these weights are of a {config.get('model_type')!r}, not of a "
            f"{architecture.model_type!r}",
            where=paths.shown(path / CONFIG),
            way_out="name the folder of that network, or the encoder it belongs to",
        )
    return WeightFolder(path, config, _read_json(path / PROCESSOR), _checked_hash(path))


def missing_weights(
    text: str, architecture: Architecture, weights_folder: Path | None
) -> DataMissingError | None:
    """Say which files of weights are not there; quick, nothing is read.

    Parameters
    ----------
    text, architecture, weights_folder
        As for `open_folder`.

    Returns
    -------
    DataMissingError or None
        What lacks and how it is brought; None where every file is there.
    """
    path = _folder_of(text, architecture, weights_folder)
    missing = [name for name in FILES if not (path / name).is_file()]
    return _missing(path, missing, architecture, not text) if missing else None


def _folder_of(
    text: str, architecture: Architecture, weights_folder: Path | None
) -> Path:
    here = weights_folder is not None and weights_folder.is_dir()
    where = weights_folder if here else FETCHED
    return paths.resolve(text) if text else where / architecture.weights


def _missing(
    path: Path, missing: list[str], architecture: Architecture, fetched: bool
) -> DataMissingError:
    """Say what lacks, and how it is brought here."""
    what = f"the weights lack {', '.join(missing)}"
    pickles = sorted(p.name for p in path.glob("*") if p.suffix in _PICKLES)
    if TENSORS in missing and pickles:
        what += f" ({', '.join(pickles)} can run code when loaded and is never opened)"
    entry = WEIGHTS[architecture.weights]
    addresses = " , ".join(f.address for f in entry.files if f.name in missing)
    way_out = f"copy them to {path}, from a machine that has them or from where they "
    way_out += f"are published (about {entry.size_mb:g} MB): {addresses}"
    if fetched and path.parent.name == FETCHED.name:
        data = f" --data {paths.shown(path.parents[1])}"
        command = f"python start.py fetch weights{data * (path.parent != FETCHED)}"
        whole_gb = sum(each.size_mb for each in WEIGHTS.values()) / 1000
        all_of_it = f"all pretrained models (about {whole_gb:.1f} GB)"
        way_out = f"`{command}` gets {all_of_it}; or {way_out}"
    return DataMissingError(what, paths.shown(path), way_out)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"the file is no JSON ({error})") from error
    if not isinstance(content, dict):
        raise damaged(path, "the file holds no settings")
    return content


def _checked_hash(path: Path) -> str:
    """Return the tensors' hash; refuse files that the manifest lists otherwise."""
    found = {name: hashes.hash_file(path / name) for name in FILES}
    listed = (manifests.read_manifest(path) or {}).get("files", {})
    for name, digest in found.items():
        if listed.get(name, digest) != digest:
            raise damaged(path / name, "the file is not the one that was fetched")
    return found[TENSORS]


def damaged(path: Path, what: str) -> ArtefactDamagedError:
    """Return the error for a file of weights that cannot be used.

    Parameters
    ----------
    path : Path
        The file or folder.
    what : str
        What is wrong with it.

    Returns
    -------
    ArtefactDamagedError
    """
    way_out = "delete it and bring it anew (`python start.py fetch weights`, or a copy)"
    return ArtefactDamagedError(what, paths.shown(path), way_out)
