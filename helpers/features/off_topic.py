"""Pictures that show no skin: told by colour and by company, without any label."""

import warnings

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from helpers.base.errors import ParameterError
from helpers.evaluate import intervals
from helpers.images import colour, resize

SKIN_A, SKIN_B = (4.0, 60.0), (-10.0, 60.0)
"""a* and b* of skin, blood and pigment. Haemoglobin takes green light from skin of all
types, so a* is above 0: 7 to 12 for the six types, more in a lesion. White balance errs
from blue to yellow: b* falls below 0 in violet dermoscopy, less than in histology."""
DARK_L = 20.0
"""Up to this lightness a colour says nothing: hair, shadow, black corners."""
MIN_LIT = 0.05
"""Of a picture less lit than this the dark part counts as no skin."""
SIZE_PX = 64
"""Side of the thumbnail that is measured: averaging rids it of noise and of JPEG's."""

N_NEIGHBOURS = 15
MOST_COMPANY = 1 / 20
"""Share of all pictures that may be one's company: of 60, the 15 nearest are many."""
COMPANY = 5.0
"""Neighbours at the usual distance, however many, weigh as much as five pictures."""
USUAL = 0.75
"""Share of all distances to neighbours that count as usual."""
THRESHOLD = 0.8
"""Flagged where at least four fifths of the evidence for skin are missing."""
_ROUNDING = 1e-6  # of cosine distances in float32


def skin_share(rgb: np.ndarray) -> float:
    """Return the share of a picture whose colour could be that of skin.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (height, width, 3)
        sRGB, any size.

    Returns
    -------
    float
        In [0, 1]: of the pixels lighter than `DARK_L`, those with a* in `SKIN_A` and b*
        in `SKIN_B`. 0 for a gray picture: whether it shows skin its colour cannot tell.

    References
    ----------
    .. [1] Jacques (2013). Optical properties of biological tissues: a review. Physics
       in Medicine & Biology 58, R37.
    .. [2] Del Bino & Bernerd (2013). Variations in skin colour and the biological
       consequences of ultraviolet radiation exposure. Br. J. Dermatology 169, 33-40.

    Examples
    --------
    >>> beige = np.full((30, 40, 3), (224, 172, 140), np.uint8)
    >>> skin_share(beige), skin_share(beige[..., ::-1])
    (1.0, 0.0)
    """
    small = resize.resize(rgb, SIZE_PX, SIZE_PX, fit="squash")
    lightness, a, b = np.moveaxis(colour.rgb_to_lab(small), -1, 0)
    lit = lightness > DARK_L
    skin = lit & (a > SKIN_A[0]) & (a < SKIN_A[1]) & (b > SKIN_B[0]) & (b < SKIN_B[1])
    return float(skin.sum() / max(lit.sum(), MIN_LIT * lit.size))


def off_topic_scores(
    X: np.ndarray, skin_share: np.ndarray, n_neighbours: int = N_NEIGHBOURS
) -> np.ndarray:
    """Score how little speaks for skin, in a picture and in its neighbours.

    A gray photograph of a hand lies among pictures of hands and is saved by them; a
    radiograph lies among radiographs, or alone. The score is ``1 - (s + 5 m) /
    (2 + 5 w)``, with ``s`` the picture's own share of skin, ``w`` the mean weight of
    its neighbours and ``m`` the mean of weight times share. A neighbour at cosine
    distance ``d`` weighs ``exp(-(d / d0)^4)``: nearly 1 up to the usual distance
    ``d0``, nearly 0 beyond. Of the 2, one is the picture itself and one is a picture
    without skin: who stands alone needs skin of his own to be believed. Distance alone
    finds lone pictures [1]_, not those that come in numbers.

    Parameters
    ----------
    X : ndarray of float, shape (n, n_features)
        One embedding per picture, of any length (norm).
    skin_share : ndarray of float, shape (n,)
        In [0, 1], from `skin_share`.
    n_neighbours : int, optional
        How many neighbours make the company of a picture.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]; higher is more off topic. All skin, alone: .5; among skin: 1 / 7.

    Raises
    ------
    ParameterError
        If lengths differ, a value is NaN or infinite, a share is not in [0, 1], or
        `n_neighbours` is less than 1.

    Warns
    -----
    UserWarning
        If there are fewer than 20 pictures for each neighbour, which are then taken
        fewer, or vectors are zero: without a direction they have no neighbours, and
        are judged by colour alone.

    References
    ----------
    .. [1] Groeger et al. (2024). Intrinsic self-supervision for data quality audits.
       NeurIPS Datasets and Benchmarks. arXiv 2305.17048.
    """
    share = np.asarray(skin_share, np.float64)
    unit = _unit_rows(np.asarray(X), share, n_neighbours)
    seen = np.flatnonzero(unit.any(axis=1))
    if len(seen) < len(unit):
        warnings.warn(
            f"{len(unit) - len(seen)} vectors are zero: these pictures are judged by "
            "their colour alone",
            stacklevel=2,
        )
    k = min(n_neighbours, max(int(MOST_COMPANY * len(seen)), 1), max(len(seen) - 1, 0))
    if k < n_neighbours:
        warnings.warn(
            f"{k} neighbours taken instead of {n_neighbours}: there are only "
            f"{len(seen)} pictures",
            stacklevel=2,
        )
    weight, weighted = np.zeros(len(unit)), np.zeros(len(unit))
    if k > 0:
        weight[seen], weighted[seen] = _company(unit[seen], share[seen], k)
    return 1 - (share + COMPANY * weighted) / (2 + COMPANY * weight)


