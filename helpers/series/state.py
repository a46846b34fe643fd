"""The run folder: where things lie in it, and ``run.json``, what is known about it."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from helpers.base.errors import ArtefactDamagedError
from helpers.storage import atomic, hashes, manifests

SCHEMA = 1
RUN = "run.json"
DONE, UP_TO_DATE, FAILED, SKIPPED = "done", "up-to-date", "failed", "skipped"


@dataclass(frozen=True)
class Record:
    """What ``run.json`` says about one notebook.

    Parameters
    ----------
    status : str
        ``"done"``, ``"up-to-date"``, ``"failed"`` or ``"skipped"``.
    seconds : float, optional
        From the start of its kernel to its page; of the last time it ran.
    kernel_seconds : float, optional
        In its cells alone.
    hash : str, optional
        Key of what its results on disk were made from; "" where they are not whole.
    manifest : str, optional
        Hash of the manifest those results had: results that somebody else wrote since,
        in JupyterLab with other values, are not taken for them.
    error : str, optional
        Why it failed or was skipped.
    """

    status: str
    seconds: float = 0.0
    kernel_seconds: float = 0.0
    hash: str = ""
    manifest: str = ""
    error: str = ""


def read_records(out: Path) -> dict[str, Record]:
    """Read what the last run knew.

    Parameters
    ----------
    out : Path
        The run folder; may be missing.

    Returns
    -------
    dict of str to Record
        Notebook -> record. Empty where ``run.json`` is missing, cut or of another
        schema: then nothing is known, and everything runs again.
    """
    try:
        content = json.loads((out / RUN).read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            return {}
        known = {field.name for field in fields(Record)}
        return {
            str(name): Record(**{k: v for k, v in entry.items() if k in known})
            for name, entry in content["notebooks"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_records(out: Path, facts: dict[str, Any], records: dict[str, Record]) -> None:
    """Write ``run.json``, whole or not at all.

    Parameters
    ----------
    out : Path
        The run folder.
    facts : dict
        Profile, data, seed, seconds, device, versions, git_commit.
    records : dict of str to Record
        Notebook -> record.

    Raises
    ------
    DiskError
        If it cannot be written; the one before is then intact.
    """
    notebooks = {name: asdict(record) for name, record in records.items()}
    atomic.write_json(out / RUN, {"schema": SCHEMA, **facts, "notebooks": notebooks})


def work_folder(out: Path) -> Path:
    """Return where unfinished things lie; nobody reads them as results.

    Parameters
    ----------
    out : Path
        The run folder.

    Returns
    -------
    Path
        ``<out>/.work``.
    """
    return out / ".work"


def executed_path(out: Path, name: str) -> Path:
    """Return where the executed notebook lies.

    Parameters
    ----------
    out : Path
        The run folder.
    name : str
        The notebook.

    Returns
    -------
    Path
        ``<out>/notebooks/<name>.ipynb``.
    """
    return out / "notebooks" / f"{name}.ipynb"


def page_path(out: Path, name: str) -> Path:
    """Return where the page of a notebook lies.

    Parameters
    ----------
    out : Path
        The run folder.
    name : str
        The notebook.

    Returns
    -------
    Path
        ``<out>/pages/<name>.html``.
    """
    return out / "pages" / f"{name}.html"


def has_finished(out: Path, name: str) -> bool:
    """Say whether a notebook has run to its end here; its files are not read.

    Parameters
    ----------
    out : Path
        The run folder.
    name : str
        The notebook.

    Returns
    -------
    bool
        True if its manifest is there and readable.
    """
    try:
        return manifests.read_manifest(out / name) is not None
    except ArtefactDamagedError:
        return False


def manifest_hash(out: Path, name: str) -> str:
    """Return the hash of a notebook's manifest, which stands for all its files.

    Parameters
    ----------
    out : Path
        The run folder.
    name : str
        The notebook.

    Returns
    -------
    str
        Hexadecimal digest; "" where there is no manifest.
    """
    path = out / name / manifests.NAME
    return hashes.hash_file(path) if path.is_file() else ""


def is_whole(out: Path, name: str, manifest: str) -> bool:
    """Say whether all that a finished notebook left is there and as it was written.

    Parameters
    ----------
    out : Path
        The run folder.
    name : str
        The notebook.
    manifest : str
        Hash its manifest had when it finished.

    Returns
    -------
    bool
        True if its manifest and every file in it have their hashes, and the executed
        notebook and its page exist.
    """
    shown = (executed_path(out, name), page_path(out, name))
    if not manifest or not all(path.is_file() for path in shown):
        return False
    if manifest_hash(out, name) != manifest:
        return False
    try:
        return not manifests.check_manifest(out / name)
    except ArtefactDamagedError:
        return False
