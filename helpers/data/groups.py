"""What belongs together: groupings united, and pairs followed to whole groups."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from helpers.base.errors import TableError


def merge_groups(*columns: Sequence) -> np.ndarray:
    """Unite several groupings: rows that share a value anywhere get one number.

    Parameters
    ----------
    *columns : sequence, each of shape (n_rows,)
        For example the lesion and the near-duplicate group of each picture.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Numbered from 0 in the order of first appearance.

    Raises
    ------
    TableError
        If a value is missing: rows with unknown groups must not be thrown together.

    Examples
    --------
    >>> merge_groups(["a", "a", "b", "c", "d"], [1, 2, 2, 3, 4]).tolist()
    [0, 0, 0, 1, 2]
    """
    n_rows = len(columns[0])
    ends = []
    for number, column in enumerate(columns):
        codes, values = pd.factorize(pd.Series(column))
        if (codes < 0).any():
            rows = np.flatnonzero(codes < 0)
            raise TableError(
                f"{len(rows)} rows have no group",
                where=f"grouping {number + 1}, rows {rows[:10].tolist()}",
                way_out="give pictures without a known group one of their own, "
                "for example their image_id",
            )
        ends.append(np.stack([np.arange(n_rows), codes + n_rows * (number + 1)]))
    row, group = np.hstack(ends)
    n_nodes = n_rows * (len(columns) + 1)
    return groups_of_pairs(n_nodes, row, group)[:n_rows]


def groups_of_pairs(n_rows: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Follow pairs to groups: the connected components of the graph they make.

    Parameters
    ----------
    n_rows : int
        How many things there are.
    i, j : ndarray of int, shape (n_pairs,)
        The two members of each pair, in [0, n_rows).

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Group of each thing, numbered from 0 in the order of first appearance; a thing
        in no pair has a group of its own.

    Examples
    --------
    >>> groups_of_pairs(5, np.array([0, 3]), np.array([2, 2])).tolist()
    [0, 1, 0, 0, 2]
    """
    ones = np.ones(len(i), dtype=bool)
    graph = sparse.coo_array((ones, (i, j)), (n_rows, n_rows))
    component = csgraph.connected_components(graph, directed=False)[1]
    return pd.factorize(component)[0].astype(np.int64)


def known_kin(table: pd.DataFrame, truth: pd.DataFrame | None) -> np.ndarray:
    """Return which pictures are known to be kin, by the best witness there is.

    Parameters
    ----------
    table : DataFrame
        One row per picture, with image_id and group, and lesion_id where lesions are
        listed.
    truth : DataFrame or None
        image_id and sibling_group of synthetic pictures.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        One number for one scene (truth), else one lesion, else one group: the groups
        of a duplicate search know only what that search could see.
    """
    if truth is not None:
        kin = table["image_id"].map(truth.set_index("image_id")["sibling_group"])
        kin = kin.fillna(table["image_id"])
    elif "lesion_id" in table and table["lesion_id"].ne("").all():
        kin = table["lesion_id"]
    else:
        kin = table["group"]
    return pd.factorize(kin)[0].astype(np.int64)
