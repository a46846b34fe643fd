"""What the published projects printed, to stand beside what a run got."""

from typing import NamedTuple

import pandas as pd


class Figure(NamedTuple):
    """One printed figure: project, what it is, its key in the notebook, its value."""

    project: str
    quantity: str
    key: str
    value: float


PROJECTS = {
    "P1": "DermNet clustering with DINOv2",
    "P2": "Fitzpatrick17k, two-step and multi-input CNN",
    "P3": "Fitzpatrick17k, transfer learning and tuning",
    "P4": "HAM10000, classification and segmentation",
}

FIGURES = {
    "01_eda": (
        Figure("P1", "DermNet: classes", "dermnet_classes", 23),
        Figure("P3", "Fitzpatrick17k: rows", "fitzpatrick17k_rows", 16_577),
        Figure("P3", "Fitzpatrick17k: labels", "fitzpatrick17k_labels", 114),
        Figure("P3", "smallest label, pictures", "smallest_label", 53),
        Figure("P3", "largest label, pictures", "largest_label", 653),
        Figure("P3", "qc missing, share", "qc_missing", 0.97),
    ),
    "02_download": (
        Figure("P3", "pictures fetched", "pictures", 16_567),
        Figure("P3", "rows without a picture", "failed", 10),
    ),
    "03_dedup": (
        Figure("P1", "DermNet: exact copies removed", "dermnet_exact", 664),
        Figure("P1", "DermNet: pictures left", "dermnet_left", 14_893),
        Figure("P4", "HAM10000: test pictures", "ham10000_test", 1_252),
    ),
}
"""Notebook -> figures, as the projects printed them."""


def beside(notebook: str, ours: dict[str, float | None]) -> pd.DataFrame:
    """Put a run's figures beside the published ones.

    Parameters
    ----------
    notebook : str
        A key of `FIGURES`.
    ours : dict of str to number
        Key of a figure -> what this run got; those that are absent or None were not
        measured (the data set is not there).

    Returns
    -------
    DataFrame
        Columns project, published and this run, indexed by quantity.

    Raises
    ------
    KeyError
        If `ours` has a key that no figure has: a slip of the notebook.
    """
    figures = FIGURES[notebook]
    if unknown := set(ours) - {figure.key for figure in figures}:
        raise KeyError(f"no published figure of {notebook} is called {unknown}")
    rows = [
        (one.quantity, one.project, _shown(one.value), _shown(ours.get(one.key)))
        for one in figures
    ]
    columns = ["quantity", "project", "published", "this run"]
    return pd.DataFrame(rows, columns=columns).set_index("quantity")


def _shown(value: float | None) -> str:
    if value is None:
        return "not here"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
