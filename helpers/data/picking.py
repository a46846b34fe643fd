"""Which pictures to look at: some of every class, not the first of a folder."""

import numpy as np
import pandas as pd


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
