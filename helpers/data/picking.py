"""Which pictures to look at: of which data set, and some of every class."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.base.errors import DataMissingError

ANY = "any"
"""What asks for the first data set of `pick_data_set` that has pictures."""


def pick_data_set(tables: Mapping[str, pd.DataFrame], wanted: str = ANY) -> str:
    """Pick a data set that has pictures.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Data set -> its rows, with ``path`` ("" where there is no picture); the first
        one with pictures is taken where any will do.
    wanted : str, optional
        One of them, or `ANY`.

    Returns
    -------
    str
        A key of `tables`.

    Raises
    ------
    DataMissingError
        If the one wanted, or every one, has no pictures.

    Examples
    --------
    >>> no, yes = (pd.DataFrame({"path": [path]}) for path in ("", "a.jpg"))
    >>> pick_data_set({"dermnet": no, "ham10000": yes})
    'ham10000'
    """
    usable = [name for name, table in tables.items() if table["path"].ne("").any()]
    if wanted in usable:
        return wanted
    if wanted == ANY and usable:
        return usable[0]
    raise DataMissingError(
        f"{'no data set' if wanted == ANY else wanted} has pictures here",
        where=f"with pictures: {', '.join(usable) or 'none'}",
        way_out="`python start.py doctor` says how to get each data set",
    )


def pick_per_class(
    table: pd.DataFrame, column: str, n_pictures: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Pick rows in turn from every class, so that rare ones are seen too.

    Parameters
    ----------
    table : DataFrame
        One row per picture; rows without a picture (empty ``path``) and rows without
        a class are passed over.
    column : str
        What makes a class.
    n_pictures : int
        How many rows at most.
    rng : numpy.random.Generator
        Which of a class's rows are taken.

    Returns
    -------
    DataFrame
        At most `n_pictures` rows, sorted by class; where there are more classes than
        rows asked for, some classes, evenly spread over the sorted ones.
    """
    usable = table[table["path"].ne("") & table[column].notna()]
    shuffled = usable.iloc[rng.permutation(len(usable))]
    turn = shuffled.groupby(column).cumcount()
    ordered = shuffled.assign(_turn=turn).sort_values(["_turn", column], kind="stable")
    first_round = ordered[ordered["_turn"] == 0]
    if len(first_round) > n_pictures:
        places = np.linspace(0, len(first_round) - 1, n_pictures).round().astype(int)
        ordered = first_round.iloc[places]
    return ordered.head(n_pictures).drop(columns="_turn").sort_values(column)
