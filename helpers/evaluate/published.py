"""What the published projects printed, to stand beside what a run got."""

from collections.abc import Mapping

import pandas as pd

from helpers.evaluate.published_figures import FIGURES, PROJECTS, UMAP_SWEEP, Figure

__all__ = ["FIGURES", "PROJECTS", "UMAP_SWEEP", "Figure", "beside", "keyed"]


def beside(notebook: str, ours: Mapping[str, float | str | None]) -> pd.DataFrame:
    """Put a run's figures beside the published ones.

    Parameters
    ----------
    notebook : str
        A key of `FIGURES`.
    ours : mapping of str to number or str
        Key of a figure -> what this run got, a number or a text ("SGD"); those that
        are absent or None were not measured (the data set is not there).

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


def keyed(notebook: str, rows: Mapping[str, pd.Series]) -> dict[str, float]:
    """Name scores as the published figures of a notebook are named.

    Parameters
    ----------
    notebook : str
        A key of `FIGURES`.
    rows : mapping of str to Series
        Prefix -> scores by their names: "ward" with silhouette is "ward_silhouette".

    Returns
    -------
    dict of str to float
        Those that a figure was published of.
    """
    known = {figure.key for figure in FIGURES[notebook]}
    named = {f"{a}_{b}": value for a, row in rows.items() for b, value in row.items()}
    return {key: value for key, value in named.items() if key in known}


def _shown(value: float | str | None) -> str:
    if value is None:
        return "not here"
    if isinstance(value, str):
        return value
    if value != value:  # NaN: nothing there to measure
        return "none"
    whole = isinstance(value, int) or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:.3g}"
