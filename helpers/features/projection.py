"""Vectors on one scale, in fewer dimensions, and as a map: standardise, PCA, t-SNE."""

import warnings
from typing import NamedTuple

import numpy as np

from helpers.base.errors import ParameterError
from helpers.features.vectors import all_equal, check_enough_rows, checked_rows


class Pca(NamedTuple):
    """Principal components of some vectors."""

    Z: np.ndarray
    """float32 (n, n_components): the rows on the components, centred."""
    cumulative: np.ndarray
    """float64 (n_components,): explained share of the variance so far, in [0, 1]."""


def standardise(X: np.ndarray) -> np.ndarray:
    """Give every column mean 0 and standard deviation 1.

    Parameters
    ----------
    X
        As for `vectors.checked_rows`.

    Returns
    -------
    ndarray of float32, shape (n, n_features)
        A constant column becomes 0: it says nothing about any picture.

    Raises
    ------
    ParameterError
        If `X` holds NaN or infinity.

    Examples
    --------
    >>> standardise([[1, 7], [3, 7]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    X = checked_rows(X)
    # Moments in float64: sums of many float32 values lose their last digits, and a
    # constant 0.1 would come out with a tiny spread, to be blown up to 1.
    mean = X.mean(axis=0, dtype=np.float64)
    spread = X.std(axis=0, dtype=np.float64)
    constant = X.min(axis=0) == X.max(axis=0)
    spread[constant] = 1
    Z = ((X - mean) / spread).astype(np.float32)
    Z[:, constant] = 0
    return Z


def pca(X: np.ndarray, n_components: int, seed: int) -> Pca:
    """Project vectors on their principal components.

    Parameters
    ----------
    X : array-like of float, shape (n, n_features)
        One vector per picture.
    n_components : int
        At least 1; at most min(n, n_features), and reduced to that with a warning.
    seed : int
        For scikit-learn's randomised solver, which large tables get. Signs are fixed
        by scikit-learn: each component's largest loading is positive.

    Returns
    -------
    Pca
        `Z` and `cumulative`. Equal vectors give zeros, with all (no) variance
        explained.

    Raises
    ------
    ParameterError
        If `X` holds NaN or infinity, or `n_components` is below 1.

    Warns
    -----
    UserWarning
        If `n_components` is reduced, or all vectors are equal.
    """
    from sklearn.decomposition import PCA

    X = checked_rows(X)
    if n_components < 1:
        raise ParameterError(
            f"{n_components} components make no projection",
            where="n_components",
            way_out="give a number from 1",
        )
    if n_components > (most := min(X.shape)):
        warnings.warn(
            f"{n_components} components asked, but {len(X)} vectors of {X.shape[1]} "
            f"numbers have {most}: reduced to {most}",
            stacklevel=2,
        )
        n_components = most
    if all_equal(X):
        return Pca(np.zeros((len(X), n_components), np.float32), np.ones(n_components))
    model = PCA(n_components, random_state=seed)
    Z = model.fit_transform(X).astype(np.float32, copy=False)
    shares = np.cumsum(model.explained_variance_ratio_, dtype=np.float64)
    return Pca(Z, np.clip(shares, 0, 1))


def components_for(cumulative: np.ndarray, share: float) -> int:
    """Return how many components explain a share of the variance.

    Parameters
    ----------
    cumulative : ndarray of float, shape (n_components,)
        From `pca`.
    share : float
        In (0, 1], for example 0.9.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ParameterError
        If the share is no share, or the components given do not reach it.

    Examples
    --------
    >>> components_for(np.array([0.6, 0.85, 0.95]), 0.8)
    2
    """
    if not 0 < share <= 1:
        raise ParameterError(
            f"{share} is no share of the variance",
            where="share",
            way_out="give a number above 0 and up to 1",
        )
    # float32 ratios may sum to a hair less than 1.
    reached = np.flatnonzero(np.asarray(cumulative) >= share - 1e-6)
    if not len(reached):
        explained = f"{cumulative[-1]:.1%}" if len(cumulative) else "nothing"
        raise ParameterError(
            f"the {len(cumulative)} components explain {explained} of the variance, "
            f"less than {share:.0%}",
            where="cumulative",
            way_out="compute more components",
        )
    return int(reached[0]) + 1


def tsne(X: np.ndarray, perplexity: float, seed: int) -> np.ndarray:
    """Lay vectors out on a plane with t-SNE, from a start by PCA.

    Parameters
    ----------
    X : array-like of float, shape (n, n_features)
        One vector per picture; 5 at least.
    perplexity : float
        About the number of neighbours a point minds; at least 1 and below n / 3.
    seed : int
        Same seed, same map.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Coordinates without a unit; all 0 where all vectors are equal.

    Raises
    ------
    ParameterError
        If `X` holds NaN or infinity or fewer than 5 rows, or perplexity is below 1.

    Warns
    -----
    UserWarning
        If the perplexity is reduced, or all vectors are equal.
    """
    from sklearn.manifold import TSNE

    X = checked_rows(X)
    check_enough_rows(len(X))
    if not perplexity >= 1:
        raise ParameterError(
            f"a perplexity of {perplexity} has no neighbour in it",
            where="perplexity",
            way_out="give a number from 1; 30 is usual",
        )
    if perplexity >= len(X) / 3:
        most = (len(X) - 1) / 3
        warnings.warn(
            f"perplexity {perplexity:g} is too large for {len(X)} pictures: reduced to "
            f"{most:.3g}",
            stacklevel=2,
        )
        perplexity = most
    if all_equal(X):
        return np.zeros((len(X), 2), dtype=np.float32)
    model = TSNE(2, perplexity=perplexity, init="pca", random_state=seed)
    return model.fit_transform(X).astype(np.float32, copy=False)
