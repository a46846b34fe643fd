"""A folder's manifest: the hash of every file in it, and the facts it was made from."""

import json
from pathlib import Path
from typing import Any

from helpers.base.errors import ArtefactDamagedError
from helpers.base.paths import shown
from helpers.storage import atomic, hashes

NAME = "manifest.json"
SCHEMA = 1


def write_manifest(folder: Path, **facts: Any) -> dict[str, Any]:
    """Write ``manifest.json``: facts, and the hash of every file below `folder`.

    Write it last: whoever reads the folder trusts what the manifest lists.

    Parameters
    ----------
    folder : Path
        The folder; hidden files and the manifest itself are left out.
    **facts : object
        What the folder was made from, in words of JSON: seed, code hash, settings.

    Returns
    -------
    dict
        ``{"schema": 1, **facts, "files": {relative path: sha256}}``, as written.

    Raises
    ------
    ValueError
        If a fact is called ``schema`` or ``files``, or holds NaN or infinity.
    DiskError
        If the disk is full or read-only.
    """
    if taken := {"schema", "files"} & facts.keys():
        raise ValueError(f"the manifest itself writes {sorted(taken)}")
    manifest = {"schema": SCHEMA, **facts, "files": _hashes_of(folder)}
    atomic.write_json(folder / NAME, manifest)
    return manifest


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of `folder`.

    Parameters
    ----------
    folder : Path
        Need not exist.

    Returns
    -------
    dict or None
        What `write_manifest` wrote; None where there is no manifest.

    Raises
    ------
    ArtefactDamagedError
        If it is cut, no manifest, or of another schema.
    """
    path = folder / NAME
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"is no JSON ({error})") from error
    if not isinstance(manifest, dict) or not _is_file_list(manifest.get("files")):
        raise _damaged(path, "does not list files and their hashes")
    if manifest.get("schema") != SCHEMA:
        raise _damaged(path, f"has schema {manifest.get('schema')!r}, not {SCHEMA}")
    return manifest


def check_manifest(folder: Path) -> list[str]:
    """Compare the files below `folder` with its manifest, by content.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of str
        One line per difference (missing, changed, extra), sorted by path; empty where
        all is as written.

    Raises
    ------
    ArtefactDamagedError
        If the manifest itself cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return [f"{NAME} is missing"]
    listed, found = manifest["files"], _hashes_of(folder)
    differences = []
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            differences.append(f"{name} is missing")
        elif name not in listed:
            differences.append(f"{name} is extra")
        elif listed[name] != found[name]:
            differences.append(f"{name} is changed")
    return differences


def _hashes_of(folder: Path) -> dict[str, str]:
    found = hashes.hash_folder(folder)
    found.pop(NAME, None)
    return found


def _is_file_list(files: object) -> bool:
    return isinstance(files, dict) and all(isinstance(v, str) for v in files.values())


def _damaged(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the manifest {what}",
        where=shown(path),
        way_out="delete the file; the folder is then made again",
    )
