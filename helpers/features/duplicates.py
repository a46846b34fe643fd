"""Which pictures are the same picture: found, grouped, inspected, and one kept."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.base.errors import TableError
from helpers.data import groups
from helpers.features import alignment, neighbours, perceptual

CANDIDATE_SIMILARITY = 0.87
CANDIDATE_DISTANCE = 6
"""Generous bounds: on HAM10000 with planted copies, `colour_texture` at .87 or a hash
within 6 bits names 99 % of the copies and twice as many pairs as there are pictures."""


def exact_groups(digests: Sequence[str]) -> np.ndarray:
    """Group what has the same digest (of file bytes, or of decoded pixels).

    Parameters
    ----------
    digests : sequence of str, length n
        One digest per picture.

    Returns
    -------
    ndarray of int64, shape (n,)
        Group of each picture, numbered in the order of first appearance.

    Examples
    --------
    >>> exact_groups(["x", "y", "x"]).tolist()
    [0, 1, 0]
    """
    return groups.merge_groups(digests)


def candidate_pairs(
    X: np.ndarray,
    hashes: np.ndarray,
    similarity: float = CANDIDATE_SIMILARITY,
    max_distance: int = CANDIDATE_DISTANCE,
) -> pd.DataFrame:
    """Name the pairs worth a closer look: similar vectors, or similar hashes.

    Parameters
    ----------
    X : ndarray of float, shape (n, dimension)
        Embeddings: they see through crops, turns and brightness.
    hashes : ndarray of uint64, shape (n, 8)
        Perceptual hashes: they see mirrored copies.
    similarity : float, optional
        Smallest cosine similarity.
    max_distance : int, optional
        Largest Hamming distance in the best orientation, in bits.

    Returns
    -------
    DataFrame
        Columns i < j, similarity (float32, of every pair) and distance (int64, bits, of
        every pair), sorted by i and j.
    """
    near = neighbours.near_pairs(X, similarity)
    like = perceptual.hamming_pairs(hashes, max_distance)
    pairs = pd.concat([near[["i", "j"]], like[["i", "j"]]]).drop_duplicates()
    pairs = pairs.sort_values(["i", "j"], ignore_index=True)
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    pairs["similarity"] = neighbours.pair_similarity(X, i, j)
    bits = np.bitwise_count(hashes[i] ^ hashes[j, :1])
    pairs["distance"] = bits.min(axis=1).astype(np.int64)
    return pairs


def confirm_pairs(
    candidates: pd.DataFrame, squares: np.ndarray, n_threads: int | None = None
) -> pd.DataFrame:
    """Lay every candidate pair over one another and add how well the pixels match.

    Parameters
    ----------
    candidates : DataFrame
        From `candidate_pairs`.
    squares : ndarray of uint8, shape (n, 96, 96)
        From `alignment.thumbnails`.
    n_threads : int, optional
        By default the cores.

    Returns
    -------
    DataFrame
        `candidates` with orientation and match (see `alignment.match_pairs`), the best
        match first.
    """
    i, j = candidates["i"].to_numpy(), candidates["j"].to_numpy()
    matches = alignment.match_pairs(squares, i, j, n_threads)
    pairs = pd.concat([candidates.reset_index(drop=True), matches], axis=1)
    order = ["match", "i", "j"]
    return pairs.sort_values(order, ascending=[False, True, True], ignore_index=True)


def group_pairs(n: int, pairs: pd.DataFrame) -> np.ndarray:
    """Follow pairs to groups: connected components.

    Parameters
    ----------
    n : int
        Number of pictures.
    pairs : DataFrame
        Columns i and j: the pairs taken for the same picture.

    Returns
    -------
    ndarray of int64, shape (n,)
        Group of each picture; one in no pair is alone in its group.
    """
    return groups.groups_of_pairs(n, pairs["i"].to_numpy(), pairs["j"].to_numpy())


def chain_report(
    group: np.ndarray, pairs: pd.DataFrame, X: np.ndarray, score: str = "match"
) -> pd.DataFrame:
    """Show which groups are sets of copies and which may be chains of look-alikes.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        Group of each picture.
    pairs : DataFrame
        Columns i, j and `score`: the pairs that made the groups.
    X : ndarray of float, shape (n, dimension)
        Embeddings.
    score : str, optional
        What made a pair.

    Returns
    -------
    DataFrame
        One row per group of two or more: group, n (pictures), linked (share of its
        pairs that were found; 1 where each is a copy of each), weakest_link (smallest
        score), lowest_similarity (smallest cosine of any two members). The most
        stretched first: read these before anything is removed.
    """
    of_pair = group[pairs["i"].to_numpy()]
    links = pairs.groupby(of_pair)[score].agg(["size", "min"])
    rows = []
    order = np.argsort(group, kind="stable")
    names, starts, sizes = np.unique(
        group[order], return_index=True, return_counts=True
    )
    for name, start, n in zip(names, starts, sizes, strict=True):
        if n > 1:
            lowest = neighbours.lowest_similarity(X[order[start : start + n]])
            linked = links["size"].get(name, 0) / (n * (n - 1) / 2)
            rows.append((name, n, linked, links["min"].get(name, np.nan), lowest))
    columns = ["group", "n", "linked", "weakest_link", "lowest_similarity"]
    report = pd.DataFrame(rows, columns=columns)
    return report.sort_values(["linked", "weakest_link"], ignore_index=True)


def conflicts(
    table: pd.DataFrame, pairs: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """List the pairs whose labels or skin types disagree: a free look at label noise.

    Parameters
    ----------
    table : DataFrame
        One row per picture, in the order that `pairs` counts in; has image_id.
    pairs : DataFrame
        Columns i and j, and others that are kept.
    columns : sequence of str
        What is compared. Where either value is missing there is no disagreement.

    Returns
    -------
    DataFrame
        One row per pair and column that disagree: column, image_id_1, value_1,
        image_id_2, value_2, then the rest of `pairs`.

    Raises
    ------
    TableError
        If `table` lacks a column.
    """
    _need(table, ["image_id", *columns])
    first, second = table.iloc[pairs["i"]], table.iloc[pairs["j"]]
    found = []
    for column in columns:
        one, two = (side[column].reset_index(drop=True) for side in (first, second))
        differ = (one.notna() & two.notna() & one.ne(two).fillna(False)).to_numpy(bool)
        rows = pd.DataFrame(
            {
                "column": column,
                "image_id_1": first["image_id"].to_numpy()[differ],
                "value_1": one[differ].astype(str).to_numpy(),
                "image_id_2": second["image_id"].to_numpy()[differ],
                "value_2": two[differ].astype(str).to_numpy(),
            }
        )
        found.append(pd.concat([rows, pairs[differ].reset_index(drop=True)], axis=1))
    return pd.concat(found, ignore_index=True)


def _need(table: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [name for name in columns if name not in table]:
        raise TableError(
            f"the table has no column {', '.join(map(repr, missing))}",
            where=f"columns {', '.join(map(str, table.columns))}",
            way_out="name columns that are there, or add them",
        )