def flag(scores: np.ndarray) -> np.ndarray:
    """Tell which pictures are off topic.

    `THRESHOLD` is an amount of evidence, no quantile: where every picture shows skin
    none is flagged, and where one in ten does not, each.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        From `off_topic_scores`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    ParameterError
        If a score is NaN.

    Warns
    -----
    UserWarning
        If most pictures are flagged: then the colours are wrong, not the pictures.
    """
    scores = np.asarray(scores, np.float64)
    if n_bad := int(np.isnan(scores).sum()):
        way_out = "give those of off_topic_scores as they are"
        raise ParameterError(f"{n_bad} scores are NaN", "scores", way_out)
    flags = scores >= THRESHOLD
    if flags.sum() > len(flags) / 2:
        warnings.warn(
            f"{flags.sum()} of {len(flags)} pictures are flagged as off topic: are "
            "they gray, or red and blue exchanged?",
            stacklevel=2,
        )
    return flags


def contaminated_clusters(
    labels: np.ndarray, scores: np.ndarray, flags: np.ndarray
) -> pd.DataFrame:
    """Tell which clusters are mostly off topic.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Cluster of each picture; -1 is noise and is judged like a cluster.
    scores, flags : ndarray, shape (n,)
        From `off_topic_scores` and `flag`.

    Returns
    -------
    DataFrame
        One row per cluster, the worst first: cluster, n, n_flagged, flagged_share, low
        and high (its 95 % Wilson interval), mean_score, verdict. The verdict is "off
        topic" or "on topic" where the whole interval lies above or below one half, else
        "undecided", as of a few pictures it must be.

    Raises
    ------
    ParameterError
        If the lengths differ.
    """
    lengths = [len(labels), len(scores), len(flags)]
    if len(set(lengths)) > 1:
        raise ParameterError(
            f"labels, scores and flags differ in length: {lengths}",
            way_out="give one of each per picture",
        )
    columns = {"cluster": labels, "score": scores, "flagged": np.asarray(flags, bool)}
    groups = pd.DataFrame(columns).groupby("cluster")
    table = groups["flagged"].agg(n="size", n_flagged="sum", flagged_share="mean")
    counts = zip(table["n_flagged"], table["n"], strict=True)
    bounds = np.array([intervals.wilson(*pair) for pair in counts]).reshape(-1, 2)
    table["low"], table["high"] = bounds.T
    table["mean_score"] = groups["score"].mean()
    surely = [table["low"] > 0.5, table["high"] < 0.5]
    table["verdict"] = np.select(surely, ["off topic", "on topic"], "undecided")
    worst = ["flagged_share", "mean_score"]
    return table.reset_index().sort_values(worst, ascending=False, ignore_index=True)


def _unit_rows(X: np.ndarray, share: np.ndarray, n_neighbours: int) -> np.ndarray:
    """Return the rows as float32 of length 1, after a check; zero rows stay zero."""
    if n_neighbours < 1 or X.ndim != 2 or share.shape != X.shape[:1]:
        raise ParameterError(
            f"X is {X.shape}, skin_share {share.shape}, n_neighbours {n_neighbours}",
            way_out="give one vector and one share per picture, and a neighbour",
        )
    norms = np.sqrt(np.einsum("ij,ij->i", X, X, dtype=np.float64))
    good = np.isfinite(norms) & (share >= 0) & (share <= 1)
    if not good.all():
        rows = np.flatnonzero(~good)
        raise ParameterError(
            f"{len(rows)} pictures have a vector or share of skin that is NaN, "
            "infinite or out of range",
            where=f"rows {rows[:10].tolist()}",
            way_out="encode and measure these pictures again",
        )
    return (X / np.where(norms == 0, 1, norms)[:, None]).astype(np.float32)


def _company(unit: np.ndarray, share: np.ndarray, k: int):
    """Return the mean weight of each row's neighbours, and of weight times share."""
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(unit)
    distance, neighbours = search.kneighbors()  # a row is not its own neighbour
    distance = distance.astype(np.float64) ** 2 / 2  # of unit vectors: 1 - cosine
    usual = max(np.quantile(distance, USUAL), _ROUNDING)
    weight = np.exp(-((distance / usual) ** 4))
    return weight.mean(axis=1), (weight * share[neighbours]).mean(axis=1)
