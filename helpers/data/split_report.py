"""How good a split is: what crosses it, how shares drift, what chance would leak."""

import numpy as np
import pandas as pd

from helpers.data import splits
from helpers.storage import hashes

LARGE_CLASS = 100
"""From this many pictures on, a class must keep its share to within one point."""


def class_shares(table: pd.DataFrame, part: pd.Series, column: str) -> pd.DataFrame:
    """Compare each class's share in the parts with its share in the whole.

    Parameters
    ----------
    table : DataFrame
        Has `column`.
    part : Series of str
        On the same index.
    column : str
        The classes.

    Returns
    -------
    DataFrame
        Index: class. Columns: n (pictures), whole, then one share per part that holds
        pictures, and gap: the largest absolute difference from the whole.
    """
    counts = pd.crosstab(table[column].to_numpy(), part.to_numpy())
    counts = counts[[name for name in splits.PARTS if name in counts]]
    shares = counts / counts.sum()
    whole = counts.sum(axis=1) / len(table)
    shares.insert(0, "n", counts.sum(axis=1))
    shares.insert(1, "whole", whole)
    shares["gap"] = shares[counts.columns].sub(whole, axis=0).abs().max(axis=1)
    return shares.rename_axis(index=column, columns=None)


def max_class_share_gap(table: pd.DataFrame, part: pd.Series, column: str) -> float:
    """Return the largest drift of a class's share, over the large classes.

    Parameters
    ----------
    table : DataFrame
        Has `column`.
    part : Series of str
        On the same index.
    column : str
        The classes.

    Returns
    -------
    float
        In [0, 1]; over classes of at least 100 pictures, or over all where none is
        that large.
    """
    shares = class_shares(table, part, column)
    large = shares[shares["n"] >= LARGE_CLASS]
    return float((large if len(large) else shares)["gap"].max())


def sibling_share(part: pd.Series, group: pd.Series) -> float:
    """Return the share of test pictures that have a sibling in training.

    Parameters
    ----------
    part : Series of str
        "train", "validation" or "test" for each picture.
    group : Series
        What ought to stay together, in the same order.

    Returns
    -------
    float
        In [0, 1]; NaN where the test part is empty.
    """
    part, group = part.to_numpy(), pd.Series(np.asarray(group))
    tested = group[part == "test"]
    return float(tested.isin(group[part == "train"]).mean())


def random_sibling_share(
    table: pd.DataFrame, fractions, seed: int = 42, group: str = "group", n_draws=20
) -> float:
    """Return what a random split by picture leaks, as the mean of several draws.

    Parameters
    ----------
    table : DataFrame
        Has the column `group`.
    fractions : sequence of float, length 3
        Share of pictures in training, validation and test.
    seed : int, optional
        The draws use this seed and those that follow.
    group : str, optional
        What ought to stay together.
    n_draws : int, optional
        How many splits are drawn.

    Returns
    -------
    float
        Mean of `sibling_share`, in [0, 1].
    """
    draws = (
        splits.random_split(table, fractions, seed + draw) for draw in range(n_draws)
    )
    return float(np.mean([sibling_share(part, table[group]) for part in draws]))


def split_report(
    table: pd.DataFrame,
    part: pd.Series,
    fractions,
    seed: int = 42,
    group: str = "group",
    stratify=("label",),
) -> dict:
    """Return the numbers that metrics.json keeps of a split.

    Parameters
    ----------
    table : DataFrame
        The pictures that were split.
    part : Series of str
        What `helpers.data.splits.grouped_split` gave.
    fractions : sequence of float, length 3
        What was asked for; the random split is drawn with the same.
    seed : int, optional
        Seed of the random splits.
    group : str, optional
        Column of what must stay together.
    stratify : sequence of str, optional
        Columns whose classes keep their share; the first is the label.

    Returns
    -------
    dict
        train, validation, test (pictures); groups_crossing; max_class_share_gap (of the
        labels); share_gaps (each column of `stratify` -> its gap);
        random_split_sibling_share; missing_labels (label -> parts that do without);
        split_hash.
    """
    counts = part.value_counts()
    crossing = part.groupby(table[group]).nunique() > 1
    gaps = {name: max_class_share_gap(table, part, name) for name in stratify}
    return {
        **{name: int(counts.get(name, 0)) for name in splits.PARTS},
        "groups_crossing": int(crossing.sum()),
        "max_class_share_gap": gaps[stratify[0]],
        "share_gaps": gaps,
        "random_split_sibling_share": random_sibling_share(
            table, fractions, seed, group
        ),
        "missing_labels": splits.missing_labels(table[stratify[0]], part),
        "split_hash": split_hash(table["image_id"], part),
    }


def split_hash(image_id: pd.Series, part: pd.Series) -> str:
    """Return a hash that tells one split from another, whatever the order of rows.

    Parameters
    ----------
    image_id : Series of str
        Unique names of the pictures.
    part : Series of str
        Their parts, in the same order.

    Returns
    -------
    str
        64 hexadecimal digits; a trained model keeps it, so that it is never tested on
        another split's training pictures.
    """
    return hashes.hash_json(
        sorted(zip(map(str, image_id), map(str, part), strict=True))
    )
