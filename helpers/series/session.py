"""What a notebook needs around its lesson: folders, seed, artefacts, metrics.

The manifest comes last and goes first: what a half-run notebook left is never read.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from IPython.display import display

from helpers.base import paths, seeds
from helpers.base.errors import (
    ArtefactDamagedError,
    ArtefactMissingError,
)
from helpers.series import beginning, plain
from helpers.show import saving, style
from helpers.storage import atomic, hashes, manifests

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

METRICS = "metrics.json"
_OF_NOTEBOOK = re.compile(r"\d\d_\w+/")


@dataclass(frozen=True)
class Run:
    """One notebook at work; made by `begin`.

    Attributes
    ----------
    notebook : str
        Name of the notebook, for example ``"01_eda"``.
    data, out : Path
        The data folder, and the run folder that all notebooks share; absolute.
    folder : Path
        ``out / notebook``: everything this notebook writes lies below it.
    seed : int
        The seed all generators were set to.
    rng : numpy.random.Generator
        Use this one for new randomness.
    """

    notebook: str
    data: Path
    out: Path
    folder: Path
    seed: int
    rng: np.random.Generator

    def require(self, notebook: str, name: str) -> Path:
        """Return the path of a file that an earlier notebook wrote, checked.

        Parameters
        ----------
        notebook : str
            The notebook that writes it.
        name : str
            Path below that notebook's folder, for example ``"splits/ham10000.csv"``.

        Returns
        -------
        Path
            The file; its SHA-256 is the one the notebook's manifest tells.

        Raises
        ------
        ArtefactMissingError
            If the notebook has not run to its end here, or wrote no such file.
        ArtefactDamagedError
            If the file is not what the notebook wrote.
        """
        folder = self.out / notebook
        path = paths.child_of(folder, name)
        where, way_out = paths.shown(path), f"run `{self._command(notebook)}`"
        manifest = manifests.read_manifest(folder)
        if manifest is None:
            what = f"{self.notebook} needs {name} of {notebook}, which has not run here"
            raise ArtefactMissingError(what, where, way_out)
        if name not in manifest["files"]:
            what = f"{self.notebook} needs {name}, which {notebook} did not write"
            raise ArtefactMissingError(what, where, way_out)
        if not path.is_file() or hashes.hash_file(path) != manifest["files"][name]:
            what = f"{name} is not what {notebook} wrote"
            raise ArtefactDamagedError(what, where, way_out)
        return path

    def locate(self, name: str) -> Path:
        """Return the file that a table of pictures calls `name`.

        Parameters
        ----------
        name : str
            Relative to the data folder; or to the run folder, where it begins with the
            name of a notebook (``"02_download/images/…"``).

        Returns
        -------
        Path
            Absolute; need not exist.
        """
        in_run = _OF_NOTEBOOK.match(name) is not None
        return paths.child_of(self.out if in_run else self.data, name)

    def name_of(self, path: Path) -> str:
        """Return what a table calls a file; `locate` takes it back.

        Parameters
        ----------
        path : Path
            A file in the run folder or in the data folder.

        Returns
        -------
        str
            With forward slashes: data and run may be moved and copied.
        """
        in_run = path.is_relative_to(self.out)
        return path.relative_to(self.out if in_run else self.data).as_posix()

    def save_table(self, frame: "pd.DataFrame", name: str) -> Path:
        """Save a table as CSV in UTF-8; its index is written if that has a name.

        Parameters
        ----------
        frame : pandas.DataFrame
            The table.
        name : str
            Path below the notebook's folder, for example ``"tables/pairs.csv"``.

        Returns
        -------
        Path
            The file.
        """
        named = any(level is not None for level in frame.index.names)
        text = frame.to_csv(index=named, lineterminator="\n")
        return self.save_text(text, name)

    def save_text(self, text: str, name: str) -> Path:
        """Save a text as UTF-8.

        Parameters
        ----------
        text : str
            The text.
        name : str
            Path below the notebook's folder, for example ``"removed.txt"``.

        Returns
        -------
        Path
            The file.
        """
        return atomic.write_text(paths.child_of(self.folder, name), text)

    def save_figure(self, fig: "Figure", name: str, alt: str) -> None:
        """Save a figure under ``figures/`` of the notebook's folder, and show it.

        Shown is the saved picture itself, with its text for screen readers: notebook,
        page and gallery hold the same one.

        Parameters
        ----------
        fig : matplotlib.figure.Figure
            The figure.
        name : str
            File name without its ending.
        alt : str
            What the figure shows, for those who cannot see it.
        """
        png = saving.save_figure(fig, self.folder, name, alt=alt)
        display(saving.picture_of(png))

    def finish(self, metrics: dict[str, Any]) -> None:
        """Write ``metrics.json`` and then the manifest; the last call of a notebook.

        Parameters
        ----------
        metrics : dict
            Names to numbers, texts, truths, None, or lists and dicts of them; numpy
            scalars are written as the numbers they are.

        Raises
        ------
        ParameterError
            If a value is NaN or infinite, or nothing JSON knows; its key is named.
        """
        atomic.write_json(self.folder / METRICS, plain.to_plain(metrics, "metrics"))
        manifests.write_manifest(self.folder)

    def _command(self, notebook: str) -> str:
        """Return the command that runs `notebook` into this run folder."""
        words = ["python", "start.py", "run", "--only", notebook]
        if self.out != paths.OUTPUTS / "sample":
            profile = self.out.name if self.out.parent == paths.OUTPUTS else ""
            if profile and (paths.PROFILES / f"{profile}.yaml").is_file():
                words += ["--profile", profile]
            else:
                words += ["--out", paths.shown(self.out)]
        return shlex.join(words)


def begin(
    notebook: str, *, data: str, out: str, seed: int, keep: tuple[str, ...] = ()
) -> Run:
    """Begin a notebook: style, seed, sample data where missing, an output folder.

    What the notebook wrote the last time is removed (just the files its manifest
    lists), so that nothing old passes for a result of this run.

    Parameters
    ----------
    notebook : str
        Name of the notebook and of its folder below `out`.
    data : str
        The data folder; a relative one is taken from the project's root.
    out : str
        The run folder; likewise.
    seed : int
        Non-negative seed of all randomness.
    keep : tuple of str, optional
        Folders below the notebook's own whose files stay from the last time, for
        example ``("images",)`` where they were downloaded.

    Returns
    -------
    Run
        The folders, the generator, and what saves.

    Raises
    ------
    DataMissingError
        If there is no data folder and it is not the sample's, which is drawn.
    DiskError
        If the folder cannot be written to.
    """
    data_folder, out_folder = paths.resolve(data), paths.resolve(out)
    beginning.make_sure_of_data(data_folder, seed)
    folder = atomic.make_folder(paths.child_of(out_folder, notebook))
    beginning.forget(folder, keep)
    style.apply()
    rng = seeds.seed_everything(seed)
    return Run(notebook, data_folder, out_folder, folder, seed, rng)
