"""Content hashes: what decides whether two files, settings or folders are the same."""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_BLOCK_BYTES = 1 << 22


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 hexadecimal digits.

    Parameters
    ----------
    content : bytes
        Anything.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    return hashlib.sha256(content).hexdigest()


def hash_json(content: Any) -> str:
    """Return the SHA-256 of `content` written as JSON with sorted keys.

    Parameters
    ----------
    content : object
        Anything JSON knows.

    Returns
    -------
    str
        Hexadecimal digest, the same on every system.
    """
    return hash_bytes(json.dumps(content, sort_keys=True, allow_nan=False).encode())


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes.

    Parameters
    ----------
    path : Path
        The file; read in blocks of 4 MiB, so its size does not matter.

    Returns
    -------
    str
        Hexadecimal digest.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb", buffering=0) as handle:
        digest = hashlib.sha256()
        while content := handle.read(_BLOCK_BYTES):
            digest.update(content)
    return digest.hexdigest()


def hash_files(paths: Sequence[Path], n_threads: int = 4) -> list[str]:
    """Return the SHA-256 of many files, in order.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    n_threads : int, optional
        Threads that read; reading and hashing both let go of Python's lock.

    Returns
    -------
    list of str
        One digest per file; `hash_file` tells the errors.
    """
    # Batches: handing 10,000 small tasks to a pool costs as much as hashing them.
    size = max(1, len(paths) // (n_threads * 8))
    batches = [paths[start : start + size] for start in range(0, len(paths), size)]
    with ThreadPoolExecutor(n_threads) as pool:
        results = pool.map(lambda batch: [hash_file(path) for path in batch], batches)
        return [digest for batch in results for digest in batch]


def list_files(folder: Path) -> list[Path]:
    """Return the files below `folder`, sorted, without hidden and partial ones.

    Parameters
    ----------
    folder : Path
        Where to look; may be missing. Links to folders are not followed, so a loop
        is no danger.

    Returns
    -------
    list of Path
        In the order of their parts, the same on every system.

    Raises
    ------
    OSError
        If a folder cannot be read: its files must not be passed over in silence.
    """

    def refuse(error: OSError) -> None:
        """Raise what hides files; a folder that is missing hides none."""
        if Path(error.filename) != folder or folder.exists():
            raise error

    found = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root, name) for name in names if not name.startswith(".")]
    return sorted(found, key=lambda path: path.parts)


def hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `folder`, by relative path.

    Parameters
    ----------
    folder : Path
        Where to look; may be missing.

    Returns
    -------
    dict of str to str
        Relative path with forward slashes -> digest, sorted.
    """
    paths = list_files(folder)
    names = [path.relative_to(folder).as_posix() for path in paths]
    return dict(zip(names, hash_files(paths), strict=True))
