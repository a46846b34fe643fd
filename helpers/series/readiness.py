"""Whether a notebook can run: its data, what it needs of others, and the disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.base import paths
from helpers.base.errors import (
    DataMissingError,
    DiskError,
    ParameterError,
    ProjectError,
)
from helpers.data import catalogue as data_sets
from helpers.data import layout
from helpers.series import state
from helpers.series.catalogue import Notebook
from helpers.series.request import Street
from helpers.storage import atomic

ABSENT = "absent"


def find_present(data: Path) -> dict[str, str]:
    """Say which data sets a run would find.

    Parameters
    ----------
    data : Path
        The data folder; may be missing. The sample's counts as there: it is drawn.

    Returns
    -------
    dict of str to str
        Data set -> ``"complete"``, ``"table only"`` or ``"absent"``.
    """
    if data == paths.SAMPLE_DATA:
        return dict.fromkeys(data_sets.DATASETS, "complete")
    return data_sets.present(data)


def missing_data(
    notebook: Notebook, present: Mapping[str, str], data: Path
) -> DataMissingError | None:
    """Say which data a notebook lacks.

    Parameters
    ----------
    notebook : Notebook
        The notebook.
    present : mapping of str to str
        Data set -> ``"complete"``, ``"table only"`` or ``"absent"``.
    data : Path
        The data folder.

    Returns
    -------
    DataMissingError or None
        With the page or command that gets it; None if it can run.
    """
    absent = [name for name in notebook.data if present[name] == ABSENT]
    if not absent or (notebook.any_data and len(absent) < len(notebook.data)):
        return None
    kind = "one of " if notebook.any_data and len(absent) > 1 else ""
    ways = [f"{name}: {data_sets.DATASETS[name].way_out}" for name in absent]
    return DataMissingError(
        f"{notebook.name} needs {kind}{', '.join(absent)}",
        where=paths.shown(data),
        way_out="; ".join(ways) + "; or --skip-missing",
    )


def find_missing(
    selected: Sequence[str], street: Street, present: Mapping[str, str], data: Path
) -> dict[str, ProjectError]:
    """Say which notebooks lack data.

    Parameters
    ----------
    selected : sequence of str
        The notebooks to look at.
    street : Street
        The notebooks.
    present : mapping of str to str
        From `find_present`.
    data : Path
        The data folder.

    Returns
    -------
    dict of str to ProjectError
        Notebook -> problem; where the folder itself is no use, that, for each.
    """
    if selected and not any(state != ABSENT for state in present.values()):
        way_out = "`python start.py doctor` says how to get the data sets"
        try:
            layout.require_data_folder(data, way_out)
        except DataMissingError as error:
            return {name: error for name in selected if street.notebooks[name].data}
    found = {
        name: missing_data(street.notebooks[name], present, data) for name in selected
    }
    return {name: error for name, error in found.items() if error is not None}


def missing_results(
    runs: Sequence[str], given: Mapping[str, object], street: Street, out: Path
) -> list[ProjectError]:
    """Name what earlier notebooks should have left in a run folder.

    Parameters
    ----------
    runs : sequence of str
        The notebooks to run.
    given : mapping of str to object
        Notebooks whose results need not be there.
    street : Street
        The notebooks.
    out : Path
        The run folder.

    Returns
    -------
    list of ProjectError
        One problem with the command, or none.
    """
    needs = {need for name in runs for need in street.notebooks[name].needs}
    lost = [
        name
        for name in street.notebooks
        if name in needs - given.keys() and not state.has_finished(out, name)
    ]
    if not lost:
        return []
    return [
        ParameterError(
            f"what is to run needs {', '.join(lost)}, not finished in this run folder",
            where=paths.shown(out),
            way_out="leave --only or --from out, or name "
            + ("it" if len(lost) == 1 else "them")
            + f" too: --only {' '.join([*lost, *runs])}",
        )
    ]


def out_problems(
    runs: Sequence[str], street: Street, data: Path, out: Path
) -> list[ProjectError]:
    """Say why a run folder will not do.

    Parameters
    ----------
    runs : sequence of str
        The notebooks to run.
    street : Street
        The notebooks.
    data, out : Path
        Data folder and run folder.

    Returns
    -------
    list of ProjectError
        One problem, or none: a file, a folder that holds something else, a full disk.
    """
    if out.exists() and not out.is_dir():
        return [DiskError("--out is a file", paths.shown(out), "name a folder")]
    if out in (paths.ROOT, data):
        what = "the run folder would be the project itself, or the data folder"
        return [ParameterError(what, paths.shown(out), "choose another --out")]
    new = [name for name in runs if not state.has_finished(out, name)]
    need = sum(street.notebooks[name].disk_mb for name in new) * 1_000_000
    free = atomic.free_bytes(out)
    if need <= free:
        return []
    return [
        DiskError(
            f"the disk has {free:,} bytes free; up to {need:,} bytes are needed",
            where=paths.shown(out),
            way_out="free some space, or choose another --out",
        )
    ]
