"""Scores of many clusterings of the same pictures, from one pass over the distances."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.base.errors import ParameterError
from helpers.evaluate.bad_rows import refuse_bad_rows

NOISE = -1
"""The label of a picture that belongs to no cluster."""
_BLOCK_BYTES = 32_000_000


def score_labellings(
    X: np.ndarray, labellings: Mapping[object, np.ndarray] | Sequence[np.ndarray]
) -> pd.DataFrame:
    """Score clusterings of the same rows by three measures that need no truth.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        The space in which the scores are taken: that of the clustering or another.
    labellings : mapping of name to ndarray of int, or array of shape (m, n)
        A cluster per row; -1 is noise. Names become the index.

    Returns
    -------
    DataFrame
        A row per labelling: n_clusters; n_noise; largest_share (of all `n` rows);
        silhouette [1]_ in [-1, 1], higher is better; davies_bouldin [2]_ >= 0, lower
        is better; calinski_harabasz [3]_ >= 0, higher is better. Noise is left out of
        the three: read them beside n_noise. They are NaN where there are fewer than
        two clusters, or as many as rows.

    Raises
    ------
    ParameterError
        If `X` holds NaN or infinity, or a labelling has not one label per row.

    References
    ----------
    .. [1] Rousseeuw (1987). Silhouettes. J. Comput. Appl. Math. 20, 53-65.
    .. [2] Davies & Bouldin (1979). A cluster separation measure. PAMI 1(2), 224-227.
    .. [3] Calinski & Harabasz (1974). A dendrite method for cluster analysis.
       Communications in Statistics 3(1), 1-27.

    Examples
    --------
    >>> X = np.array([[0.0], [1], [10], [11]])
    >>> table = score_labellings(X, {"two": [0, 0, 1, 1], "one": [0, 0, 0, 0]})
    >>> table["silhouette"].round(3).tolist()
    [0.9, nan]
    """
    points = centred_points(X)
    if isinstance(labellings, Mapping):
        names, labellings = list(labellings), list(labellings.values())
    else:
        names = list(range(len(labellings)))
    coded = [
        _coded(labels, len(points), name)
        for name, labels in zip(names, labellings, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "n_clusters": [len(sizes) for _, sizes in coded],
            "n_noise": [len(points) - int(sizes.sum()) for _, sizes in coded],
            "largest_share": [
                sizes.max(initial=0) / max(1, len(points)) for _, sizes in coded
            ],
        },
        index=pd.Index(names),
    )
    # A score needs clusters to tell apart, and a cluster with more than one row.
    defined = [1 < len(sizes) < sizes.sum() for _, sizes in coded]
    scored = [one for one, scores in zip(coded, defined, strict=True) if scores]
    columns = ["silhouette", "davies_bouldin", "calinski_harabasz"]
    frame[columns] = np.nan
    if scored:
        away = np.empty_like(points)  # fresh memory for each would cost half the time
        spreads = [_spread_scores(points, *one, away) for one in scored]
        values = np.column_stack([_silhouettes(points, scored), spreads])
        frame.loc[defined, columns] = values
    return frame


def centred_points(X: np.ndarray) -> np.ndarray:
    """Return the rows as float64 around their mean, after a check.

    Distances stay what they are, and `distance_rows` loses fewer digits.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        One vector per picture.

    Returns
    -------
    ndarray of float64, shape (n, n_features)
        A copy, its mean 0.

    Raises
    ------
    ParameterError
        If `X` is no matrix, or holds NaN or infinity (the rows are named).
    """
    points = np.array(X, dtype=np.float64, order="C")
    if points.ndim != 2:
        raise ParameterError(
            f"X must be (n_rows, n_features), is {points.shape}",
            where="X",
            way_out="give one row of numbers per picture",
        )
    refuse_bad_rows(np.isfinite(points).all(axis=1))
    return points - points.mean(axis=0) if len(points) else points


def distance_rows(
    points: np.ndarray, *, upper: bool = False
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the Euclidean distances of all rows to all rows, a block at a time.

    Parameters
    ----------
    points : ndarray of float64, shape (n, n_features)
        From `centred_points`.
    upper : bool, optional
        Leave out the columns before a block's first row: half the work.

    Yields
    ------
    start : int
        Number of the block's first row.
    block : ndarray of float64, shape (at most 32 MB, n or n - start)
        Distances; 0 of a row to itself. Use it before the next one: memory is reused.

    Notes
    -----
    ``|x - y|^2 = |x|^2 + |y|^2 - 2 xy``, with the squares as two more columns, so that
    one matrix product does it all. The error of a distance is about 1e-8 of the length
    of `x` where `y` is its double, and far less elsewhere.
    """
    squares = np.einsum("ij,ij->i", points, points)
    ones = np.ones_like(squares)
    left = np.column_stack([-2 * points, squares, ones])
    right = np.column_stack([points, ones, squares]).T
    n_rows = max(1, min(len(points), _BLOCK_BYTES // (8 * max(1, len(points)))))
    memory = np.empty((n_rows, len(points)))
    for start in range(0, len(points), n_rows):
        rows = left[start : start + n_rows]
        first = start if upper else 0
        block = memory[: len(rows), first:]
        np.matmul(rows, right[:, first:], out=block)
        np.maximum(block, 0, out=block)
        np.sqrt(block, out=block)
        within = np.arange(len(rows))
        block[within, start - first + within] = 0
        yield start, block


def _coded(labels, n: int, name: object) -> tuple[np.ndarray, np.ndarray]:
    """Return labels as 0..k-1 with -1 for noise, and the clusters' sizes."""
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ParameterError(
            f"a labelling has shape {labels.shape}, X has {n} rows",
            where=f"labelling {name!r}",
            way_out="give one label per row",
        )
    codes = np.full(n, NOISE)
    kept = labels != NOISE
    _, codes[kept] = np.unique(labels[kept], return_inverse=True)
    return codes, np.bincount(codes[kept])


def _silhouettes(points: np.ndarray, coded: list) -> np.ndarray:
    """Return the mean silhouette of every labelling, in one pass over the distances.

    The distances times a one-hot matrix of all labellings side by side are the sums of
    distances from each row to each cluster of each labelling.
    """
    ends = np.cumsum([len(sizes) for _, sizes in coded])
    starts = ends - [len(sizes) for _, sizes in coded]
    one_hot = np.zeros((len(points), ends[-1]))
    for start, (codes, _) in zip(starts, coded, strict=True):
        kept = np.flatnonzero(codes != NOISE)
        one_hot[kept, start + codes[kept]] = 1
    totals = np.zeros(len(coded))
    for top, block in distance_rows(points):
        sums = block @ one_hot
        for number, (codes, sizes) in enumerate(coded):
            own = codes[top : top + len(block)]
            part = sums[own != NOISE, starts[number] : ends[number]]
            totals[number] += _silhouette_sum(part, own[own != NOISE], sizes)
    return totals / [sizes.sum() for _, sizes in coded]


def _silhouette_sum(sums: np.ndarray, own: np.ndarray, sizes: np.ndarray) -> float:
    """Return the sum of the rows' silhouettes; that of a row alone is 0."""
    rows = np.arange(len(own))
    to_own = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    to_next = means.min(axis=1)
    longer = np.maximum(to_own, to_next)
    value = (to_next - to_own) / np.where(longer == 0, 1, longer)
    return float(value[sizes[own] > 1].sum())


def _spread_scores(points, codes, sizes, away) -> tuple[float, float]:
    """Return Davies-Bouldin and Calinski-Harabasz of one labelling; fill `away`.

    Ratios without a denominator are settled as scikit-learn settles them.
    """
    if not (kept := codes != NOISE).all():
        points, codes, away = points[kept], codes[kept], away[: kept.sum()]
    n, k = len(points), len(sizes)
    one_hot = np.zeros((n, k))
    one_hot[np.arange(n), codes] = 1
    centres = (one_hot.T @ points) / sizes[:, None]
    np.take(centres, codes, axis=0, out=away, mode="clip")
    np.subtract(points, away, out=away)
    squared = np.einsum("ij,ij->i", away, away)
    spread = np.bincount(codes, np.sqrt(squared)) / sizes
    apart = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
    if np.allclose(spread, 0) or np.allclose(apart, 0):
        davies_bouldin = 0.0
    else:
        apart[apart == 0] = np.inf
        davies_bouldin = ((spread[:, None] + spread) / apart).max(axis=1).mean()
    between = sizes @ ((centres - points.mean(axis=0)) ** 2).sum(axis=1)
    within = squared.sum()
    if within == 0:
        return davies_bouldin, 1.0
    return davies_bouldin, between * (n - k) / (within * (k - 1))
