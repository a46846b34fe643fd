"""Where things live, and names from outside kept inside. Importing creates nothing."""

import os
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

from helpers.base.errors import ParameterError, UnsafePathError

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SAMPLE_DATA = DATA / "sample"
OUTPUTS = ROOT / "outputs"
NOTEBOOKS = ROOT / "notebooks"
PROFILES = NOTEBOOKS / "profiles"


def resolve(folder: str | os.PathLike[str]) -> Path:
    """Return `folder` as an absolute path; a relative one is taken from the root.

    A notebook opened in JupyterLab works in ``notebooks/`` and one under papermill in
    the project's root: both must mean the same folder by ``"data/sample"``.

    Parameters
    ----------
    folder : str or path-like
        Absolute, relative to the project's root, or beginning with ``~``.

    Returns
    -------
    Path
        Absolute; need not exist.

    Raises
    ------
    ParameterError
        If ``~NAME`` names nobody on this machine.
    """
    try:
        return Path(os.path.normpath(ROOT / Path(folder).expanduser()))
    except RuntimeError as error:
        raise ParameterError(
            "no such home folder", where=str(folder), way_out="write the path in full"
        ) from error


def shown(path: str | os.PathLike[str]) -> str:
    """Return `path` as people should read it: relative to the root where it lies in it.

    Parameters
    ----------
    path : str or path-like
        Any path.

    Returns
    -------
    str
        With forward slashes, the same on every system.
    """
    absolute = resolve(path)
    inside = absolute.is_relative_to(ROOT)
    return (absolute.relative_to(ROOT) if inside else absolute).as_posix()


def child_of(folder: Path, name: str) -> Path:
    """Join `folder` and a name that comes from outside (a table, an archive).

    Parameters
    ----------
    folder : Path
        The folder that must not be left.
    name : str
        Relative path with ``/`` between its parts.

    Returns
    -------
    Path
        ``folder / name`` with the name in Unicode normal form C.

    Raises
    ------
    UnsafePathError
        If `name` is empty, absolute, has a drive, a control character or a part of
        dots and spaces only (Windows reads ``".. "`` as ``".."``).

    Examples
    --------
    >>> child_of(Path("masks"), "ISIC_1.png").as_posix()
    'masks/ISIC_1.png'
    """
    name = unicodedata.normalize("NFC", str(name))
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    unsafe = (
        not windows.parts
        or posix.is_absolute()
        or bool(windows.drive or windows.root)
        or not all(part.strip(". ") for part in windows.parts)
        or any(ord(character) < 32 for character in name)
    )
    if unsafe:
        raise UnsafePathError(
            f"the name {name!r} would lead out of its folder",
            where=shown(folder),
            way_out="correct the id or the archive; nothing was written",
        )
    return folder.joinpath(*posix.parts)
