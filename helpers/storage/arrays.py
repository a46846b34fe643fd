"""Arrays on disk: a .npy file and, beside it, the header that says what it must be."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from helpers.base.errors import ArtefactDamagedError, ArtefactMissingError
from helpers.base.paths import shown
from helpers.storage import atomic, hashes

HEADER_SUFFIX = ".json"
"""``x.npy`` has its header in ``x.npy.json``."""

_OWN_FACTS = ("sha256", "shape", "dtype")


def save_array(path: Path, array: np.ndarray, **header: Any) -> Path:
    """Write an array and its header; both appear whole or not at all.

    Parameters
    ----------
    path : Path
        The ``.npy`` file; the header goes to the same name plus ``.json``.
    array : ndarray
        Any shape; numbers, booleans or fixed-width text, no Python objects.
    **header : object
        What the array was made from, in words of JSON: encoder, seed, split hash.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ValueError
        If `array` holds Python objects, or `header` a name that is written anyway
        (``sha256``, ``shape``, ``dtype``).
    DiskError
        If the disk is full or read-only.
    """
    if taken := header.keys() & set(_OWN_FACTS):
        raise ValueError(f"the header itself writes {sorted(taken)}")
    array = np.asarray(array)
    with atomic.replacing(path) as partial:
        with partial.open("wb") as handle:
            np.save(handle, array, allow_pickle=False)
        own = (hashes.hash_file(partial), list(array.shape), _dtype_name(array))
    # A kill between the two files leaves a hash that does not fit: refused, not used.
    facts = dict(zip(_OWN_FACTS, own, strict=True)) | header
    atomic.write_json(_header_path(path), facts)
    return path


def load_array(path: Path, mmap: bool = False, **expected: Any) -> np.ndarray:
    """Read an array that `save_array` wrote, after checking that it is the one meant.

    Parameters
    ----------
    path : Path
        The ``.npy`` file.
    mmap : bool, optional
        True gives a read-only map of the file instead of a copy in memory. The file
        is hashed either way.
    **expected : object
        Facts that the header must hold with the same value: encoder, seed, shape.

    Returns
    -------
    ndarray
        Shape and dtype as saved.

    Raises
    ------
    ArtefactMissingError
        If the file or its header is not there.
    ArtefactDamagedError
        If a byte changed, the file was cut, holds pickled objects, or a fact differs;
        the error names the difference.
    """
    header = read_header(path)
    wanted = json.loads(json.dumps(expected))  # tuples become lists, as in the header
    for name, value in wanted.items():
        if name not in header or header[name] != value:
            found = repr(header[name]) if name in header else "nothing"
            raise _damaged(path, f"{name} should be {value!r}, the header has {found}")
    if hashes.hash_file(path) != header["sha256"]:
        raise _damaged(path, "its bytes are not those that were saved (sha256 differs)")
    array = _read_npy(path, mmap)
    for name, value in (("shape", list(array.shape)), ("dtype", _dtype_name(array))):
        if header[name] != value:
            raise _damaged(path, f"{name} is {value}, the header has {header[name]}")
    return array


def _dtype_name(array: np.ndarray) -> str:
    """Return the dtype with its byte order, as a .npy file names it: ``"<f4"``."""
    return str(npy.dtype_to_descr(array.dtype))


def _header_path(path: Path) -> Path:
    return path.with_name(path.name + HEADER_SUFFIX)


def read_header(path: Path) -> dict[str, Any]:
    """Read what an array was made from; the array itself is not looked at.

    Parameters
    ----------
    path : Path
        The ``.npy`` file.

    Returns
    -------
    dict
        As `save_array` wrote it: sha256, shape, dtype and what was given.

    Raises
    ------
    ArtefactMissingError
        If the file or its header is not there.
    ArtefactDamagedError
        If the header is none.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError
        header = json.loads(_header_path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtefactMissingError(
            "the array or its header is not there",
            where=shown(path),
            way_out="run the notebook that writes it",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"its header is no JSON ({error})") from error
    if not isinstance(header, dict) or any(fact not in header for fact in _OWN_FACTS):
        raise _damaged(path, f"its header lacks one of {', '.join(_OWN_FACTS)}")
    return header


def _read_npy(path: Path, mmap: bool) -> np.ndarray:
    """Read a .npy file and nothing else: `np.load` would also take archives."""
    try:
        if mmap:
            array = npy.open_memmap(path, mode="r")
        else:
            with path.open("rb") as handle:
                array = npy.read_array(handle, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _damaged(path, f"it is no array without objects ({error})") from error
    return array


def _damaged(path: Path, what: str) -> ArtefactDamagedError:
    return ArtefactDamagedError(
        f"the array is not used: {what}",
        where=shown(path),
        way_out="delete it and run the notebook that writes it again",
    )
