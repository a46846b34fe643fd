"""What a run is asked for: which street, which notebooks of it, which settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpers.base import paths
from helpers.series import catalogue
from helpers.series.catalogue import Notebook


@dataclass(frozen=True)
class Street:
    """The notebooks and where they lie; the project's own unless told otherwise.

    Parameters
    ----------
    notebooks : mapping of str to Notebook, optional
        In an order in which needs come first.
    folder : Path, optional
        Holds their sources.
    profiles : Path, optional
        Holds the named profiles.
    """

    notebooks: Mapping[str, Notebook] = field(
        default_factory=lambda: catalogue.NOTEBOOKS
    )
    folder: Path = paths.NOTEBOOKS
    profiles: Path = paths.PROFILES

    def source(self, name: str) -> Path:
        """Return the source of a notebook.

        Parameters
        ----------
        name : str
            The notebook.

        Returns
        -------
        Path
            An ``.ipynb`` file.
        """
        return self.folder / f"{name}.ipynb"

    def neighbours(self, name: str) -> tuple[str, str]:
        """Return the notebooks before and after one.

        Parameters
        ----------
        name : str
            The notebook.

        Returns
        -------
        before, after : str
            Names; "" at the ends of the street.
        """
        names = ["", *self.notebooks, ""]
        place = names.index(name)
        return names[place - 1], names[place + 1]


@dataclass(frozen=True)
class Request:
    """What was asked for, as the command line has it.

    Parameters
    ----------
    profile : str, optional
        Name or file of the profile.
    data, out : str, optional
        Folders that win over the profile's.
    only : tuple of str, optional
        Just these notebooks.
    start : str, optional
        This notebook and all after it.
    values : tuple of (str, str), optional
        ``-p NB.NAME VALUE``.
    jobs : int, optional
        Notebooks at a time; None leaves it to the machine.
    force : bool, optional
        Run also what is up to date.
    skip_missing : bool, optional
        Skip notebooks whose data is missing.
    cell_timeout : int, optional
        Seconds that one cell may take.
    """

    profile: str = "sample"
    data: str | None = None
    out: str | None = None
    only: tuple[str, ...] = ()
    start: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    jobs: int | None = None
    force: bool = False
    skip_missing: bool = False
    cell_timeout: int | None = None
