"""Before a notebook's first line: its data is there, its old results are gone."""

from pathlib import Path

from helpers.base import paths
from helpers.base.errors import ArtefactDamagedError, DataMissingError
from helpers.storage import atomic, manifests


def make_sure_of_data(data: Path, seed: int) -> None:
    """Draw the sample data where it is asked for and nothing is there.

    Parameters
    ----------
    data : Path
        The data folder, absolute.
    seed : int
        Seed of the drawing.

    Raises
    ------
    DataMissingError
        If another data folder is missing or empty.
    """
    if data.is_dir() and any(data.iterdir()):
        return
    if data == paths.SAMPLE_DATA:
        # Imported here: whoever has data pays nothing for what draws it.
        from helpers.data.sample import writing

        writing.ensure_sample(data, seed)
        return
    raise DataMissingError(
        "there is no data folder, or it is empty",
        where=paths.shown(data),
        way_out="`python start.py doctor` says which data sets there are and how "
        "to get them",
    )


def forget(folder: Path, keep: tuple[str, ...]) -> None:
    """Remove the manifest of a notebook's folder, and then the files it lists.

    Parameters
    ----------
    folder : Path
        The notebook's folder.
    keep : tuple of str
        Folders in it whose files stay.

    Raises
    ------
    DiskError
        If they cannot be removed.
    """
    try:
        manifest = manifests.read_manifest(folder)
    except ArtefactDamagedError:
        manifest = None
    names = manifest["files"] if manifest else {}
    with atomic.disk_errors(folder):
        # First: a kill between the two leaves files that nobody will read.
        (folder / manifests.NAME).unlink(missing_ok=True)
        for name in names:
            if name.split("/")[0] not in keep:
                paths.child_of(folder, name).unlink(missing_ok=True)
