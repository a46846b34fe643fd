"""The source of a notebook: its cells, read as what they are, a JSON file.

Not nbformat: it takes two seconds to import, and most runs only compare sources.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from helpers.base.errors import ParameterError
from helpers.base.paths import shown

PARAMETERS_TAG = "parameters"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Parameters
    ----------
    kind : str
        ``"code"``, ``"markdown"`` or ``"raw"``.
    source : str
        Its text.
    tags : tuple of str
        Its tags.
    """

    kind: str
    source: str
    tags: tuple[str, ...] = ()


def read_cells(path: Path) -> list[Cell]:
    """Return the cells of a notebook, without outputs and other metadata.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    list of Cell
        In order.

    Raises
    ------
    ParameterError
        If there is no such file, or it is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            Cell(
                cell["cell_type"],
                "".join(cell["source"]),
                tuple(cell.get("metadata", {}).get("tags", ())),
            )
            for cell in cells
        ]
    except OSError as error:
        raise ParameterError(
            f"the notebook cannot be read ({error.strerror})",
            where=shown(path),
            way_out="get it back with `git checkout notebooks`",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterError(
            f"the file is no notebook ({type(error).__name__}: {error})",
            where=shown(path),
            way_out="get it back with `git checkout notebooks`",
        ) from error


def parameters_cell(path: Path) -> Cell:
    """Return the one cell that is tagged ``parameters``.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    Cell
        A code cell. Papermill injects values below it; without it they would come
        first and the notebook's own would win.

    Raises
    ------
    ParameterError
        If there is none, or more than one.
    """
    tagged = [cell for cell in read_cells(path) if PARAMETERS_TAG in cell.tags]
    if len(tagged) != 1:
        raise ParameterError(
            f"{len(tagged)} cells are tagged `{PARAMETERS_TAG}`, there must be one",
            where=shown(path),
            way_out="in JupyterLab: cell, property inspector, add or remove the tag",
        )
    return tagged[0]
