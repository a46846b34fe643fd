"""Labels that a picture's neighbours contradict: a list to look at, not of errors."""

import numpy as np
import pandas as pd

from helpers.evaluate import neighbour_labels, ranking
from helpers.features import manifold

N_NEIGHBOURS = 20


def doubtful_labels(X: np.ndarray, table: pd.DataFrame) -> pd.DataFrame:
    """Rank pictures by how far their nearest neighbours contradict their label.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        One vector per picture; neighbours are the `N_NEIGHBOURS` nearest by cosine,
        which weighs their votes.
    table : DataFrame
        A row for each picture, numbered from 0: image_id, label and group; relatives
        have no vote.

    Returns
    -------
    DataFrame
        image_id and what `neighbour_labels.label_disagreement` says, the most
        suspicious first; pictures without a label or a voter are left out.

    Raises
    ------
    ParameterError
        If there are fewer than three pictures, or `X` holds NaN.
    """
    near = manifold.neighbour_graph(X, min(N_NEIGHBOURS + 1, len(X) - 1), "cosine")
    neighbours, cosines = near.indices[:, 1:], 1 - near.distances[:, 1:]
    doubts = neighbour_labels.label_disagreement(
        neighbours, table["label"], cosines, table["group"]
    )
    return table[["image_id"]].join(doubts, how="right").loc[doubts.index]


def doubt_scores(doubtful: pd.DataFrame, n: int) -> pd.Series:
    """Return a doubt for each picture.

    Parameters
    ----------
    doubtful : DataFrame
        From `doubtful_labels`.
    n : int
        How many pictures there are.

    Returns
    -------
    Series of float, shape (n,)
        The margin, from [-1, 1] brought to [0, 1]; NaN where nobody votes.
    """
    return (doubtful["margin"].reindex(range(n)) + 1) / 2


def doubt_quality(doubt: pd.Series, is_wrong: pd.Series) -> ranking.RankingQuality:
    """Return how well doubts put wrong labels first, where these are known.

    Parameters
    ----------
    doubt : Series of float, shape (n,)
        From `doubt_scores`; a picture without a voter comes last.
    is_wrong : Series of bool, shape (n,)
        Whether each label is wrong.

    Returns
    -------
    RankingQuality
        As from `ranking.ranking_quality`.
    """
    return ranking.ranking_quality(doubt.fillna(0), is_wrong)
