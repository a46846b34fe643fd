"""What a notebook's result depends on, as one hash: the key that decides a rerun.

Contents only: a clock set back, a copied folder or another machine change nothing.
"""

import ast
import platform
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from helpers.base import paths
from helpers.data import catalogue as data_sets
from helpers.data import layout
from helpers.series import sources
from helpers.storage import hashes

PACKAGES = (
    "accelerate",
    "keras",
    "keras-tuner",
    "matplotlib",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pillow",
    "scikit-learn",
    "scipy",
    "tensorflow",
    "torch",
    "transformers",
    "umap-learn",
)
"""Whose versions can change a number or a picture."""

IMPORTED_BY_NAME = {
    "helpers.data.catalogue": tuple(
        f"helpers.data.{name}" for name in data_sets.DATASETS
    ),
    # A saved model names the modules of its own layers.
    "helpers.keras_models.saved_models": ("helpers.keras_models.augmentation",),
    "helpers.series.predicting": (
        "helpers.keras_models.predicting",
        "helpers.torch_models.predicting",
    ),
}
"""Modules that another one imports by a name that stands nowhere in its source."""

KNOWN_BY_CONTENT = frozenset({"helpers.data.sample.writing"})
"""Modules whose whole effect is data, which is hashed itself."""

_NAME = re.compile(r"^(helpers(?:\.\w+)+)(?::\w+)?$")
_NOT_VALUES = ("data", "out")
"""Parameters that say where things lie; a moved folder is still up to date."""


def versions() -> dict[str, str]:
    """Return the versions a result may depend on.

    Returns
    -------
    dict of str to str
        ``"python"`` (major and minor) and the `PACKAGES` that are installed.
    """
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def imported_modules(code: str, root: Path = paths.ROOT) -> set[str]:
    """Return the house's modules that a piece of Python imports, wherever in it.

    Parameters
    ----------
    code : str
        A module, or the code cells of a notebook.
    root : Path, optional
        The folder that holds ``helpers/``.

    Returns
    -------
    set of str
        Full names, for example ``"helpers.data.splits"``; packages on the way too.
        Code that does not parse imports nothing: it will fail by itself.
    """
    try:
        nodes = list(ast.walk(ast.parse(_without_magics(code))))
    except SyntaxError:
        return set()
    named = []
    for node in nodes:
        if isinstance(node, ast.Import):
            named += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.append(node.module)
            named += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A table of encoders holds "helpers.features.x:Class", imported when used.
            named += _NAME.findall(node.value)
    ours = [name for name in named if name.split(".")[0] == "helpers"]
    steps = {
        ".".join(name.split(".")[:n])
        for name in ours
        for n in range(1, name.count(".") + 2)
    }
    return {name for name in steps if _file_of(name, root) is not None}


def helper_hashes(code: str, root: Path = paths.ROOT) -> dict[str, str]:
    """Return the hashes of all the house's modules behind a piece of Python.

    Parameters
    ----------
    code : str
        The code cells of a notebook.
    root : Path, optional
        The folder that holds ``helpers/``.

    Returns
    -------
    dict of str to str
        Module -> hash of its source, for the imports and all of theirs.
    """
    found: dict[str, str] = {}
    waiting = imported_modules(code, root)
    while waiting:
        name = waiting.pop()
        path = _file_of(name, root)
        if name in found or name in KNOWN_BY_CONTENT or path is None:
            continue
        found[name], behind = _read_module(name, path.read_bytes(), root)
        waiting |= behind
    return found


@cache
def _read_module(name: str, content: bytes, root: Path) -> tuple[str, frozenset[str]]:
    """Return the hash of one module, and what it imports."""
    behind = imported_modules(content.decode("utf-8"), root)
    behind |= set(IMPORTED_BY_NAME.get(name, ()))
    return hashes.hash_bytes(content), frozenset(behind)


def _file_of(name: str, root: Path) -> Path | None:
    stem = root.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def _without_magics(code: str) -> str:
    return "\n".join(
        "" if line.lstrip().startswith(("%", "!")) else line
        for line in code.splitlines()
    )


def data_hash(name: str, data: Path) -> str:
    """Return the hash of a data set's files: their names and their bytes.

    Parameters
    ----------
    name : str
        The data set; ``""`` for what lies directly in the data folder (the truth and
        the web server of the sample).
    data : Path
        The data folder.

    Returns
    -------
    str
        Hexadecimal digest; that of no files where there are none.

    Raises
    ------
    PermissionError
        If a file or folder of it cannot be read.
    """
    if name:
        found = layout.find_layout(name, data)
        files = list(found.tables.values())
        for folder in (*found.pictures, *found.masks):
            files += hashes.list_files(folder)
        # The loaders pass over links that lead nowhere, pipes and their like, too.
        files = [path for path in files if path.is_file()]
    else:
        files = [path for path in _entries(data) if path.is_file()]
    files = sorted(set(files))
    names = [path.relative_to(data).as_posix() for path in files]
    return hashes.hash_json(list(zip(names, hashes.hash_files(files), strict=True)))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def key_of(
    notebook: Path,
    values: Mapping[str, Any],
    data: Mapping[str, str],
    needed: Mapping[str, str],
    root: Path = paths.ROOT,
) -> str:
    """Return the hash of everything a notebook's result depends on.

    Parameters
    ----------
    notebook : Path
        Its source: code and text count, outputs and metadata do not.
    values : mapping of str to object
        Its parameters; ``data`` and ``out``, which say just where, do not count.
    data : mapping of str to str
        Data set -> `data_hash`, of those it reads.
    needed : mapping of str to str
        Notebook it needs -> hash of its manifest, which stands for all its files.
    root : Path, optional
        The folder that holds ``helpers/`` and ``data/registry.csv``.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    cells = sources.read_cells(notebook)
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    registry = root / "data" / "registry.csv"
    parts = {
        "cells": [[cell.kind, cell.source, list(cell.tags)] for cell in cells],
        "values": {k: v for k, v in values.items() if k not in _NOT_VALUES},
        "helpers": helper_hashes(code, root),
        "registry": hashes.hash_file(registry) if registry.is_file() else "",
        "data": dict(data),
        "needed": dict(needed),
        "versions": versions(),
    }
    return hashes.hash_json(parts)
