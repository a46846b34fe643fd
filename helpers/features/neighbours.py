"""All pairs of vectors above a similarity: exact, in blocks, in little memory."""

import warnings

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate.bad_rows import refuse_bad_rows

BLOCK_ROWS = 1024
MAX_PAIRS = 20_000_000
"""More pairs than this answer no question about duplicates (and fill 320 MB)."""
_UNIT_ROUNDING = 2.0**-24
_CHECKED_AT_ONCE = 8192


def near_pairs(
    X: np.ndarray,
    threshold: float,
    block_rows: int = BLOCK_ROWS,
    max_pairs: int = MAX_PAIRS,
) -> pd.DataFrame:
    """Find every pair of rows whose cosine similarity reaches a threshold.

    The upper triangle of the similarity matrix is multiplied block by block in float32
    and thresholded in place. Pairs so close to the threshold that float32 rounding
    could decide are computed again in float64: the answer is that of a plain loop.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, n_features)
        One vector per picture, of any length (norm).
    threshold : float
        Smallest cosine similarity of a pair, in (0, 1].
    block_rows : int, optional
        Rows and columns of a block; 1,024 need 5 MB beside `X` and its copy.
    max_pairs : int, optional
        Give up beyond so many pairs.

    Returns
    -------
    DataFrame
        Columns i < j (int64, row numbers) and similarity (float32, in [-1, 1]); the
        most similar pairs first.

    Raises
    ------
    ParameterError
        If the threshold is out of range, `X` holds NaN or infinity (the rows are
        named), or more than `max_pairs` pairs are found.

    Warns
    -----
    UserWarning
        If vectors are zero (they have no direction and are in no pair), or all equal.

    Examples
    --------
    >>> near_pairs(np.array([[1.0, 0], [0, 2], [3, 0.1]]), 0.9)[["i", "j"]].values
    array([[0, 2]])
    """
    if not 0 < threshold <= 1:
        raise ParameterError(
            f"a cosine similarity of {threshold} cannot be a threshold",
            where="threshold",
            way_out="give a number above 0 and up to 1",
        )
    X = np.asarray(X)
    unit = _unit_rows(X)
    _say_what_is_odd(unit)
    n_rows, n_features = unit.shape
    # Bounds the rounding of any order of summation [Higham 2002, section 3.1], and of
    # the division by the norm.
    margin = (n_features + 8) * _UNIT_ROUNDING
    sure, maybe = np.float32(threshold + margin), np.float32(threshold - margin)
    product = np.empty((block_rows, block_rows), dtype=np.float32)
    found, n_found, n_compared = [], 0, 0
    for top in range(0, n_rows, block_rows):
        rows = unit[top : top + block_rows]
        for left in range(top, n_rows, block_rows):
            columns = unit[left : left + block_rows]
            block = product[: len(rows), : len(columns)]
            np.matmul(rows, columns.T, out=block)
            n_compared += block.size if left > top else block.size // 2
            if block.max() < maybe:  # most blocks, told without a mask to fill
                continue
            pairs = _above(block, maybe, left == top)
            pairs = (pairs[0] + top, pairs[1] + left, pairs[2])
            found.append(_decided(X, pairs, sure, threshold))
            n_found += len(found[-1][0])
            if n_found > max_pairs:
                raise _too_many(n_found, n_compared, n_rows, threshold)
    return _frame(found)


