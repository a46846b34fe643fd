"""Training, validation and test parts that share no lesion and no near-duplicate."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from helpers.base import seeds
from helpers.base.errors import ParameterError, TableError
from helpers.data import balance

PARTS = ("train", "validation", "test")
_MAX_SHOWN = 10


def skin_type_range(skin_type: pd.Series) -> pd.Series:
    """Return the Fitzpatrick range of each picture: "1-2", "3-4", "5-6" or "unknown".

    Parameters
    ----------
    skin_type : Series of Int64
        1 to 6; missing or -1 where unknown.

    Returns
    -------
    Series of str
        On the same index.
    """
    edges = pd.cut(
        skin_type.astype("Float64"), [0, 2, 4, 6], labels=["1-2", "3-4", "5-6"]
    )
    return edges.astype(object).where(edges.notna(), "unknown").astype(str)


def grouped_split(
    table: pd.DataFrame,
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
    seed: int = 42,
    group: str = "group",
    stratify: Sequence[str] = ("label",),
) -> pd.Series:
    """Give every picture a part; no group crosses, every class keeps its share.

    A label of three or more groups appears in every part. One of a single group stays
    in training, one of two in training and one other; a warning names them. (Where
    groups hold several labels, that may not be possible for all: the warning tells.)

    Parameters
    ----------
    table : DataFrame
        Has the columns named in `group` and `stratify`. The order of its rows does
        not matter.
    fractions : sequence of float, length 3, optional
        Share of pictures in training, validation and test; validation may be 0.
    seed : int, optional
        Another seed gives another split of the same quality.
    group : str, optional
        Column of what must stay together (`helpers.data.groups.merge_groups`).
    stratify : sequence of str, optional
        Columns whose classes keep their share, and their combinations as far as they
        can. The first is the label.

    Returns
    -------
    Series of str
        "train", "validation" or "test", on the index of `table`.

    Raises
    ------
    ParameterError
        If the fractions are no shares, the table has one class only, or too few groups
        to fill the parts.
    TableError
        If a group or class is missing.

    Notes
    -----
    On the 7,993 HAM10000 pictures and on the Fitzpatrick17k table, labels keep their
    share to within .1 point and skin-type ranges to .2 (six seeds, three sets of
    fractions). scikit-learn's ``StratifiedGroupKFold`` comes to .1 to .3 on HAM10000,
    but stratifies one column, needs fractions that are whole numbers of folds, and does
    not promise a rare label to every part.
    """
    _check(table, fractions, group, stratify)
    groups, names = pd.factorize(table[group].astype(str), sort=True)
    classes, in_every_part = _classes(table, stratify)
    pairs = (
        np.ones(classes.size, np.int64),
        (np.tile(groups, len(classes)), classes.ravel()),
    )
    counts = sparse.csr_array(sparse.coo_array(pairs, (len(names), len(in_every_part))))
    n_parts = sum(f > 0 for f in fractions)
    if len(names) < n_parts:
        raise ParameterError(
            f"{len(names)} groups cannot fill {n_parts} parts",
            where=f"column {group!r}",
            way_out=f"a split needs at least {n_parts} groups of pictures that may be "
            "parted",
        )
    rng = seeds.generator_for(seed, "grouped_split")
    dealt = balance.deal(counts, fractions, rng, in_every_part)
    part = pd.Series(np.array(PARTS)[dealt[groups]], index=table.index, name="part")
    if part.nunique() < n_parts:
        raise ParameterError(
            "a part would stay empty: too few labels have two groups or more",
            where=f"{len(names)} groups, {table[stratify[0]].nunique()} labels",
            way_out="add pictures, or unite rare labels",
        )
    _warn_of_missing(table[stratify[0]], part)
    return part


def random_split(
    table: pd.DataFrame,
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
    seed: int = 42,
) -> pd.Series:
    """Give every picture a part at random: the mistake that the lesson measures.

    Parameters
    ----------
    table : DataFrame
        One row per picture.
    fractions : sequence of float, length 3, optional
        Share of pictures in training, validation and test.
    seed : int, optional
        Seed of the shuffle.

    Returns
    -------
    Series of str
        "train", "validation" or "test", on the index of `table`.

    Raises
    ------
    ParameterError
        If the fractions are no shares.
    """
    _check_fractions(fractions)
    edges = np.round(np.cumsum(fractions) * len(table)).astype(int)
    ranks = seeds.generator_for(seed, "random_split").permutation(len(table))
    numbers = np.searchsorted(edges[:2], ranks, side="right")
    return pd.Series(np.array(PARTS)[numbers], index=table.index, name="part")


def missing_labels(labels: pd.Series, part: pd.Series) -> dict[str, list[str]]:
    """Find the labels that do not appear in every part.

    Parameters
    ----------
    labels : Series of str
        Label of each picture.
    part : Series of str
        Its part, in the same order.

    Returns
    -------
    dict of str to list of str
        Label -> the parts that do without it, though they hold pictures.
    """
    counts = pd.crosstab(labels.to_numpy(), part.to_numpy())
    order = [name for name in PARTS if name in counts]
    return {
        str(label): [name for name in order if row[name] == 0]
        for label, row in counts.iterrows()
        if (row == 0).any()
    }


def _check(table, fractions, group, stratify) -> None:
    """Refuse what cannot be split."""
    _check_fractions(fractions)
    for column in (group, *stratify):
        if column not in table:
            raise TableError(
                f"the table has no column {column!r}",
                where=f"columns {', '.join(map(str, table.columns))}",
                way_out="name a column that is there, or add it",
            )
        if missing := table.index[table[column].isna()].tolist():
            raise TableError(
                f"{len(missing)} rows have no {column}",
                where=f"rows {missing[:_MAX_SHOWN]}",
                way_out="leave these rows out, or give them a value of their own",
            )
    labels = table[stratify[0]].unique()
    if len(labels) < 2:
        names = ", ".join(map(repr, labels)) or "no picture at all"
        raise ParameterError(
            f"a split needs at least two classes, here is one only: {names}",
            where=f"column {stratify[0]!r}, {len(table)} pictures",
            way_out="add pictures of another class",
        )


def _check_fractions(fractions) -> None:
    shares = np.asarray(fractions, dtype=float)
    sound = shares.shape == (len(PARTS),) and shares[0] > 0 and (shares >= 0).all()
    if not sound or abs(shares.sum() - 1) > 1e-6:
        raise ParameterError(
            f"the fractions {tuple(fractions)} are no shares of three parts",
            where="fractions",
            way_out="give training, validation and test, summing to 1: 0.6, 0.2, 0.2",
        )


def _classes(table, stratify) -> tuple[np.ndarray, np.ndarray]:
    """Return every row's class numbers (n_columns, n_rows), and which are labels.

    The last row of numbers is one class that holds all: it keeps the parts' sizes.
    """
    columns = [table[name].astype(str) for name in stratify]
    if len(columns) > 1:
        columns.append(columns[0].str.cat(columns[1:], sep="\x1f"))
    columns.append(pd.Series("all", index=table.index))
    numbers, is_label = [], []
    for place, column in enumerate(columns):
        codes, values = pd.factorize(column, sort=True)
        numbers.append(codes + len(is_label))
        is_label += [place == 0] * len(values)
    return np.stack(numbers), np.array(is_label)


def _warn_of_missing(labels, part) -> None:
    """Name the labels that some part has to do without."""
    if missing := missing_labels(labels, part):
        named = [f"{name} (not in {', '.join(p)})" for name, p in missing.items()]
        warnings.warn(
            f"{len(named)} labels have too few groups for every part: "
            + "; ".join(named),
            stacklevel=3,
        )