def pair_similarity(X: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return the cosine similarity of given pairs of rows.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, n_features)
        One vector per picture.
    i, j : ndarray of int, shape (n_pairs,)
        The pairs.

    Returns
    -------
    ndarray of float32, shape (n_pairs,)
        In [-1, 1]; 0 where a vector is zero.
    """
    similarity = np.empty(len(i), dtype=np.float32)
    for start in range(0, len(i), _CHECKED_AT_ONCE):
        some = slice(start, start + _CHECKED_AT_ONCE)
        similarity[some] = _cosine(X[i[some]], X[j[some]])
    return similarity


def lowest_similarity(X: np.ndarray) -> float:
    """Return the smallest cosine similarity of any two rows.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, n_features)
        At least one row.

    Returns
    -------
    float
        In [-1, 1].
    """
    unit = _unit_rows(X)
    starts = range(0, len(unit), BLOCK_ROWS)
    blocks = (unit[start : start + BLOCK_ROWS] @ unit.T for start in starts)
    return float(np.clip(min(block.min() for block in blocks), -1, 1))


def _unit_rows(X: np.ndarray) -> np.ndarray:
    """Return the rows as float32 of length 1, after a check; zero rows stay zero."""
    if X.ndim != 2:
        raise ParameterError(f"X must be (n_rows, n_features), is {X.shape}", where="X")
    # Norms in float64: squares of large float32 values overflow.
    norms = np.sqrt(np.einsum("ij,ij->i", X, X, dtype=np.float64))
    refuse_bad_rows(np.isfinite(norms))
    unit = np.empty(X.shape, dtype=np.float32)
    norms[norms == 0] = 1
    return np.divide(X, norms[:, None], out=unit, casting="same_kind")


def _say_what_is_odd(unit: np.ndarray) -> None:
    """Warn of vectors that no search can tell apart."""
    if len(zero := np.flatnonzero(~unit.any(axis=1))):
        warnings.warn(
            f"{len(zero)} vectors are zero and are in no pair: "
            f"rows {zero[:10].tolist()}",
            stacklevel=3,
        )
    elif len(unit) > 2 and (unit == unit[0]).all():
        warnings.warn(
            f"all {len(unit)} vectors point the same way: this encoder tells none of "
            "these pictures from another",
            stacklevel=3,
        )


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of corresponding rows in float64; 0 where one is zero."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    product = np.einsum("ij,ij->i", a, b)
    norms = np.einsum("ij,ij->i", a, a) * np.einsum("ij,ij->i", b, b)
    return product / np.sqrt(np.where(norms == 0, 1, norms))


def _above(block: np.ndarray, lowest: np.float32, diagonal: bool):
    """Return rows, columns and values of a block's entries that reach `lowest`."""
    # The flat positions of a boolean block are found four times faster than np.nonzero
    # finds rows and columns, and most blocks have none.
    flat = np.flatnonzero(block >= lowest)
    i, j = np.divmod(flat, block.shape[1])
    if diagonal:
        upper = j > i
        i, j = i[upper], j[upper]
    return i, j, block[i, j]


def _decided(X: np.ndarray, pairs, sure: np.float32, threshold: float):
    """Keep the pairs that reach the threshold; float64 settles the doubtful ones."""
    i, j, similarity = pairs
    keep = similarity >= sure
    doubtful = np.flatnonzero(~keep)
    for start in range(0, len(doubtful), _CHECKED_AT_ONCE):
        some = doubtful[start : start + _CHECKED_AT_ONCE]
        similarity[some] = exact = _cosine(X[i[some]], X[j[some]])
        # Two equal vectors must reach 1: float64 rounds as well, in its last digits.
        keep[some] = exact >= threshold - 1e-12
    similarity = np.clip(similarity[keep], -1, 1)
    return i[keep], j[keep], similarity


def _too_many(n_found: int, n_compared: int, n_rows: int, threshold: float):
    in_all = n_found / n_compared * n_rows * (n_rows - 1) / 2
    return ParameterError(
        f"{n_found:,} of the first {n_compared:,} pairs reach {threshold} "
        f"(about {in_all:,.0f} in all)",
        where="threshold",
        way_out="raise the threshold, or take an encoder that tells pictures apart",
    )


def _frame(found: list) -> pd.DataFrame:
    """Put the blocks' pairs in one table, the most similar first."""
    i, j = (
        np.concatenate([np.empty(0, np.int64)] + [block[k] for block in found])
        for k in range(2)
    )
    values = [np.empty(0, np.float32)] + [block[2] for block in found]
    frame = pd.DataFrame({"i": i, "j": j, "similarity": np.concatenate(values)})
    order = np.lexsort((frame["j"], frame["i"], -frame["similarity"]))
    return frame.iloc[order].reset_index(drop=True)
